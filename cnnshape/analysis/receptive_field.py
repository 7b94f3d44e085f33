"""Receptive fields: which cells of the network's first input one cell of each output depends on.

Per axis the field is an interval that moves with the output cell. Output cell `u` sees input cells
`u * stride - padding` to `u * stride - padding + size - 1`. After an enlargement (a transposed convolution, an
upsampling) the interval repeats with a period of several output cells, and the stride is a fraction.

Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019), kept
here as explicit intervals per phase, so that enlargement and joins are exact. Statistics of normalization layers
count as constants, and the channels of a tensor are not told apart.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm
from typing import NamedTuple, TypeVar, cast

from cnnshape.graph import Application, Graph
from cnnshape.layers import AxisRelation, Phases, Shape, Sight, Tensor, Window

MAX_PERIOD = 4096
MAX_TAPS = 1 << 16
MAX_PHASES = 200_000
"""Phases of all fields together: a few long patterns in a deep network would take minutes and gigabytes."""

Value = TypeVar("Value")
Interval = tuple[int, int]
"""First and last cell; one that ends before it starts is empty."""
EMPTY: Interval = (0, -1)
ITSELF = Window()
"""A window of one cell, moved by one: it sees its own place and nothing else."""


class Field(NamedTuple):
    """The receptive field of one tensor. `axes` are relations to the network's input, `cells` the grid they hold on.

    `aligned` is False where paths with different centres have met.
    """

    axes: tuple[Phases, ...]
    cells: Shape
    aligned: bool

    @property
    def size(self) -> tuple[int, ...]:
        """Input cells per axis that an output cell sees, the most of all phases."""
        return tuple(max(map(_length, axis.first, axis.last)) for axis in self.axes)

    @property
    def stride(self) -> tuple[int | Fraction, ...]:
        """Input cells per axis between two neighbouring output cells; 0 where all see the same."""
        return tuple(_quotient(axis.advance, axis.period) for axis in self.axes)

    @property
    def padding(self) -> tuple[int, ...]:
        """How far before the input's first cell the field of the first output cell starts, per axis."""
        return tuple(-axis.first[0] for axis in self.axes)

    @property
    def everywhere(self) -> bool:
        """True where all cells see the same."""
        return self.axes[0].advance == 0

    def interval(self, axis: int, cell: int) -> Interval:
        """The first and the last input cell that a cell sees on an axis, padding included; none if last < first."""
        return _at(self.axes[axis], cell)


def _quotient(number: int, divisor: int) -> int | Fraction:
    whole, rest = divmod(number, divisor)
    return Fraction(number, divisor) if rest else whole


def _length(first: int, last: int) -> int:
    return max(last - first + 1, 0)


class Undefined(NamedTuple):
    """No field can be stated; `reason` says why."""

    reason: str


TOO_LATE = Undefined("the pattern of fields repeats too late to be stated")


class _Seen(NamedTuple):
    """What a tensor sees of the input: each cell by its field, all cells together within `reach`.

    A field goes on behind the borders of a tensor, where there is only padding; the reach ends there. (Where dilated
    windows stand over a border, the reach may have some cells too many, but fewer than the dilation.)
    """

    field: Field | Undefined
    reach: tuple[Interval, ...]


class _Taps(NamedTuple):
    """The cells that a layer reads along an axis: phases like those of a relation, every `step`-th cell of them."""

    advance: int
    first: tuple[int, ...]
    last: tuple[int, ...]
    step: int = 1


class _Reading(NamedTuple):
    """What a layer reads; taps are None where those of an axis are too many to list.

    `cells` are the first and the last that it reads at all, per axis, or None where it reads all of them. `skips` is
    True where it may leave out cells between those.
    """

    taps: Sight | tuple[_Taps | None, ...]
    cells: tuple[Interval, ...] | None = None
    skips: bool = False


def receptive_fields(graph: Graph) -> list[Field | Undefined | None]:
    """The field of each node in the first input; None where a node doesn't depend on it, or it has no axes."""
    return [None if seen is None else seen.field for seen in _Tracer(graph).run()]


class _Tracer:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.readings: dict[Application, _Reading] = {}
        self.seen: list[_Seen | None] = [None] * len(graph.inputs)
        self.phases = 0
        sizes = graph.inputs[0].tensor.shape[1:]
        if sizes:
            itself = Field((Phases(1, (0,), (0,)),) * len(sizes), sizes, True)
            self.seen[0] = _Seen(itself, tuple((0, size - 1) for size in sizes))

    def run(self) -> list[_Seen | None]:
        for node in self.graph.nodes:
            application = node.application
            reading = self.readings.get(application)
            if reading is None:
                reading = self.readings[application] = _reading(application)
            seen = self.seen[node.inputs[0]]
            if reading.taps is not Sight.POINT:
                seen = None if seen is None else self.counted(_follow(seen, reading, application.output))
            elif len(node.inputs) > 1:
                met = [each for value in node.inputs if (each := self.seen[value]) is not None]
                seen = self.counted(_union(met)) if met else None
            self.seen.append(seen)
        return self.seen[len(self.graph.inputs) :]

    def counted(self, seen: _Seen) -> _Seen:
        """The same, unless the phases of all fields have become too many."""
        if isinstance(seen.field, Field):
            self.phases += sum([len(axis.first) - 1 for axis in seen.field.axes])
        return seen if self.phases < MAX_PHASES else _Seen(TOO_LATE, seen.reach)


def _follow(seen: _Seen, reading: _Reading, output: Tensor) -> _Seen:
    """What a layer's output sees, from what its input sees."""
    field, reach = seen
    if isinstance(field, Field) and field.everywhere:
        return seen
    if reading.taps is Sight.WHOLE:
        return _Seen(Field(_everywhere(reach), output.shape[1:], True), reach)
    if isinstance(field, Undefined):
        return seen
    if isinstance(reading.taps, Sight):
        return _Seen(Undefined("values were rearranged, so that neighbours don't see neighbours"), reach)
    if reading.cells is not None:
        reach = _per_axis(_narrowed, field.axes, reach, reading.cells)
    axes = _composed_axes(field.axes, reading.taps)
    if axes is None:
        return _Seen(TOO_LATE, reach)
    sizes = output.shape[1:]
    if reading.skips:
        reach = _per_axis(_narrowed, axes, reach, [(0, size - 1) for size in sizes])
    return _Seen(Field(axes, sizes, field.aligned), reach)


def _everywhere(reach: tuple[Interval, ...]) -> tuple[Phases, ...]:
    return tuple(Phases(0, (first,), (last,)) for first, last in reach)


def _per_axis(function: Callable[..., Value], *sides: Iterable[object]) -> tuple[Value, ...]:
    """The function's value for each axis; most networks treat all axes alike."""
    found: list[Value] = []
    before = None
    for each in zip(*sides, strict=True):
        found.append(found[-1] if each == before else function(*each))
        before = each
    return tuple(found)


# Where paths meet


def _union(met: list[_Seen]) -> _Seen:
    """What a tensor sees that was made from several."""
    together = met[0]
    for other in met[1:]:
        if other is not together:
            together = _meet(together, other)
    return together


def _meet(one: _Seen, other: _Seen) -> _Seen:
    reach = one.reach if one.reach == other.reach else _per_axis(_hull, one.reach, other.reach)
    a, b = one.field, other.field
    if isinstance(a, Undefined) or isinstance(b, Undefined):
        return _Seen(a if isinstance(a, Undefined) else b, reach)
    if a.everywhere or b.everywhere:
        # Beside a gate each cell sees its own surroundings and what the gate sees; all of it is what holds for all.
        local = b if a.everywhere else a
        return _Seen(Field(_everywhere(reach), local.cells, local.aligned), reach)
    return _Seen(_meet_fields(a, b), reach)


def _meet_fields(a: Field, b: Field) -> Field | Undefined:
    if a.cells != b.cells:
        return Undefined("flattened maps of different sizes meet")
    axes, aligned = [], a.aligned and b.aligned
    for met in _per_axis(_meet_axes, a.axes, b.axes):
        if isinstance(met, Undefined):
            return met
        axes.append(met[0])
        aligned = aligned and met[1]
    return Field(tuple(axes), a.cells, aligned)


def _meet_axes(a: Phases, b: Phases) -> tuple[Phases, bool] | Undefined:
    """The smallest intervals over those of both, phase by phase; and whether their centres agree."""
    if a.advance * b.period != b.advance * a.period:
        return Undefined("paths with different strides meet")
    period = lcm(a.period, b.period)
    if period > MAX_PERIOD:
        return TOO_LATE
    if a == b:
        return a, True
    pairs = [(_at(a, cell), _at(b, cell)) for cell in range(period)]
    axis = _phases(a.advance * (period // a.period), [_hull(*pair) for pair in pairs])
    return axis, all(_same_centre(*pair) for pair in pairs)


def _hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval over both; an empty one adds nothing."""
    if a[0] > a[1]:
        return b
    if b[0] > b[1]:
        return a
    return min(a[0], b[0]), max(a[1], b[1])


def _same_centre(a: Interval, b: Interval) -> bool:
    """Whether two intervals have one centre; an empty one has none that could differ."""
    return sum(a) == sum(b) or a[0] > a[1] or b[0] > b[1]


# Through a layer


def _at(axis: Phases | _Taps, cell: int) -> Interval:
    """The interval that the cell of that index sees."""
    rounds, phase = divmod(cell, len(axis.first))
    shift = rounds * axis.advance
    return axis.first[phase] + shift, axis.last[phase] + shift


def _phases(advance: int, intervals: list[Interval]) -> Phases:
    return Phases(advance, tuple([first for first, _ in intervals]), tuple([last for _, last in intervals]))


def _composed_axes(axes: tuple[Phases, ...], taps: tuple[_Taps | None, ...]) -> tuple[Phases, ...] | None:
    found = _per_axis(_composed, axes, taps)
    return None if None in found else cast("tuple[Phases, ...]", found)


def _composed(axis: Phases, taps: _Taps | None) -> Phases | None:
    """What an output cell sees in the input, through a tensor whose cells see `axis`; None: too long to state."""
    if taps is None:
        return None
    phases, advance = len(taps.first), axis.advance
    if len(axis.first) == phases == 1 and axis.first <= axis.last and taps.first <= taps.last:
        first, last = axis.first[0] + advance * taps.first[0], axis.last[0] + advance * taps.last[0]
        return Phases(advance * taps.advance, (first,), (last,))
    rounds = axis.period // gcd(axis.period, taps.advance)
    near = 1 if _rises(axis) else axis.period // gcd(axis.period, taps.step)
    if rounds * phases > MAX_PERIOD or rounds * phases * near > MAX_TAPS:
        return None
    seen = [_seen(axis, *_at(taps, cell), taps.step, near) for cell in range(rounds * phases)]
    return _phases(advance * (rounds * taps.advance // axis.period), seen)


def _rises(axis: Phases) -> bool:
    """Whether every cell sees something, and nothing that lies before what the cell before it sees."""
    intervals = [_at(axis, cell) for cell in range(axis.period + 1)]
    sees = all(first <= last for first, last in intervals)
    return sees and all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(intervals))


def _seen(axis: Phases, first: int, last: int, step: int, near: int) -> Interval:
    """What a row of cells sees: as many cells at either end matter as differ in phase, one where the axis rises."""
    if near == 1:
        begin, end = _at(axis, first), _at(axis, last)
        return (begin[0], end[1]) if first <= last and begin[0] <= begin[1] else EMPTY
    cells = range(first, last + 1, step)
    at_ends = cells if len(cells) <= 2 * near else [*cells[:near], *cells[-near:]]
    hull = EMPTY
    for cell in at_ends:
        hull = _hull(hull, _at(axis, cell))
    return hull


def _reading(application: Application) -> _Reading:
    footprint = application.layer.footprint(application.inputs, application.output)
    if isinstance(footprint, Sight):
        return _Reading(footprint)
    if all(relation == ITSELF for relation in footprint):
        return _Reading(Sight.POINT)
    taps = _per_axis(_taps, footprint)
    every = [(0, size - 1) for size in application.inputs[0].shape[1:]]
    cells = _per_axis(_read, taps, every, application.output.shape[1:])
    return _Reading(taps, None if list(cells) == every else cells, any(map(_skips, taps)))


def _taps(relation: AxisRelation) -> _Taps | None:
    if relation is None:
        return None
    if isinstance(relation, Phases):
        return _Taps(*relation)
    first = -relation.before
    return _Taps(relation.stride, (first,), (first + relation.extent - 1,), relation.dilation)


def _read(taps: _Taps | None, every: Interval, output: int) -> Interval:
    """The first and the last cell of an axis that a layer reads."""
    return every if taps is None else _narrowed(taps, every, (0, output - 1))


def _skips(taps: _Taps | None) -> bool:
    """Whether cells may lie between those that one output cell reads and those that the next one does."""
    return taps is not None and (taps.advance > taps.last[0] - taps.first[0] + 1 or len(taps.first) > 1)


def _narrowed(axis: Phases | _Taps, reach: Interval, cells: Interval) -> Interval:
    """What is left of the reach where only the cells from one to another count."""
    left, period, advance = EMPTY, len(axis.first), axis.advance
    for phase, (first, last) in enumerate(zip(axis.first, axis.last, strict=True)):
        # The rounds of this phase that are among the cells and see something within reach.
        begin = max(-((phase - cells[0]) // period), -((last - reach[0]) // advance))
        end = min((cells[1] - phase) // period, (reach[1] - first) // advance)
        if first <= last and begin <= end:
            left = _hull(left, (max(first + begin * advance, reach[0]), min(last + end * advance, reach[1])))
    return left
