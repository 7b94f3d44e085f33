"""Names of layers: those that a spec gives, and numbered kinds for the others."""


class ReservedNames:
    """The names that the steps of a scope define, which no other layer in the scope may get."""

    __slots__ = ("_free", "_names")

    def __init__(self, names: frozenset[str] = frozenset()) -> None:
        self._names = names
        self._free: dict[tuple[str, int], int] = {}

    def free(self, word: str, count: int) -> int:
        """The first number from `count` on that gives a free name. Cached, as a block may be used often."""
        if not self._names or numbered(word, count) not in self._names:
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


class Labels:
    """The names of new layers of one group: a prefix, and how often each word was used under it."""

    __slots__ = ("_counts", "prefix", "reserved")

    def __init__(self, prefix: str = "", reserved: ReservedNames | None = None) -> None:
        self.prefix = prefix
        self._counts: dict[str, int] = {}
        self.reserved = reserved or ReservedNames()

    def next(self, word: str) -> str:
        """A name for the next layer of that word: `conv`, then `conv_2`, past names that a spec gives itself."""
        count = self.reserved.free(word, self._counts.get(word, 0) + 1)
        self._counts[word] = count
        return self.prefix + numbered(word, count)
