"""The tree of a report's stages and blocks, with what each of them holds."""

from cnnshape.graph import Group
from cnnshape.report.figures import ROW_FIGURES
from cnnshape.report.report import Report


def group_totals(report: Report, group: Group) -> dict[str, int]:
    """The sum of each figure that layers have over the layers of a group. Unknown FLOPs count as nothing."""
    rows = report.rows[group.start : group.end]
    return {figure.name: sum([figure.of_row(row) or 0 for row in rows]) for figure in ROW_FIGURES if figure.of_row}
