"""Activation memory: the size of each output, and the most that is alive at once.

A tensor lives from the layer that writes it to the last layer that reads it; the network's outputs live to the end,
its inputs from the start. A tensor that only gives its size to another isn't read. Views (flatten, slices, identities)
share the memory of their input. Weights are not counted, nor the working space that an implementation needs.
"""

from collections.abc import Sequence
from itertools import accumulate

from cnnshape.arithmetic import maximum
from cnnshape.graph import Graph, Node
from cnnshape.named_tuple import NamedTuple


class Peak(NamedTuple):
    """The most bytes alive at once.

    `node` is the index of the node that runs at that time, None before the first one. `alive` are the indices of the
    values whose tensors are alive then; their sizes add up to `bytes`.
    """

    bytes: int
    node: int | None
    alive: tuple[int, ...]


class Moment(NamedTuple):
    """While one node runs: bytes alive, and in how many tensors."""

    bytes: int
    tensors: int


def peak_memory(
    graph: Graph, sizes: Sequence[int], *, inplace_activations: bool = False, inplace_adds: bool = False
) -> Peak:
    """The peak of the activation memory, with the layers run in the order of the graph. `sizes` are the bytes of each
    value.

    With `inplace_activations` an activation overwrites its input, with `inplace_adds` an element-wise join overwrites
    its first input, if nothing reads that input afterwards.
    """
    storages = _Storages(graph, sizes, activations=inplace_activations, adds=inplace_adds)
    totals = storages.alive(sizes)
    before, most = sum(sizes[: storages.inputs]), max(totals, default=0)
    node = totals.index(most) if most > before else None
    return Peak(max(most, before), node, tuple(storages.alive_at(node)))


def peak_bytes(
    graph: Graph, sizes: Sequence[int], *, inplace_activations: bool = False, inplace_adds: bool = False
) -> int:
    """The bytes of the peak alone. Unlike the node of the peak, they can be recorded."""
    storages = _Storages(graph, sizes, activations=inplace_activations, adds=inplace_adds)
    return maximum(sum(sizes[: storages.inputs]), *storages.alive(sizes))


def memory_timeline(
    graph: Graph, sizes: Sequence[int], *, inplace_activations: bool = False, inplace_adds: bool = False
) -> list[Moment]:
    """The memory alive while each node runs. The largest is the peak of `peak_memory`, unless that is the inputs
    alone."""
    storages = _Storages(graph, sizes, activations=inplace_activations, adds=inplace_adds)
    return list(map(Moment, storages.alive(sizes), storages.alive([1] * len(sizes))))


class _Storages:
    """The memory of values while the nodes of a graph run in order.

    A storage is named by the first value that lives in it: `storage` has that of each value. `last` has the index of
    the last node that reads a value, or for a storage, any value in it.
    """

    def __init__(self, graph: Graph, sizes: Sequence[int], *, activations: bool, adds: bool) -> None:
        self.nodes = graph.nodes
        self.inputs = len(graph.inputs)
        self.activations = activations
        self.adds = adds
        self.sizes = sizes
        self.last = _last_reads(graph)
        self.storage = list(range(len(sizes)))
        self._assign()

    def _assign(self) -> None:
        """Puts each value into a storage of its own, or into that of the node's first input."""
        storage, last = self.storage, self.last
        in_place = self.activations or self.adds
        for value, node in enumerate(self.nodes, self.inputs):
            if node.application.layer.view or (in_place and self._overwrites(node, value)):
                first = storage[value] = storage[node.inputs[0]]
                last[first] = max(last[first], last[value])

    def _overwrites(self, node: Node, value: int) -> bool:
        """Whether a node writes its output over its first input. An input of the network is never overwritten."""
        layer, first = node.application.layer, self.storage[node.inputs[0]]
        if not ((self.activations and layer.activation) or (self.adds and layer.combines)):
            return False
        read_later = self.last[first] > value - self.inputs
        return not read_later and first >= self.inputs and self.sizes[first] == self.sizes[value]

    def alive(self, sizes: Sequence[int]) -> list[int]:
        """The sum of the sizes of the storages that are alive while each node runs."""
        changes = [0] * (len(sizes) + 2)
        freed = self.inputs + 1
        for value, (storage, last, size) in enumerate(zip(self.storage, self.last, sizes, strict=True)):
            if storage == value:
                changes[value] += size
                changes[freed + last] -= size
        return list(accumulate(changes))[self.inputs : len(sizes)]

    def alive_at(self, node: int | None) -> list[int]:
        """The storages that are alive while that node runs; None: before the first one."""
        if node is None:
            return list(range(self.inputs))
        values = range(self.inputs + node + 1)
        return [value for value in values if self.storage[value] == value and self.last[value] >= node]


def _last_reads(graph: Graph) -> list[int]:
    """The index of the last node that reads each value.

    A value that nothing reads is freed after its own node. The outputs of the network are never freed, and neither is an
    input that nothing reads.
    """
    inputs, end = len(graph.inputs), len(graph.nodes)
    last = [*[end] * inputs, *range(end)]
    for index, node in enumerate(graph.nodes):
        # A value that gives its size alone need not be alive.
        read = node.application.layer.read
        for value in node.inputs if read is None else node.inputs[:read]:
            last[value] = index
    for value in graph.outputs.values():
        last[value] = end
    return last
