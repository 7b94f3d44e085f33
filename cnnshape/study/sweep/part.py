"""Evaluates one part of a sweep: its rows, and their tally."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnshape.named_tuple import NamedTuple
from cnnshape.study.sweep.axes import space_of
from cnnshape.study.sweep.evaluation import Evaluator, Figures
from cnnshape.study.sweep.goals import Points, keeps
from cnnshape.study.sweep.order import Indices, permuted
from cnnshape.study.sweep.plan import Plan
from cnnshape.study.sweep.spread import spread_of
from cnnshape.study.sweep.tally import SOME, Refused, Tally, refused_of, united


class Rows(NamedTuple):
    """Designs as columns: their indices in the space, and a column for each figure."""

    indices: Indices
    figures: dict[str, NDArray[Any]]

    @classmethod
    def joined(cls, parts: "list[Rows]") -> "Rows":
        """The rows of several parts, of which there is at least one."""
        names = parts[0].figures
        return cls(
            np.concatenate([part.indices for part in parts]),
            {name: np.concatenate([part.figures[name] for part in parts]) for name in names},
        )


class Work:
    """Evaluates parts of a plan, one after the other. The first one takes longer: the design is read and traced."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._evaluator = Evaluator(plan.texts.design(), space_of(plan.axes), plan.settings)

    def part(self, number: int) -> tuple[Tally, Rows]:
        """The tally of a part, and the rows of the designs that are kept, in the order of the sweep."""
        plan = self.plan
        start, stop = plan.span(number)
        indices = plan.order.indices(start, stop)
        figures = self._evaluator.evaluate(indices)
        checked = np.array(plan.rechecked(number), dtype=np.int64) - start
        if len(checked):
            self._evaluator.recheck(indices[checked], figures)
        kept = np.flatnonzero((figures.refused < 0) & keeps(plan.bounds, figures.values, len(indices)))
        rows = Rows(indices[kept], {name: figures.values[name][kept] for name in figures.names})
        return self._tally(figures, rows, kept + start, start), rows

    def rows(self, positions: Indices) -> Rows:
        """The rows of single designs, all of which fit together."""
        indices = self.plan.order.at(positions)
        figures = self._evaluator.evaluate(indices)
        return Rows(indices, {name: figures.values[name] for name in figures.names})

    def _tally(self, figures: Figures, rows: Rows, positions: Indices, start: int) -> Tally:
        plan = self.plan
        points = Points.of(plan.goals, rows.figures, positions) if plan.goals else None
        wanted = (plan.objective,) if plan.objective else ()
        spreads = {name: spread_of(values) for name, values in rows.figures.items()}
        return Tally(
            len(figures.refused),
            len(positions),
            united(_refused(figures, start)),
            {name: spread for name, spread in spreads.items() if spread is not None},
            points.front() if points else None,
            points.ranked(permuted(positions, plan.order.size, 0)).best(SOME) if points else None,
            Points.of(wanted, rows.figures, positions).best(plan.top),
            tuple(self._evaluator.notes),
        )


def _refused(figures: Figures, start: int) -> list[Refused]:
    """An entry for each diagnostic that refuses designs of the part."""
    places = np.flatnonzero(figures.refused >= 0)
    problems, firsts, counts = np.unique(figures.refused[places], return_index=True, return_counts=True)
    rows = zip(problems.tolist(), places[firsts].tolist(), counts.tolist(), strict=True)
    return [refused_of(figures.diagnostics[problem], start + first, designs) for problem, first, designs in rows]
