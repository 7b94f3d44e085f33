"""Problems of the input, as values."""

from cnnshape.diagnostics.catalogue import CATALOGUE, Code
from cnnshape.diagnostics.diagnostic import Diagnostic, Label, Severity, diagnose
from cnnshape.diagnostics.spelling import MOST_CANDIDATES, SLIP, did_you_mean, nearest

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
