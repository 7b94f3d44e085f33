"""What only files of `cnnshape export` have: nodes in place of weights, and constants that never are weights."""

from cnnshape.bridge.onnx.constants import Constant, NotFolded, Operands, folded
from cnnshape.bridge.onnx.model import Model, Node, Stored
from cnnshape.bridge.onnx.sizes import broadcast

PRODUCER = "cnnshape"


def with_weights(model: Model) -> Model:
    """The model with weights in place of the nodes that give constants for them, in a file without weights."""
    if model.producer != PRODUCER:
        return model
    shapes: dict[str, Constant] = {}
    stored = dict(model.initializers)
    nodes = []
    for node in model.nodes:
        if node.op == "ConstantOfShape" and len(node.inputs) == 1 and node.inputs[0] in shapes:
            sizes = shapes[node.inputs[0]].wholes
            stored[node.outputs[0]] = Stored(node.outputs[0], sizes, real=True, values=None)
            continue
        if node.op == "Constant" and node.outputs:
            shapes[node.outputs[0]] = _value(node)
        nodes.append(node)
    return model._replace(nodes=tuple(nodes), initializers=stored)


def repeated(operands: Operands) -> Constant:
    """What an Expand gives: values that the file repeats are no weight. Raises NotFolded."""
    given, shape = operands
    if given is None or shape is None or any(size < 0 for size in shape.wholes):
        raise NotFolded
    return Constant(broadcast(given.shape, shape.wholes), None, given.real)


def _value(node: Node) -> Constant:
    try:
        return folded(node, ())
    except NotFolded:
        return Constant((), None)
