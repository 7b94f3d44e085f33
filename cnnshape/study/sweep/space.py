"""A space of designs: the values of some params and of the first input, each with each."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from cnnshape.api import ParamValue
from cnnshape.named_tuple import NamedTuple

INPUT = "input"
"""The name of the axis of the first input's shapes or sizes."""


class Axis(NamedTuple):
    """The values of one param, or of the first `input`: numbers, words, or lists of them as tuples.

    A value of the input is a whole shape, channels first, or one size for all of its spatial axes.
    """

    name: str
    values: tuple[ParamValue, ...]


class Space:
    """All choices of a value per axis. A design has an index; that of the last axis changes fastest.

    Raises ValueError for an axis without values, or for two of one name.
    """

    __slots__ = ("axes", "count", "strides")

    def __init__(self, axes: Sequence[Axis]) -> None:
        names = [axis.name for axis in axes]
        if len(set(names)) < len(names) or not all(axis.values for axis in axes):
            raise ValueError("each axis has a name of its own and at least one value")
        self.axes = tuple(axes)
        lengths = [len(axis.values) for axis in axes]
        self.count = prod(lengths)
        self.strides = tuple([prod(lengths[position + 1 :]) for position in range(len(lengths))]) or ()

    def __repr__(self) -> str:
        return f"<Space of {self.count:,} designs>"

    def positions(self, index: int) -> tuple[int, ...]:
        """The position of a design's value on each axis; raises IndexError for an index outside of the space."""
        if not 0 <= index < self.count:
            raise IndexError(f"the space has {self.count} designs, and none with the index {index}")
        pairs = zip(self.axes, self.strides, strict=True)
        return tuple([index // stride % len(axis.values) for axis, stride in pairs])

    def choice(self, index: int) -> Mapping[str, ParamValue]:
        """The values of a design by the names of the axes; the one called `input` is a shape or a size."""
        pairs = zip(self.axes, self.positions(index), strict=True)
        return {axis.name: axis.values[position] for axis, position in pairs}

    def columns(self, indices: Any) -> list[Any]:
        """The position of the designs' values on each axis, as arrays of int64 like that of the indices."""
        pairs = zip(self.axes, self.strides, strict=True)
        return [indices // stride % len(axis.values) for axis, stride in pairs]
