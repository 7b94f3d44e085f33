"""Activation memory: the size of each output, and the most that is alive at once.

A tensor lives from the layer that writes it to the last layer that reads it; the network's outputs live to the end,
its inputs from the start. A tensor that only gives its size to another isn't read. Views (flatten, slices, identities)
share the memory of their input. Weights are not counted, nor the working space that an implementation needs.
"""

from collections.abc import Iterator

from cnnshape.analysis.weights import of_each_node
from cnnshape.graph import Graph, Node
from cnnshape.named_tuple import NamedTuple


class Peak(NamedTuple):
    """The most values alive at once for one sample.

    `node` is the index of the node that runs at that time, None before the first one. `alive` are the indices of the
    values whose tensors are alive then; their sizes add up to `elements`.
    """

    elements: int
    node: int | None
    alive: tuple[int, ...]


class Moment(NamedTuple):
    """While one node runs: values alive for one sample, and in how many tensors."""

    elements: int
    tensors: int


def activation_elements(graph: Graph) -> list[int]:
    """Values in the output of each node, for one sample."""
    return of_each_node(graph, lambda application: application.output.elements)


def peak_memory(graph: Graph, *, inplace_activations: bool = False, inplace_adds: bool = False) -> Peak:
    """The peak of the activation memory, with the layers run in the order of the graph.

    With `inplace_activations` an activation overwrites its input, with `inplace_adds` an element-wise join overwrites
    its first input, if nothing reads that input afterwards.
    """
    storages = _Storages(graph, activations=inplace_activations, adds=inplace_adds)
    most, peak_node = storages.total, None
    for index, (total, _) in enumerate(storages.run()):
        if total > most:
            most, peak_node = total, index
    return Peak(most, peak_node, tuple(storages.alive_at(peak_node)))


def memory_timeline(graph: Graph, *, inplace_activations: bool = False, inplace_adds: bool = False) -> list[Moment]:
    """The memory alive while each node runs. The largest is the peak of `peak_memory`, unless that is the inputs
    alone."""
    storages = _Storages(graph, activations=inplace_activations, adds=inplace_adds)
    return [Moment(*moment) for moment in storages.run()]


class _Storages:
    """The memory of values while the nodes of a graph run in order.

    A storage is named by the first value that lives in it. `pending` counts the reads of a storage that are still to
    come; a storage is freed when there are none.
    """

    def __init__(self, graph: Graph, *, activations: bool, adds: bool) -> None:
        self.nodes = graph.nodes
        self.inputs = len(graph.inputs)
        self.activations = activations
        self.adds = adds
        self.in_place = activations or adds
        self.elements = [*[given.tensor.elements for given in graph.inputs], *activation_elements(graph)]
        self.reads = _reads(graph)
        self.storage = list(range(len(self.reads)))
        self.pending = self.reads.copy()
        self.freed: dict[int, int] = {}
        self.total = sum(self.elements[: self.inputs])
        self.tensors = self.inputs

    def run(self) -> Iterator[tuple[int, int]]:
        """Runs the nodes: the values alive while each runs, and the number of tensors that hold them.

        What nothing reads afterwards is freed, the node's own output included.
        """
        storage, pending, freed = self.storage, self.pending, self.freed
        for index, node in enumerate(self.nodes):
            value = self.inputs + index
            for read in _read_by(node):
                pending[storage[read]] -= 1
            first = storage[node.inputs[0]]
            if node.application.layer.view or (self.in_place and self._overwrites(node, value, first)):
                storage[value] = first
                pending[first] += self.reads[value]
            else:
                self.total += self.elements[value]
                self.tensors += 1
            yield self.total, self.tensors
            for used in (*_read_by(node), value):
                home = storage[used]
                if pending[home] == 0 and home not in freed:
                    freed[home] = index
                    self.total -= self.elements[home]
                    self.tensors -= 1

    def _overwrites(self, node: Node, value: int, storage: int) -> bool:
        """Whether a node writes its output over its first input. An input of the network is never overwritten."""
        layer = node.application.layer
        if not ((self.activations and layer.activation) or (self.adds and layer.combines)):
            return False
        same_size = self.elements[storage] == self.elements[value]
        return self.pending[storage] == 0 and storage >= self.inputs and same_size

    def alive_at(self, node: int | None) -> list[int]:
        """The storages that were alive while that node ran; None: before the first one."""
        if node is None:
            return list(range(self.inputs))
        return [
            value
            for value in range(self.inputs + node + 1)
            if self.storage[value] == value and self.freed.get(value, node) >= node
        ]


def _read_by(node: Node) -> tuple[int, ...]:
    """The values that a node reads; one that gives its size alone need not be alive."""
    return node.inputs[: node.application.layer.read]


def _reads(graph: Graph) -> list[int]:
    """How often each value is read: by nodes, and as an output of the network."""
    reads = [0] * (len(graph.inputs) + len(graph.nodes))
    for node in graph.nodes:
        for value in _read_by(node):
            reads[value] += 1
    for value in graph.outputs.values():
        reads[value] += 1
    return reads
