"""How large values become on their way through a network: mean and variance, as if they were normally distributed.

Random weights are scaled by it, so that values neither vanish nor explode however deep the network is. Source of the
rule for matrix products: He et al. (2015).
"""

from collections.abc import Callable, Sequence
from math import erf, exp, log2, pi, prod, sqrt
from typing import Any

from cnnshape.graph import Graph
from cnnshape.layers import Application
from cnnshape.named_tuple import NamedTuple

LEAST, MOST = 1e-6, 1e6
BIAS = 1 / 8
"""The most that a random bias adds."""


class Moments(NamedTuple):
    """The mean and the variance of a tensor."""

    mean: float
    variance: float

    @property
    def square(self) -> float:
        """The mean of the squares."""
        return self.mean**2 + self.variance

    def times(self, factor: float) -> "Moments":
        """All values times a number."""
        return Moments(self.mean * factor, self.variance * factor**2)


_UNIT = Moments(0.0, 1.0)
_FIXED = {
    "sigmoid": Moments(0.5, 0.1), "hard_sigmoid": Moments(0.5, 0.1), "tanh": Moments(0.0, 0.4),
    "softsign": Moments(0.0, 0.2), "hard_tanh": Moments(0.0, 0.5), "lstm": Moments(0.0, 0.1), "gru": Moments(0.0, 0.1),
    "local_response_norm": _UNIT, "log_softmax": _UNIT,
}  # fmt: skip
"""What comes out of any input, to one digit."""
_RECTIFIERS = frozenset(
    ("relu", "relu6", "leaky_relu", "prelu", "elu", "celu", "selu", "gelu", "silu", "mish", "hard_swish", "softplus")
)
_MAXIMA = frozenset(("max_pool", "adaptive_max_pool", "global_max_pool", "channel_max_pool"))
_MEANS = frozenset(("avg_pool", "adaptive_avg_pool", "global_avg_pool", "channel_avg_pool", "blur_pool", "attention"))


def moments(graph: Graph) -> list[Moments]:
    """The moments of each value of a graph. Inputs have mean 0 and variance 1."""
    known = [_UNIT] * len(graph.inputs)
    for node in graph.nodes:
        owner = node if node.shares is None else graph.nodes[node.shares]
        after = _after(node.application, [known[index] for index in node.inputs], known[owner.inputs[0]].square)
        known.append(Moments(min(max(after.mean, -MOST), MOST), min(max(after.variance, LEAST), MOST)))
    return known


def _after(app: Application, entering: Sequence[Moments], made_for: float) -> Moments:
    """The moments after a layer. `made_for` is the mean square of the values that its weights are scaled for."""
    layer: Any = app.layer
    first = entering[0]
    if layer.followers:
        return Moments(0.0, _of_product(app, first.square, made_for))
    if layer.name in _FIXED:
        return _FIXED[layer.name]
    if layer.name == "batch_norm" and layer.track:
        return first.times(near(made_for) ** -0.5)
    if layer.normalizes:
        return first.times(first.square**-0.5)
    if layer.name in _JOINED:
        return _JOINED[layer.name](entering)
    if layer.name in _RECTIFIERS:
        return _rectified(first)
    if layer.name in _MAXIMA:
        return Moments(first.mean + 1.2 * sqrt(first.variance), first.variance * 0.6)
    if layer.name in _MEANS:
        return first._replace(variance=first.variance * 0.3)
    if layer.name == "rescale":
        scaled = first.times(1.0 if layer.scale is None else layer.scale)
        return scaled._replace(mean=scaled.mean + (layer.shift or 0.0))
    if layer.name == "layer_scale":
        return first.times(0.5)
    if layer.name == "softmax":
        return Moments(1 / app.output.shape[0], LEAST)
    return first


def near(value: float) -> float:
    """The power of two next to a number: so few different ones that blocks of weights can be kept."""
    return float(2.0 ** round(log2(value)))


def spread(app: Application, square: float) -> float:
    """The most that a random weight of a matrix product takes, so that values of this mean square stay at about 1."""
    return near((3 / (fan_in(app) * square)) ** 0.5)


def _of_product(app: Application, square: float, made_for: float) -> float:
    """The variance after a matrix product. It is that of the weights as they are: what rounding adds must not pile up."""
    if any(weight.name == "gain" for weight in app.weights):
        return near(made_for**-0.5) ** 2 * square
    shift = BIAS**2 / 3 if any(weight.name == "bias" for weight in app.weights) else 0.0
    return spread(app, made_for) ** 2 / 3 * fan_in(app) * square + shift


def _rectified(given: Moments) -> Moments:
    """max(x, 0) of a normal distribution."""
    deviation = sqrt(given.variance)
    at = given.mean / deviation
    below = (1 + erf(at / sqrt(2))) / 2
    density = exp(-(at**2) / 2) / sqrt(2 * pi)
    mean = given.mean * below + deviation * density
    square = given.square * below + given.mean * deviation * density
    return Moments(mean, max(square - mean**2, LEAST))


def _sum(entering: Sequence[Moments]) -> Moments:
    return Moments(sum(one.mean for one in entering), sum(one.variance for one in entering))


def _difference(entering: Sequence[Moments]) -> Moments:
    first, *others = entering
    return Moments(first.mean - sum(one.mean for one in others), sum(one.variance for one in entering))


def _product(entering: Sequence[Moments]) -> Moments:
    mean, square = prod(one.mean for one in entering), prod(one.square for one in entering)
    return Moments(mean, square - mean**2)


def _mixture(entering: Sequence[Moments]) -> Moments:
    mean = sum(one.mean for one in entering) / len(entering)
    return Moments(mean, sum(one.square for one in entering) / len(entering) - mean**2)


_JOINED: dict[str, Callable[[Sequence[Moments]], Moments]] = {
    "add": _sum,
    "subtract": _difference,
    "multiply": _product,
    "average": lambda entering: _sum(entering).times(1 / len(entering)),
    "maximum": _mixture,
    "concat": _mixture,
}


def fan_in(app: Application) -> float:
    """The values that one value of a matrix product sums up."""
    layer: Any = app.layer
    shape = next(weight.shape for weight in app.weights if weight.name == "weight")
    if layer.name != "conv_transpose":
        return prod(shape[1:])
    rank = len(shape) - 2
    stride = layer.stride if isinstance(layer.stride, tuple) else (layer.stride,) * rank
    cells = prod(max(size / step, 1.0) for size, step in zip(shape[2:], stride, strict=True))
    return float(shape[0] / layer.groups * cells)
