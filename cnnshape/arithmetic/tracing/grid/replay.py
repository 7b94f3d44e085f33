"""A trace for all points of a grid: where it holds, and its results there."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from cnnshape.arithmetic.tracing.grid.builder import Builder
from cnnshape.arithmetic.tracing.grid.exact import Array, Operand, compared
from cnnshape.arithmetic.tracing.grid.forms import Form
from cnnshape.arithmetic.tracing.grid.rows import Plan, Points, Sum
from cnnshape.arithmetic.tracing.operations import COMPARISONS
from cnnshape.arithmetic.tracing.replay import Step

Leaves = Mapping[str, tuple[int, Sequence[Any]]]
"""The axis of each parameter, and its values at the positions of that axis."""
MOST_VALUES = 1 << 23
"""The most numbers that are computed for single points at once."""


class GridReplay:
    """Results of a trace on a grid. `domain` has, for each axis, the positions at which the trace may hold.

    `size` is that of all tables, in bytes.
    """

    __slots__ = (
        "_before_guards",
        "_before_results",
        "_guards",
        "_lengths",
        "_local",
        "_results",
        "_tables",
        "domain",
        "size",
    )

    def __init__(
        self, steps: Sequence[Step], leaves: Leaves, domain: Sequence[Array], results: Sequence[Any], limit: int
    ) -> None:
        kept = [step for step, _ in results if step is not None]
        with numpy.errstate(all="ignore"):
            narrow = _narrowed(steps, leaves, domain)
            chosen = [numpy.flatnonzero(allowed) for allowed in narrow]
            self._lengths = [len(positions) for positions in chosen]
            self._local = [numpy.cumsum(allowed) - 1 for allowed in narrow]
            own = {
                name: (axis, [values[place] for place in chosen[axis].tolist()])
                for name, (axis, values) in leaves.items()
            }
            builder = Builder(self._lengths, own, limit)
            builder.run(steps, set(kept))
            self.domain = _held(narrow, chosen, builder.holds)
            first, second = Plan(builder), Plan(builder)
            self._tables = [
                first.table(axes, Operand(_all(holds), (0, 1), whole=True))
                for axes, holds in first.grouped(builder.holds.items())
            ]
            self._guards = [
                (guard.sign, first.sum(guard.left), first.sum(guard.right), guard.answer) for guard in builder.guards
            ]
            self._results: list[Sum | int] = [
                value if step is None else second.sum(_known(builder.forms[step])) for step, value in results
            ]
            self._before_guards, self._before_results = first.picks, second.picks
            self.size = first.size + second.size

    def run(self, positions: Sequence[Array]) -> tuple[Array, list[Array]]:
        """Which of the points the trace holds for, and the results of these. `positions` has an array per axis."""
        count = len(positions[0])
        most = max(MOST_VALUES // (1 + len(self._before_guards) + len(self._before_results)), 1)
        parts = [self._run([column[at : at + most] for column in positions]) for at in range(0, max(count, 1), most)]
        if len(parts) == 1:
            return parts[0]
        columns = zip(*[results for _, results in parts], strict=True)
        return numpy.concatenate([holds for holds, _ in parts]), list(map(numpy.concatenate, columns))

    def _run(self, positions: Sequence[Array]) -> tuple[Array, list[Array]]:
        holds = numpy.ones(len(positions[0]), dtype=bool)
        for allowed, column in zip(self.domain, positions, strict=True):
            if not allowed.all():
                holds &= allowed.take(column)
        points = self._points(positions, holds)
        with numpy.errstate(all="ignore"):
            if self._tables or self._guards:
                inner = numpy.ones(points.count, dtype=bool)
                points.fill(self._before_guards)
                for table in self._tables:
                    inner &= table.flat.take(points.places(table.axes))
                for sign, left, right, answer in self._guards:
                    inner &= compared(sign, left.at(points), right.at(points)) == answer
                if not inner.all():
                    holds[numpy.flatnonzero(holds)[~inner]] = False
                    points = self._points(positions, holds)
            points.fill(self._before_results)
            return holds, [self._result(result, points) for result in self._results]

    def _points(self, positions: Sequence[Array], holds: Array) -> Points:
        every = bool(holds.all())
        local = [
            places.take(column if every else column[holds]) if length > 1 else None
            for places, column, length in zip(self._local, positions, self._lengths, strict=True)
        ]
        return Points(local, self._lengths, len(holds) if every else int(holds.sum()))

    def _result(self, result: Sum | int, points: Points) -> Array:
        if isinstance(result, Sum):
            return result.at(points).array
        return numpy.full(points.count, result, dtype=numpy.int64 if -(2**63) <= result < 2**63 else object)


def _known(form: Form | None) -> Form:
    assert form is not None
    return form


def _all(tables: Sequence[Array]) -> Array:
    holds = tables[0]
    for table in tables[1:]:
        holds = holds & table
    return holds


def _held(domain: Sequence[Array], chosen: Sequence[Array], holds: dict[int, Array]) -> list[Array]:
    """The domain without positions at which a guard fails whatever the other axes have. Their tables are done."""
    held = [allowed.copy() for allowed in domain]
    for own in [own for own in holds if own & (own - 1) == 0]:
        axis = own.bit_length() - 1
        held[axis][chosen[axis]] = holds.pop(own).reshape(-1)
    return held


def _narrowed(steps: Sequence[Step], leaves: Leaves, domain: Sequence[Array]) -> list[Array]:
    """The domain without positions that guards of parameters exclude, as those of a repeat do: tables get smaller."""
    narrow = [allowed.copy() for allowed in domain]
    for step in steps:
        if step.operation == "guard":
            left, right = (steps[operand] for operand in step.operands)
            if left.operation == "parameter" and right.operation == "constant":
                axis, values = leaves[left.value]
                sign, answer = step.value
                compare = COMPARISONS[sign]
                pairs = zip(values, narrow[axis].tolist(), strict=True)
                narrow[axis] = numpy.array([own and compare(value, right.value) is answer for value, own in pairs])
    return narrow


def replay_on_grid(
    steps: Sequence[Step], leaves: Leaves, domain: Sequence[Array], results: Sequence[Any], limit: int
) -> GridReplay:
    """The replay of a trace. `results` are pairs of a step and None, or of None and a constant."""
    return GridReplay(steps, leaves, domain, results, limit)
