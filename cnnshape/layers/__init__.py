"""The layer kinds. Each kind declares all facts about itself."""

from cnnshape.layers.application import Application
from cnnshape.layers.argument import LARGEST, Argument, ArgumentType
from cnnshape.layers.contract import Layer
from cnnshape.layers.convolution import ConvTranspose
from cnnshape.layers.factors import Parameter
from cnnshape.layers.family import (
    Activation,
    FixedProduct,
    Join,
    MatrixProduct,
    Move,
    Normalization,
    PassThrough,
    Pooling,
    Recurrence,
    Resize,
    SamePlace,
    Scaling,
    Stated,
)
from cnnshape.layers.merge import ElementwiseJoin
from cnnshape.layers.normalization import normalized_shape
from cnnshape.layers.pooling import AdaptivePool, GlobalPool, SlidingPool
from cnnshape.layers.registry import BY_NAME, bare, family_of, foreign_argument, foreign_kind, register
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor, Weight, counted, format_shape, parse_shape
from cnnshape.layers.window import AXES, AxisRelation, Coverage, Footprint, Phases, Window, pairs, per_axis
from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.layers.complete import BY_FOREIGN_NAME, KINDS
    from cnnshape.layers.regions import RegionPool
else:
    __getattr__ = names_of(__name__, complete="BY_FOREIGN_NAME KINDS", regions="RegionPool")

__all__ = [
    "AXES",
    "BY_FOREIGN_NAME",
    "BY_NAME",
    "KINDS",
    "LARGEST",
    "Activation",
    "AdaptivePool",
    "Application",
    "Argument",
    "ArgumentType",
    "AxisRelation",
    "ConvTranspose",
    "Coverage",
    "ElementwiseJoin",
    "FixedProduct",
    "Footprint",
    "GlobalPool",
    "Join",
    "Layer",
    "LayerProblem",
    "MatrixProduct",
    "Move",
    "Normalization",
    "Parameter",
    "PassThrough",
    "Phases",
    "Pooling",
    "Recurrence",
    "RegionPool",
    "Resize",
    "SamePlace",
    "Scaling",
    "Shape",
    "SlidingPool",
    "Stated",
    "Tensor",
    "Weight",
    "Window",
    "bare",
    "counted",
    "family_of",
    "foreign_argument",
    "foreign_kind",
    "format_shape",
    "normalized_shape",
    "pairs",
    "parse_shape",
    "per_axis",
    "register",
]
