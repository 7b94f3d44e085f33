"""How many weights each layer owns."""

from typing import NamedTuple

from cnnshape.graph import Application, Graph


class Counts(NamedTuple):
    """Learned parameters, and buffers that are kept beside them."""

    params: int
    buffers: int


NOTHING = Counts(0, 0)


def weight_counts(graph: Graph) -> list[Counts]:
    """The weights of each node; a node that shares another's weights owns none, so that sums count each once."""
    known: dict[Application, Counts] = {}
    found = []
    for node in graph.nodes:
        application = node.application
        counts = known.get(application)
        if counts is None:
            counts = known[application] = Counts(application.params, application.buffers)
        found.append(NOTHING if node.shares is not None else counts)
    return found
