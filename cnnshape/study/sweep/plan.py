"""What a sweep is to do, as a value that another process or machine can get."""

from typing import Any

import numpy as np

from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Settings
from cnnshape.study.condition import Condition
from cnnshape.study.sweep.goals import Goal
from cnnshape.study.sweep.order import Order, permuted
from cnnshape.study.sweep.space_text import AxisText
from cnnshape.study.sweep.texts import Texts
from cnnshape.version import __version__

RECHECKED = 100
"""About as many designs of every sweep are analyzed one by one, too, and compared."""
_MOST_PARTS, _LEAST, _LARGEST = 32, 256, 2**18
"""A sweep has about 32 parts, if these aren't too small or too large."""


def part_size(size: int) -> int:
    """The designs in a part of a sweep of that many."""
    return min(max(1 << (max(size // _MOST_PARTS, 1) - 1).bit_length(), _LEAST), _LARGEST)


class Plan(NamedTuple):
    """The designs to evaluate, what is kept of them, and what is looked for.

    A part has `per_part` designs, the last one maybe fewer, however many processes share the work. `rows` is the format of
    the rows of a part: `csv`, `parquet`, `arrays`, or empty for none.
    """

    texts: Texts
    axes: tuple[AxisText, ...]
    settings: Settings
    order: Order
    per_part: int
    bounds: tuple[Condition, ...] = ()
    goals: tuple[Goal, ...] = ()
    objective: Goal | None = None
    top: int = 0
    rows: str = ""

    @property
    def parts(self) -> int:
        """The number of parts."""
        return -(-self.order.size // self.per_part)

    def span(self, number: int) -> tuple[int, int]:
        """The positions of a part: from the first to before the second."""
        start = number * self.per_part
        return start, min(start + self.per_part, self.order.size)

    def rechecked(self, number: int) -> int:
        """How many designs of a part are analyzed one by one, too: as many as of about 100 that are chosen at random among all,
        and one of the first part."""
        start, stop = self.span(number)
        chosen = permuted(np.arange(min(RECHECKED, self.order.size)), self.order.size, 0)
        return max(int(np.count_nonzero((chosen >= start) & (chosen < stop))), 1 if number == 0 else 0)

    def described(self) -> dict[str, Any]:
        """All that the results depend on, as data for JSON."""
        return {
            "cnnshape": __version__,
            "design": self.texts.digest,
            "space": [list(axis) for axis in self.axes],
            "settings": list(self.settings),
            "sample": list(self.order),
            "part": self.per_part,
            "where": [bound.text for bound in self.bounds],
            "pareto": [str(goal) for goal in self.goals],
            "objective": str(self.objective or ""),
            "top": self.top,
            "format": self.rows,
        }
