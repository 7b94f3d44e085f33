"""Problems of the input, as values."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.diagnostics.catalogue import CATALOGUE, Code
    from cnnshape.diagnostics.diagnostic import Diagnostic, Label, Severity, diagnose
    from cnnshape.diagnostics.spelling import MOST_CANDIDATES, SLIP, did_you_mean, nearest
else:
    __getattr__ = names_of(
        __name__,
        catalogue="CATALOGUE Code",
        diagnostic="Diagnostic Label Severity diagnose",
        spelling="MOST_CANDIDATES SLIP did_you_mean nearest",
    )

__all__ = [
    "CATALOGUE",
    "MOST_CANDIDATES",
    "SLIP",
    "Code",
    "Diagnostic",
    "Label",
    "Severity",
    "diagnose",
    "did_you_mean",
    "nearest",
]
