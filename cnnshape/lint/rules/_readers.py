"""Who reads a tensor."""

from cnnshape.graph import Graph


def readers(graph: Graph) -> list[list[int]]:
    """The indices of the nodes that read each value, in order; a network's output has itself as one more, -1."""
    found: list[list[int]] = [[] for _ in range(len(graph.inputs) + len(graph.nodes))]
    for index, node in enumerate(graph.nodes):
        for value in node.inputs:
            found[value].append(index)
    for value in graph.outputs.values():
        found[value].append(OUTSIDE)
    return found


OUTSIDE = -1
"""Whoever uses the network's outputs."""
