"""A design as a PyTorch module."""

from cnnshape.export.source import Source
from cnnshape.export.torch.flat import said_of, to_flat_torch
from cnnshape.export.torch.structure.model import Unstructured
from cnnshape.export.torch.structure.network import to_structured_torch


def to_torch(source: Source) -> str:
    """The code of a design: with its blocks, loops and params where these can be kept, else layer by layer.

    Raises Inexpressible.
    """
    graph = source.examination.graph
    if graph is None or not graph.complete:
        raise ValueError("a design with errors is not exported")
    said_of(graph)
    try:
        return to_structured_torch(source)
    except Unstructured:
        return to_flat_torch(source)


__all__ = ["to_torch"]
