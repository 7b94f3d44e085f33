"""Problems of the input, as values."""

from cnnshape.diagnostics.catalogue import CATALOGUE, GROUPS, Code, Severity, lookup
from cnnshape.diagnostics.diagnostic import Diagnostic, Label, diagnose
from cnnshape.diagnostics.spelling import MOST_CANDIDATES, SLIP, did_you_mean, nearest

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
