"""Activation memory: the size of each output, and the most that is alive at once.

A tensor lives from the layer that writes it to the last layer that reads it; the network's outputs live to the end,
its inputs from the start. Views (flatten, slices, identities) live in the memory of what they show. Weights are not
counted, nor what an implementation needs as working space.
"""

from typing import NamedTuple

from cnnshape.graph import Graph


class Peak(NamedTuple):
    """The most values alive at once for one sample: at which node, and which values (indices) make it up."""

    elements: int
    node: int | None
    alive: tuple[int, ...]


def activation_elements(graph: Graph) -> list[int]:
    """Values in the output of each node, for one sample."""
    return [node.application.output.elements for node in graph.nodes]


def peak_memory(graph: Graph, *, inplace_activations: bool = False, inplace_adds: bool = False) -> Peak:
    """The peak of the activation memory, layers run in the order of the graph.

    `inplace_activations` lets an activation overwrite its input, `inplace_adds` lets an element-wise join overwrite
    its first input, where nothing reads it afterwards.
    """
    liveness = _Liveness(graph, _reusers(graph, inplace_activations, inplace_adds))
    for index in range(len(graph.nodes)):
        liveness.run(index)
    return Peak(liveness.peak, liveness.peak_node, tuple(liveness.at_peak()))


class Moment(NamedTuple):
    """While one node runs: values alive for one sample, and in how many tensors."""

    elements: int
    tensors: int


def memory_timeline(graph: Graph, *, inplace_activations: bool = False, inplace_adds: bool = False) -> list[Moment]:
    """What is alive while each node runs; the largest is the peak of `peak_memory`, unless the inputs alone are."""
    liveness = _Liveness(graph, _reusers(graph, inplace_activations, inplace_adds))
    found = []
    for index in range(len(graph.nodes)):
        value = liveness.allocate(index)
        found.append(Moment(liveness.total, len(liveness.alive)))
        liveness.release(index, value)
    return found


def _reusers(graph: Graph, activations: bool, adds: bool) -> list[bool]:
    """For each node, whether it may overwrite its first input."""
    return [
        (activations and node.application.layer.activation) or (adds and node.application.layer.combines)
        for node in graph.nodes
    ]


class _Liveness:
    """Storages are named by the value that first lived in them."""

    def __init__(self, graph: Graph, reuse: list[bool]) -> None:
        self.graph = graph
        self.reuse = reuse
        count = len(graph.inputs) + len(graph.nodes)
        self.uses = [0] * count
        for node in graph.nodes:
            for value in node.inputs:
                self.uses[value] += 1
        for value in graph.outputs.values():
            self.uses[value] += 1
        self.storage = list(range(count))
        self.pending = [0] * count
        self.alive: dict[int, int] = {}
        self.freed: dict[int, int] = {}
        self.total = 0
        self.peak = 0
        self.peak_node: int | None = None
        for index, given in enumerate(graph.inputs):
            self._store(index, given.tensor.elements)
        self.peak = self.total

    def _store(self, value: int, elements: int) -> None:
        self.alive[value] = elements
        self.total += elements
        self.pending[value] = self.uses[value]

    def run(self, index: int) -> None:
        """Runs one node: its output comes alive, and what nothing reads any more dies."""
        value = self.allocate(index)
        if self.total > self.peak:
            self.peak, self.peak_node = self.total, index
        self.release(index, value)

    def release(self, index: int, value: int) -> None:
        """Frees what nothing reads after a node, its own output included."""
        for each in (*self.graph.nodes[index].inputs, value):
            storage = self.storage[each]
            if self.pending[storage] == 0 and storage in self.alive:
                self.total -= self.alive.pop(storage)
                self.freed[storage] = index

    def at_peak(self) -> list[int]:
        """The storages that were alive while the node of the peak ran."""
        if self.peak_node is None:
            return list(self.alive)
        made = range(len(self.graph.inputs) + self.peak_node + 1)
        return [
            value
            for value in made
            if self.storage[value] == value and self.freed.get(value, self.peak_node) >= self.peak_node
        ]

    def allocate(self, index: int) -> int:
        """Gives the output of a node its storage; returns its value."""
        node = self.graph.nodes[index]
        value = len(self.graph.inputs) + index
        for read in node.inputs:
            self.pending[self.storage[read]] -= 1
        first = self.storage[node.inputs[0]]
        output = node.application.output
        if node.application.layer.view or (self.reuse[index] and self._may_reuse(first, output.elements)):
            self.storage[value] = first
            self.pending[first] += self.uses[value]
        else:
            self._store(value, output.elements)
        return value

    def _may_reuse(self, storage: int, elements: int) -> bool:
        """An input of the network is never overwritten."""
        free = self.pending[storage] == 0 and storage >= len(self.graph.inputs)
        return free and self.alive[storage] == elements
