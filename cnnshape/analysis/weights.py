"""What each layer costs, and the weights that differ in another graph. Both look at each distinct application once."""

from collections.abc import Iterator

from cnnshape.graph import Application, Graph, Node
from cnnshape.named_tuple import NamedTuple


class Cost(NamedTuple):
    """The cost of a layer for one sample: learned parameters, buffers that are kept with them, multiply-accumulates,
    and floating-point operations (None: can't be known)."""

    params: int
    buffers: int
    macs: int
    flops: int | None


def costs(graph: Graph) -> list[Cost]:
    """The cost of each node. A node that shares another's weights owns none, so that sums count each once."""
    nodes = graph.nodes
    applications = [node.application for node in nodes]
    # Deep designs repeat a few layers, and equal applications of a design are one object.
    distinct = {application: _cost(application) for application in dict.fromkeys(applications)}
    return [
        distinct[application] if node.shares is None else distinct[application]._replace(params=0, buffers=0)
        for node, application in zip(nodes, applications, strict=True)
    ]


def _cost(application: Application) -> Cost:
    params, buffers = application.counts
    return Cost(params, buffers, application.macs, application.flops)


def resized_weights(graph: Graph, other: Graph) -> Iterator[tuple[Node, Node]]:
    """The pairs of nodes with the same name in two graphs whose weights have different shapes."""
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
