"""A receptive field as a value: per axis an interval of input cells that moves with the output cell.

Output cell `u` sees input cells `u * stride - padding` to `u * stride - padding + size - 1`. After an enlargement (a
transposed convolution, an upsampling) the interval repeats with a period of several output cells, and the stride is a
fraction.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from cnnshape.arithmetic import maximum, minimum, pin, quotient
from cnnshape.layers import Phases, Shape
from cnnshape.named_tuple import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

Value = TypeVar("Value")
Interval = tuple[int, int]
"""First and last cell; an interval that ends before it starts is empty."""
EMPTY: Interval = (0, -1)
MAX_PERIOD = 4096


class Field(NamedTuple):
    """The receptive field of one tensor. `axes` are relations to the network's input, `cells` the grid they hold on.

    `aligned` is False if paths with different centres have met.
    """

    axes: tuple[Phases, ...]
    cells: Shape
    aligned: bool

    @property
    def stated(self) -> "tuple[tuple[int, ...], tuple[int | Fraction, ...], tuple[int, ...]]":
        """The size, the stride and the padding per axis.

        Sizes are the input cells that an output cell sees, the most of all phases. Strides are the input cells between
        two neighbouring output cells; 0 if all see the same. Paddings say how far before the input's first cell the
        field of the first output cell starts.
        """
        axes = self.axes
        if axes.count(axes[0]) == len(axes):
            size, stride, padding = _stated(axes[0])
            return (size,) * len(axes), (stride,) * len(axes), (padding,) * len(axes)
        sizes, strides, paddings = zip(*map(_stated, axes), strict=True)
        return sizes, strides, paddings

    @property
    def size(self) -> tuple[int, ...]:
        """Input cells per axis that an output cell sees, the most of all phases."""
        return per_axis(_size, self.axes)

    @property
    def everywhere(self) -> bool:
        """True if all cells see the same."""
        return self.axes[0].advance == 0

    def interval(self, axis: int, cell: int) -> Interval:
        """The first and the last input cell that a cell sees on an axis, padding included; none if last < first."""
        return interval_at(self.axes[axis], cell)


def _stated(axis: Phases) -> "tuple[int, int | Fraction, int]":
    """The size, the stride and the padding of one axis."""
    advance, firsts, _, _ = axis
    return _size(axis), advance if len(firsts) == 1 else quotient(advance, len(firsts)), -firsts[0]


def _size(axis: Phases) -> int:
    """The input cells that an output cell sees, the most of all phases."""
    _, firsts, lasts, _ = axis
    if len(firsts) == 1:
        return maximum(lasts[0] - firsts[0] + 1, 0)
    return maximum(0, *[last - first + 1 for first, last in zip(firsts, lasts, strict=True)])


class Undefined(NamedTuple):
    """A tensor without a receptive field; `reason` explains why.

    If it is `lasting`, nothing that reads the tensor has a field: not even a layer that sees all of it.
    """

    reason: str
    lasting: bool = False


TOO_LATE = Undefined("the pattern of fields repeats too late to be stated")


class Dependence(NamedTuple):
    """What a tensor depends on in the input: each cell by its field, all cells together within `reach`.

    A field continues beyond the borders of a tensor, where there is only padding; the reach ends there. (Where dilated
    windows overlap a border, the reach may have some cells too many, but fewer than the dilation.)

    `seeing` are the first and the last cell per axis that see anything of the input; None if all do. A cell beyond
    them sees only padding.
    """

    field: Field | Undefined
    reach: tuple[Interval, ...]
    seeing: tuple[Interval, ...] | None = None


def interval_at(axis: Phases, cell: int) -> Interval:
    """The interval that the cell of that index sees."""
    rounds, phase = divmod(cell, len(axis.first))
    if type(phase) is not int:
        phase = pin(phase)
    shift = rounds * axis.advance
    return axis.first[phase] + shift, axis.last[phase] + shift


def phases_of(advance: int, intervals: list[Interval]) -> Phases:
    """The relation whose phases see these intervals."""
    return Phases(advance, tuple([first for first, _ in intervals]), tuple([last for _, last in intervals]))


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval over both; an empty one adds nothing."""
    if a[0] > a[1]:
        return b
    if b[0] > b[1]:
        return a
    if type(a[0]) is type(b[0]) is type(a[1]) is type(b[1]) is int:
        # Enlargements make thousands of intervals.
        return min(a[0], b[0]), max(a[1], b[1])
    return minimum(a[0], b[0]), maximum(a[1], b[1])


def everywhere(reach: tuple[Interval, ...]) -> tuple[Phases, ...]:
    """The relation of a tensor whose cells all see the whole reach."""
    return tuple(Phases(0, (first,), (last,)) for first, last in reach)


def per_axis(function: Callable[..., Value], *sides: Iterable[object]) -> tuple[Value, ...]:
    """The function's value for each axis. Most networks treat all axes alike: then it is computed once."""
    axes = list(zip(*sides, strict=True))
    if axes and axes.count(axes[0]) == len(axes):
        return (function(*axes[0]),) * len(axes)
    return tuple([function(*axis) for axis in axes])
