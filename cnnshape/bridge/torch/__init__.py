"""Reads networks of PyTorch. torch is imported when a module is read, and nowhere else in the package."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.bridge.torch.importer import from_torch
    from cnnshape.bridge.torch.inputs import shapes_of
    from cnnshape.bridge.torch.reading import network_of
    from cnnshape.bridge.torch.resolving import argument_of, input_of, resolved
else:
    __getattr__ = names_of(
        __name__,
        importer="from_torch",
        inputs="shapes_of",
        reading="network_of",
        resolving="argument_of input_of resolved",
    )

__all__ = ["argument_of", "from_torch", "input_of", "network_of", "resolved", "shapes_of"]
