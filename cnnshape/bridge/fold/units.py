"""Blocks of networks without classes: forks of a kind, with the norm and the activation after each, are one class.

Many files name single operations at most. A residual with an activation after its sum is two steps of a spec, and two steps
have no `repeat`: as calls of a module they become a block, whose parameters are what differs.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile

from cnnshape.bridge.fold.nodes import Fork, Layer, Node, Nodes, Use, walk
from cnnshape.bridge.operations import Module, Network, Operation
from cnnshape.layers import BY_NAME
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import role_of

LEAST_UNITS = 2
"""Units of a kind that become calls of a class."""
LEAST_OPERATIONS = 6
"""Operations of a fork that is a unit with nothing after it. Fewer read well where they are."""


class _Unit(NamedTuple):
    """The operations of a unit: those with values from `start` to `stop`, `stop` not included."""

    type: str
    start: int
    stop: int


def with_units(network: Network, root: Nodes) -> Network:
    """The network with a module call around each unit of its own nodes; the network itself if it has none."""
    units = list(_units(network, root))
    counts = Counter(unit.type for unit in units)
    chosen = [unit for unit in units if counts[unit.type] >= LEAST_UNITS]
    if not chosen:
        return network
    operations = list(network.operations)
    first = len(network.inputs)
    known = max((module.call for operation in operations for module in operation.modules), default=0)
    for number, unit in enumerate(chosen, known + 1):
        inner = slice(unit.start - first, unit.stop - first)
        operations[inner] = _called(operations[inner], Module("", unit.type, number))
    return network._replace(operations=tuple(operations))


def _units(network: Network, nodes: Nodes) -> Iterator[_Unit]:
    """The units of a list of nodes, and those in the branches of its other forks."""
    for index, node in enumerate(nodes):
        if not isinstance(node, Fork):
            continue
        followers = list(takewhile(_follows, nodes[index + 1 :]))
        values = list(_values(network, (node, *followers)))
        long_enough = bool(values) and (bool(followers) or len(values) >= LEAST_OPERATIONS)
        if long_enough and max(values) - min(values) < len(values):
            yield _Unit(f"{node.word.title()}Unit", min(values), max(values) + 1)
        else:
            for branch in node.branches:
                yield from _units(network, branch)


def _values(network: Network, nodes: Nodes) -> Iterator[int]:
    """The values that operations of nodes give; none if blocks are among them."""
    listed = list(walk(nodes))
    if any(isinstance(node, Use) for node in listed):
        return
    for node in listed:
        value = node.value
        yield value
        # A layer may have a norm and an activation as arguments: they came after it.
        while isinstance(node, Layer) and (operation := network.operation(value)) and operation.kind != node.kind:
            value = operation.inputs[0]
            yield value


def _follows(node: Node) -> bool:
    """Whether a node is a norm or an activation of the tensor before it."""
    return isinstance(node, Layer) and bool(role_of(BY_NAME[node.kind]))


def _called(operations: Sequence[Operation], module: Module) -> list[Operation]:
    """Operations in a call of a module, inside of the calls that they have in common."""
    stacks = [operation.modules for operation in operations]
    shared = sum(1 for _ in takewhile(lambda calls: len(set(calls)) == 1, zip(*stacks, strict=False)))
    return [
        operation._replace(modules=(*calls[:shared], module, *calls[shared:]))
        for operation, calls in zip(operations, stacks, strict=True)
    ]
