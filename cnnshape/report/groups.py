"""The figures of all layers in columns, and the totals of stages and blocks."""

from itertools import accumulate

from cnnshape.graph import Group
from cnnshape.report.figures import ROW_FIGURES
from cnnshape.report.report import Report


class LayerFigures:
    """The figures that layers have, as a column for each; the totals of any group take constant time."""

    def __init__(self, report: Report) -> None:
        rows = report.rows
        self.columns = {figure.name: list(map(figure.of_row, rows)) for figure in ROW_FIGURES if figure.of_row}
        self._sums: dict[str, list[int]] = {}

    def totals(self, group: Group) -> dict[str, int]:
        """The sum of each figure over the layers of a group. Unknown FLOPs count as nothing."""
        if not self._sums:
            self._sums = {name: _running_sums(column) for name, column in self.columns.items()}
        return {name: sums[group.end] - sums[group.start] for name, sums in self._sums.items()}


def _running_sums(column: list[int | None]) -> list[int]:
    known = [0 if value is None else value for value in column]
    return list(accumulate(known, initial=0))
