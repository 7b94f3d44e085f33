"""The vocabulary: every layer kind, each stating all facts about itself."""

from cnnshape.layers.argument import LARGEST, Argument, ArgumentType
from cnnshape.layers.contract import Layer, LayerProblem, Shape, Tensor, Weight
from cnnshape.layers.family import counted, show
from cnnshape.layers.registry import BY_FOREIGN_NAME, BY_NAME, KINDS, bare, foreign_argument, foreign_kind
from cnnshape.layers.window import AxisRelation, Footprint, Phases, Sight, Window

__all__ = [
    "BY_FOREIGN_NAME",
    "BY_NAME",
    "KINDS",
    "LARGEST",
    "Argument",
    "ArgumentType",
    "AxisRelation",
    "Footprint",
    "Layer",
    "LayerProblem",
    "Phases",
    "Shape",
    "Sight",
    "Tensor",
    "Weight",
    "Window",
    "bare",
    "counted",
    "foreign_argument",
    "foreign_kind",
    "show",
]
