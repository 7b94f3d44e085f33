"""The receptive field where paths meet: per axis and phase the smallest interval over those of all paths."""

from math import lcm

from cnnshape.analysis.field import (
    MAX_PERIOD,
    TOO_LATE,
    Dependence,
    Field,
    Interval,
    Undefined,
    everywhere,
    hull,
    interval_at,
    per_axis,
    phases_of,
)
from cnnshape.arithmetic import surely_equal
from cnnshape.layers import Phases


def union(paths: list[Dependence]) -> Dependence:
    """The dependence of a tensor that is made from several."""
    together = paths[0]
    for other in paths[1:]:
        if other is not together:
            together = _meet(together, other)
    return together


def _meet(one: Dependence, other: Dependence) -> Dependence:
    reach = one.reach if surely_equal(one.reach, other.reach) else per_axis(hull, one.reach, other.reach)
    seeing = one.seeing and other.seeing and per_axis(hull, one.seeing, other.seeing)
    a, b = one.field, other.field
    if isinstance(a, Undefined) or isinstance(b, Undefined):
        unknown = [field for field in (a, b) if isinstance(field, Undefined)]
        return Dependence(max(unknown, key=lambda field: field.lasting), reach, seeing)
    if a.everywhere or b.everywhere:
        # Next to a gate each cell sees its own surroundings and what the gate sees. The whole reach holds for all.
        local = b if a.everywhere else a
        return Dependence(Field(everywhere(reach), local.cells, local.aligned), reach)
    return Dependence(_meet_fields(a, b), reach, seeing)


def _meet_fields(a: Field, b: Field) -> Field | Undefined:
    if a.cells != b.cells:
        return Undefined("flattened maps of different sizes meet")
    axes, aligned = [], a.aligned and b.aligned
    for axis in per_axis(_meet_axes, a.axes, b.axes):
        if isinstance(axis, Undefined):
            return axis
        axes.append(axis[0])
        aligned = aligned and axis[1]
    return Field(tuple(axes), a.cells, aligned)


def _meet_axes(a: Phases, b: Phases) -> tuple[Phases, bool] | Undefined:
    """The smallest intervals over those of both, phase by phase; and whether their centres agree."""
    if a == b:
        return a, True
    if a.advance * b.period != b.advance * a.period:
        return Undefined("paths with different strides meet")
    period = lcm(a.period, b.period)
    if period == 1:
        # So do nearly all: they have one phase.
        one, other = (a.first[0], a.last[0]), (b.first[0], b.last[0])
        first, last = hull(one, other)
        return Phases(a.advance, (first,), (last,)), _same_centre(one, other)
    if period > MAX_PERIOD:
        return TOO_LATE
    pairs = [(interval_at(a, cell), interval_at(b, cell)) for cell in range(period)]
    axis = phases_of(a.advance * (period // a.period), [hull(*pair) for pair in pairs])
    return axis, all(_same_centre(*pair) for pair in pairs)


def _same_centre(a: Interval, b: Interval) -> bool:
    """Whether two intervals have one centre; an empty one has none that could differ."""
    return sum(a) == sum(b) or a[0] > a[1] or b[0] > b[1]
