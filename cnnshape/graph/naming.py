"""Names of layers: how new ones get theirs, and layers and groups by the names that summaries print."""

import re
from collections.abc import Iterator

from cnnshape.graph.model import Graph, Group


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


def is_numbered(label: str, word: str) -> bool:
    """Whether a label ends with a word, or with the word and a number: no step has given it another name."""
    own = label.rpartition(".")[2]
    return own == word or own.rpartition("_")[0] == word


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


class Part:
    """A named part of a graph: the nodes from `start` to `end` (exclusive); `group` is None for a single layer."""

    __slots__ = ("end", "group", "name", "start")

    def __init__(self, name: str, start: int, end: int, group: Group | None = None) -> None:
        self.name = name
        self.start = start
        self.end = end
        self.group = group

    def __repr__(self) -> str:
        return f"Part({self.name!r}, {self.start}, {self.end})"


def parts(graph: Graph) -> Iterator[Part]:
    """All layers of a graph, then its stages and blocks from the outside in."""
    for index, node in enumerate(graph.nodes):
        yield Part(node.name, index, index + 1)
    for group in groups(graph.root):
        yield Part(group.label, group.start, group.end, group)


def groups(root: Group) -> Iterator[Group]:
    """The groups inside a group, each before those inside it."""
    waiting = list(reversed(root.children))
    while waiting:
        group = waiting.pop()
        yield group
        waiting += reversed(group.children)


def named_parts(graph: Graph, name: str) -> list[Part]:
    """The parts that a name may mean: one if it is a whole name, else all whose name ends with it.

    `stage.0.Bottleneck.conv`, `stage.0`, and `Bottleneck.conv` if only one block has such a layer. A count of equal
    blocks, as in `Bottleneck x2`, is no part of the name.
    """
    wanted = re.sub(r"\s+x\d+\Z", "", name.strip())
    ending = f".{wanted}"
    endings = []
    for part in parts(graph):
        if part.name == wanted:
            return [part]
        if part.name.endswith(ending):
            endings.append(part)
    return endings if wanted else []
