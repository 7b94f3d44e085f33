"""How much each layer computes."""

from cnnshape.analysis.applications import of_each_node
from cnnshape.graph import Graph
from cnnshape.named_tuple import NamedTuple


class Work(NamedTuple):
    """Multiply-accumulates and floating-point operations of one sample; `flops` None: can't be known."""

    macs: int
    flops: int | None


def work(graph: Graph) -> list[Work]:
    """The work of each node for one sample, by the formulas of its kind."""
    return of_each_node(graph, lambda application: Work(application.macs, application.flops))
