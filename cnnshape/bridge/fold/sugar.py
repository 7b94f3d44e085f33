"""Norms and activations as arguments of the layer before them."""

from collections import Counter
from collections.abc import Collection, Iterable

from cnnshape.bridge.draft import FROZEN, DraftSetting
from cnnshape.bridge.flat import same
from cnnshape.bridge.fold.nodes import Given, Layer, Node, Nodes, plain_value
from cnnshape.bridge.operations import Ref
from cnnshape.layers import BY_NAME
from cnnshape.program import role_of


def sugared(nodes: Iterable[Node], kept: Collection[int]) -> Nodes:
    """The nodes with `norm` and `act` in place of layers that follow a convolution and are read by nobody else."""
    listed = list(nodes)
    readers = Counter(value for node in listed for value in node.reads)
    merged: dict[int, Node] = {}
    for node in listed:
        before = merged.get(node.sources[0]) if node.sources else None
        alone = before is not None and readers[before.value] == 1 and before.value not in kept
        follower = _follower(before, node) if alone else None
        if before is not None and follower is not None and isinstance(before, Layer):
            del merged[before.value]
            node = before._replace(value=node.value, arguments={**before.arguments, **follower})
        merged[node.value] = node
    return tuple(merged.values())


def _follower(before: Node | None, node: Node) -> dict[str, Given] | None:
    """The argument that a node becomes, if it can be one of the layer before it."""
    if not isinstance(before, Layer) or not isinstance(node, Layer) or len(node.sources) != 1:
        return None
    key = role_of(BY_NAME[node.kind])
    if key not in BY_NAME[before.kind].followers or "act" in before.arguments or key in before.arguments:
        return None
    if any(isinstance(value, Ref) for value in node.arguments.values()):
        return None
    if node.weighted and node.shared != before.shared:
        # A step shares all of its weights or none.
        return None
    if node.weighted and node.arguments.get(FROZEN) != before.arguments.get(FROZEN, False):
        return None
    return {key: setting(node)}


def setting(node: Layer) -> DraftSetting:
    """A layer as a value."""
    declared = BY_NAME[node.kind].arguments
    given = ((name, value) for name, value in node.arguments.items() if name in declared)
    own = [(name, value) for name, value in given if not same(value, declared[name].default)]
    return DraftSetting(node.kind, tuple((name, plain_value(value)) for name, value in own if value is not None))
