"""Passes over a graph. Each computes one value per node, and none depends on the name of a kind."""

from cnnshape.analysis.field import Field, Undefined
from cnnshape.analysis.memory import Moment, Peak, memory_timeline, peak_bytes, peak_memory
from cnnshape.analysis.receptive_field import last_maps, receptive_fields
from cnnshape.analysis.sizes import layer_dtypes, owned_bytes, tensor_bytes, weight_bytes
from cnnshape.analysis.weights import Cost, costs, resized_weights

__all__ = [
    "Cost",
    "Field",
    "Moment",
    "Peak",
    "Undefined",
    "costs",
    "last_maps",
    "layer_dtypes",
    "memory_timeline",
    "owned_bytes",
    "peak_bytes",
    "peak_memory",
    "receptive_fields",
    "resized_weights",
    "tensor_bytes",
    "weight_bytes",
]
