"""The layer graph: a program with its blocks expanded, its kinds bound and every shape inferred. Errors leave holes in
it."""

from cnnshape.graph.applications import MAX_ELEMENTS
from cnnshape.graph.build import Built, build, given_inputs
from cnnshape.graph.draft import MAX_LAYERS
from cnnshape.graph.evaluation import LayerValue
from cnnshape.graph.expansion import MAX_NESTING, ExpansionMemory
from cnnshape.graph.input_option import likely_shape, reading
from cnnshape.graph.model import Graph, GraphInput, Group, Hole, Misfit, Node
from cnnshape.graph.naming import Part, groups, is_numbered, named_parts, parts
from cnnshape.graph.settle import Options
from cnnshape.layers import Application

__all__ = [
    "MAX_ELEMENTS",
    "MAX_LAYERS",
    "MAX_NESTING",
    "Application",
    "Built",
    "ExpansionMemory",
    "Graph",
    "GraphInput",
    "Group",
    "Hole",
    "LayerValue",
    "Misfit",
    "Node",
    "Options",
    "Part",
    "build",
    "given_inputs",
    "groups",
    "is_numbered",
    "likely_shape",
    "named_parts",
    "parts",
    "reading",
]
