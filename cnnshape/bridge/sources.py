"""What `cnnshape import` can name: files by their ending, and attributes of Python modules."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cnnshape.bridge.operations import Network, Shape, UsageProblem
from cnnshape.bridge.torch import argument_of, read, resolved
from cnnshape.bridge.torch.resolving import PICKLES

Inputs = Mapping[str, Shape]


def _read_onnx(path: Path, inputs: Inputs) -> Network:
    from cnnshape.bridge.onnx import read_onnx

    return read_onnx(path, inputs)


def _read_darknet(path: Path, inputs: Inputs) -> Network:
    from cnnshape.bridge.darknet import read_darknet

    if inputs:
        raise UsageProblem("a Darknet cfg states its input itself", "change `width` and `height` of its `[net]`")
    return read_darknet(path)


def _read_keras(path: Path, inputs: Inputs) -> Network:
    from cnnshape.bridge.keras import read_keras

    return read_keras(path, inputs)


READERS: Mapping[str, Callable[[Path, Inputs], Network]] = {
    ".onnx": _read_onnx,
    ".cfg": _read_darknet,
    ".keras": _read_keras,
    ".json": _read_keras,
}
"""The reader of each format of files."""
FORMS = "`torchvision.models:resnet50`, `net.py:Net`, `net.onnx`, `net.cfg`, `net.keras` or its `config.json`"
"""What a source looks like, for messages."""


def network_of_source(source: str, inputs: Sequence[tuple[str, Shape]] = (), arguments: Sequence[str] = ()) -> Network:
    """The network that a source names: a file of a format, or an attribute of a Python module, which is run.

    `inputs` are names, or empty texts, with shapes; `arguments` are `name=value` for a function or class. Raises
    ImportProblem for what can't be read: UsageProblem for a source or an option that does not exist.
    """
    path = Path(source)
    suffix = path.suffix.lower()
    shapes = _by_name(inputs)
    if ":" in source or suffix in PICKLES:
        return _of_torch(source, shapes, dict(map(argument_of, arguments)))
    if suffix not in READERS:
        if suffix == ".py":
            raise UsageProblem(f"{source} names no class", f"name one after a colon: `{source}:Net`")
        if suffix in (".yaml", ".yml"):
            help = f"`cnnshape check {source}` reads it, and says how to import a model file of Ultralytics"
            raise UsageProblem(f"{source} is a spec already, or no format that can be read", help)
        raise UsageProblem(f"{source} is no source that can be read", f"sources are {FORMS}")
    if arguments:
        raise UsageProblem("`--arg` is for functions and classes of Python", "remove it")
    return READERS[suffix](path, shapes)


def _by_name(inputs: Sequence[tuple[str, Shape]]) -> Inputs:
    """The inputs by name; one without a name has an empty one."""
    shapes = dict(inputs)
    if len(shapes) < len(inputs):
        raise UsageProblem(
            "two inputs have the same name", "name them: `--input image=3x224x224 --input mask=1x224x224`"
        )
    return shapes


def _of_torch(source: str, shapes: Mapping[str, Shape], arguments: Mapping[str, object]) -> Network:
    module = resolved(source, arguments)
    given = None if not shapes else shapes[""] if list(shapes) == [""] else shapes
    return read(module, given, name=source.rpartition(":")[2], origin=f"imported from {source}")
