"""Problems of the input, as values."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.diagnostics.catalogue import CATALOGUE, GROUPS, Code, lookup
    from cnnshape.diagnostics.diagnostic import Diagnostic, Diagnostics, Label, diagnose
    from cnnshape.diagnostics.fix import BY_CHOICE, BY_FIX, BY_UPDATE, Edit, Fix, Give, Remove, Replace
    from cnnshape.diagnostics.severity import Severity
    from cnnshape.diagnostics.spelling import MOST_CANDIDATES, SLIP, did_you_mean, misspelt, nearest, respelled, slip_of
else:
    __getattr__ = names_of(
        __name__,
        catalogue="CATALOGUE GROUPS Code lookup",
        diagnostic="Diagnostic Diagnostics Label diagnose",
        fix="BY_CHOICE BY_FIX BY_UPDATE Edit Fix Give Remove Replace",
        severity="Severity",
        spelling="MOST_CANDIDATES SLIP did_you_mean misspelt nearest respelled slip_of",
    )

__all__ = [
    "BY_CHOICE",
    "BY_FIX",
    "BY_UPDATE",
    "CATALOGUE",
    "GROUPS",
    "MOST_CANDIDATES",
    "SLIP",
    "Code",
    "Diagnostic",
    "Diagnostics",
    "Edit",
    "Fix",
    "Give",
    "Label",
    "Remove",
    "Replace",
    "Severity",
    "diagnose",
    "did_you_mean",
    "lookup",
    "misspelt",
    "nearest",
    "respelled",
    "slip_of",
]
