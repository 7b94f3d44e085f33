"""A design as a PyTorch module."""

from cnnshape.export.source import Source
from cnnshape.export.torch.flat import to_flat_torch


def to_torch(source: Source) -> str:
    """The code of a design. Raises Inexpressible."""
    return to_flat_torch(source)


__all__ = ["to_torch"]
