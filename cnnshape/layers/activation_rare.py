"""Activations that few networks have."""

from cnnshape.arithmetic import counted_as
from cnnshape.layers.activation import Exponentials
from cnnshape.layers.argument import NUMBER, POSITIVE_NUMBER, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import VALUES
from cnnshape.layers.family import Activation, SamePlace, Unweighted
from cnnshape.layers.kept import INPUTS, Kept
from cnnshape.layers.tensor import LayerProblem, Tensor, counted


@layer
class Celu(Activation):
    """max(x, 0) + min(0, alpha * (exp(x / alpha) - 1)). Source: Barron (2017)."""

    name = "celu"
    foreign = ("CELU", "Celu")
    flops_formula = counted_as(VALUES, "quotient", "exp", "difference", "product", "choice")
    alpha: float = arg(POSITIVE_NUMBER, "scale for negative values", default=1.0, main=True)


@layer
class HardTanh(Activation):
    """min(max(x, `min`), `max`): values between two bounds, which frameworks also call clip or clamp."""

    name = "hard_tanh"
    foreign = ("Hardtanh", "HardTanh", "htanh", "Clip", "clip", "Clamp", "clamp", "clip_by_value")
    flops_formula = counted_as(VALUES, "min", "max")
    min: float = arg(NUMBER, "smallest value", default=-1.0, foreign=("min_val", "min_value", "low", "lower"))
    max: float = arg(NUMBER, "largest value", default=1.0, foreign=("max_val", "max_value", "high", "upper"))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if self.min >= self.max:
            message = f"`min` {self.min} is not below `max` {self.max}"
            raise LayerProblem(message, name="bad-argument", argument="min", help="give a `min` below the `max`")
        return inputs[0]


@layer
class Softsign(Activation):
    """x / (1 + |x|)"""

    name = "softsign"
    keeps = Kept(inputs=True, copies=1)
    foreign = ("Softsign", "SoftSign")
    flops_formula = counted_as(VALUES, "absolute value", "sum", "quotient")


@layer
class Abs(Activation):
    """|x|"""

    name = "abs"
    foreign = ("Abs", "AbsVal", "absolute")
    flops_formula = counted_as(VALUES, "absolute value")


@layer
class Square(Activation):
    """x * x"""

    name = "square"
    foreign = ("Square",)
    flops_formula = counted_as(VALUES, "product")


@layer
class LogSoftmax(Exponentials):
    """x minus the logarithm of the sum of exp: the logarithm of `softmax`.

    A sum of n values is n - 1 operations, and its logarithm one.
    """

    name = "log_softmax"
    foreign = ("LogSoftmax", "LogSoftMax")
    flops_formula = counted_as(VALUES, "exp", "sum", "difference")


@layer
class Glu(Unweighted, SamePlace):
    """The first half of the channels times the sigmoid of the second half. Source: Dauphin et al. (2017)."""

    name = "glu"
    keeps = INPUTS
    follows = ("act",)
    foreign = ("GLU", "Glu", "gated_linear_unit")
    flops_formula = counted_as(VALUES, "negation", "exp", "sum", "quotient", "product")

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        channels, *sizes = inputs[0].shape
        if channels % 2:
            help = f"let an even number of channels come in, such as {channels + 1}"
            raise LayerProblem(
                f"glu halves the channels, got {counted(channels, 'channel')}", name="indivisible-channels", help=help
            )
        return Tensor((channels // 2, *sizes), inputs[0].boxes)
