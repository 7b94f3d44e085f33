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

    `skipped` marks a step whose `when` is false, which passes its input on; `at` is where the tensor got its name.
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
