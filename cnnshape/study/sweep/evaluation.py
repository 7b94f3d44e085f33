"""Evaluates designs of a space.

The interface for what shows and stores sweeps: `Evaluator(design, space)`, then `evaluate(indices)` for arrays of any
length, in any order and any process. What it returns for a design doesn't depend on the other designs. Diagnostics
are `Refusal`s without a message, as messages have the numbers of one design: `diagnostic(index)` gives that of a design.
Count refusals by value (they compare and hash), and keep the least index of each for its message. A sweep calls
`recheck` at the end. `notes` says what the evaluation couldn't do fast.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnnshape.api import Design, Examination, examine
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Options
from cnnshape.report import Settings
from cnnshape.study.sweep.options import Choices
from cnnshape.study.sweep.outcome import Figures, Refusal, figure_names, figures_of, refusal_of
from cnnshape.study.sweep.space import Space

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST, LARGEST = -(2**63), 2**63 - 1
"""The numbers that int64 holds."""


class WrongFigures(Exception):
    """A figure of a sweep that is not that of the engine: a bug of cnnshape."""


class Evaluator:
    """Evaluates designs of a space.

    `options` are what all designs have: further params, a variant, inputs. Raises DesignError for a value that can't be
    one of a param; problems of single designs are refusals. `names` are the figures.
    """

    def __init__(
        self, design: Design, space: Space, settings: Settings | None = None, options: Options | None = None
    ) -> None:
        self.design = design
        self.space = space
        self.settings = settings or Settings()
        self.names = figure_names(design.spec)
        self.notes: list[str] = []
        self._choices = Choices(design, space, options or Options())
        self._examined: Examination | None = None

    def evaluate(self, indices: "NDArray[Any]") -> Figures:
        """The figures of the designs with these indices. Raises IndexError for an index outside of the space."""
        import numpy

        rows: list[list[int]] = []
        diagnostics: dict[Refusal, int] = {}
        refused = numpy.full(len(indices), -1, dtype=numpy.int64)
        for row, index in enumerate(indices.tolist()):
            outcome = self.outcome(index)
            if isinstance(outcome, Refusal):
                refused[row] = diagnostics.setdefault(outcome, len(diagnostics))
                outcome = [0] * len(self.names)
            rows.append(outcome)
        columns = zip(*rows, strict=True) if rows else iter([()] * len(self.names))
        values = {name: _column(column) for name, column in zip(self.names, columns, strict=True)}
        return Figures(self.names, values, refused, tuple(diagnostics))

    def options(self, index: int) -> Options:
        """The options of a design."""
        return self._choices.options(index)

    def outcome(self, index: int) -> list[int] | Refusal:
        """The figures of a design, or its refusal, as the engine says it."""
        examined = self._examine(index)
        if examined.problems or examined.graph is None:
            return refusal_of(examined.problems)
        return figures_of(examined.report(self.settings), self.names)

    def diagnostic(self, index: int) -> Diagnostic:
        """The first problem of a refused design, with its message; raises ValueError for an accepted one."""
        examined = self._examine(index)
        if not examined.problems:
            raise ValueError(f"the design {index} is accepted")
        return examined.problems[0]

    def recheck(self, indices: "NDArray[Any]", figures: Figures, count: int = 100, seed: int = 0) -> int:
        """Compares random rows with the engine; returns their number. Raises WrongFigures for a difference."""
        import numpy

        rows = numpy.random.default_rng(seed).permutation(len(indices))[:count]
        for row in rows.tolist():
            index, expected = int(indices[row]), self.outcome(int(indices[row]))
            refused = int(figures.refused[row])
            stated = figures.diagnostics[refused] if refused >= 0 else [int(figures.values[n][row]) for n in self.names]
            if stated != expected:
                message = f"the design {dict(self.space.choice(index))} has {expected}, and the sweep says {stated}"
                raise WrongFigures(message)
        return len(rows)

    def _examine(self, index: int) -> Examination:
        options = self._choices.options(index)
        if self._examined is None:
            # The joins that fail are not explained: that costs more than the design, and removes no problem.
            self._examined = examine(self.design, options, explain=False)
            return self._examined
        return self._examined.with_options(options)


def _column(values: Sequence[int]) -> "NDArray[Any]":
    import numpy

    small = all(SMALLEST <= value <= LARGEST for value in values)
    return numpy.array(values, dtype=numpy.int64 if small else object)
