"""Computes a measure of each layer, once per distinct application, as deep designs repeat a few."""

from collections.abc import Callable
from typing import TypeVar

from cnnshape.graph import Application, Graph

Answer = TypeVar("Answer")


def of_each_node(graph: Graph, measure: Callable[[Application], Answer]) -> list[Answer]:
    """The measure of each node's application; equal applications of a design are one object."""
    measured: dict[Application, Answer] = {}
    answers = []
    for node in graph.nodes:
        application = node.application
        if application not in measured:
            measured[application] = measure(application)
        answers.append(measured[application])
    return answers
