"""Files that leave the values of weights out: nodes that give constants of a shape take their place."""

from collections.abc import Collection, Iterator, Sequence

from cnnshape.bridge.onnx.constants import Constant, NotFolded, folded, of
from cnnshape.bridge.onnx.model import Model, Node, Stored, count_of
from cnnshape.bridge.onnx.own import PRODUCER

_WITH_WEIGHTS = frozenset(
    (
        *("Conv", "ConvTranspose", "Gemm", "BatchNormalization", "InstanceNormalization", "LayerNormalization"),
        *("GroupNormalization", "PRelu"),
    )
)
"""Operators whose inputs after the first are weights."""
_VIEWS = frozenset(("Reshape", "Squeeze", "Unsqueeze"))
"""Operators that give the values of their first input."""


def with_weights(model: Model) -> Model:
    """The model with weights in place of the nodes that give constants for them, in a file without weights.

    Such are ours, and others where an operator reads a constant of some shape as its weight. Raises ImportProblem for a
    weight of a shape that can't be.
    """
    is_own = model.producer == PRODUCER
    weights = frozenset() if is_own else _read_as_weights(model)
    shapes = {} if is_own else {name: sizes for name, kept in model.initializers.items() for sizes in _wholes(of(kept))}
    stored = dict(model.initializers)
    nodes = []
    for node in model.nodes:
        sizes = shapes.get(node.inputs[0]) if node.op == "ConstantOfShape" and len(node.inputs) == 1 else None
        if sizes is not None and node.outputs and (is_own or node.outputs[0] in weights):
            count_of(node.outputs[0], sizes)
            stored[node.outputs[0]] = Stored(node.outputs[0], sizes, real=True, values=None)
            continue
        if node.op == "Constant" and node.outputs:
            shapes.update((node.outputs[0], sizes) for sizes in _sizes(node))
        nodes.append(node)
    return model._replace(nodes=tuple(nodes), initializers=stored)


def _read_as_weights(model: Model) -> frozenset[str]:
    """The values that are weights of operators, and nothing else, also under another shape."""
    scaled = _scaled(model)
    weights: set[str] = set()
    others: set[str] = set()
    for node in reversed(model.nodes):
        data = _data(node, weights, scaled)
        others.update(data)
        weights.update(name for name in node.inputs if name not in data)
    return frozenset(weights - others)


def _data(node: Node, weights: Collection[str], scaled: Collection[str]) -> Sequence[str]:
    """The inputs of a node that are no weights. `weights` are the names that later nodes read as weights."""
    if node.op in _WITH_WEIGHTS:
        return node.inputs[:1]
    if node.op in _VIEWS and any(name in weights for name in node.outputs):
        return node.inputs[1:]
    if node.op in ("Mul", "Add"):
        return [name for name in node.inputs if name in scaled] or node.inputs
    return node.inputs


def _scaled(model: Model) -> frozenset[str]:
    """What batch norms give, and products with it: Caffe learns a scale and a shift apart from the norm."""
    scaled: set[str] = set()
    for node in model.nodes:
        if node.op == "BatchNormalization" or (node.op == "Mul" and not scaled.isdisjoint(node.inputs)):
            scaled.update(node.outputs[:1])
    return frozenset(scaled)


def _sizes(node: Node) -> Iterator[tuple[int, ...]]:
    """The whole numbers that a node gives; nothing if it gives others."""
    try:
        yield folded(node, ()).wholes
    except NotFolded:
        return


def _wholes(constant: Constant) -> Iterator[tuple[int, ...]]:
    """The values of a tensor as whole numbers; nothing if it has others."""
    if not constant.real and constant.values is not None:
        yield constant.wholes
