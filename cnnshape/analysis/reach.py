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
    first = len(graph.inputs)
    last: list[int] = [-1] * first
    for index, (node, field) in enumerate(zip(graph.nodes, fields, strict=True)):
        is_map = isinstance(field, Field) and _has_space(node.application.output, field)
        last.append(index if is_map else max([last[value] for value in node.inputs]))
    return {name: last[value] for name, value in graph.outputs.items() if last[value] >= 0}


def _has_space(output: Tensor, field: Field) -> bool:
    """Whether a tensor is a map; a single cell is one where a window made it, and not the whole space."""
    if output.boxes > 1 or len(output.shape) == 1:
        return False
    return not field.everywhere or prod(output.shape[1:]) > 1
