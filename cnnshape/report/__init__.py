"""The one result that everything printed is a face of."""

from cnnshape.report.figures import (
    BUDGETS,
    COLUMN_FIGURES,
    COMPARED,
    FIGURES,
    ROW_FIGURES,
    TOTAL_FIGURES,
    Figure,
)
from cnnshape.report.folding import Line, expanded, folded
from cnnshape.report.groups import LayerFigures
from cnnshape.report.make import DTYPES, Settings, make_report
from cnnshape.report.report import InputTensor, PeakActivation, ReceptiveField, Report, Row, Totals

__all__ = [
    "BUDGETS",
    "COLUMN_FIGURES",
    "COMPARED",
    "DTYPES",
    "FIGURES",
    "ROW_FIGURES",
    "TOTAL_FIGURES",
    "Figure",
    "InputTensor",
    "LayerFigures",
    "Line",
    "PeakActivation",
    "ReceptiveField",
    "Report",
    "Row",
    "Settings",
    "Totals",
    "expanded",
    "folded",
    "make_report",
]
