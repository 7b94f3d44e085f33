"""The targets of an export, one entry each: adding a target is adding its entry."""

from collections.abc import Callable
from enum import StrEnum

from cnnshape.export.settings import Weights
from cnnshape.export.source import Source
from cnnshape.named_tuple import NamedTuple


class TargetName(StrEnum):
    """The names of the targets."""

    TORCH = "torch"
    ONNX = "onnx"


class Request(NamedTuple):
    """The settings of an export; None where the user gave none. A target reads those of its `settings`.

    `class_name` is what the network is called in code. `weights` says what a file holds as weights, `seed` which random
    ones, and `functions` whether it keeps blocks as functions.
    """

    class_name: str | None = None
    weights: Weights | None = None
    seed: int | None = None
    functions: bool | None = None


class Target(NamedTuple):
    """A target: the ending of its files, the fields of a Request that it reads, and how a design is written.

    `write` raises Inexpressible. It gives text, or bytes for a binary format.
    """

    ending: str
    settings: tuple[str, ...]
    write: Callable[[Source, Request], str | bytes]


def _torch(source: Source, request: Request) -> str:
    from cnnshape.export.torch import to_torch

    return to_torch(source._replace(class_name=request.class_name))


def _onnx(source: Source, request: Request) -> bytes:
    from cnnshape.export.onnx import to_onnx

    weights = request.weights or Weights.RANDOM
    return to_onnx(source, weights=weights, seed=request.seed or 0, functions=bool(request.functions))


TARGETS = {
    TargetName.TORCH: Target(".py", ("class_name",), _torch),
    TargetName.ONNX: Target(".onnx", ("weights", "seed", "functions"), _onnx),
}
"""The first one is the default."""
