"""Names during expansion: what an expression or a reference can see at one step."""

from cnnshape.graph.guess import Guess
from cnnshape.source import Span

Current = int | Guess
"""A tensor of the graph by its index, or a guess where an earlier fault left a hole."""


class Unsettled:
    """What a param holds whose value couldn't be worked out."""

    __slots__ = ()


UNSETTLED = Unsettled()
Scope = dict[str, object]


class Handle:
    """A tensor as a value of an expression: the nodes from `start` to `end` made it.

    `at` is where the tensor got its name. `left_out` says why the step of that name doesn't run: `when`, `repeat` or
    `for`; the name then stands for the tensor that enters the step.
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
