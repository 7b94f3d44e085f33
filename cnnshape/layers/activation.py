"""Activations: functions of single values. A transcendental function counts as one operation."""

from cnnshape.arithmetic import Constant, When, counted_as
from cnnshape.layers.argument import FLAG, NUMBER, PROBABILITY, arg, words
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import CHANNELS, VALUES, Parameter
from cnnshape.layers.family import Activation, OverAxes, PassThrough
from cnnshape.layers.kept import OUTPUT, Kept
from cnnshape.layers.tensor import Tensor
from cnnshape.layers.window import Coverage, Footprint


@layer
class Relu(Activation):
    """max(x, 0)"""

    name = "relu"
    keeps = OUTPUT
    foreign = ("ReLU", "Relu", "RELU", "rectifier")
    flops_formula = counted_as(VALUES, "max")


@layer
class Relu6(Activation):
    """min(max(x, 0), 6)"""

    name = "relu6"
    foreign = ("ReLU6", "Relu6")
    flops_formula = counted_as(VALUES, "min", "max")


@layer
class LeakyRelu(Activation):
    """max(x, slope * x)"""

    name = "leaky_relu"
    foreign = ("LeakyReLU", "LeakyRelu", "leaky", "lrelu")
    flops_formula = counted_as(VALUES, "product", "max")
    slope: float = arg(
        NUMBER,
        "slope for negative values",
        default=0.01,
        main=True,
        foreign=("negative_slope", "alpha", "leak", "leakiness"),
    )


_SLOPES = When("`per_channel`", lambda given: given.layer.per_channel, CHANNELS, Constant(1))


@layer
class Prelu(Activation):
    """max(x, 0) + slope * min(x, 0), the slope learned: one, or one per channel. Source: He et al. (2015)."""

    name = "prelu"
    foreign = ("PReLU", "PRelu")
    flops_formula = counted_as(VALUES, "product", "choice")
    parameters = (Parameter("weight", _SLOPES),)
    per_channel: bool = arg(FLAG, "learns a slope per channel", default=False, main=True)


@layer
class Elu(Activation):
    """x where x > 0, else alpha * (exp(x) - 1)"""

    name = "elu"
    foreign = ("ELU", "Elu")
    flops_formula = counted_as(VALUES, "exp", "difference", "product", "choice")
    alpha: float = arg(NUMBER, "scale for negative values", default=1.0, main=True)


@layer
class Selu(Activation):
    """scale * elu(x), with the constants of Klambauer et al. (2017)"""

    name = "selu"
    foreign = ("SELU", "Selu")
    flops_formula = counted_as(VALUES, "exp", "difference", "product", "product", "choice")


@layer
class Gelu(Activation):
    """x * Phi(x), Phi the normal distribution"""

    name = "gelu"
    foreign = ("GELU", "Gelu")
    flops_formula = counted_as(VALUES, "quotient", "erf", "sum", "product", "product")


@layer
class Silu(Activation):
    """x * sigmoid(x)"""

    name = "silu"
    foreign = ("SiLU", "swish", "Swish")
    flops_formula = counted_as(VALUES, "negation", "exp", "sum", "quotient", "product")


@layer
class Mish(Activation):
    """x * tanh(softplus(x))"""

    name = "mish"
    foreign = ("Mish",)
    flops_formula = counted_as(VALUES, "exp", "sum", "log", "tanh", "product")


@layer
class Sigmoid(Activation):
    """1 / (1 + exp(-x))"""

    name = "sigmoid"
    keeps = OUTPUT
    foreign = ("Sigmoid", "logistic", "Logistic")
    flops_formula = counted_as(VALUES, "negation", "exp", "sum", "quotient")


@layer
class HardSigmoid(Activation):
    """relu6(x + 3) / 6"""

    name = "hard_sigmoid"
    foreign = ("Hardsigmoid", "HardSigmoid", "hsigmoid", "h_sigmoid")
    flops_formula = counted_as(VALUES, "sum", "min", "max", "quotient")


@layer
class HardSwish(Activation):
    """x * relu6(x + 3) / 6"""

    name = "hard_swish"
    foreign = ("Hardswish", "HardSwish", "hswish", "h_swish")
    flops_formula = counted_as(VALUES, "sum", "min", "max", "quotient", "product")


@layer
class Tanh(Activation):
    """The hyperbolic tangent"""

    name = "tanh"
    keeps = OUTPUT
    foreign = ("Tanh", "TanH")
    flops_formula = counted_as(VALUES, "tanh")


@layer
class Softplus(Activation):
    """log(1 + exp(x))"""

    name = "softplus"
    foreign = ("Softplus", "SoftPlus")
    flops_formula = counted_as(VALUES, "exp", "sum", "log")


class Exponentials(OverAxes, Activation):
    """Relates the exponential of each value to their sum over the channels of a position, or over the space of a channel."""

    keeps = OUTPUT
    axes: str = arg(words("channels", "space"), "what is summed up", default="channels", main=True)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.WHOLE if self.axes == "space" else Coverage.POINT


@layer
class Softmax(Exponentials):
    """exp(x) over the sum of exp: over the channels of each position, or over the space of each channel (`axes: space`)."""

    name = "softmax"
    foreign = ("Softmax", "SoftMax", "Softmax2d")
    flops_formula = counted_as(VALUES, "exp", "sum", "quotient")


@layer
class Dropout(PassThrough):
    """Zeroes values with probability `p` in training; nothing at inference."""

    name = "dropout"
    keeps = Kept(copies=1, writes=True)
    foreign = (
        "Dropout",
        "Dropout1d",
        "Dropout2d",
        "Dropout3d",
        "SpatialDropout2D",
        "AlphaDropout",
        "GaussianDropout",
        "drop",
    )
    p: float = arg(
        PROBABILITY,
        "share of the values that are zeroed",
        default=0.5,
        main=True,
        foreign=(
            "rate",
            "drop_rate",
            "dropout_rate",
            "dropout_ratio",
            "ratio",
            "prob",
            "drop_prob",
            "probability",
            "level",
        ),
    )


@layer
class DropPath(PassThrough):
    """Drops a whole branch of a residual with probability `p` in training (stochastic depth)."""

    name = "drop_path"
    keeps = Kept(writes=True)
    foreign = ("DropPath", "StochasticDepth", "stochastic_depth", "drop_connect")
    p: float = arg(
        PROBABILITY,
        "share of the samples that are dropped",
        default=0.1,
        main=True,
        foreign=("rate", "drop_prob", "drop_rate", "prob", "drop_path_rate"),
    )


@layer
class Identity(PassThrough):
    """The input, as it is."""

    name = "identity"
    follows = ("norm", "act")
    foreign = ("Identity", "noop", "no_op", "pass", "passthrough")
