"""The one result that everything printed is a face of."""

from cnnshape.report.make import DTYPES, Settings, make_report
from cnnshape.report.report import InputTensor, PeakActivation, ReceptiveField, Report, Row, Totals

__all__ = [
    "DTYPES",
    "InputTensor",
    "PeakActivation",
    "ReceptiveField",
    "Report",
    "Row",
    "Settings",
    "Totals",
    "make_report",
]
