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

    `skipped` marks a step whose `when` is false, which passes its input on. `at` is where the tensor got its name.
    """

    __slots__ = ("at", "end", "skipped", "start", "value")

    def __init__(
        self, value: Current, start: int = 0, end: int = 0, *, skipped: bool = False, at: Span | None = None
    ) -> None:
        self.value = value
        self.start = start
        self.end = end
        self.skipped = skipped
        self.at = at


class Rounds(tuple[Handle, ...]):
    """The outputs of a named `for` or `repeat`; as a tensor it is the last one."""

    __slots__ = ()
