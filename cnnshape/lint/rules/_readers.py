"""Who reads a tensor."""

from cnnshape.graph import Graph


def readers(graph: Graph) -> list[list[int]]:
    """The indices of the nodes that read each value, in order; a network's output has itself as one more, -1."""
    reading: list[list[int]] = [[] for _ in range(len(graph.inputs) + len(graph.nodes))]
    for index, node in enumerate(graph.nodes):
        for value in node.inputs:
            reading[value].append(index)
    for value in graph.outputs.values():
        reading[value].append(OUTSIDE)
    return reading


OUTSIDE = -1
"""Whoever uses the network's outputs."""
