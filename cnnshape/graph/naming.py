"""The layers and groups of a graph by the names that summaries print."""

import re
from collections.abc import Iterator

from cnnshape.graph.model import Graph, Group


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
    """The parts that a name may mean: one where it is a whole name, else all whose name ends with it.

    `stage.0.Bottleneck.conv`, `stage.0`, and `Bottleneck.conv` where only one block has such a layer. A count of equal
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
