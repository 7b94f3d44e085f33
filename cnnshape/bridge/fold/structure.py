"""Recognizes forks in a list of nodes: joins whose branches part at one value and are used nowhere else.

The value where they part is the immediate dominator of the join: the last one that every path to it goes through.
Source: Cooper, Harvey and Kennedy (2001), A Simple, Fast Dominance Algorithm; one pass is enough, as there are no cycles.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from cnnshape.bridge.fold.nodes import Fork, Layer, Node, Nodes, Use, reads, walk
from cnnshape.layers import BY_NAME

SHORTCUT_LAYERS = 2
"""Layers of a path that may be a shortcut; a longer one is a branch."""
MOST_BODY_LAYERS = 24
"""Nodes of the body of a residual: a longer path is not what the word says."""
MOST_BODY_OPERATIONS = 80
"""Operations of a branch that is added to another one, those in blocks too."""


def structured(nodes: Iterable[Node], kept: Collection[int]) -> Nodes:
    """The nodes with forks in place of their joins, innermost first. `kept` are the values that are read elsewhere."""
    scope = _Scope(list(nodes), frozenset(kept))
    for join in [node for node in scope.nodes.values() if _is_join(node)]:
        scope.fork(join)
    return tuple(scope.nodes.values())


def _is_join(node: Node) -> bool:
    return isinstance(node, Layer) and BY_NAME[node.kind].joins and len(set(node.sources)) > 1


class _Scope:
    """The nodes of one list by their values, and who reads them."""

    def __init__(self, nodes: list[Node], kept: frozenset[int]) -> None:
        self.nodes = {node.value: node for node in nodes}
        self.kept = kept
        self.readers: dict[int, set[int]] = defaultdict(set)
        for node in nodes:
            for value in reads(node):
                self.readers[value].add(node.value)
        self.dominators = _dominators(nodes)

    def fork(self, join: Node) -> None:
        """Puts a fork in place of a join and its branches, if they are used nowhere else."""
        assert isinstance(join, Layer)
        start = self.dominators[join.value]
        if start is None or len(set(join.sources)) != len(join.sources):
            return
        branches = [self._branch(operand, start) for operand in join.sources]
        inner = [value for branch in branches for value in branch]
        if len(set(inner)) != len(inner) or not self._closed(branches, join):
            return
        parts = [tuple(self.nodes[value] for value in sorted(branch)) for branch in branches]
        if join.kind == "add" and max(map(_operations, parts)) > MOST_BODY_OPERATIONS:
            # Most of a network is not a branch of its last sum: the sum reads better by names.
            return
        fork = _fork_of(join, start, parts)
        self._forget(join)
        for value in inner:
            self._forget(self.nodes.pop(value))
        self.nodes[join.value] = fork
        for value in reads(fork):
            self.readers[value].add(join.value)

    def _forget(self, node: Node) -> None:
        for value in reads(node):
            self.readers[value].discard(node.value)

    def _branch(self, operand: int, start: int) -> set[int]:
        """The nodes between the start and an operand, the operand included."""
        branch: set[int] = set()
        waiting = [operand]
        while waiting:
            value = waiting.pop()
            if value != start and value not in branch and value in self.nodes:
                branch.add(value)
                waiting += reads(self.nodes[value])
        return branch

    def _closed(self, branches: list[set[int]], join: Layer) -> bool:
        """Whether nothing in a branch is read outside of it, except its last value, by the join."""
        for branch, operand in zip(branches, join.sources, strict=True):
            for value in branch:
                allowed = {join.value} if value == operand else branch
                if value in self.kept or not self.readers[value] <= allowed:
                    return False
        return True


def _dominators(nodes: list[Node]) -> dict[int, int | None]:
    """The immediate dominator of each value; None where paths start at several values."""
    dominators: dict[int, int | None] = {}
    depths: dict[int | None, int] = {None: 0}
    for node in nodes:
        common: int | None = None
        for index, value in enumerate(dict.fromkeys(reads(node))):
            if value not in depths:
                dominators[value], depths[value] = None, 1
            common = value if index == 0 else _meet(common, value, dominators, depths)
        dominators[node.value] = common
        depths[node.value] = depths[common] + 1
    return dominators


def _meet(
    one: int | None, other: int | None, dominators: dict[int, int | None], depths: dict[int | None, int]
) -> int | None:
    while one != other:
        if depths[one] >= depths[other]:
            one = dominators[one] if one is not None else None
        else:
            other = dominators[other] if other is not None else None
    return one


def _fork_of(join: Layer, start: int, branches: list[Nodes]) -> Fork:
    broadcast = str(join.arguments.get("broadcast") or "")
    word = join.kind
    if word == "add" and len(branches) == 2 and not broadcast:
        body, shortcut = sorted(branches, key=len, reverse=True)
        short = len(list(walk(body))) <= MOST_BODY_LAYERS
        if short and (not shortcut or (len(body) > len(shortcut) and is_shortcut(shortcut))):
            word, branches = "residual", [body, shortcut]
    return Fork(join.value, (start,), join.path, word, tuple(branches), broadcast)


def _operations(nodes: Nodes) -> int:
    return sum(node.layers if isinstance(node, Use) else 1 for node in walk(nodes))


def is_shortcut(nodes: Nodes) -> bool:
    """Whether a path may be the shortcut of a residual: a projection, or a pool and a projection."""
    return len(nodes) <= SHORTCUT_LAYERS and all(isinstance(node, Layer) for node in nodes)
