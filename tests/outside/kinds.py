"""Kinds that the package doesn't have, one of each family, declared as CONTRIBUTING says for a kind of its own."""

from __future__ import annotations

from cnnshape.arithmetic import Constant, Factor, counted_as
from cnnshape.layers import (
    Activation,
    AdaptivePool,
    Coverage,
    ElementwiseJoin,
    Footprint,
    GlobalPool,
    Layer,
    MatrixProduct,
    Move,
    Normalization,
    PassThrough,
    RegionPool,
    Resize,
    Scaling,
    SlidingPool,
    Tensor,
    Window,
)
from cnnshape.layers.argument import FLAG, POSITIVE, PROBABILITY, TENSOR, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import CHANNELS, INPUT_VALUES, OUTPUT_VALUES, VALUES, Parameter, argument, option
from cnnshape.layers.family import matrix
from cnnshape.layers.pooling import WINDOW_SIZE


@layer
class LogSigmoid(Activation):
    """-log(1 + exp(-x))"""

    name = "log_sigmoid"
    foreign = ("LogSigmoid",)
    flops_formula = counted_as(VALUES, "negation", "exp", "sum", "log", "negation")


@layer
class UnitNorm(Normalization):
    """Divides the values of a sample by their root mean square. Source: Zhang and Sennrich (2019)."""

    name = "unit_norm"
    foreign = ("UnitNorm",)
    flops_formula = counted_as(VALUES, "square", "sum", "quotient", "scale")
    parameters = (Parameter("weight", option("affine", CHANNELS)),)
    affine: bool = arg(FLAG, "learns a scale per channel", default=True)


@layer
class LpPool(SlidingPool):
    """The root of the sum of squares of each window."""

    name = "lp_pool"
    foreign = ("LPPool2d",)
    flops_formula = 2 * WINDOW_SIZE * OUTPUT_VALUES


@layer
class AdaptiveLpPool(AdaptivePool):
    """The root of the sum of squares of as many windows as the output has cells."""

    name = "adaptive_lp_pool"
    flops_formula = counted_as(INPUT_VALUES, "square", "sum")


@layer
class GlobalLpPool(GlobalPool):
    """The root of the sum of squares of each channel."""

    name = "global_lp_pool"
    flops_formula = counted_as(INPUT_VALUES, "square", "sum")


@layer
class Flip(Move):
    """The cells of each axis in the opposite order."""

    name = "flip"
    foreign = ("Flip", "reverse")

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        return inputs[0]

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.UNKNOWN


@layer
class NoiseDropout(PassThrough):
    """Multiplies values by noise in training; nothing at inference."""

    name = "noise_dropout"
    p: float = arg(PROBABILITY, "variance of the noise", default=0.5, main=True)


@layer
class ChannelScale(Scaling):
    """Multiplies each channel by a learned value, and adds one."""

    name = "channel_scale"
    flops_formula = counted_as(VALUES, "product", "sum")
    parameters = (Parameter("weight", CHANNELS), Parameter("bias", CHANNELS))


@layer
class Sharpen(Resize):
    """Values between the cells, as a factor of the sizes."""

    name = "sharpen"
    flops_formula = counted_as(OUTPUT_VALUES, "product", "sum")
    factor: int = arg(POSITIVE, "factor of the sizes", default=2, main=True)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        channels, *sizes = inputs[0].shape
        return Tensor((channels, *(size * self.factor for size in sizes)), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.UNKNOWN


@layer
class MaximumWith(ElementwiseJoin):
    """The larger value of two tensors of equal shapes."""

    name = "maximum_with"
    other: Tensor = arg(TENSOR, "the step whose output is compared", main=True)


@layer
class Pointwise(MatrixProduct):
    """A learned matrix at each position."""

    name = "pointwise"
    macs_formula = argument("out") * CHANNELS * Factor("positions", lambda application: application.output.shape[1:])
    parameters = matrix(argument("out") * CHANNELS, argument("out"))
    out: int = arg(POSITIVE, "channels of the output", main=True)
    bias: bool = arg(FLAG, "adds one learned value per output channel", default=True)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        return Tensor((self.out, *inputs[0].shape[1:]), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return tuple(Window() for _ in inputs[0].shape[1:])


@layer
class RoiMean(RegionPool):
    """The mean of each cell of a grid laid over each box."""

    name = "roi_mean"
    flops_formula = Constant(1) * OUTPUT_VALUES


KINDS: tuple[type[Layer], ...] = (
    LogSigmoid, UnitNorm, LpPool, AdaptiveLpPool, GlobalLpPool, Flip, NoiseDropout, ChannelScale, Sharpen, MaximumWith,
    Pointwise, RoiMean,
)  # fmt: skip

DESIGN = """cnnshape: 1
name: outside
input: [3, 32, 32]
blocks:
  Gated:
    params: {width: 8}
    do:
      - pointwise: {out: width, norm: unit_norm, act: log_sigmoid}
      - lp_pool: {kernel: 3, stride: 1, padding: 1}
layers:
  - {conv: {out: 8, kernel: 3, padding: 1, norm: unit_norm, act: log_sigmoid}, name: stem}
  - channel_scale
  - residual: [Gated]
  - flip
  - {maximum_with: stem, name: joined}
  - noise_dropout
  - {lp_pool: 2, name: pooled}
  - sharpen: 2
  - adaptive_lp_pool: 4
  - {global_lp_pool: null, name: summed}
  - flatten
  - linear: 10
"""

REGIONS = """cnnshape: 1
name: regions
input: {image: [3, 32, 32], rois: {boxes: 3}}
layers:
  - pointwise: 8
  - roi_mean: {size: 7, boxes: rois}
  - flatten
  - linear: 2
"""
