"""Receptive fields: which cells of the network's first input one cell of each output depends on.

Per axis the field is an interval that moves with the output cell. Output cell `u` sees input cells
`u * stride - padding` to `u * stride - padding + size - 1`. After an enlargement (a transposed convolution, an
upsampling) the interval repeats with a period of several output cells, and the stride is a fraction.

Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019), kept
here as explicit intervals per phase, so that enlargement and joins are exact. Statistics of normalization layers
count as constants.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from cnnshape.graph import Application, Graph
from cnnshape.layers import AxisRelation, Footprint, Phases, Shape, Sight, Tensor, Window

MAX_PERIOD = 4096


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

    def interval(self, axis: int, cell: int) -> tuple[int, int]:
        """The first and the last input cell that a cell sees on an axis, padding included; none if last < first."""
        return _at(self.axes[axis], cell)


class Undefined(NamedTuple):
    """No field can be stated; `reason` says why."""

    reason: str


def _quotient(number: int, divisor: int) -> int | Fraction:
    whole, rest = divmod(number, divisor)
    return Fraction(number, divisor) if rest else whole


def _length(first: int, last: int) -> int:
    return max(last - first + 1, 0)


_Seen = Field | Undefined | None


def _footprint(application: Application) -> Footprint:
    """What the layer states; a window of one cell, moved by one, sees its own place and nothing else."""
    footprint = application.layer.footprint(application.inputs, application.output)
    return Sight.POINT if isinstance(footprint, tuple) and set(footprint) == {Window()} else footprint


def receptive_fields(graph: Graph) -> list[Field | Undefined | None]:
    """The field of each node in the first input; None where a node doesn't depend on it, or it has no axes."""
    return _Tracer(graph).run()


class _Tracer:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.sizes = graph.inputs[0].tensor.shape[1:]
        self.footprints: dict[Application, Footprint] = {}
        self.fields: list[_Seen] = [None] * len(graph.inputs)
        if self.sizes:
            itself = Phases(1, (0,), (0,))
            self.fields[0] = Field((itself,) * len(self.sizes), self.sizes, True)

    def run(self) -> list[_Seen]:
        for node in self.graph.nodes:
            application = node.application
            footprint = self.footprints.get(application)
            if footprint is None:
                footprint = self.footprints[application] = _footprint(application)
            seen = self.fields[node.inputs[0]]
            if len(node.inputs) > 1 and footprint is Sight.POINT:
                seen = self.union([self.fields[value] for value in node.inputs])
            elif footprint is not Sight.POINT and seen is not None:
                seen = self.follow(seen, footprint, application.output)
            self.fields.append(seen)
        return self.fields[len(self.graph.inputs) :]

    def follow(self, seen: Field | Undefined, footprint: Footprint, output: Tensor) -> _Seen:
        """The field of a layer's output, from the field of its input."""
        if footprint is Sight.WHOLE:
            return self.whole(seen)
        if isinstance(seen, Undefined):
            return seen
        if all(axis.advance == 0 for axis in seen.axes):
            return seen
        if footprint is Sight.UNKNOWN:
            return Undefined("values were rearranged, so that neighbours don't see neighbours")
        assert isinstance(footprint, tuple)
        axes = _composed_axes(seen.axes, footprint)
        if axes is None:
            return Undefined("the pattern of fields repeats too late to be stated")
        return Field(axes, output.shape[1:], seen.aligned)

    def whole(self, seen: Field | Undefined) -> Field:
        """What all cells see together, inside of the input."""
        if isinstance(seen, Undefined):
            axes = tuple(Phases(0, (0,), (size - 1,)) for size in self.sizes)
        else:
            axes = tuple(map(_hull, seen.axes, seen.cells, self.sizes))
        return Field(axes, seen.cells if isinstance(seen, Field) else self.sizes, True)

    def union(self, seen: list[_Seen]) -> _Seen:
        """The field where paths meet."""
        undefined = next((each for each in seen if isinstance(each, Undefined)), None)
        if undefined is not None:
            return undefined
        fields = [each for each in seen if isinstance(each, Field)]
        if not fields:
            return None
        met = fields[0]
        for other in fields[1:]:
            if other is not met:
                joined = self.meet(met, other)
                if isinstance(joined, Undefined):
                    return joined
                met = joined
        return met

    def meet(self, one: Field, other: Field) -> Field | Undefined:
        everywhere = [all(axis.advance == 0 for axis in field.axes) for field in (one, other)]
        if any(everywhere):
            return self.meet_whole(one, other, everywhere)
        axes = []
        aligned = one.aligned and other.aligned
        for a, b in zip(one.axes, other.axes, strict=True):
            if a.advance * b.period != b.advance * a.period:
                return Undefined("paths with different strides meet")
            period = lcm(a.period, b.period)
            if period > MAX_PERIOD:
                return Undefined("the pattern of fields repeats too late to be stated")
            a, b = _stretched(a, period), _stretched(b, period)
            aligned = aligned and _same_centres(a, b)
            axes.append(Phases(a.advance, *_covered(a, b)))
        return Field(tuple(axes), one.cells, aligned)

    def meet_whole(self, one: Field, other: Field, everywhere: list[bool]) -> Field:
        """A gate or a global path meets another: both together see what either sees anywhere."""
        local = other if everywhere[0] else one
        whole_one, whole_other = self.whole(one), self.whole(other)
        axes = tuple(Phases(0, *_covered(a, b)) for a, b in zip(whole_one.axes, whole_other.axes, strict=True))
        return Field(axes, local.cells, local.aligned)


def _covered(a: Phases, b: Phases) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The smallest intervals over those of two relations, phase by phase; an empty one adds nothing."""
    first, last = [], []
    for a_first, a_last, b_first, b_last in zip(a.first, a.last, b.first, b.last, strict=True):
        if a_first > a_last:
            a_first, a_last = b_first, b_last
        elif b_first > b_last:
            b_first, b_last = a_first, a_last
        first.append(min(a_first, b_first))
        last.append(max(a_last, b_last))
    return tuple(first), tuple(last)


def _same_centres(a: Phases, b: Phases) -> bool:
    return all(
        a_first + a_last == b_first + b_last
        for a_first, a_last, b_first, b_last in zip(a.first, a.last, b.first, b.last, strict=True)
    )


def _stretched(axis: Phases, period: int) -> Phases:
    """The same relation, stated over a multiple of its period."""
    if axis.period == period:
        return axis
    times = range(period // axis.period)
    first = tuple(time * axis.advance + each for time in times for each in axis.first)
    last = tuple(time * axis.advance + each for time in times for each in axis.last)
    return Phases(axis.advance * len(times), first, last)


def _at(axis: Phases, cell: int) -> tuple[int, int]:
    """The interval that the cell of that index sees."""
    rounds, phase = divmod(cell, axis.period)
    shift = rounds * axis.advance
    return axis.first[phase] + shift, axis.last[phase] + shift


def _hull(axis: Phases, cells: int, size: int) -> Phases:
    """What all cells of an axis see together, cut to the input's cells 0 to `size - 1`."""
    ends = {*range(min(axis.period, cells)), *range(max(cells - axis.period, 0), cells)}
    first, last = _together(axis, sorted(ends))
    return Phases(0, (max(first, 0),), (min(last, size - 1),))


def _together(axis: Phases, cells: list[int]) -> tuple[int, int]:
    """The smallest interval over those of several cells; `(0, -1)` where none sees anything."""
    seen = [_at(axis, cell) for cell in cells]
    sighted = [(first, last) for first, last in seen if first <= last]
    if not sighted:
        return 0, -1
    return min(first for first, _ in sighted), max(last for _, last in sighted)


def _composed_axes(axes: tuple[Phases, ...], footprint: tuple[AxisRelation, ...]) -> tuple[Phases, ...] | None:
    if len(axes) != len(footprint):
        return None
    if len(axes) == 2 and axes[0] == axes[1] and footprint[0] == footprint[1]:
        both = _composed(axes[0], footprint[0])
        return None if both is None else (both, both)
    found = []
    for axis, relation in zip(axes, footprint, strict=True):
        composed = _composed(axis, relation)
        if composed is None:
            return None
        found.append(composed)
    return tuple(found)


def _composed(axis: Phases, relation: AxisRelation) -> Phases | None:
    """What an output cell sees in the input, through a tensor whose cells see `axis`."""
    if relation is None:
        return None
    if isinstance(relation, Window):
        return _through_window(axis, relation)
    return _through_phases(axis, relation)


def _through_window(axis: Phases, window: Window) -> Phases | None:
    advance, first, last = axis
    if len(first) == 1 and first[0] <= last[0]:
        reach = window.dilation * (window.kernel - 1) - window.before
        return Phases(advance * window.stride, (first[0] - advance * window.before,), (last[0] + advance * reach,))
    period = axis.period // gcd(axis.period, window.stride)
    spans = [_window_span(axis, window, phase * window.stride - window.before) for phase in range(period)]
    moved = advance * (period * window.stride // axis.period)
    return Phases(moved, tuple(span[0] for span in spans), tuple(span[1] for span in spans))


def _window_span(axis: Phases, window: Window, start: int) -> tuple[int, int]:
    """What the taps of one window see; the extremes are among as many taps at either end as the axis has phases."""
    near = min(window.kernel, axis.period)
    taps = {*range(near), *range(window.kernel - near, window.kernel)}
    return _together(axis, [start + tap * window.dilation for tap in taps])


def _through_phases(axis: Phases, relation: Phases) -> Phases | None:
    rounds = axis.period // gcd(axis.period, relation.advance)
    period = relation.period * rounds
    if period > MAX_PERIOD:
        return None
    spans = []
    for cell in range(period):
        first, last = _at(relation, cell)
        near = min(last - first + 1, axis.period)
        cells = {*range(first, first + near), *range(last - near + 1, last + 1)}
        spans.append(_together(axis, sorted(cells)))
    advance = axis.advance * (rounds * relation.advance // axis.period)
    return Phases(advance, tuple(span[0] for span in spans), tuple(span[1] for span in spans))
