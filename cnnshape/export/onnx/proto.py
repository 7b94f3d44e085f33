"""The messages of an ONNX file. Source of the field numbers: onnx/onnx.proto, version 1.20."""

from collections.abc import Iterable, Mapping, Sequence
from struct import pack

from cnnshape.export.onnx.wire import Chunk, Message
from cnnshape.named_tuple import NamedTuple

OPSET = 17
"""The version of the operators: the first one with LayerNormalization."""
IR_VERSION = 8
"""The version of the format that came with it; the first one with functions in a file."""
FUNCTIONS = "cnnshape.blocks"
"""The domain of the functions that a file brings along."""
FROZEN = "cnnshape.frozen."
"""The keys of metadata, before a number, for the names of the weights that training leaves as they are: no node says so."""
FLOAT, INT64 = 1, 7


class Constant(NamedTuple):
    """A tensor that is an attribute: whole numbers, or with `real` numbers of single precision."""

    shape: tuple[int, ...]
    values: tuple[float, ...]
    real: bool = False


Attribute = int | float | str | Constant | Sequence[int] | Sequence[float]


class Op(NamedTuple):
    """A node. An empty name is an input that is left out."""

    type: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute] = {}
    domain: str = ""


Dimensions = tuple[int | str, ...]
"""A shape with its batch; a text is a size that varies."""


def tensor(name: str, shape: Iterable[int], kind: int, raw: Iterable[Chunk]) -> Message:
    """A TensorProto."""
    message = Message()
    for size in shape:
        message.whole(1, size)
    message.whole(2, kind)
    if name:
        message.text(8, name)
    return message.data(9, raw)


def _constant(value: Constant) -> Message:
    layout = f"<{len(value.values)}{'f' if value.real else 'q'}"
    return tensor("", value.shape, FLOAT if value.real else INT64, (pack(layout, *value.values),))


def _attribute(name: str, value: Attribute) -> Message:
    message = Message().text(1, name)
    if isinstance(value, int):
        return message.whole(3, value).whole(20, 2)
    if isinstance(value, float):
        return message.real(2, value).whole(20, 1)
    if isinstance(value, str):
        return message.text(4, value).whole(20, 3)
    if isinstance(value, Constant):
        return message.message(5, _constant(value)).whole(20, 4)
    if any(isinstance(item, float) for item in value):
        return message.reals(7, value).whole(20, 6)
    return message.wholes(8, [int(item) for item in value]).whole(20, 7)


def node(op: Op) -> Message:
    """A NodeProto."""
    message = Message().texts(1, op.inputs).texts(2, op.outputs).text(3, op.name).text(4, op.type)
    for name, value in sorted(op.attributes.items()):
        message.message(5, _attribute(name, value))
    return message.text(7, op.domain) if op.domain else message


def value_info(name: str, shape: Dimensions) -> Message:
    """A ValueInfoProto of a tensor of single precision."""
    sizes = Message()
    for size in shape:
        dimension = Message().text(2, size) if isinstance(size, str) else Message().whole(1, size)
        sizes.message(1, dimension)
    kind = Message().whole(1, FLOAT).message(2, sizes)
    return Message().text(1, name).message(2, Message().message(1, kind))


class Function(NamedTuple):
    """A function that a file brings along."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    ops: tuple[Op, ...]
    text: str = ""


def function(given: Function) -> Message:
    """A FunctionProto."""
    message = Message().text(1, given.name).texts(4, given.inputs).texts(5, given.outputs)
    for op in given.ops:
        message.message(7, node(op))
    message.text(8, given.text)
    message.message(9, opset("", OPSET))
    if any(op.domain for op in given.ops):
        message.message(9, opset(FUNCTIONS, 1))
    return message.text(10, FUNCTIONS)


def entry(key: str, value: str) -> Message:
    """A StringStringEntryProto, of metadata."""
    return Message().text(1, key).text(2, value)


def opset(domain: str, version: int) -> Message:
    """An OperatorSetIdProto."""
    return Message().text(1, domain).whole(2, version)
