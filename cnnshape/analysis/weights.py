"""How many weights each layer owns."""

from typing import NamedTuple

from cnnshape.analysis.applications import of_each_node
from cnnshape.graph import Graph


class Counts(NamedTuple):
    """Learned parameters, and buffers that are kept with them."""

    params: int
    buffers: int


NOTHING = Counts(0, 0)


def weight_counts(graph: Graph) -> list[Counts]:
    """The weights of each node; a node that shares another's weights owns none, so that sums count each once."""
    counts = of_each_node(graph, lambda application: Counts(application.params, application.buffers))
    return [own if node.shares is None else NOTHING for node, own in zip(graph.nodes, counts, strict=True)]
