"""The layer graph: a spec with its blocks opened, its kinds bound and every shape inferred."""

from cnnshape.graph.build import Built, Options, build, given_inputs
from cnnshape.graph.model import Graph, GraphInput, Group, Node
from cnnshape.layers import Application

__all__ = ["Application", "Built", "Graph", "GraphInput", "Group", "Node", "Options", "build", "given_inputs"]
