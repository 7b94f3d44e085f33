"""The cells that a layer reads of its input along each axis, and what its output sees through them."""

from collections.abc import Iterator
from itertools import pairwise
from math import gcd
from typing import cast

from cnnshape.analysis.field import (
    EMPTY,
    MAX_PERIOD,
    Interval,
    hull,
    interval_at,
    per_axis,
    phases_of,
)
from cnnshape.arithmetic import maximum, minimum, surely_equal
from cnnshape.graph import Application
from cnnshape.layers import AxisRelation, Coverage, Phases, Shape, Window
from cnnshape.named_tuple import NamedTuple

MAX_TAPS = 1 << 16
ITSELF = Window()
"""A window of one cell, moved by one: it sees its own place and nothing else."""


Taps = Coverage | tuple[Phases | None, ...]
"""The cells that an output cell reads, by a window per axis; None for a relation too long to state."""


class Reading(NamedTuple):
    """The cells that a layer reads, as relations to its input. The taps of an axis are None if they are too many to
    list.

    `cells` are the first and the last that it reads at all, per axis, or None if it reads all of them. `skips` is
    True if it may leave out cells between those. `seeing` are the first and the last output cell that read any; None if
    all do.
    """

    taps: Taps
    cells: tuple[Interval, ...] | None = None
    skips: bool = False
    seeing: tuple[Interval, ...] | None = None


POINT = Reading(Coverage.POINT)
"""What a layer reads whose output cells see the cell at their own place."""


def read_by(application: Application) -> Reading:
    """The cells that a layer reads of its first input."""
    footprint = application.footprint
    if footprint is Coverage.POINT:
        return POINT
    if isinstance(footprint, Coverage):
        return Reading(footprint)
    if footprint.count(ITSELF) == len(footprint):
        return POINT
    taps = per_axis(_taps, footprint)
    every = tuple([(0, size - 1) for size in application.inputs[0].shape[1:]])
    return reading_of(taps, every, application.output.shape[1:])


def reading_of(taps: tuple[Phases | None, ...], seeing: tuple[Interval, ...], sizes: Shape) -> Reading:
    """What cells of an output of these sizes read of the cells that see anything."""
    cells = per_axis(_cells, taps, seeing, sizes)
    readers = per_axis(_readers, taps, seeing, sizes)
    every = tuple([(0, size - 1) for size in sizes])
    return Reading(
        taps,
        None if surely_equal(cells, seeing) else cells,
        any(map(_skips, taps)),
        None if surely_equal(readers, every) else readers,
    )


def _taps(relation: AxisRelation) -> Phases | None:
    if relation is None or isinstance(relation, Phases):
        return relation
    first = -relation.before
    return Phases(relation.stride, (first,), (first + relation.extent - 1,), relation.dilation)


def _cells(taps: Phases | None, every: Interval, output: int) -> Interval:
    """The first and the last cell of an axis that a layer reads."""
    return every if taps is None else narrowed(taps, every, (0, output - 1))


def _readers(taps: Phases | None, cells: Interval, output: int) -> Interval:
    """The first and the last output cell that read any of these cells."""
    if taps is None:
        return 0, output - 1
    readers, period = EMPTY, len(taps.first)
    for phase, begin, end in _rounds(taps, cells, (0, output - 1)):
        readers = hull(readers, (begin * period + phase, end * period + phase))
    return readers


def _skips(taps: Phases | None) -> bool:
    """Whether cells may lie between those that one output cell reads and those that the next one does."""
    return taps is not None and (taps.advance > taps.last[0] - taps.first[0] + 1 or len(taps.first) > 1)


def narrowed(axis: Phases, reach: Interval, cells: Interval) -> Interval:
    """The part of the reach that the cells from one to another see."""
    left, advance = EMPTY, axis.advance
    for phase, begin, end in _rounds(axis, reach, cells):
        first, last = axis.first[phase] + begin * advance, axis.last[phase] + end * advance
        left = hull(left, (maximum(first, reach[0]), minimum(last, reach[1])))
    return left


def _rounds(axis: Phases, reach: Interval, cells: Interval) -> Iterator[tuple[int, int, int]]:
    """Each phase of which some of the cells see something within reach, with the first and the last round of these."""
    period, advance = len(axis.first), axis.advance
    for phase, (first, last) in enumerate(zip(axis.first, axis.last, strict=True)):
        begin = maximum(-((phase - cells[0]) // period), -((last - reach[0]) // advance))
        end = minimum((cells[1] - phase) // period, (reach[1] - first) // advance)
        if first <= last and begin <= end:
            yield phase, begin, end


def composed_axes(axes: tuple[Phases, ...], taps: tuple[Phases | None, ...]) -> tuple[Phases, ...] | None:
    """The input cells that an output cell sees through a tensor whose cells see `axes`; None if they are too long to
    state."""
    if axes.count(axes[0]) == len(axes) == taps.count(taps[0]):
        # As `per_axis`, with less work: each window of a network comes here.
        axis = _composed(axes[0], taps[0])
        return None if axis is None else (axis,) * len(axes)
    composed = per_axis(_composed, axes, taps)
    return None if None in composed else cast("tuple[Phases, ...]", composed)


def _composed(axis: Phases, taps: Phases | None) -> Phases | None:
    if taps is None:
        return None
    advance, firsts, lasts, _ = axis
    phases = len(taps.first)
    if len(firsts) == phases == 1 and firsts <= lasts and taps.first <= taps.last:
        first, last = firsts[0] + advance * taps.first[0], lasts[0] + advance * taps.last[0]
        return Phases(advance * taps.advance, (first,), (last,))
    rounds = axis.period // gcd(axis.period, taps.advance)
    near = 1 if _rises(axis) else axis.period // gcd(axis.period, taps.step)
    if rounds * phases > MAX_PERIOD or rounds * phases * near > MAX_TAPS:
        return None
    intervals = [_seen(axis, *interval_at(taps, cell), taps.step, near) for cell in range(rounds * phases)]
    return phases_of(advance * (rounds * taps.advance // axis.period), intervals)


def _rises(axis: Phases) -> bool:
    """Whether every cell sees something, and nothing that lies before what the cell before it sees."""
    intervals = [interval_at(axis, cell) for cell in range(axis.period + 1)]
    sees = all(first <= last for first, last in intervals)
    return sees and all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(intervals))


def _seen(axis: Phases, first: int, last: int, step: int, near: int) -> Interval:
    """The interval that a row of cells sees. At either end, as many cells matter as differ in phase; one if the axis
    rises."""
    if near == 1:
        begin, end = interval_at(axis, first), interval_at(axis, last)
        return (begin[0], end[1]) if first <= last and begin[0] <= begin[1] else EMPTY
    cells = range(first, last + 1, step)
    at_ends = cells if len(cells) <= 2 * near else [*cells[:near], *cells[-near:]]
    interval = EMPTY
    for cell in at_ends:
        interval = hull(interval, interval_at(axis, cell))
    return interval
