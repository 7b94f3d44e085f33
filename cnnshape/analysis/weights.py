"""How many weights each layer owns."""

from collections.abc import Iterator
from typing import NamedTuple

from cnnshape.analysis.applications import of_each_node
from cnnshape.graph import Application, Graph, Node


class Counts(NamedTuple):
    """Learned parameters, and buffers that are kept with them."""

    params: int
    buffers: int


NOTHING = Counts(0, 0)


def weight_counts(graph: Graph) -> list[Counts]:
    """The weights of each node; a node that shares another's weights owns none, so that sums count each once."""
    counts = of_each_node(graph, lambda application: Counts(application.params, application.buffers))
    return [own if node.shares is None else NOTHING for node, own in zip(graph.nodes, counts, strict=True)]


def resized_weights(graph: Graph, other: Graph) -> Iterator[tuple[Node, Node]]:
    """The nodes of a graph that own weights of other shapes than the nodes of the same name in another graph have."""
    known = {node.name: node for node in other.nodes}
    same: set[tuple[Application, Application]] = set()
    for node in graph.nodes:
        twin = known.get(node.name)
        if twin is None or (pair := (node.application, twin.application)) in same:
            continue
        if _shapes(node.application) != _shapes(twin.application):
            yield node, twin
        else:
            same.add(pair)


def _shapes(application: Application) -> list[tuple[int, ...]]:
    return [weight.shape for weight in application.weights]
