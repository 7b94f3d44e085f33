"""Finds the readers of each tensor."""

from cnnshape.graph import Graph


def readers(graph: Graph) -> list[list[int]]:
    """The indices of the nodes that read each value, in order. An output of the network also has the reader OUTSIDE."""
    reading: list[list[int]] = [[] for _ in range(len(graph.inputs) + len(graph.nodes))]
    for index, node in enumerate(graph.nodes):
        for value in node.inputs:
            reading[value].append(index)
    for value in graph.outputs.values():
        reading[value].append(OUTSIDE)
    return reading


OUTSIDE = -1
"""The reader of the network's outputs."""
