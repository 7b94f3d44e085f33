"""Tensors that are stacked along a new axis, and summed over it: a sum of the tensors themselves."""

from collections.abc import Sequence

from cnnshape.bridge.onnx.model import Model, Node
from cnnshape.bridge.onnx.patterns import Graph, graph_of

_OVER_TENSORS = {"ReduceSum": "Sum", "ReduceMean": "Mean", "ReduceMax": "Max"}
"""What a reduction over the axis of a stack is of its tensors."""


def unstacked(model: Model) -> tuple[Node, ...]:
    """The nodes with a sum of tensors in place of the sum over a stack of them. The nodes of the stack itself are left out."""
    ops = {node.op for node in model.nodes}
    if not ops >= {"Unsqueeze", "Concat"} or ops.isdisjoint(_OVER_TENSORS):
        return model.nodes
    graph = graph_of(model)
    replaced: dict[int, Node] = {}
    gone: set[int] = set()
    for index, node in enumerate(model.nodes):
        stack = graph.makers.get(node.inputs[0]) if node.op in _OVER_TENSORS and node.inputs else None
        tensors = _stacked(graph, stack, index) if stack is not None and not node.domain else ()
        if tensors and stack is not None:
            op = _OVER_TENSORS[node.op]
            replaced[index] = Node(op, "", node.name, tuple(tensors), node.outputs, {}, node.metadata)
            gone.add(stack)
    return tuple(replaced.get(index, node) for index, node in enumerate(model.nodes) if index not in gone)


def _stacked(graph: Graph, at: int, reader: int) -> Sequence[str]:
    """The tensors that a Concat stacks, if this reader alone reduces its new axis; else none."""
    concat, reduction = graph.nodes[at], graph.nodes[reader]
    axis = _axis(graph, reduction)
    if concat.op != "Concat" or concat.domain or reduction.whole("keepdims", 1) or axis is None:
        return ()
    if concat.attributes.get("axis") != axis or list(graph.readers.get(concat.outputs[0], ())) != [reader]:
        return ()
    makers = [graph.nodes[graph.makers[name]] for name in concat.inputs if name in graph.makers]
    tensors = [
        node.inputs[0] for node in makers if node.op == "Unsqueeze" and node.inputs and _axis(graph, node) == axis
    ]
    return tensors if len(tensors) == len(concat.inputs) else ()


def _axis(graph: Graph, node: Node) -> int | None:
    """The single axis of a node; None if it has several, or one that is computed."""
    axes = node.wholes("axes")
    if axes is not None:
        return axes[0] if len(axes) == 1 else None
    value = graph.scalars.get(node.inputs[1]) if len(node.inputs) > 1 else None
    return int(value) if value is not None and value.is_integer() else None
