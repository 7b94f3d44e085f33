"""Normalization, and the scale that some networks put in its place."""

from math import prod

from cnnshape.layers.argument import AFFINE, FLAG, NUMBER, POSITIVE, POSITIVE_NUMBER, arg, words
from cnnshape.layers.contract import LayerProblem, Shape, Tensor, Weight, layer
from cnnshape.layers.family import Normalization, Scaling, divided, grid, show

_EPSILON = ("epsilon", "variance_epsilon")
_AFFINE = ("elementwise_affine",)


def _learned(affine: bool | str, shape: Shape) -> tuple[Weight, ...]:
    """The scale and the shift, or the one of them that is learned."""
    parts = {"scale": ("weight",), "shift": ("bias",), True: ("weight", "bias"), False: ()}
    return tuple(Weight(name, shape) for name in parts[affine])


@layer
class BatchNorm(Normalization):
    """Normalizes each channel by statistics that were gathered in training.

    Weights: a scale and a shift per channel. Buffers, as PyTorch counts them: a running mean and variance per
    channel, and the number of batches. Source: Ioffe and Szegedy (2015).
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
    centers = True
    operations = "2 per value: at inference the statistics fold into one scale and one shift"
    affine: bool | str = arg(AFFINE, "learns a scale and a shift per channel", default=True, foreign=_AFFINE)
    track: bool = arg(FLAG, "keeps running statistics", default=True, foreign=("track_running_stats",))
    eps: float = arg(POSITIVE_NUMBER, "added to the variance", default=1e-5, foreign=_EPSILON)
    momentum: float = arg(
        NUMBER,
        "share of a new batch in the running statistics",
        default=0.1,
        foreign=("decay", "moving_average_fraction"),
    )

    def weights(self, inputs: tuple[Tensor, ...]) -> tuple[Weight, ...]:
        channels = inputs[0].shape[:1]
        learned = _learned(self.affine, channels)
        if not self.track:
            return learned
        kept = ("running_mean", channels), ("running_var", channels), ("num_batches_tracked", ())
        return learned + tuple(Weight(name, shape, buffer=True) for name, shape in kept)

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return 2 * output.elements


class OwnStatistics(Normalization):
    """Normalizes by statistics of the sample itself: 5 operations per value, and 1 each for a scale and a shift."""

    operations = "5 per value (mean, difference, square, sum, quotient), and 1 each for the scale and the shift"

    @property
    def learns(self) -> bool | str:
        """Whether a scale and a shift are learned, or which of them alone."""
        raise NotImplementedError

    def scaled(self, inputs: tuple[Tensor, ...]) -> Shape:
        """The shape of the scale and of the shift."""
        return inputs[0].shape[:1]

    def weights(self, inputs: tuple[Tensor, ...]) -> tuple[Weight, ...]:
        return _learned(self.learns, self.scaled(inputs))

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return (5 + len(self.weights(inputs))) * output.elements


@layer
class LayerNorm(OwnStatistics):
    """Normalizes each position over its channels (`axes: channels`), or the whole sample (`axes: all`).

    Weights: a scale and a shift per normalized value. Source: Ba, Kiros and Hinton (2016); over channels as in ConvNeXt.
    """

    name = "layer_norm"
    foreign = ("LayerNorm", "LayerNormalization", "ln", "LN", "layernorm", "LayerNorm2d")
    axes: str = arg(words("channels", "all"), "what is normalized together", default="channels", main=True)
    affine: bool | str = arg(AFFINE, "learns a scale and a shift", default=True, foreign=_AFFINE)
    eps: float = arg(POSITIVE_NUMBER, "added to the variance", default=1e-5, foreign=_EPSILON)

    @property
    def learns(self) -> bool | str:
        return self.affine

    def scaled(self, inputs: tuple[Tensor, ...]) -> Shape:
        return inputs[0].shape if self.axes == "all" else inputs[0].shape[:1]


@layer
class GroupNorm(OwnStatistics):
    """Normalizes groups of channels, each over all its positions.

    Weights: a scale and a shift per channel. Source: Wu and He (2018).
    """

    name = "group_norm"
    foreign = ("GroupNorm", "GroupNormalization", "gn", "GN", "groupnorm")
    groups: int = arg(
        POSITIVE, "groups that are normalized together", default=32, main=True, foreign=("num_groups", "group")
    )
    affine: bool | str = arg(AFFINE, "learns a scale and a shift per channel", default=True, foreign=_AFFINE)
    eps: float = arg(POSITIVE_NUMBER, "added to the variance", default=1e-5, foreign=_EPSILON)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        divided(inputs[0].shape[0], self.groups, "groups", "channel")
        return inputs[0]

    @property
    def learns(self) -> bool | str:
        return self.affine


@layer
class InstanceNorm(OwnStatistics):
    """Normalizes each channel of a sample over its positions. Source: Ulyanov, Vedaldi and Lempitsky (2016)."""

    name = "instance_norm"
    foreign = ("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "InstanceNormalization", "instancenorm", "in_norm")
    centers = True
    affine: bool | str = arg(AFFINE, "learns a scale and a shift per channel", default=False, foreign=_AFFINE)
    eps: float = arg(POSITIVE_NUMBER, "added to the variance", default=1e-5, foreign=_EPSILON)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if prod(grid(inputs[0], self.name)) == 1:
            raise LayerProblem(f"a single cell per channel has no variance: {show(inputs[0].shape)}")
        return inputs[0]

    @property
    def learns(self) -> bool | str:
        return self.affine


@layer
class LocalResponseNorm(Normalization):
    """Divides each value by the strength of its neighbours across channels. Source: Krizhevsky et al. (2012)."""

    name = "local_response_norm"
    foreign = ("LocalResponseNorm", "lrn", "LRN", "local_response_normalization")
    operations = "size + 4 per value: square, sum of `size` squares, scale, add, power, quotient"
    size: int = arg(
        POSITIVE,
        "neighbouring channels that count",
        default=5,
        main=True,
        foreign=("local_size", "n", "nsize", "depth_radius"),
    )
    alpha: float = arg(NUMBER, "weight of the squares", default=1e-4)
    beta: float = arg(NUMBER, "exponent", default=0.75)
    k: float = arg(NUMBER, "added to the sum", default=1.0, foreign=("bias",))

    def weights(self, inputs: tuple[Tensor, ...]) -> tuple[Weight, ...]:
        return ()

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return (self.size + 4) * output.elements


@layer
class LayerScale(Scaling):
    """Multiplies each channel by a learned value. Source: Touvron et al. (2021), CaiT; ConvNeXt."""

    name = "layer_scale"
    foreign = ("LayerScale", "layerscale", "Scale", "scale", "gamma")
    operations = "1 per value"
    init: float = arg(
        NUMBER, "value at the start of training", default=1e-6, main=True, foreign=("init_values", "init_value")
    )

    def weights(self, inputs: tuple[Tensor, ...]) -> tuple[Weight, ...]:
        return (Weight("weight", inputs[0].shape[:1]),)

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return output.elements
