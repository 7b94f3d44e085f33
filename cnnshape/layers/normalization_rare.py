"""Normalizations that few networks have, and a scale of constants."""

from cnnshape.arithmetic import Constant, Product, When, counted_as
from cnnshape.layers.argument import FLAG, NUMBER, POSITIVE, POSITIVE_NUMBER, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import CHANNELS, VALUES, Parameter, option
from cnnshape.layers.family import Normalization, OverAxes, SamePlace, Unweighted
from cnnshape.layers.kept import NOTHING, Kept
from cnnshape.layers.normalization import AFFINE_WORDS, AXES, EPSILON, GROUPS_WORDS, TOGETHER, Grouped
from cnnshape.layers.tensor import LayerProblem, Tensor
from cnnshape.layers.window import grid


@layer
class RmsNorm(OverAxes, Normalization):
    """Divides values by their root mean square, over the same axes as `layer_norm`. Source: Zhang and Sennrich (2019)."""

    name = "rms_norm"
    keeps = Kept(inputs=True, copies=1)
    foreign = ("RMSNorm", "RmsNorm", "RMSNormalization", "RmsNorm2d", "rms", "SimplifiedLayerNormalization")
    flops_formula = Product(3 + option("affine", Constant(1)), VALUES, note="square, sum, quotient")
    parameters = (Parameter("weight", option("affine", TOGETHER)),)
    axes: str = arg(AXES, "what is normalized together", default="channels", main=True)
    affine: bool = arg(FLAG, "learns a scale", default=True, foreign=AFFINE_WORDS)
    eps: float | None = arg(
        POSITIVE_NUMBER,
        "added to the mean square; the precision of its numbers by default",
        default=None,
        foreign=EPSILON,
    )


@layer
class GlobalResponseNorm(Normalization):
    """Multiplies each channel by its L2 norm over space, relative to the mean of all channels, and adds the input.

    x + weight * (x * N(x)) + bias. Source: Woo et al. (2023), ConvNeXt V2.
    """

    name = "global_response_norm"
    keeps = Kept(inputs=True, copies=1)
    foreign = ("GlobalResponseNorm", "GRN", "grn")
    flops_formula = (6 * VALUES + 3 * CHANNELS).noted(
        "square, sum, product, scale, shift, sum per value; root, mean, quotient per channel"
    )
    parameters = (Parameter("weight", CHANNELS), Parameter("bias", CHANNELS))
    eps: float = arg(POSITIVE_NUMBER, "added to the mean of the norms", default=1e-6, foreign=EPSILON)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        grid(inputs[0], self.name)
        return inputs[0]


@layer
class EvoNorm(Grouped):
    """Normalization and activation in one: x * sigmoid(v * x) over the deviation of each group, then a scale and a shift.

    The S0 of Liu et al. (2020), which needs no statistics of a batch. `v` is learned for each channel.
    """

    name = "evo_norm"
    keeps = Kept(inputs=True, copies=3)
    foreign = ("EvoNorm2dS0", "EvoNormS0", "evonorms0", "EvoNorm2dS0a", "EvoNorm")
    flops_formula = counted_as(
        VALUES, "product", "negation", "exp", "sum", "quotient", "product", "mean", "difference", "square", "sum", "quotient",
        "scale", "shift",
    )  # fmt: skip
    parameters = (Parameter("weight", CHANNELS), Parameter("bias", CHANNELS), Parameter("v", CHANNELS))
    groups: int = arg(POSITIVE, "groups of channels", default=32, main=True, foreign=GROUPS_WORDS)
    eps: float = arg(POSITIVE_NUMBER, "added to the variance", default=1e-5, foreign=EPSILON)


@layer
class Rescale(Unweighted, SamePlace):
    """scale * x + shift, with constants of the design: nothing is learned."""

    name = "rescale"
    keeps = NOTHING
    foreign = ("Rescale", "Power", "mul_scalar")
    flops_formula = Product(
        When("`scale`", lambda given: given.layer.scale is not None, Constant(1))
        + When("`shift`", lambda given: given.layer.shift is not None, Constant(1)),
        VALUES,
        note="product, sum",
    )
    scale: float | None = arg(NUMBER, "what values are multiplied by", default=None, main=True, foreign=("factor",))
    shift: float | None = arg(NUMBER, "what is added", default=None, foreign=("offset",))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if self.scale is None and self.shift is None:
            message = "rescale takes `scale`, `shift` or both"
            raise LayerProblem(message, name="missing-argument", help="write `rescale: 0.5` for half of each value")
        return inputs[0]
