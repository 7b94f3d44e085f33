"""Evaluates one part of a sweep: its rows, and their tally."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnshape.named_tuple import NamedTuple
from cnnshape.study.sweep.goals import Points, keeps
from cnnshape.study.sweep.order import Indices, permuted
from cnnshape.study.sweep.plan import Plan
from cnnshape.study.sweep.spread import spread_of
from cnnshape.study.sweep.switches import Evaluated, Switches
from cnnshape.study.sweep.tally import SOME, Refused, Tally, united


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
        self._switches = Switches(plan.texts.design(), plan.axes, plan.settings)

    def part(self, number: int) -> tuple[Tally, Rows]:
        """The tally of a part, and the rows of the designs that are kept, in the order of the sweep."""
        plan = self.plan
        start, stop = plan.span(number)
        indices = plan.order.indices(start, stop)
        evaluated = self._switches.evaluate(indices, plan.rechecked(number), number)
        kept = np.flatnonzero((evaluated.refused < 0) & keeps(plan.bounds, evaluated.values, len(indices)))
        rows = Rows(indices[kept], {name: values[kept] for name, values in evaluated.values.items()})
        return self._tally(self._refused(evaluated, indices, start), rows, kept + start, len(indices)), rows

    def rows(self, positions: Indices) -> Rows:
        """The rows of single designs, all of which fit together."""
        indices = self.plan.order.at(positions)
        return Rows(indices, self._switches.evaluate(indices).values)

    def _tally(self, refused: list[Refused], rows: Rows, positions: Indices, designs: int) -> Tally:
        plan = self.plan
        points = Points.of(plan.goals, rows.figures, positions) if plan.goals else None
        wanted = (plan.objective,) if plan.objective else ()
        spreads = {name: spread_of(values) for name, values in rows.figures.items()}
        return Tally(
            designs,
            len(positions),
            united(refused),
            {name: spread for name, spread in spreads.items() if spread is not None},
            points.front() if points else None,
            points.ranked(permuted(positions, plan.order.size, 0)).best(SOME) if points else None,
            Points.of(wanted, rows.figures, positions).best(plan.top),
            self._switches.slow(),
        )

    def _refused(self, evaluated: Evaluated, indices: Indices, start: int) -> list[Refused]:
        """An entry for each refusal of designs of the part, with the message of the first of them."""
        places = np.flatnonzero(evaluated.refused >= 0)
        kinds, firsts, counts = np.unique(evaluated.refused[places], return_index=True, return_counts=True)
        return [
            Refused(
                *evaluated.refusals[int(kind)],
                self._switches.diagnostic(int(indices[first])).message,
                start + first,
                designs,
            )
            for kind, first, designs in zip(kinds.tolist(), places[firsts].tolist(), counts.tolist(), strict=True)
        ]
