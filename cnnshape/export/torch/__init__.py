"""A design as a PyTorch module."""

from cnnshape.export.python import Untranslatable
from cnnshape.export.source import Code, Source
from cnnshape.export.torch.flat import to_flat_torch
from cnnshape.export.torch.proof import same_network
from cnnshape.export.torch.structure.model import NotChain, Unstructured
from cnnshape.export.torch.structure.network import name_of, to_structured_torch


def torch_code(source: Source) -> Code:
    """The code of a design: with its blocks, loops and params, else layer by layer.

    The structure is kept where the code is proved to be the network that the graph has. Raises Inexpressible.
    """
    flat = to_flat_torch(source)
    structured = structured_torch(source)
    if structured is not None and _is_proved(structured, flat, name_of(source)):
        return Code(structured, is_flat=False)
    return Code(flat, is_flat=True)


def to_torch(source: Source) -> str:
    """The text of that code. Raises Inexpressible."""
    return torch_code(source).text


def structured_torch(source: Source) -> str | None:
    """The code of a design with its structure, not yet proved; None where the structure can't be kept."""
    try:
        return to_structured_torch(source)
    except (Unstructured, NotChain, Untranslatable):
        return None


def _is_proved(structured: str, flat: str, name: str) -> bool:
    try:
        return same_network(structured, flat, name)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError):
        # Code that fails to run proves nothing.
        return False


__all__ = ["structured_torch", "to_flat_torch", "to_torch", "torch_code"]
