"""Activations: functions of single values. A transcendental function counts as one operation."""

from cnnshape.layers.argument import FLAG, NUMBER, PROBABILITY, arg
from cnnshape.layers.contract import Tensor, Weight, layer
from cnnshape.layers.family import Activation, PassThrough


@layer
class Relu(Activation):
    """max(x, 0)"""

    name = "relu"
    foreign = ("ReLU", "Relu", "RELU", "rectifier")
    cost = 1
    operations = "1 per value: max(x, 0)"


@layer
class Relu6(Activation):
    """min(max(x, 0), 6)"""

    name = "relu6"
    foreign = ("ReLU6", "Relu6")
    cost = 2
    operations = "2 per value: min, max"


@layer
class LeakyRelu(Activation):
    """max(x, slope * x)"""

    name = "leaky_relu"
    foreign = ("LeakyReLU", "LeakyRelu", "leaky", "lrelu")
    cost = 2
    operations = "2 per value: product, max"
    slope: float = arg(
        NUMBER,
        "slope for negative values",
        default=0.01,
        main=True,
        foreign=("negative_slope", "alpha", "leak", "leakiness"),
    )


@layer
class Prelu(Activation):
    """max(x, 0) + slope * min(x, 0), the slope learned: one, or one per channel. Source: He et al. (2015)."""

    name = "prelu"
    foreign = ("PReLU", "PRelu")
    cost = 2
    operations = "2 per value: product, choice"
    per_channel: bool = arg(FLAG, "learns a slope per channel", default=False, main=True)

    def weights(self, inputs: tuple[Tensor, ...]) -> tuple[Weight, ...]:
        return (Weight("weight", inputs[0].shape[:1] if self.per_channel else (1,)),)


@layer
class Elu(Activation):
    """x where x > 0, else alpha * (exp(x) - 1)"""

    name = "elu"
    foreign = ("ELU", "Elu")
    cost = 4
    operations = "4 per value: exp, difference, product, choice"
    alpha: float = arg(NUMBER, "scale for negative values", default=1.0, main=True)


@layer
class Selu(Activation):
    """scale * elu(x), with the constants of Klambauer et al. (2017)"""

    name = "selu"
    foreign = ("SELU", "Selu")
    cost = 5
    operations = "5 per value: exp, difference, two products, choice"


@layer
class Gelu(Activation):
    """x * Phi(x), Phi the normal distribution"""

    name = "gelu"
    foreign = ("GELU", "Gelu")
    cost = 5
    operations = "5 per value: quotient, erf, sum, two products"


@layer
class Silu(Activation):
    """x * sigmoid(x)"""

    name = "silu"
    foreign = ("SiLU", "swish", "Swish")
    cost = 5
    operations = "5 per value: the 4 of sigmoid, product"


@layer
class Mish(Activation):
    """x * tanh(softplus(x))"""

    name = "mish"
    foreign = ("Mish",)
    cost = 5
    operations = "5 per value: exp, sum, log, tanh, product"


@layer
class Sigmoid(Activation):
    """1 / (1 + exp(-x))"""

    name = "sigmoid"
    foreign = ("Sigmoid", "logistic", "Logistic")
    cost = 4
    operations = "4 per value: negation, exp, sum, quotient"


@layer
class HardSigmoid(Activation):
    """relu6(x + 3) / 6"""

    name = "hard_sigmoid"
    foreign = ("Hardsigmoid", "HardSigmoid", "hsigmoid", "h_sigmoid")
    cost = 4
    operations = "4 per value: sum, min, max, quotient"


@layer
class HardSwish(Activation):
    """x * relu6(x + 3) / 6"""

    name = "hard_swish"
    foreign = ("Hardswish", "HardSwish", "hswish", "h_swish")
    cost = 5
    operations = "5 per value: the 4 of hard_sigmoid, product"


@layer
class Tanh(Activation):
    """The hyperbolic tangent"""

    name = "tanh"
    foreign = ("Tanh", "TanH")
    cost = 1
    operations = "1 per value"


@layer
class Softplus(Activation):
    """log(1 + exp(x))"""

    name = "softplus"
    foreign = ("Softplus", "SoftPlus")
    cost = 3
    operations = "3 per value: exp, sum, log"


@layer
class Softmax(Activation):
    """exp(x) over the sum of exp over the channels, at each position"""

    name = "softmax"
    foreign = ("Softmax", "SoftMax")
    cost = 3
    operations = "3 per value: exp, sum, quotient"


@layer
class Dropout(PassThrough):
    """Zeroes values with probability `p` in training; nothing at inference."""

    name = "dropout"
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
    foreign = ("Identity", "noop", "no_op", "pass", "passthrough")
    operations = "0"
