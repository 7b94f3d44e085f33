"""Normalization, and the scale that some networks put in its place."""

from math import prod
from typing import Any

from cnnshape.arithmetic import Constant, Factor, Product, When, counted_as
from cnnshape.layers.argument import AFFINE, FLAG, NATURAL_NUMBER, NUMBER, POSITIVE, POSITIVE_NUMBER, arg, words
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import CHANNELS, VALUES, Parameter, argument, option
from cnnshape.layers.family import Normalization, OverAxes, Scaling
from cnnshape.layers.kept import Kept
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor, divided, format_shape
from cnnshape.layers.window import grid

EPSILON = ("epsilon", "variance_epsilon")
AFFINE_WORDS = ("elementwise_affine",)


def _scales(given: Any) -> bool:
    return given.layer.affine in (True, "scale")


def _shifts(given: Any) -> bool:
    return given.layer.affine in (True, "shift")


def _affine(shape: Factor) -> tuple[Parameter, ...]:
    """The scale and the shift, or the one of them that is learned."""
    return Parameter("weight", When("a scale", _scales, shape)), Parameter("bias", When("a shift", _shifts, shape))


@layer
class BatchNorm(Normalization):
    """Normalizes each channel by statistics that were gathered in training.

    Buffers, as PyTorch counts them: a running mean and variance per channel, and the number of batches. At inference the
    statistics fold into one scale and one shift. Source: Ioffe and Szegedy (2015).
    """

    name = "batch_norm"
    foreign = (
        "BatchNorm1d",
        "BatchNorm2d",
        "BatchNorm3d",
        "BatchNormalization",
        "BatchNorm",
        "bn",
        "BN",
        "batchnorm",
        "batch_normalization",
        "batch_normalize",
        "SyncBatchNorm",
        "FrozenBatchNorm2d",
        "SpatialBatchNormalization",
    )
    keeps = Kept(inputs=True, statistics=2)
    folds = True
    centers = True
    flops_formula = counted_as(VALUES, "product", "sum")
    parameters = (
        *_affine(CHANNELS),
        Parameter("running_mean", option("track", CHANNELS), buffer=True),
        Parameter("running_var", option("track", CHANNELS), buffer=True),
        Parameter("num_batches_tracked", option("track", Product()), buffer=True),
    )
    affine: bool | str = arg(AFFINE, "learns a scale and a shift per channel", default=True, foreign=AFFINE_WORDS)
    track: bool = arg(FLAG, "keeps running statistics", default=True, foreign=("track_running_stats",))
    eps: float = arg(NATURAL_NUMBER, "added to the variance", default=1e-5, foreign=EPSILON)
    momentum: float = arg(
        NUMBER,
        "share of a new batch in the running statistics",
        default=0.1,
        foreign=("decay", "moving_average_fraction"),
    )


class OwnStatistics(Normalization):
    """Normalizes by statistics of the sample itself, and applies a scale and a shift if they are learned."""

    flops_formula = Product(
        5 + (When("a scale", _scales, Constant(1)) + When("a shift", _shifts, Constant(1))),
        VALUES,
        note="mean, difference, square, sum, quotient",
    )
    parameters = _affine(CHANNELS)


AXES = words("channels", "space", "last", "all")


def normalized_shape(shape: Shape, axes: str) -> Shape:
    """The axes whose values share a statistic, each value with its own scale and shift: PyTorch's `normalized_shape`."""
    return {"channels": shape[:1], "space": shape[1:], "last": shape[-1:], "all": shape}[axes]


TOGETHER = Factor("values normalized together", lambda given: normalized_shape(given.inputs[0].shape, given.layer.axes))


@layer
class LayerNorm(OverAxes, OwnStatistics):
    """Normalizes each position over its channels (`axes: channels`), or the whole sample (`axes: all`).

    `axes: space` takes the spatial axes of each channel together, `axes: last` only the last of them: PyTorch's
    `LayerNorm([H, W])` and `LayerNorm(W)`. Source: Ba, Kiros and Hinton (2016); over channels as in ConvNeXt.
    """

    name = "layer_norm"
    foreign = ("LayerNorm", "LayerNormalization", "ln", "LN", "layernorm", "LayerNorm2d")
    parameters = _affine(TOGETHER)
    axes: str = arg(AXES, "what is normalized together", default="channels", main=True)
    affine: bool | str = arg(AFFINE, "learns a scale and a shift", default=True, foreign=AFFINE_WORDS)
    eps: float = arg(POSITIVE_NUMBER, "added to the variance", default=1e-5, foreign=EPSILON)


GROUPS_WORDS = ("num_groups", "group")


class Grouped(Normalization):
    """Takes the values of a group of channels together."""

    groups: int

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        channels = divided(inputs[0].shape[0], self.groups, "groups", "channel")
        if channels * prod(inputs[0].shape[1:]) == 1:
            raise LayerProblem(f"a group of a single value has no variance: {format_shape(inputs[0].shape)}")
        return inputs[0]


@layer
class GroupNorm(Grouped, OwnStatistics):
    """Normalizes groups of channels, each over all its positions. Source: Wu and He (2018)."""

    name = "group_norm"
    foreign = ("GroupNorm", "GroupNormalization", "gn", "GN", "groupnorm")
    groups: int = arg(POSITIVE, "groups of channels", default=32, main=True, foreign=GROUPS_WORDS)
    affine: bool | str = arg(AFFINE, "learns a scale and a shift per channel", default=True, foreign=AFFINE_WORDS)
    eps: float = arg(POSITIVE_NUMBER, "added to the variance", default=1e-5, foreign=EPSILON)


@layer
class InstanceNorm(OwnStatistics):
    """Normalizes each channel of a sample over its positions. Source: Ulyanov, Vedaldi and Lempitsky (2016)."""

    name = "instance_norm"
    foreign = ("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "InstanceNormalization", "instancenorm", "in_norm")
    centers = True
    affine: bool | str = arg(AFFINE, "learns a scale and a shift per channel", default=False, foreign=AFFINE_WORDS)
    eps: float = arg(POSITIVE_NUMBER, "added to the variance", default=1e-5, foreign=EPSILON)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if prod(grid(inputs[0], self.name)) == 1:
            raise LayerProblem(f"a single cell per channel has no variance: {format_shape(inputs[0].shape)}")
        return inputs[0]


@layer
class LocalResponseNorm(Normalization):
    """Divides each value by the strength of its neighbours across channels: (k + alpha * mean of the squares) ** beta.

    Source: Krizhevsky et al. (2012), whose alpha is that of each square, and so 1 / size of the one here.
    """

    name = "local_response_norm"
    keeps = Kept(inputs=True, copies=3)
    foreign = ("LocalResponseNorm", "lrn", "LRN", "local_response_normalization")
    flops_formula = Product(
        argument("size") + 4, VALUES, note="square, sum of `size` squares, scale, add, power, quotient"
    )
    parameters = ()
    size: int = arg(
        POSITIVE,
        "neighbouring channels that count",
        default=5,
        main=True,
        foreign=("local_size", "n", "nsize", "depth_radius"),
    )
    alpha: float = arg(NUMBER, "weight of the mean of the squares", default=1e-4)
    beta: float = arg(NUMBER, "exponent", default=0.75)
    k: float = arg(NUMBER, "added to the sum", default=1.0, foreign=("bias",))


_SCALES = When("`per_channel`", lambda given: given.layer.per_channel, CHANNELS, Product())


@layer
class LayerScale(Scaling):
    """Multiplies each channel by a learned value, or all by one (`per_channel: false`); `shift` adds a learned value too.

    Source: Touvron et al. (2021), CaiT; ConvNeXt; one value for all: De and Smith (2020), SkipInit.
    """

    name = "layer_scale"
    foreign = (
        "LayerScale",
        "layerscale",
        "LayerScale2d",
        "Scale",
        "scale",
        "gamma",
        "SkipInit",
        "skipinit",
        "ReZero",
        "rezero",
    )
    flops_formula = Product(1 + option("shift", Constant(1)), VALUES, note="product, sum")
    parameters = (
        Parameter("weight", _SCALES),
        Parameter("bias", option("shift", _SCALES)),
    )
    init: float = arg(
        NUMBER, "value at the start of training", default=1e-6, main=True, foreign=("init_values", "init_value")
    )
    per_channel: bool = arg(FLAG, "learns a value per channel", default=True)
    shift: bool = arg(FLAG, "adds learned values too", default=False, foreign=("bias", "bias_term", "use_bias"))
