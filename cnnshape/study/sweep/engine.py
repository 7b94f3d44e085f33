"""The engine on one design of a space: with plain numbers, or with recorded ones."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from cnnshape.api import Design, Examination
from cnnshape.arithmetic import Recordable
from cnnshape.arithmetic.tracing import Trace, Unrecordable
from cnnshape.graph import ExpansionMemory, Options
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Settings, outline
from cnnshape.study.sweep.options import Choices
from cnnshape.study.sweep.outcome import Refusal, figures_of, refusal_of

if TYPE_CHECKING:
    from cnnshape.arithmetic.tracing import Recorded

_OF_BUDGETS = "expansion-budget"
"""The problem of a design that is too large. How large it is depends on which layers are equal."""


class Untraceable(Exception):
    """A design that can't be traced with all of its numbers recorded. `axes` are those to leave out; None if it isn't
    known which."""

    def __init__(self, axes: Collection[int] | None = None) -> None:
        super().__init__("a number can't be recorded")
        self.axes = axes


class Recording(NamedTuple):
    """The trace of a design, and its outcome: figures, which may be recorded, or a refusal."""

    trace: Trace
    outcome: list[Any] | Refusal


class Engine:
    """Examines designs of a space."""

    __slots__ = ("_design", "_names", "_settings", "choices")

    def __init__(self, design: Design, choices: Choices, settings: Settings, names: tuple[str, ...]) -> None:
        self._design = design
        self.choices = choices
        self._settings = settings
        self._names = names

    def examined(self, options: Options, *, explain: bool = False) -> Examination:
        """The examination of one design, as if it were the only one. To `explain` joins that fail costs more than the
        design itself, and changes neither the number nor the places of its problems."""
        return Examination(self._design, options, self.choices.program, ExpansionMemory(), explain=explain)

    def outcome(self, options: Options) -> list[Any] | Refusal:
        """The figures of a design, or its refusal."""
        return self._outcome(self.examined(options))

    def _outcome(self, examined: Examination) -> list[Any] | Refusal:
        if examined.problems or examined.graph is None:
            return refusal_of(examined.problems)
        return figures_of(outline(examined.graph, self._settings), self._names)

    def recorded(self, positions: Sequence[int], pinned: Collection[int]) -> Recording:
        """The trace of a design, with the numbers of all axes recorded except those `pinned`. Raises Untraceable."""
        trace = Trace()
        values = []
        for number, (axis, position) in enumerate(zip(self.choices.axes, positions, strict=True)):
            if number in pinned:
                values.append(axis.values[position])
            else:
                leaves = [
                    trace.parameter(leaf_name(number, place), leaf) for place, leaf in enumerate(axis.numbers[position])
                ]
                values.append(axis.recorded(position, leaves))
        try:
            examined = self.examined(self.choices.of(values))
            outcome = self._outcome(examined)
        except Unrecordable as error:
            raise Untraceable(_axes_of(trace, error.number)) from error
        except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
            # If it isn't the recording that is at fault, the engine raises it again for the design by itself.
            raise Untraceable from error
        if any(problem.name == _OF_BUDGETS for problem in examined.problems):
            raise Untraceable(())
        if not isinstance(outcome, Refusal) and not all(map(_is_integer, outcome)):
            raise Untraceable
        return Recording(trace, outcome)


def leaf_name(axis: int, place: int) -> str:
    """The name of a recorded number: that of its axis, and its place in the value."""
    return f"{axis}.{place}"


def _is_integer(value: object) -> bool:
    return value.is_integer if isinstance(value, Recordable) else isinstance(value, int)


def _axes_of(trace: Trace, number: "Recorded") -> set[int]:
    """The axes that a number of a trace depends on."""
    steps, pending, axes = trace.steps, [number.step], set()
    done: set[int] = set()
    while pending:
        index = pending.pop()
        if index not in done:
            done.add(index)
            step = steps[index]
            pending += step.operands
            if step.operation == "parameter":
                axes.add(int(step.value.partition(".")[0]))
    return axes
