"""The parts of an ONNX model that say what it computes. Source of the field numbers: onnx/onnx.proto, version 1.20."""

from collections.abc import Callable, Mapping, Sequence
from math import prod

from cnnshape.bridge.building import quoted
from cnnshape.bridge.onnx.stated import Dimensions, value_info
from cnnshape.bridge.onnx.wire import LENGTH, Data, Field, Wire, message, parts_of
from cnnshape.bridge.operations import ImportProblem
from cnnshape.named_tuple import NamedTuple

MOST_NODES = 20_000
MOST_OPERANDS = 4096
"""Inputs or outputs of a node, and numbers in an attribute."""
MOST_DIMENSIONS = 8
MOST_VALUES = 10**12
"""Values of a tensor."""
MOST_READ = 64
"""Real numbers of a constant that is read: scales, bounds, a slope."""
MOST_WHOLE = 4096
"""Whole numbers of a constant that is read: shapes, axes, pads, places of channels."""
FLOATS = frozenset((1, 10, 11, 16))
"""Data types of real numbers: float, float16, double, bfloat16."""
_LAYOUTS = {1: "f", 2: "B", 3: "b", 4: "H", 5: "h", 6: "i", 7: "q", 9: "?", 10: "e", 11: "d", 12: "I", 13: "Q"}
"""The layout of a data type in `raw_data`, in the codes of `struct`."""
_BYTES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 16: 2}
_FROZEN = "cnnshape.frozen."
_METADATA = frozenset(("pkg.torch.onnx.class_hierarchy", "pkg.torch.onnx.name_scopes"))


class Stored(NamedTuple):
    """A tensor in the file: its shape, whether it holds real numbers, and its values if they are few."""

    name: str
    shape: tuple[int, ...]
    real: bool
    values: tuple[int | float, ...] | None


class Subgraph(NamedTuple):
    """An attribute that holds a graph, which is not read."""


class Reference(NamedTuple):
    """An attribute in a function that has the value of one of the call's."""

    attribute: str


AttributeValue = int | float | str | tuple[int | float | str, ...] | Stored | Subgraph | Reference


class Node(NamedTuple):
    """An operation of the graph. An empty name is an input or output that is left out."""

    op: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, AttributeValue]
    metadata: Mapping[str, str] = {}

    def whole(self, name: str, default: int) -> int:
        """An attribute that is a whole number."""
        value = self.attributes.get(name, default)
        return value if isinstance(value, int) else default

    def real(self, name: str, default: float) -> float:
        """An attribute that is a number."""
        value = self.attributes.get(name, default)
        return value if isinstance(value, int | float) else default

    def word(self, name: str, default: str) -> str:
        """An attribute that is a text."""
        value = self.attributes.get(name, default)
        return value if isinstance(value, str) else default

    def wholes(self, name: str) -> tuple[int, ...] | None:
        """An attribute that is a list of whole numbers; None if there is none."""
        value = self.attributes.get(name)
        if not isinstance(value, tuple):
            return None
        return tuple(item for item in value if isinstance(item, int))

    def reals(self, name: str) -> tuple[float, ...] | None:
        """An attribute that is a list of numbers; None if there is none."""
        value = self.attributes.get(name)
        if not isinstance(value, tuple):
            return None
        return tuple(item for item in value if isinstance(item, int | float))


class Function(NamedTuple):
    """A function that the file brings along: the names within it, and its nodes."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    nodes: tuple[Node, ...]


class Model(NamedTuple):
    """What a file says. `shapes` are the stated shapes of inputs, outputs and values between.

    `functions` are those of the file by their domain and name. `frozen` are the names of weights that training leaves as
    they are: a file of `cnnshape export` has them in its metadata.
    """

    producer: str
    opset: int
    name: str
    nodes: tuple[Node, ...]
    initializers: Mapping[str, Stored]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shapes: Mapping[str, Dimensions]
    functions: Mapping[tuple[str, str], Function] = {}
    frozen: frozenset[str] = frozenset()


def model_of(data: Data) -> Model:
    """The model in the bytes of a file. Raises ImportProblem for damage, and for more than the limits."""
    wire = Wire(data)
    producer = ""
    opset = 0
    graph: Field | None = None
    functions: dict[tuple[str, str], Function] = {}
    metadata: dict[str, str] = {}
    for field in wire.fields(0, len(data)):
        number = field[0]
        if number == 2:
            producer = wire.text(field)
        elif number == 8:
            opset = max(opset, _opset(wire, field))
        elif number == 7:
            graph = message(field)
        elif number == 14:
            metadata.update(_metadata(wire, field))
        elif number == 25:
            functions.update(_function(wire, field))
    if graph is None:
        raise ImportProblem(
            "the file is no ONNX model: it has no graph", "`cnnshape import --help` lists what can be read"
        )
    frozen = frozenset(value for key, value in metadata.items() if key.startswith(_FROZEN))
    return _graph(wire, graph, producer, opset)._replace(functions=functions, frozen=frozen)


def _function(wire: Wire, field: Field) -> dict[tuple[str, str], Function]:
    texts = {1: "", 10: ""}
    named: dict[int, list[str]] = {4: [], 5: []}
    nodes: list[Node] = []
    for part in parts_of(wire, field):
        if part[0] in texts:
            texts[part[0]] = wire.text(part)
        elif part[0] in named:
            named[part[0]].append(wire.text(part))
        elif part[0] == 7:
            nodes.append(_node(wire, part))
    if len(nodes) > MOST_NODES:
        raise ImportProblem(f"a function of the model has more than {MOST_NODES:,} nodes")
    return {(texts[10], texts[1]): Function(tuple(named[4]), tuple(named[5]), tuple(nodes))}


def _opset(wire: Wire, field: Field) -> int:
    """The version of the standard operators; 0 for other operators."""
    domain, version = "", 0
    for part in parts_of(wire, field):
        if part[0] == 1:
            domain = wire.text(part)
        elif part[0] == 2:
            version = wire.number(part)
    return version if domain in ("", "ai.onnx") else 0


def _graph(wire: Wire, graph: Field, producer: str, opset: int) -> Model:
    spans: dict[int, list[Field]] = {1: [], 2: [], 5: [], 11: [], 12: [], 13: []}
    for field in wire.fields(graph[2], graph[3]):
        if field[0] == 15:
            raise ImportProblem("the model has sparse weights, which can't be read")
        if field[0] in spans:
            spans[field[0]].append(field)
            if len(spans[1]) > MOST_NODES or len(spans[5]) > 4 * MOST_NODES:
                raise ImportProblem(f"the model has more than {MOST_NODES:,} nodes")
    shapes: dict[str, Dimensions] = {}
    stated = {number: [value_info(wire, field, shapes) for field in spans[number]] for number in (13, 11, 12)}
    initializers: dict[str, Stored] = {}
    for field in spans[5]:
        stored = _stored(wire, field)
        if stored.name in initializers:
            raise ImportProblem(f"two weights have the name {quoted(stored.name)}")
        initializers[stored.name] = stored
    return Model(
        producer,
        opset,
        wire.text(spans[2][-1]) if spans[2] else "",
        tuple([_node(wire, field) for field in spans[1]]),
        initializers,
        tuple(name for name in stated[11] if name not in initializers),
        tuple(stated[12]),
        shapes,
    )


def _node(wire: Wire, field: Field) -> Node:
    texts = {3: "", 4: "", 7: ""}
    inputs: list[str] = []
    outputs: list[str] = []
    attributes: dict[str, AttributeValue] = {}
    metadata: dict[str, str] = {}
    for part in parts_of(wire, field):
        number = part[0]
        if number == 1:
            inputs.append(wire.text(part))
        elif number == 2:
            outputs.append(wire.text(part))
        elif number in texts:
            texts[number] = wire.text(part)
        elif number == 5:
            name, value = _attribute(wire, part)
            if value is not None:
                attributes[name] = value
        elif number == 9:
            metadata.update(_metadata(wire, part))
    if len(inputs) > MOST_OPERANDS or len(outputs) > MOST_OPERANDS:
        raise ImportProblem(
            f"the node {quoted(texts[3] or texts[4])} has more than {MOST_OPERANDS:,} inputs or outputs"
        )
    domain = "" if texts[7] == "ai.onnx" else texts[7]
    return Node(texts[4], domain, texts[3], tuple(inputs), tuple(outputs), attributes, metadata)


def _metadata(wire: Wire, field: Field) -> dict[str, str]:
    """The entry of the metadata of a node or a model, if it is one of those that are read."""
    parts = {part[0]: part for part in parts_of(wire, field)}
    key = parts.get(1)
    if key is None or key[3] - key[2] > LONGEST_KEY or 2 not in parts:
        return {}
    name = wire.text(key)
    return {name: wire.text(parts[2])} if name in _METADATA or name.startswith(_FROZEN) else {}


LONGEST_KEY = 64


def _attribute(wire: Wire, field: Field) -> tuple[str, AttributeValue | None]:
    """The name and value of an attribute; None for a value of a type that no operation here needs."""
    name = ""
    single: AttributeValue | None = None
    many: list[int | float | str] = []
    is_list = False
    for part in parts_of(wire, field):
        number = part[0]
        if number == 1:
            name = wire.text(part)
        elif number == 2:
            single = wire.real(part)
        elif number == 3:
            single = wire.number(part)
        elif number == 4:
            single = _short_text(wire, part)
        elif number == 5:
            single = _stored(wire, part)
        elif number in (6, 11):
            single = Subgraph()
        elif number == 21:
            single = Reference(wire.text(part))
        elif number in _LISTS:
            is_list = True
            many += _LISTS[number](wire, part)
        elif number == 20 and part[2] in (6, 7, 8):
            # A list without items has only its type.
            is_list = True
    if len(many) > MOST_OPERANDS:
        raise ImportProblem(f"the attribute {quoted(name)} has more than {MOST_OPERANDS:,} values")
    return name, tuple(many) if is_list else single


def _short_text(wire: Wire, field: Field) -> str:
    """A text, or nothing for a long one, such as the state of an operator of a vendor."""
    return "" if field[1] == LENGTH and field[3] - field[2] > LONGEST_KEY else wire.text(field)


_LISTS: Mapping[int, Callable[[Wire, Field], "list[int] | list[float] | list[str]"]] = {
    7: lambda wire, part: wire.reals(part, MOST_OPERANDS),
    8: lambda wire, part: wire.numbers(part, MOST_OPERANDS),
    9: lambda wire, part: [_short_text(wire, part)],
}


def _stored(wire: Wire, field: Field) -> Stored:
    """A tensor. Its values are read only if they are few and in the file itself."""
    name, kind, dims, raw, external = "", 0, [], None, False
    typed: list[Field] = []
    for part in parts_of(wire, field):
        number = part[0]
        if number == 1:
            dims += wire.numbers(part, MOST_DIMENSIONS)
        elif number == 2:
            kind = wire.number(part)
        elif number == 8:
            name = wire.text(part)
        elif number == 9:
            raw = message(part)
        elif number in _TYPED:
            typed.append(part)
        elif number == 13 or (number == 14 and part[2] == 1):
            external = True
    count = count_of(name, dims)
    if raw is not None and not external and kind in _BYTES and raw[3] - raw[2] != count * _BYTES[kind]:
        held = f"{raw[3] - raw[2]:,} bytes"
        raise ImportProblem(
            f"the weight {quoted(name)} has {held}, but {count:,} values of {_BYTES[kind]} by its shape"
        )
    most = MOST_READ if kind in FLOATS else MOST_WHOLE
    values = None if external or count > most else _values(wire, kind, count, raw, typed)
    return Stored(name, tuple(dims), kind in FLOATS, values)


def count_of(name: str, dims: Sequence[int]) -> int:
    """The values of a weight of this shape. Raises ImportProblem for a shape that none can have."""
    count = prod(dims)
    if len(dims) > MOST_DIMENSIONS or any(size < 0 for size in dims) or count > MOST_VALUES:
        raise ImportProblem(f"the weight {quoted(name)} has a shape that can't be: {str(list(dims))[:100]}")
    return count


_TYPED: Mapping[int, Callable[[Wire, Field], "list[int] | list[float]"]] = {
    4: lambda wire, part: wire.reals(part, MOST_READ),
    5: lambda wire, part: wire.numbers(part, MOST_WHOLE),
    7: lambda wire, part: wire.numbers(part, MOST_WHOLE),
    10: lambda wire, part: wire.reals(part, MOST_READ, "d"),
    11: lambda wire, part: wire.numbers(part, MOST_WHOLE),
}


def _values(wire: Wire, kind: int, count: int, raw: Field | None, typed: list[Field]) -> tuple[int | float, ...] | None:
    if raw is not None:
        if kind not in _LAYOUTS:
            return None
        from struct import unpack_from

        return tuple(unpack_from(f"<{count}{_LAYOUTS[kind]}", wire.data, raw[2]))
    values = [value for part in typed for value in _TYPED[part[0]](wire, part)]
    # Numbers of half precision are kept as the whole numbers that have their bits.
    return None if kind in (10, 16) or len(values) != count else tuple(values)
