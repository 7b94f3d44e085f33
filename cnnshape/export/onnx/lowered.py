"""A design as nodes: each layer with its nodes, the names of all values, and the weights."""

from collections.abc import Mapping

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.export.onnx.kinds import say
from cnnshape.export.onnx.layer import Held, Lowering, Unsayable
from cnnshape.export.onnx.proto import Dimensions, Op
from cnnshape.export.python import Names
from cnnshape.export.source import Inexpressible
from cnnshape.graph import Graph, Node
from cnnshape.layers import Tensor
from cnnshape.named_tuple import NamedTuple

BATCH = "N"
"""The size that varies."""


class Stored(NamedTuple):
    """A weight of the file, and the node whose weight it is."""

    held: Held
    node: int


class Lowered(NamedTuple):
    """`ops` are the nodes of each layer, and after them those of outputs that have two names. `values` are the names of
    the graph's values, `outputs` those of its outputs."""

    ops: tuple[tuple[Op, ...], ...]
    values: tuple[str, ...]
    outputs: Mapping[str, int]
    weights: Mapping[str, Stored]


def lowered(graph: Graph) -> Lowered:
    """The nodes of a design. Raises Inexpressible with every layer that has none."""
    naming = _Naming(graph)
    lowerings: list[Lowering] = []
    refused: list[Diagnostic] = []
    undone = {node.inputs[1] for node in graph.nodes if node.application.layer.name == "max_unpool"}
    for position, node in enumerate(graph.nodes):
        owner = graph.nodes[position if node.shares is None else node.shares].name
        low = Lowering(node.name, node.application, [naming.values[index] for index in node.inputs], owner)
        low.undone = position + len(graph.inputs) in undone
        if node.application.layer.name == "max_unpool":
            low.pool = _pool(graph, lowerings, node)
        lowerings.append(low)
        try:
            _finished(low, say(low), naming.values[position + len(graph.inputs)])
        except Unsayable as reason:
            refused.append(inexpressible(node, str(reason)))
    if refused:
        raise Inexpressible(refused)
    weights = _named_weights(lowerings, naming.names)
    outputs = naming.aliases
    ops = [tuple(low.ops) for low in lowerings]
    ops.append(tuple(Op("Identity", name, (naming.values[index],), (name,)) for name, index in outputs.items()))
    return Lowered(tuple(ops), tuple(naming.values), naming.outputs, weights)


def inexpressible(node: Node, reason: str) -> Diagnostic:
    """The diagnostic of a layer that ONNX can't express."""
    message = f"ONNX has nothing for `{node.application.layer.name}` ({node.name}): {reason}"
    return diagnose("inexpressible", message, node.at)


def dimensions(tensor: Tensor) -> Dimensions:
    """A shape with its batch: `N`, or `N*100` for as many boxes of each sample."""
    return (BATCH if tensor.boxes == 1 else f"{BATCH}*{tensor.boxes}", *tensor.shape)


class _Naming:
    """The names of all values: those of inputs and outputs are the design's, the others those of the report."""

    def __init__(self, graph: Graph) -> None:
        self.names = Names()
        self.outputs: dict[str, int] = {}
        self.aliases: dict[str, int] = {}
        """The outputs that are a copy: of an input, or of another output."""
        inputs = [self.names.new(given.name) for given in graph.inputs]
        own: dict[int, str] = {}
        for wish, index in graph.outputs.items():
            name = self.names.new(wish)
            self.outputs[name] = index
            if index < len(inputs) or index in own:
                self.aliases[name] = index
            else:
                own[index] = name
        made = [
            own[index] if index in own else self.names.new(node.name)
            for index, node in enumerate(graph.nodes, len(inputs))
        ]
        self.values = [*inputs, *made]


def _pool(graph: Graph, lowerings: list[Lowering], node: Node) -> Lowering | None:
    """The pool that an unpool names; None if that is another layer."""
    position = node.inputs[1] - len(graph.inputs)
    if position < 0 or graph.nodes[position].application.layer.name != "max_pool":
        return None
    return lowerings[position]


def _finished(low: Lowering, result: str, name: str) -> None:
    """Gives the output its name, and the node that makes it the name of the layer."""
    if result in low.inputs:
        result = low.op("Identity", result)
    for place, op in enumerate(low.ops):
        outputs = tuple(name if output == result else output for output in op.outputs)
        inputs = tuple(name if given == result else given for given in op.inputs)
        made = outputs != op.outputs
        low.ops[place] = op._replace(inputs=inputs, outputs=outputs, name=low.name if made else op.name)


def _named_weights(lowerings: list[Lowering], names: Names) -> dict[str, Stored]:
    """The weights under names of their own; where a layer has the name of a weight, the weight gets another one."""
    weights: dict[str, Stored] = {}
    given: dict[str, str] = {}
    for position, low in enumerate(lowerings):
        renamed = {}
        for held in low.held:
            if held.name not in given:
                given[held.name] = names.new(held.name)
                weights[given[held.name]] = Stored(held, position)
            renamed[held.name] = given[held.name]
        if any(old != new for old, new in renamed.items()):
            _rename_weights(low, renamed)
    return weights


def _rename_weights(low: Lowering, renamed: Mapping[str, str]) -> None:
    entering = set(low.inputs)
    low.ops = [
        op._replace(inputs=tuple(name if name in entering else renamed.get(name, name) for name in op.inputs))
        for op in low.ops
    ]
