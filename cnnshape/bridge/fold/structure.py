"""Recognizes forks in a list of nodes: joins whose branches part at one value and are used nowhere else.

The value where they part is the immediate dominator of the join: the last one that every path to it goes through.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import reduce
from heapq import heappop, heappush
from itertools import chain

from cnnshape.bridge.fold.dominators import dominators
from cnnshape.bridge.fold.nodes import Fork, Layer, Node, Nodes, Use
from cnnshape.layers import BY_NAME
from cnnshape.named_tuple import NamedTuple

SHORTCUT_LAYERS = 2
"""Layers of a path that may be a shortcut; a longer one is a branch."""
MOST_BODY_LAYERS = 24
"""Nodes of the body of a residual: a longer path is not what the word says."""
MOST_BODY_OPERATIONS = 80
"""Operations of a branch that is added to another one, those in blocks too."""
MOST_NESTED = 8
"""Forks inside of each other: deeper ones read better by names."""
MOST_VISITS = 20
"""Nodes that the search for branches may visit, for each node of a list. In networks of use, it visits each about once."""


def structured(nodes: Iterable[Node], kept: Collection[int]) -> Nodes:
    """The nodes with forks in place of their joins, innermost first. `kept` are the values that are read elsewhere."""
    scope = _Scope(list(nodes), frozenset(kept))
    for join in [node for node in scope.nodes.values() if _is_join(node)]:
        scope.fork(join)
    return tuple(scope.nodes.values())


def _is_join(node: Node) -> bool:
    return isinstance(node, Layer) and BY_NAME[node.kind].joins and len(set(node.sources)) > 1


class _Size(NamedTuple):
    """What a node or a branch holds: nodes, operations (those in blocks too), and forks inside of each other."""

    nodes: int
    operations: int
    depth: int = 0

    def plus(self, other: "_Size") -> "_Size":
        return _Size(self.nodes + other.nodes, self.operations + other.operations, max(self.depth, other.depth))


class _Scope:
    """The nodes of one list by their values, with their sizes, what they read, and who reads them."""

    def __init__(self, nodes: list[Node], kept: frozenset[int]) -> None:
        self.nodes = {node.value: node for node in nodes}
        self.kept = kept
        self.reads = {node.value: node.reads for node in nodes}
        self.sizes = {node.value: _Size(1, node.layers if isinstance(node, Use) else 1) for node in nodes}
        self.readers: dict[int, set[int]] = defaultdict(set)
        for node in nodes:
            self._note(node)
        self.dominators = dominators(self.reads)
        self.visits = MOST_VISITS * len(nodes)

    def fork(self, join: Node) -> None:
        """Puts a fork in place of a join and its branches, if they are used nowhere else."""
        assert isinstance(join, Layer)
        start = self.dominators[join.value]
        if start is None or len(set(join.sources)) != len(join.sources):
            return
        branches: list[set[int]] = []
        for operand in join.sources:
            branch = self._branch(operand, start, join)
            if branch is None or not branch.isdisjoint(chain(*branches)):
                return
            branches.append(branch)
        inner = [value for branch in branches for value in branch]
        sizes = [reduce(_Size.plus, map(self.sizes.__getitem__, branch), _Size(0, 0)) for branch in branches]
        parts = [tuple(self.nodes[value] for value in sorted(branch)) for branch in branches]
        fork = _fork_of(join, start, parts, [size.nodes for size in sizes])
        self._forget(join)
        for value in inner:
            self._forget(self.nodes.pop(value))
        self.nodes[join.value] = fork
        size = reduce(_Size.plus, sizes, _Size(1, 1))
        self.sizes[join.value] = size._replace(depth=size.depth + 1)
        self.reads[join.value] = fork.reads
        self._note(fork)

    def _note(self, node: Node) -> None:
        for value in self.reads[node.value]:
            self.readers[value].add(node.value)

    def _forget(self, node: Node) -> None:
        for value in self.reads[node.value]:
            self.readers[value].discard(node.value)

    def _branch(self, operand: int, start: int, join: Layer) -> set[int] | None:
        """The nodes between the start and an operand, the operand included.

        None if there are too many, or if something else reads one of them: of the last one, anything but the join.
        """
        branch: set[int] = set()
        size = _Size(0, 0)
        # Later nodes come first: whatever in the branch reads a node is known before the node.
        waiting = [-operand]
        while waiting:
            value = -heappop(waiting)
            if value == start or value in branch or value not in self.nodes:
                continue
            allowed = branch or {join.value}
            if value in self.kept or not self.readers[value] <= allowed or not self.visits:
                return None
            self.visits -= 1
            branch.add(value)
            size = size.plus(self.sizes[value])
            if size.depth >= MOST_NESTED or (join.kind == "add" and size.operations > MOST_BODY_OPERATIONS):
                # Most of a network is not a branch of its last sum: the sum reads better by names. A join around this
                # one has larger branches.
                self.sizes[join.value] = size
                return None
            for source in self.reads[value]:
                heappush(waiting, -source)
        return branch


def _fork_of(join: Layer, start: int, branches: list[Nodes], sizes: list[int]) -> Fork:
    """The fork of a join. `sizes` are the nodes of each branch, those in forks too."""
    broadcast = str(join.arguments.get("broadcast") or "")
    word = join.kind
    if word == "add" and len(branches) == 2 and not broadcast:
        (body, size), (shortcut, _) = sorted(zip(branches, sizes, strict=True), key=_length, reverse=True)
        short = size <= MOST_BODY_LAYERS
        if short and (not shortcut or (len(body) > len(shortcut) and is_shortcut(shortcut))):
            word, branches = "residual", [body, shortcut]
    return Fork(join.value, (start,), join.path, word, tuple(branches), broadcast)


def _length(branch: tuple[Nodes, int]) -> int:
    return len(branch[0])


def is_shortcut(nodes: Nodes) -> bool:
    """Whether a path may be the shortcut of a residual: a projection, or a pool and a projection."""
    return len(nodes) <= SHORTCUT_LAYERS and all(isinstance(node, Layer) for node in nodes)
