"""Names during expansion: what an expression or a reference can see at one step."""

from cnnshape.layers import Tensor
from cnnshape.source import Span

Scope = dict[str, object]


class Handle:
    """A tensor as a value of an expression: its index, and the nodes from `start` to `end` that made it.

    `index` is None where the step that should have made it failed; `skipped` marks a step whose `when` is false,
    which passes its input on; `at` is where the tensor got its name.
    """

    __slots__ = ("at", "end", "index", "skipped", "start")

    def __init__(
        self, index: int | None, start: int = 0, end: int = 0, *, skipped: bool = False, at: Span | None = None
    ) -> None:
        self.at = at
        self.skipped = skipped
        self.index = index
        self.start = start
        self.end = end


class Rounds(tuple[Handle, ...]):
    """The outputs of a named `for` or `repeat`; as a tensor it is the last one."""

    __slots__ = ()


class Taken:
    """The names that the steps of a scope give themselves, which no layer there may get."""

    __slots__ = ("_free", "_names")

    def __init__(self, names: frozenset[str] = frozenset()) -> None:
        self._names = names
        self._free: dict[tuple[str, int], int] = {}

    def free(self, word: str, count: int) -> int:
        """The first number from `count` on that leaves a word free. Remembered: a block may be used often."""
        if numbered(word, count) not in self._names:
            return count
        key = word, count
        if key not in self._free:
            while numbered(word, count) in self._names:
                count += 1
            self._free[key] = count
        return self._free[key]


def numbered(word: str, count: int) -> str:
    """`conv`, then `conv_2`."""
    return word if count == 1 else f"{word}_{count}"


class Place:
    """Where new layers get their names: a prefix, and how often each word was used under it."""

    __slots__ = ("counts", "prefix", "taken")

    def __init__(self, prefix: str = "", taken: Taken | None = None) -> None:
        self.prefix = prefix
        self.counts: dict[str, int] = {}
        self.taken = taken or Taken()

    def label(self, word: str) -> str:
        """A name for the next layer of that word: `conv`, then `conv_2`, past names that a spec gives itself."""
        count = self.taken.free(word, self.counts.get(word, 0) + 1)
        self.counts[word] = count
        return self.prefix + numbered(word, count)


AXIS_NAMES = {
    2: ("in_length",),
    3: ("in_height", "in_width"),
    4: ("in_depth", "in_height", "in_width"),
}


def sizes_in_scope(tensor: Tensor) -> dict[str, object]:
    """What expressions may ask of the tensor that enters a step."""
    found: dict[str, object] = {"in_channels": tensor.shape[0]}
    found.update(zip(AXIS_NAMES.get(len(tensor.shape), ()), tensor.shape[1:], strict=False))
    return found
