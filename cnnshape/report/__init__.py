"""The report of a design: the one result that all output formats print."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.report.budget import check_budgets
    from cnnshape.report.expectation import check_expectations
    from cnnshape.report.figures import (
        BUDGETS,
        COLUMN_FIGURES,
        COMPARED,
        FIGURES,
        ROW_FIGURES,
        TOTAL_FIGURES,
        Figure,
    )
    from cnnshape.report.folding import Line, expanded, folded, parts_of, step_ranges, unfolded
    from cnnshape.report.groups import LayerFigures
    from cnnshape.report.make import Settings, make_report, outline
    from cnnshape.report.quantity import Quantity, parse_quantity
    from cnnshape.report.report import (
        FailedStep,
        FoldedNorms,
        InputTensor,
        KeptNorm,
        Outline,
        PeakActivation,
        ReceptiveField,
        Report,
        Row,
        Totals,
    )
    from cnnshape.report.wanted import WANTED_PATTERN, Wanted, parse_wanted
else:
    __getattr__ = names_of(
        __name__,
        budget="check_budgets",
        expectation="check_expectations",
        figures="BUDGETS COLUMN_FIGURES COMPARED FIGURES ROW_FIGURES TOTAL_FIGURES Figure",
        folding="Line expanded folded parts_of step_ranges unfolded",
        groups="LayerFigures",
        make="Settings make_report outline",
        quantity="Quantity parse_quantity",
        report="FailedStep FoldedNorms InputTensor KeptNorm Outline PeakActivation ReceptiveField Report Row Totals",
        wanted="WANTED_PATTERN Wanted parse_wanted",
    )

__all__ = [
    "BUDGETS",
    "COLUMN_FIGURES",
    "COMPARED",
    "FIGURES",
    "ROW_FIGURES",
    "TOTAL_FIGURES",
    "WANTED_PATTERN",
    "FailedStep",
    "Figure",
    "FoldedNorms",
    "InputTensor",
    "KeptNorm",
    "LayerFigures",
    "Line",
    "Outline",
    "PeakActivation",
    "Quantity",
    "ReceptiveField",
    "Report",
    "Row",
    "Settings",
    "Totals",
    "Wanted",
    "check_budgets",
    "check_expectations",
    "expanded",
    "folded",
    "make_report",
    "outline",
    "parse_quantity",
    "parse_wanted",
    "parts_of",
    "step_ranges",
    "unfolded",
]
