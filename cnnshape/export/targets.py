"""The targets of an export, one entry each: adding a target is adding its entry."""

from collections.abc import Callable
from enum import StrEnum

from cnnshape.export.settings import Weights
from cnnshape.export.source import Code, Source
from cnnshape.named_tuple import NamedTuple


class TargetName(StrEnum):
    """The names of the targets."""

    TORCH = "torch"
    KERAS = "keras"
    ONNX = "onnx"


class DataFormat(StrEnum):
    """Where tensors have their channels."""

    CHANNELS_LAST = "channels_last"
    CHANNELS_FIRST = "channels_first"


class Request(NamedTuple):
    """The settings of an export; None where the user gave none. A target reads those of its `settings`.

    `class_name` is what the network is called in code, `data_format` where its tensors have their channels. `weights` says
    what a file holds as weights, `seed` which random ones, and `functions` whether it keeps blocks as functions.
    """

    class_name: str | None = None
    data_format: DataFormat | None = None
    weights: Weights | None = None
    seed: int | None = None
    functions: bool | None = None


class Written(NamedTuple):
    """What is exported: text, or bytes of a binary format. `notes` say what it doesn't keep of the design."""

    content: str | bytes
    notes: tuple[str, ...] = ()


class Target(NamedTuple):
    """A target: the ending of its files, the fields of a Request that it reads, and how a design is written.

    `write` raises Inexpressible.
    """

    ending: str
    settings: tuple[str, ...]
    write: Callable[[Source, Request], Written]

    def written(self, source: Source, request: Request) -> Written:
        """What is exported, with a note where a design states types: all values are written as float32. Raises
        Inexpressible."""
        written, graph = self.write(source, request), source.examination.graph
        is_typed = graph is not None and any(node.dtypes for node in graph.nodes)
        return written._replace(notes=(*written.notes, WITHOUT_TYPES)) if is_typed else written


def _torch(source: Source, request: Request) -> Written:
    from cnnshape.export.torch import torch_code

    return _noted(source, torch_code(source._replace(class_name=request.class_name)))


def _keras(source: Source, request: Request) -> Written:
    from cnnshape.export.keras import keras_code

    data_format = request.data_format or DataFormat.CHANNELS_LAST
    return _noted(source, keras_code(source._replace(class_name=request.class_name), data_format))


def _noted(source: Source, code: Code) -> Written:
    """The code, with a note where a design with blocks or params is written without them."""
    program = source.examination.program
    lost = code.is_flat and program is not None and bool(program.spec.blocks or program.spec.params)
    return Written(code.text, (WITHOUT_STRUCTURE,) if lost else ())


def _onnx(source: Source, request: Request) -> Written:
    from cnnshape.export.onnx import to_onnx

    weights = request.weights or Weights.RANDOM
    return Written(to_onnx(source, weights=weights, seed=request.seed or 0, functions=bool(request.functions)))


WITHOUT_STRUCTURE = "the code is written layer by layer: it has no blocks, and its params have the values of the spec"
WITHOUT_TYPES = "the types that the spec states (`dtype`) are left out: all values are float32"
TARGETS = {
    TargetName.TORCH: Target(".py", ("class_name",), _torch),
    TargetName.KERAS: Target(".py", ("class_name", "data_format"), _keras),
    TargetName.ONNX: Target(".onnx", ("weights", "seed", "functions"), _onnx),
}
"""The first one is the default."""
