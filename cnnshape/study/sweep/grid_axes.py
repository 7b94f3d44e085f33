"""The axes of the grid on which traces are replayed: those of the space, or one per item of their lists."""

from collections.abc import Collection, Iterator, Sequence
from math import prod
from typing import Any

import numpy

from cnnshape.study.sweep.engine import leaf_name
from cnnshape.study.sweep.values import AxisValues

Array = Any

SLACK = 2
"""How many more combinations items may have than there are lists of them, to be axes of their own."""


class GridAxis:
    """An axis of the grid. `axis` is that of the space, `places` has the place here of each position there.

    `columns` has the values of each recorded number, by place; None in place of one that isn't there.
    """

    __slots__ = ("axis", "columns", "forms", "places")

    def __init__(
        self, axis: int, places: Sequence[int], forms: Sequence[object], columns: dict[int, list[Any]]
    ) -> None:
        self.axis = axis
        self.places = numpy.array(places, dtype=numpy.int64)
        self.forms = forms
        self.columns = columns

    def allowed(self, position: int, *, pinned: bool) -> Array:
        """The places whose values have the form of the one at a position; that one alone if its axis is `pinned`."""
        own = int(self.places[position])
        if pinned:
            return numpy.arange(len(self.forms)) == own
        return numpy.array([form == self.forms[own] for form in self.forms])


class GridAxes:
    """All axes of the grid of a space."""

    __slots__ = ("all",)

    def __init__(self, axes: Sequence[AxisValues]) -> None:
        self.all = [part for number, axis in enumerate(axes) for part in _parts(number, axis)]

    def columns(self, positions: Sequence[Array]) -> list[Array]:
        """The places of designs on the axes, from the positions of their values in the space."""
        return [part.places.take(positions[part.axis]) for part in self.all]

    def leaves(self, positions: Sequence[int], pinned: Collection[int]) -> dict[str, tuple[int, list[Any]]]:
        """The axis and the values of each number that is recorded for the design with these values."""
        leaves = {}
        for number, part in enumerate(self.all):
            if part.axis not in pinned:
                own = int(part.places[positions[part.axis]])
                for place, column in part.columns.items():
                    if column[own] is not None:
                        leaves[leaf_name(part.axis, place)] = number, column
        return leaves


def _parts(number: int, axis: AxisValues) -> Iterator[GridAxis]:
    count = len(axis.values)
    if len(set(axis.forms)) == 1 and len(axis.numbers[0]) > 1:
        columns = list(zip(*axis.numbers, strict=True))
        distinct = [list(dict.fromkeys(column)) for column in columns]
        if prod(map(len, distinct)) <= SLACK * count:
            for place, (column, values) in enumerate(zip(columns, distinct, strict=True)):
                known = {value: own for own, value in enumerate(values)}
                places = [known[value] for value in column]
                yield GridAxis(number, places, [None] * len(values), {place: values})
            return
    most = max(map(len, axis.numbers))
    listed = {
        place: [numbers[place] if place < len(numbers) else None for numbers in axis.numbers] for place in range(most)
    }
    yield GridAxis(number, range(count), axis.forms, listed)
