"""The import of a PyTorch module in one call. This module can be imported where torch is missing."""

from typing import Any

from cnnshape.api import paused_collection
from cnnshape.bridge.importing import Imported, imported
from cnnshape.bridge.operations import Network
from cnnshape.bridge.torch.inputs import shapes_of
from cnnshape.bridge.torch.resolving import require_torch


def from_torch(module: Any, input: Any = None, *, name: str = "", flat: bool = False, opaque: bool = False) -> Imported:
    """The spec of a `torch.nn.Module`, from one forward pass on the meta device. The module itself does not change.

    `input` is the shape of the input without the batch, channels first; a tensor with its batch; a list of these; or
    a mapping of the forward's parameters to them. By default it is the module's `example_input_array`. Raises
    ImportProblem for what can't be recorded; `flat` and `opaque` are those of `imported`.
    """
    return imported(read(module, input, name=name), flat=flat, opaque=opaque)


def read(module: Any, input: Any = None, *, name: str = "", origin: str = "") -> Network:
    """The operations of a module. `input` is that of `from_torch`. Raises ImportProblem where torch is missing too."""
    require_torch()
    from cnnshape.bridge.torch.reading import network_of
    from cnnshape.bridge.torch.wrappers import unwrapped

    module = unwrapped(module)
    shapes, by_name = shapes_of(module, input)
    with paused_collection():
        return network_of(module, shapes, by_name=by_name, name=name, origin=origin)
