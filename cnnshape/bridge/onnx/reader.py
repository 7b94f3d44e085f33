"""Reads an ONNX file as a network. Weights are never read, and paths of external data are never followed."""

import mmap
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from cnnshape.bridge.building import inputs_by_name, printable, quoted
from cnnshape.bridge.files import missing, unreadable
from cnnshape.bridge.onnx import constants, own_layers, shapes, values, windows
from cnnshape.bridge.onnx.functions import inlined
from cnnshape.bridge.onnx.model import Model, Node, Subgraph, model_of
from cnnshape.bridge.onnx.own import PRODUCER, repeated
from cnnshape.bridge.onnx.patterns import DOMAIN, rewritten
from cnnshape.bridge.onnx.stacks import unstacked
from cnnshape.bridge.onnx.walk import STORED_ONCE, NoKind, View, Walk, described
from cnnshape.bridge.onnx.weightless import with_weights
from cnnshape.bridge.operations import ImportProblem, NamedOutput, Network, Shape, UsageProblem, Weight

_FIRST_OPSET = 7
_HANDLERS: Mapping[str, values.Handler] = {
    **values.HANDLERS,
    **shapes.HANDLERS,
    "Conv": windows.conv,
    "ConvTranspose": windows.conv_transpose,
    "MaxPool": windows.pool,
    "AveragePool": windows.pool,
    "GlobalAveragePool": windows.global_pool,
    "GlobalMaxPool": windows.global_pool,
    "Pad": windows.pad,
    "MaxUnpool": own_layers.max_unpool,
}
_PATTERNS: Mapping[str, values.Handler] = {**values.PATTERNS, **own_layers.HANDLERS}


def read_onnx(path: str | Path, inputs: Mapping[str, Shape] | None = None) -> Network:
    """The network in an ONNX file. `inputs` are shapes without the batch, for inputs whose sizes the file leaves open.

    Raises ImportProblem for a file that can't be read, is damaged, exceeds the limits, or has parts that no list of
    operations can have.
    """
    path = Path(path)
    if not path.is_file():
        raise missing(path)
    try:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                raise ImportProblem("the file is empty")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                model = model_of(data)
    except OSError as error:
        raise unreadable(path, error) from error
    return network_of(model, path.stem, inputs or {})


def network_of(model: Model, name: str, inputs: Mapping[str, Shape]) -> Network:
    """The network of a model."""
    if model.opset and model.opset < _FIRST_OPSET:
        message = f"the model has version {model.opset} of the operators; {_FIRST_OPSET} and later can be read"
        raise ImportProblem(message, "`onnx.version_converter.convert_version` makes a newer one")
    model = inlined(with_weights(model))
    model = model._replace(nodes=unstacked(model))
    walk = Walk(model, rewritten(model, own_layers.PATTERNS if model.producer == PRODUCER else ()))
    _add_inputs(walk, inputs)
    for stored in model.initializers.values():
        walk.bind(stored.name, constants.of(stored))
    for index in range(len(walk.nodes)):
        if index not in walk.merged:
            _follow(walk, walk.enter(index))
    outputs = tuple(_output(walk, output) for output in model.outputs)
    if not outputs:
        raise ImportProblem("the model has no output")
    unused = _unused(walk)
    learned = {**{weight.name: weight for weight in unused}, **walk.used}
    params = sum(weight.elements for weight in learned.values() if weight.learned)
    origin = f"ONNX file {name}.onnx" + (f", made by {model.producer}" if model.producer else "")
    return walk.building.network(
        model.name if model.name not in _UNNAMED else name,
        origin,
        outputs,
        params=params,
        unused=unused,
        notes=_notes(walk),
    )


_UNNAMED = frozenset(("", "main_graph", "torch_jit", "torch-jit-export", "main", "graph", "tf2onnx"))
"""Names that exporters give to every graph."""


def _add_inputs(walk: Walk, given: Mapping[str, Shape]) -> None:
    if not walk.model.inputs:
        raise ImportProblem("the model has no input")
    given = inputs_by_name(given, tuple(walk.model.inputs))
    for name in walk.model.inputs:
        batch, sizes = _input_shape(walk.model, name, given.get(name))
        # Models of TensorFlow have the channels last, and a Transpose that moves them.
        rank = len(sizes) + 1
        last = rank > 2 and not walk.is_own and _is_moved_first(walk, name, rank)
        axes = (0, *range(2, rank), 1) if last else tuple(range(rank))
        value = walk.building.input(name, (sizes[-1], *sizes[:-1]) if last else sizes)
        walk.bind(name, View(value, batch, axes))


def _is_moved_first(walk: Walk, name: str, rank: int) -> bool:
    """Whether all that reads an input moves its last axis to the front."""
    order = (0, rank - 1, *range(1, rank - 1))
    readers = [walk.nodes[index] for index in walk.readers.get(name, ()) if index >= 0]
    return bool(readers) and all(node.op == "Transpose" and node.wholes("perm") == order for node in readers)


def _input_shape(model: Model, name: str, given: Shape | None) -> tuple[int, Shape]:
    """The batch and the other sizes of an input."""
    stated = model.shapes.get(name)
    if stated is None and given is None:
        raise UsageProblem(f"the input {quoted(name)} has no shape", _HELP)
    batch = stated[0] if stated and isinstance(stated[0], int) else 1
    if given is not None:
        return max(batch, 1), given
    assert stated is not None
    open_ = [size for size in stated[1:] if not isinstance(size, int)]
    if open_:
        sizes = "x".join(str(size or "?") for size in stated[1:])
        raise UsageProblem(f"the input {quoted(name)} has sizes that vary: {sizes[:200]}", _HELP)
    return max(batch, 1), tuple(size for size in stated[1:] if isinstance(size, int))


_HELP = "state its shape without the batch: `--input 3x224x224`"


def _follow(walk: Walk, node: Node) -> None:
    """Adds the operations of a node."""
    for name in node.inputs:
        if name and name not in walk.values:
            raise ImportProblem(f"{described(node)} reads {quoted(name)}, which nothing before it gives")
    if any(isinstance(value, Subgraph) for value in node.attributes.values()):
        raise ImportProblem(f"{described(node)} has graphs of its own: control flow can't become a list of layers")
    if not node.outputs or not any(name in walk.readers for name in node.outputs):
        return
    if _fold(walk, node):
        return
    if node.domain not in ("", DOMAIN):
        _opaque(walk, node)
        return
    handlers = _PATTERNS if node.domain == DOMAIN else _HANDLERS
    handler = handlers.get(node.op, Walk.opaque)
    try:
        handler(walk, node)
    except (NoKind, constants.NotFolded):
        _opaque(walk, node)
    except (IndexError, ValueError, ZeroDivisionError) as error:
        raise ImportProblem(f"{described(node)} has attributes or inputs that don't fit it") from error


def _opaque(walk: Walk, node: Node) -> None:
    """Adds layers with stated figures for a node."""
    try:
        walk.opaque(node)
    except (NoKind, constants.NotFolded, IndexError, ValueError) as error:
        raise ImportProblem(f"{described(node)} has attributes or inputs that don't fit it") from error


def _fold(walk: Walk, node: Node) -> bool:
    """Binds the outputs of a node whose inputs are all constants. Whether it is one."""
    operands = walk.operands(node)
    if any(name and operand is None for name, operand in zip(node.inputs, operands, strict=True)):
        return False
    try:
        is_repeated = walk.is_own and node.op == "Expand" and len(operands) == 2
        value = repeated(operands) if is_repeated else constants.folded(node, operands)
    except constants.NotFolded:
        names = [
            operand.name for operand in operands if operand is not None and operand.name and operand.values is None
        ]
        if names:
            named = ", ".join(map(quoted, names[:3]))
            raise ImportProblem(f"{described(node)} computes with the weights {named}, which are not read") from None
        return False
    if node.op == "Identity" and node.outputs and node.inputs and node.inputs[0] in walk.model.initializers:
        # PyTorch's exporter stores equal weights once and gives each its name so.
        value = value._replace(name=node.outputs[0])
        if value.real and value.elements > 1:
            walk.note(STORED_ONCE)
    if walk.is_own and node.op == "Constant":
        # What `cnnshape export` writes so is no weight.
        value = value._replace(name="")
    for name in node.outputs[:1]:
        walk.bind(name, value)
    return True


def _output(walk: Walk, name: str) -> NamedOutput:
    value = walk.values.get(name)
    if value is None:
        raise ImportProblem(f"nothing gives the output {quoted(name)}")
    if not isinstance(value, View):
        raise ImportProblem(f"the output {quoted(name)} doesn't depend on the input")
    if not value.plain:
        walk.note("an output has its channels last in the file, and first in the spec ({}x)")
    return NamedOutput(name, value.value)


def _unused(walk: Walk) -> Sequence[Weight]:
    """Weights of several real numbers that no operation uses."""
    read = set(walk.readers)
    return [
        Weight(printable(stored.name), stored.shape)
        for stored in walk.model.initializers.values()
        if stored.real and stored.name not in read and len(stored.shape) > 0
    ]


def _notes(walk: Walk) -> list[str]:
    notes = [text.format(count) for text, count in walk.notes.items()]
    convolutions = [node for node in walk.nodes if node.op == "Conv" and not node.domain]
    fused = sum(_is_fused(node) for node in convolutions)
    if fused:
        counted = "1 convolution" if fused == 1 else f"{fused} convolutions"
        notes.append(
            f"the exporter fused batch norms into {counted}: the params differ from those of the model in training"
        )
    return notes


def _is_fused(node: Node) -> bool:
    """Whether the names of the weights are those that PyTorch's exporters give to fused ones."""
    if len(node.inputs) < 3:
        return False
    weight, bias = node.inputs[1:3]
    return bias == f"{weight}_bias" or re.fullmatch(r"onnx::Conv_\d+", bias) is not None
