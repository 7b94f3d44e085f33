"""Names during expansion: the scope of expressions and references at a step."""

from cnnshape.graph.guess import Guess
from cnnshape.source import Span

Current = int | Guess
"""The index of a tensor of the graph, or a guess if an earlier fault left a hole."""


class Unsettled:
    """The value of a param that couldn't be evaluated."""

    __slots__ = ()


UNSETTLED = Unsettled()
Scope = dict[str, object]


class Handle:
    """A tensor as the value of an expression. The nodes from `start` to `end` made it.

    `at` is where the tensor got its name. `left_out` says why the step of that name doesn't run: `when`, `repeat` or
    `for`; the name then means the tensor that enters the step.
    """

    __slots__ = ("at", "end", "left_out", "start", "value")

    def __init__(self, value: Current, start: int = 0, end: int = 0, *, at: Span | None = None) -> None:
        self.value = value
        self.start = start
        self.end = end
        self.left_out = ""
        self.at = at


class Rounds(tuple[Handle, ...]):
    """The outputs of a named `for` or `repeat`; as a tensor it is the last one."""

    __slots__ = ()
