"""How much each layer computes."""

from typing import NamedTuple

from cnnshape.graph import Application, Graph


class Work(NamedTuple):
    """Multiply-accumulates and floating-point operations of one sample; `flops` None: can't be known."""

    macs: int
    flops: int | None


def work(graph: Graph) -> list[Work]:
    """The work of each node for one sample, by each kind's own formula."""
    known: dict[Application, Work] = {}
    found = []
    for node in graph.nodes:
        application = node.application
        amount = known.get(application)
        if amount is None:
            layer, inputs, output = application.layer, application.inputs, application.output
            amount = known[application] = Work(layer.macs(inputs, output), layer.flops(inputs, output))
        found.append(amount)
    return found
