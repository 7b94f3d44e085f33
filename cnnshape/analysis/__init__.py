"""Passes over a graph. Each computes one value per node, and none depends on the name of a kind."""

from cnnshape.analysis.field import Field, Undefined
from cnnshape.analysis.memory import Moment, Peak, memory_timeline, peak_elements, peak_memory
from cnnshape.analysis.receptive_field import last_maps, receptive_fields
from cnnshape.analysis.weights import Cost, costs, resized_weights

__all__ = [
    "Cost",
    "Field",
    "Moment",
    "Peak",
    "Undefined",
    "costs",
    "last_maps",
    "memory_timeline",
    "peak_elements",
    "peak_memory",
    "receptive_fields",
    "resized_weights",
]
