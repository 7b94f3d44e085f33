"""Reads networks of PyTorch. torch is imported when a module is read, and nowhere else in the package."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.bridge.torch.importer import from_torch, read
    from cnnshape.bridge.torch.resolving import argument_of, resolved
else:
    __getattr__ = names_of(__name__, importer="from_torch read", resolving="argument_of resolved")

__all__ = ["argument_of", "from_torch", "read", "resolved"]
