"""Passes that ask each layer by itself: once per distinct application, which is what a design has few of."""

from collections.abc import Callable
from typing import TypeVar

from cnnshape.graph import Application, Graph

Answer = TypeVar("Answer")


def of_each_node(graph: Graph, measure: Callable[[Application], Answer]) -> list[Answer]:
    """What `measure` says of each node's application; equal applications of a design are one object."""
    measured: dict[Application, Answer] = {}
    answers = []
    for node in graph.nodes:
        application = node.application
        if application not in measured:
            measured[application] = measure(application)
        answers.append(measured[application])
    return answers
