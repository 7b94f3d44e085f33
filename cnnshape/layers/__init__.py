"""The vocabulary: every layer kind, each stating all facts about itself."""

from cnnshape.layers.argument import LARGEST, Argument, ArgumentType
from cnnshape.layers.contract import Layer, LayerProblem, Shape, Tensor, Weight
from cnnshape.layers.family import (
    AXES,
    Activation,
    Join,
    MatrixProduct,
    Move,
    Normalization,
    PassThrough,
    Pooling,
    Resize,
    Scaling,
    counted,
    pairs,
    per_axis,
    show,
)
from cnnshape.layers.merge import ElementwiseJoin
from cnnshape.layers.pooling import AdaptivePool, GlobalPool, SlidingPool
from cnnshape.layers.region import RegionPool
from cnnshape.layers.registry import BY_FOREIGN_NAME, BY_NAME, KINDS, bare, foreign_argument, foreign_kind
from cnnshape.layers.window import AxisRelation, Footprint, Phases, Sight, Window

__all__ = [
    "AXES",
    "BY_FOREIGN_NAME",
    "BY_NAME",
    "KINDS",
    "LARGEST",
    "Activation",
    "AdaptivePool",
    "Argument",
    "ArgumentType",
    "AxisRelation",
    "ElementwiseJoin",
    "Footprint",
    "GlobalPool",
    "Join",
    "Layer",
    "LayerProblem",
    "MatrixProduct",
    "Move",
    "Normalization",
    "PassThrough",
    "Phases",
    "Pooling",
    "RegionPool",
    "Resize",
    "Scaling",
    "Shape",
    "Sight",
    "SlidingPool",
    "Tensor",
    "Weight",
    "Window",
    "bare",
    "counted",
    "foreign_argument",
    "foreign_kind",
    "pairs",
    "per_axis",
    "show",
]
