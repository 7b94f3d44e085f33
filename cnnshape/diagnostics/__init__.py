"""Problems of the input, as values."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.diagnostics.catalogue import CATALOGUE, GROUPS, Code, lookup
    from cnnshape.diagnostics.diagnostic import Diagnostic, Label, diagnose
    from cnnshape.diagnostics.severity import Severity
    from cnnshape.diagnostics.spelling import MOST_CANDIDATES, SLIP, did_you_mean, nearest
else:
    __getattr__ = names_of(
        __name__,
        catalogue="CATALOGUE GROUPS Code lookup",
        diagnostic="Diagnostic Label diagnose",
        severity="Severity",
        spelling="MOST_CANDIDATES SLIP did_you_mean nearest",
    )

__all__ = [
    "CATALOGUE",
    "GROUPS",
    "MOST_CANDIDATES",
    "SLIP",
    "Code",
    "Diagnostic",
    "Label",
    "Severity",
    "diagnose",
    "did_you_mean",
    "lookup",
    "nearest",
]
