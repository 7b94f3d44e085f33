"""What only files of `cnnshape export` have: nodes in place of weights, and constants that never are weights."""

from collections.abc import Iterator

from cnnshape.bridge.onnx.constants import Constant, NotFolded, Operands, folded
from cnnshape.bridge.onnx.model import Model, Node, Stored, count_of
from cnnshape.bridge.onnx.sizes import broadcast

PRODUCER = "cnnshape"


def with_weights(model: Model) -> Model:
    """The model with weights in place of the nodes that give constants for them, in a file without weights.

    Raises ImportProblem for a weight of a shape that can't be.
    """
    if model.producer != PRODUCER:
        return model
    shapes: dict[str, tuple[int, ...]] = {}
    stored = dict(model.initializers)
    nodes = []
    for node in model.nodes:
        sizes = shapes.get(node.inputs[0]) if node.op == "ConstantOfShape" and len(node.inputs) == 1 else None
        if sizes is not None and node.outputs:
            count_of(node.outputs[0], sizes)
            stored[node.outputs[0]] = Stored(node.outputs[0], sizes, real=True, values=None)
            continue
        if node.op == "Constant" and node.outputs:
            shapes.update((node.outputs[0], sizes) for sizes in _sizes(node))
        nodes.append(node)
    return model._replace(nodes=tuple(nodes), initializers=stored)


def repeated(operands: Operands) -> Constant:
    """What an Expand gives: values that the file repeats are no weight. Raises NotFolded."""
    given, shape = operands
    if given is None or shape is None or any(size < 0 for size in shape.wholes):
        raise NotFolded
    return Constant(broadcast(given.shape, shape.wholes), None, given.real)


def _sizes(node: Node) -> Iterator[tuple[int, ...]]:
    """The whole numbers that a node gives; nothing if it gives others."""
    try:
        yield folded(node, ()).wholes
    except NotFolded:
        return
