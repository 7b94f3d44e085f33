"""The one result that everything printed is a face of."""

from cnnshape.report.expectation import FIGURES, check_budgets, check_expectations, parse_wanted
from cnnshape.report.make import DTYPES, Settings, make_report
from cnnshape.report.quantity import parse_quantity
from cnnshape.report.report import InputTensor, PeakActivation, ReceptiveField, Report, Row, Totals

__all__ = [
    "DTYPES",
    "FIGURES",
    "InputTensor",
    "PeakActivation",
    "ReceptiveField",
    "Report",
    "Row",
    "Settings",
    "Totals",
    "check_budgets",
    "check_expectations",
    "make_report",
    "parse_quantity",
    "parse_wanted",
]
