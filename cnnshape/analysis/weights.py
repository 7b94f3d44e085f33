"""Counts of each layer, once per distinct application, as deep designs repeat a few: weights, and work."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from cnnshape.graph import Application, Graph, Node
from cnnshape.named_tuple import NamedTuple


class Work(NamedTuple):
    """Multiply-accumulates and floating-point operations of one sample; `flops` None: can't be known."""

    macs: int
    flops: int | None


def work(graph: Graph) -> list[Work]:
    """The work of each node for one sample, by the formulas of its kind."""
    return of_each_node(graph, lambda application: Work(application.macs, application.flops))


Answer = TypeVar("Answer")


def of_each_node(graph: Graph, measure: Callable[[Application], Answer]) -> list[Answer]:
    """The measure of each node's application; equal applications of a design are one object."""
    applications = [node.application for node in graph.nodes]
    measured = {application: measure(application) for application in dict.fromkeys(applications)}
    return [measured[application] for application in applications]


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
