"""`cnnshape.compare`"""

from cnnshape.api import Design, DesignLike, analyze
from cnnshape.report import Report
from cnnshape.study.compare import Comparison, Side
from cnnshape.study.compare import compare as compare_sides


def compare(*sides: DesignLike | Report) -> Comparison:
    """Designs side by side, as `cnnshape compare` shows them: totals, stages, and the layers that differ.

    A side is a design, what `load` reads, or a report: `analyze("resnet50", batch=8)` for settings. Differences are
    from the first side. Raises DesignError if a design has errors, OSError for no such file, ValueError for fewer than
    two sides.
    """
    if len(sides) < 2:
        raise ValueError("compare needs two sides")
    return compare_sides(tuple(map(_side, sides)))


def _side(side: DesignLike | Report) -> Side:
    if isinstance(side, Report):
        return Side(side.name, side)
    report = analyze(side)
    is_text = isinstance(side, Design) or "\n" in str(side)
    return Side(report.name if is_text else str(side), report)
