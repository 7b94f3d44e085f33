"""How large values become on their way through a network: the mean of their squares, roughly.

Random weights are scaled by it, so that values neither vanish nor explode however deep the network is. Source of the
rules for matrix products: He et al. (2015); the others are means over normally distributed values, to one digit.
"""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from cnnshape.graph import Graph
from cnnshape.layers import Application

LEAST, MOST = 1e-6, 1e6
_SHARES = {
    "relu": 0.5, "relu6": 0.5, "leaky_relu": 0.5, "prelu": 0.5, "elu": 0.6, "celu": 0.6, "gelu": 0.4, "silu": 0.4,
    "mish": 0.5, "hard_swish": 0.4, "max_pool": 2.0, "global_max_pool": 4.0, "channel_max_pool": 4.0,
    "adaptive_max_pool": 2.0, "avg_pool": 0.4, "global_avg_pool": 0.4, "adaptive_avg_pool": 0.4, "channel_avg_pool": 0.4,
    "layer_scale": 0.3, "attention": 0.3, "glu": 0.3, "softplus": 1.0,
}  # fmt: skip
"""The mean square after a layer, over that before it."""
_SIZES = {
    "sigmoid": 0.3, "hard_sigmoid": 0.3, "tanh": 0.4, "softsign": 0.2, "hard_tanh": 0.5, "lstm": 0.1, "gru": 0.1,
}  # fmt: skip
"""The mean square after a layer, whatever enters."""


def moments(graph: Graph) -> list[float]:
    """The mean square of each value of a graph. Inputs have 1."""
    sizes = [1.0] * len(graph.inputs)
    for node in graph.nodes:
        size = _after(node.application, [sizes[index] for index in node.inputs])
        sizes.append(min(max(size, LEAST), MOST))
    return sizes


def _after(app: Application, entering: Sequence[float]) -> float:
    layer = app.layer
    if layer.macs_formula is not None and layer.followers:
        return 1.0
    if layer.normalizes and layer.name != "local_response_norm":
        return 1.0
    if layer.name in _SIZES:
        return _SIZES[layer.name]
    if layer.name in ("softmax", "log_softmax"):
        return 1.0 / app.output.shape[0] if layer.name == "softmax" else 1.0
    if layer.name in _JOINED:
        return _JOINED[layer.name](entering)
    return _SHARES.get(layer.name, 1.0) * entering[0]


def _mean(entering: Sequence[float]) -> float:
    return sum(entering) / len(entering)


_JOINED: dict[str, Callable[[Sequence[float]], float]] = {
    "add": sum,
    "subtract": sum,
    "multiply": prod,
    "average": _mean,
    "maximum": sum,
    "concat": _mean,
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
    return shape[0] / layer.groups * cells
