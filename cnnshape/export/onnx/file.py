"""The whole file."""

from cnnshape.export.onnx import proto
from cnnshape.export.onnx.functions import Functions
from cnnshape.export.onnx.lowered import Lowered, dimensions, inexpressible, lowered
from cnnshape.export.onnx.moments import moments
from cnnshape.export.onnx.proto import FLOAT, Constant, Op
from cnnshape.export.onnx.weights import Random32, constant_chunks, elements, fill_of, rest_of
from cnnshape.export.onnx.wire import Message
from cnnshape.export.settings import Weights
from cnnshape.export.source import Inexpressible, Source
from cnnshape.graph import Graph
from cnnshape.version import __version__

PRODUCER = "cnnshape"
MOST_BYTES = 2**31 - 1
"""What a file in the format of protocol buffers can hold."""


def to_onnx(source: Source, *, weights: Weights = Weights.RANDOM, seed: int = 0, functions: bool = False) -> bytes:
    """The bytes of an ONNX file.

    `weights` says what it holds as weights, `seed` which random ones; `functions` keeps blocks as functions. Raises
    Inexpressible for layers that ONNX can't express, and for a network whose file would be too large.
    """
    graph = source.examination.graph
    if graph is None or not graph.complete:
        raise ValueError("a design with errors is not exported")
    whole = lowered(graph)
    _check_size(graph, whole, weights)
    made = Functions(whole, _blocks(source) if functions else ())
    ops = made.body(graph.root, end=len(whole.ops))
    model = Message().whole(1, proto.IR_VERSION).text(2, PRODUCER).text(3, __version__).text(6, source.header)
    model.message(7, _graph(graph, whole, ops, weights, seed))
    model.message(8, proto.opset("", proto.OPSET))
    if made.made:
        model.message(8, proto.opset(proto.FUNCTIONS, 1))
    frozen = [name for name, stored in whole.weights.items() if graph.nodes[stored.node].frozen]
    for number, name in enumerate(frozen):
        model.message(14, proto.entry(f"{proto.FROZEN}{number}", name))
    for function in made.made:
        model.message(25, proto.function(function))
    return model.joined()


def _blocks(source: Source) -> frozenset[str]:
    """The names of the blocks."""
    program = source.examination.program
    return frozenset() if program is None else frozenset(block.name.text for block in program.spec.blocks)


def _check_size(graph: Graph, whole: Lowered, weights: Weights) -> None:
    """Raises Inexpressible for weights that no file can hold."""
    if weights is Weights.NONE or not whole.weights:
        return
    size = sum(map(elements, whole.weights.values())) * 4
    if size < MOST_BYTES - (1 << 24):
        return
    largest = max(whole.weights.values(), key=elements)
    node = graph.nodes[largest.node]
    reason = (
        f"the weights of the network take {size / 1e9:.1f} GB, and an ONNX file holds 2 GB; `--weights none` leaves them "
        "out. This layer has the largest weight"
    )
    raise Inexpressible([inexpressible(node, reason)])


def _graph(graph: Graph, whole: Lowered, ops: list[Op], weights: Weights, seed: int) -> Message:
    """The GraphProto."""
    message = Message()
    if weights is Weights.NONE:
        ops = [*_stand_ins(whole), *ops]
    for op in ops:
        message.message(1, proto.node(op))
    message.text(2, graph.name)
    if weights is not Weights.NONE:
        _add_weights(message, graph, whole, weights, seed)
    for given, name in zip(graph.inputs, whole.values, strict=False):
        message.message(11, proto.value_info(name, dimensions(given.tensor)))
    for name, index in whole.outputs.items():
        message.message(12, proto.value_info(name, dimensions(graph.value(index))))
    made = {name for op in ops for name in op.outputs}
    for index, name in enumerate(whole.values):
        if name in made and name not in whole.outputs:
            message.message(13, proto.value_info(name, dimensions(graph.value(index))))
    return message


def _stand_ins(whole: Lowered) -> list[Op]:
    """Nodes that give constants in place of weights."""
    ops = []
    for name, stored in whole.weights.items():
        shape = f"{name}/shape"
        sizes = stored.held.shape
        ops.append(Op("Constant", shape, (), (shape,), {"value": Constant((len(sizes),), sizes)}))
        value = Constant((1,), (rest_of(stored),), real=True)
        ops.append(Op("ConstantOfShape", name, (shape,), (name,), {"value": value}))
    return ops


def _add_weights(message: Message, graph: Graph, whole: Lowered, weights: Weights, seed: int) -> None:
    """The initializers."""
    sizes = moments(graph)
    random = Random32(seed) if weights is Weights.RANDOM else None
    for name, stored in whole.weights.items():
        count = elements(stored)
        if random is None:
            raw = constant_chunks(count, rest_of(stored))
        else:
            raw = random.chunks(name, count, fill_of(stored, graph, sizes))
        message.message(5, proto.tensor(name, stored.held.shape, FLOAT, raw))
