"""The replays of a sweep: which of them hold for which designs, and new ones for designs that are left over."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy

from cnnshape.arithmetic.tracing import Recorded
from cnnshape.arithmetic.tracing.grid import GridReplay, replay_on_grid
from cnnshape.study.sweep.engine import Engine, Recording, Untraceable
from cnnshape.study.sweep.grid_axes import GridAxes
from cnnshape.study.sweep.outcome import Refusal

Array = Any

TABLE = 1 << 12
"""The most values of a table."""
SMALL_TABLE = 1 << 8
"""The most values of a table once all tables together are large, so that memory stays bounded."""
MANY_BYTES = 1 << 26
MOST_TRACES = 4096
FEW_TRACES = 16
ENOUGH_DESIGNS = 8
"""The number of designs that a trace must hold for on average to be worth its time."""


FEW_SEARCHES = 4


class Replayed:
    """A trace on the grid of a space, and its outcome: `refusal`, or the results of the replay."""

    __slots__ = ("grid", "refusal")

    def __init__(self, grid: GridReplay, refusal: Refusal | None) -> None:
        self.grid = grid
        self.refusal = refusal


class Replays:
    """All traces of a sweep so far. `covered` counts the designs that they gave outcomes for, `failed` the designs that
    couldn't be traced. The numbers of axes that are `pinned` aren't recorded."""

    __slots__ = ("_engine", "_holding", "axes", "covered", "failed", "pinned", "traces")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.traces: list[Replayed] = []
        self.pinned: set[int] = set()
        self.covered = self.failed = 0
        self.axes = GridAxes(engine.choices.axes)
        self._holding = [[0] * len(axis.forms) for axis in self.axes.all]
        """By axis of the grid and place, the traces that may hold there, as bits."""

    @property
    def worthwhile(self) -> bool:
        """Whether another trace is likely to save time."""
        count = len(self.traces) + self.failed
        return count < MOST_TRACES and (count < FEW_TRACES or self.covered >= ENOUGH_DESIGNS * count)

    def groups(self, columns: Sequence[Array]) -> Iterator[tuple[Array, list[Replayed]]]:
        """The rows in groups for which the same traces may hold, with these."""
        key: Any = numpy.zeros(len(columns[0]), dtype=numpy.int64)
        for column, holding in zip(columns, self._holding, strict=True):
            numbers = {bits: number for number, bits in enumerate(dict.fromkeys(holding))}
            if len(numbers) > 1:
                kinds = numpy.array([numbers[bits] for bits in holding])
                _, key = numpy.unique(key * len(numbers) + kinds.take(column), return_inverse=True)
        order = numpy.argsort(key, kind="stable")
        starts = numpy.flatnonzero(numpy.diff(key[order])) + 1
        for rows in numpy.split(order, starts):
            bits = -1
            for column, holding in zip(columns, self._holding, strict=True):
                bits &= holding[int(column[rows[0]])]
            yield rows, [trace for number, trace in enumerate(self.traces) if bits >> number & 1]

    def add(self, positions: Sequence[int]) -> Replayed:
        """Traces the design with these values. Raises Untraceable."""
        recording = self._recorded(positions)
        refusal = recording.outcome if isinstance(recording.outcome, Refusal) else None
        replayed = Replayed(self._on_grid(recording, positions), refusal)
        bit = 1 << len(self.traces)
        self.traces.append(replayed)
        for holding, allowed in zip(self._holding, replayed.grid.domain, strict=True):
            for place in numpy.flatnonzero(allowed).tolist():
                holding[place] |= bit
        return replayed

    def _recorded(self, positions: Sequence[int]) -> Recording:
        """The trace of the design. Axes whose numbers can't be recorded are pinned from now on."""
        while True:
            try:
                return self._engine.recorded(positions, self.pinned)
            except Untraceable as error:
                axes = self._axis_at_fault(positions) if error.axes is None else set(error.axes)
                if axes <= self.pinned:
                    self.failed += 1
                    raise
                self.pinned |= axes

    def _axis_at_fault(self, positions: Sequence[int]) -> set[int]:
        """An axis without whose numbers the design can be traced, if there is one."""
        for axis in range(len(positions) if self.failed < FEW_SEARCHES else 0):
            with suppress(Untraceable):
                self._engine.recorded(positions, {*self.pinned, axis})
                return {axis}
        return set()

    def _on_grid(self, recording: Recording, positions: Sequence[int]) -> GridReplay:
        leaves = self.axes.leaves(positions, self.pinned)
        domain = [axis.allowed(positions[axis.axis], pinned=axis.axis in self.pinned) for axis in self.axes.all]
        outcome = recording.outcome if not isinstance(recording.outcome, Refusal) else []
        results = [(figure.step, None) if isinstance(figure, Recorded) else (None, figure) for figure in outcome]
        limit = TABLE if sum(trace.grid.size for trace in self.traces) < MANY_BYTES else SMALL_TABLE
        return replay_on_grid(recording.trace.steps, leaves, domain, results, limit)
