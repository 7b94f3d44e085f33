"""The last map of each output, whose receptive field is that of the network.

A map is a tensor with spatial axes. Its space ends where it is pooled to one cell, flattened, or cut into regions.
"""

from collections.abc import Sequence
from math import prod

from cnnshape.analysis.field import Field, Undefined
from cnnshape.graph import Graph
from cnnshape.layers import Tensor


def last_maps(graph: Graph, fields: Sequence[Field | Undefined | None]) -> dict[str, int]:
    """The node that makes the last map of each output, among the output's own node and all nodes that it depends on.

    Skips maps without a receptive field. An output without such a map is left out.
    """
    inputs = len(graph.inputs)
    last: dict[int, int] = {}
    beyond: list[int] = []
    pending = list(graph.outputs.values())
    while pending:
        value = pending.pop()
        if value in last:
            continue
        last[value] = value - inputs
        if value >= inputs and not _is_map(graph.value(value), fields[value - inputs]):
            beyond.append(value)
            pending += graph.nodes[value - inputs].inputs
    for value in sorted(beyond):
        last[value] = max([last[read] for read in graph.nodes[value - inputs].inputs])
    return {name: last[value] for name, value in graph.outputs.items() if last[value] >= 0}


def _is_map(output: Tensor, field: Field | Undefined | None) -> bool:
    return isinstance(field, Field) and _has_space(output, field)


def _has_space(output: Tensor, field: Field) -> bool:
    """Whether a tensor is a map; a single cell is one where a window made it, and not the whole space."""
    if output.boxes > 1 or len(output.shape) == 1:
        return False
    return not field.everywhere or prod(output.shape[1:]) > 1
