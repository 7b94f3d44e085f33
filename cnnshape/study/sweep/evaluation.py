"""Evaluates designs of a space.

The interface for what shows and stores sweeps: `Evaluator(design, space)`, then `evaluate(indices)` for arrays of any
length, in any order and any process: each process makes an evaluator of its own. Indices are below 2^63. What it
returns for a design doesn't depend on the other designs. Diagnostics are `Refusal`s without a message, as messages have
the numbers of one design: `diagnostic(index)` gives that of a design. Count refusals by value (they compare and hash),
and keep the least index of each for its message. A sweep calls `recheck` at the end. `notes` says what the evaluation
couldn't do fast.

The engine runs on recorded numbers, and its trace is replayed for all designs for which it holds (`replays`). A design
for which none holds is traced next. All numbers are those of the engine, and so are the refusals.
"""

from typing import TYPE_CHECKING, Any

from cnnshape.api import Design
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Options
from cnnshape.report import Settings
from cnnshape.study.sweep.engine import Engine, Untraceable
from cnnshape.study.sweep.options import Choices
from cnnshape.study.sweep.outcome import Figures, Refusal, figure_names
from cnnshape.study.sweep.space import Space

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnshape.study.sweep.replays import Replayed, Replays

SMALLEST, LARGEST = -(2**63), 2**63 - 1
"""The numbers that int64 holds."""
CHUNK = 1 << 15
"""The number of designs that are evaluated at once."""


class WrongFigures(Exception):
    """A figure of a sweep that is not that of the engine: a bug of cnnshape."""


class Evaluator:
    """Evaluates designs of a space.

    `options` are what all designs have: further params, a variant, inputs. Raises DesignError for a value that can't be
    one of a param or of an input; problems of single designs are refusals. `names` are the figures.
    """

    def __init__(
        self, design: Design, space: Space, settings: Settings | None = None, options: Options | None = None
    ) -> None:
        self.space = space
        self.names = figure_names(design.spec)
        self._engine = Engine(design, Choices(design, space, options or Options()), settings or Settings(), self.names)
        self._replays: Replays | None = None
        self._one_by_one = 0
        self._untraceable = 0

    @property
    def one_by_one(self) -> dict[str, int]:
        """How many designs were evaluated one by one so far, by the reason."""
        reasons = {
            "their numbers can't be recorded": self._untraceable,
            "too few of them are alike": self._one_by_one - self._untraceable,
        }
        return {reason: number for reason, number in reasons.items() if number}

    @property
    def traces(self) -> int:
        """How often the engine ran on recorded numbers so far."""
        return 0 if self._replays is None else len(self._replays.traces)

    @property
    def notes(self) -> list[str]:
        """What the evaluation couldn't do fast, a sentence each."""
        notes = [f"{number:,} designs were evaluated one by one: {why}" for why, number in self.one_by_one.items()]
        if self._replays is not None and self._replays.pinned:
            names = ", ".join(f"`{self.space.axes[axis].name}`" for axis in sorted(self._replays.pinned))
            notes.append(f"each value of {names} was evaluated by itself: it can't be recorded")
        return notes

    def evaluate(self, indices: "NDArray[Any]") -> Figures:
        """The figures of the designs with these indices. Raises IndexError for an index outside of the space."""
        import numpy

        indices = numpy.asarray(indices, dtype=numpy.int64)
        if len(indices) and not 0 <= int(indices.min()) <= int(indices.max()) < self.space.count:
            raise IndexError(f"an index outside of the {self.space.count:,} designs of the space")
        columns = _Columns(self.names, len(indices))
        for start in range(0, len(indices), CHUNK):
            self._evaluate(indices[start : start + CHUNK], start, columns)
        return columns.figures()

    def options(self, index: int) -> Options:
        """The options of a design, with a whole shape for a size of the input."""
        return self._engine.choices.options(index)

    def diagnostic(self, index: int) -> Diagnostic:
        """The first problem of a refused design, with its message; raises ValueError for an accepted one."""
        problems = self._engine.examined(self.options(index), explain=True).problems
        if not problems:
            raise ValueError(f"the design {index} is accepted")
        return problems[0]

    def recheck(self, indices: "NDArray[Any]", figures: Figures, count: int = 100, seed: int = 0) -> int:
        """Compares random rows with the engine; returns their number. Raises WrongFigures for a difference."""
        import numpy

        rows = numpy.random.default_rng(seed).permutation(len(indices))[:count]
        for row in rows.tolist():
            index = int(indices[row])
            expected, refused = self._engine.outcome(self.options(index)), int(figures.refused[row])
            stated: object = [int(figures.values[name][row]) for name in self.names]
            if refused >= 0:
                stated = figures.diagnostics[refused]
            if stated != expected:
                message = f"the design {dict(self.space.choice(index))} has {expected}, and the sweep says {stated}"
                raise WrongFigures(message)
        return len(rows)

    def _evaluate(self, indices: "NDArray[Any]", start: int, columns: "_Columns") -> None:
        """Sets the rows from `start` on."""
        import numpy

        if self._replays is None:
            from cnnshape.study.sweep.replays import Replays

            self._replays = Replays(self._engine)
        positions = self.space.columns(indices)
        if not positions:
            self._plainly(indices, start + numpy.arange(len(indices)), columns)
            return
        places = self._replays.axes.columns(positions)
        pending = list(self._replays.groups(places))
        known = len(self._replays.traces)
        for rows, traces in pending:
            for trace in [*traces, *self._replays.traces[known:]]:
                rows = self._replay(trace, places, rows, start, columns)
                if not len(rows):
                    break
            while len(rows) and self._replays.worthwhile:
                try:
                    added = self._replays.add([int(column[rows[0]]) for column in positions])
                except Untraceable:
                    self._untraceable += 1
                    self._plainly(indices[rows[:1]], start + rows[:1], columns)
                    rows = rows[1:]
                    continue
                rows = self._replay(added, places, rows, start, columns)
            self._plainly(indices[rows], start + rows, columns)

    def _replay(
        self, trace: "Replayed", places: "list[NDArray[Any]]", rows: "NDArray[Any]", start: int, columns: "_Columns"
    ) -> "NDArray[Any]":
        """Sets the rows for which a trace holds; returns the others."""
        holds, results = trace.grid.run([column[rows] for column in places])
        columns.set(start + rows[holds], results if trace.refusal is None else trace.refusal)
        assert self._replays is not None
        self._replays.covered += len(results[0]) if results else int(holds.sum())
        left: NDArray[Any] = rows[~holds]
        return left

    def _plainly(self, indices: "NDArray[Any]", rows: "NDArray[Any]", columns: "_Columns") -> None:
        """Sets rows with what the engine says of each design by itself."""
        self._one_by_one += len(rows)
        for index, row in zip(indices.tolist(), rows.tolist(), strict=True):
            outcome = self._engine.outcome(self.options(index))
            columns.set(slice(row, row + 1), outcome)


class _Columns:
    """The columns of figures while they are filled."""

    def __init__(self, names: tuple[str, ...], count: int) -> None:
        import numpy

        self._values = {name: numpy.zeros(count, dtype=numpy.int64) for name in names}
        self._refused = numpy.full(count, -1, dtype=numpy.int64)
        self._diagnostics: dict[Refusal, int] = {}

    def set(self, rows: Any, outcome: "list[Any] | Refusal") -> None:
        """Sets some rows: to a column of values per figure, or to a refusal."""
        if isinstance(outcome, Refusal):
            self._refused[rows] = self._diagnostics.setdefault(outcome, len(self._diagnostics))
            return
        for name, values in zip(self._values, outcome, strict=True):
            try:
                self._values[name][rows] = values
            except OverflowError:
                self._values[name] = self._values[name].astype(object)
                self._values[name][rows] = values

    def figures(self) -> Figures:
        """The figures, with diagnostics in the order in which designs have them first."""
        import numpy

        used, first = numpy.unique(self._refused, return_index=True)
        order = [number for _, number in sorted(zip(first.tolist(), used.tolist(), strict=True)) if number >= 0]
        place = numpy.full(len(self._diagnostics) + 1, -1, dtype=numpy.int64)
        place[order] = numpy.arange(len(order))
        listed = list(self._diagnostics)
        return Figures(
            tuple(self._values), self._values, place[self._refused], tuple([listed[number] for number in order])
        )
