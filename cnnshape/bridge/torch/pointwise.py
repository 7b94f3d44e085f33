"""Functions of each value, and sums and products of tensors."""

import math
from typing import Any

import torch

from cnnshape.bridge.operations import Argument
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.aligning import joined
from cnnshape.bridge.torch.calls import Call, axis_of, handles
from cnnshape.bridge.torch.recorder import Constant, Unsupported, View


@handles("abs absolute abs_")
def absolute(call: Call, input: Any) -> View:
    return call.pointwise(input, "abs")


@handles("relu relu_ relu6 selu selu_ silu silu_ mish mish_ sigmoid sigmoid_ tanh tanh_ softsign square square_")
def simple(call: Call, input: Any, inplace: bool = False) -> View:
    return call.pointwise(input, call.name.rstrip("_"))


@handles("hardswish hardswish_")
def hardswish(call: Call, input: Any, inplace: bool = False) -> View:
    return call.pointwise(input, "hard_swish")


@handles("hardsigmoid hardsigmoid_")
def hardsigmoid(call: Call, input: Any, inplace: bool = False) -> View:
    return call.pointwise(input, "hard_sigmoid")


@handles("gelu")
def gelu(call: Call, input: Any, approximate: str = "none") -> View:
    return call.pointwise(input, "gelu")


@handles("leaky_relu leaky_relu_")
def leaky_relu(call: Call, input: Any, negative_slope: float = 0.01, inplace: bool = False) -> View:
    return call.pointwise(input, "leaky_relu", {"slope": negative_slope})


@handles("elu elu_")
def elu(call: Call, input: Any, alpha: float = 1.0, inplace: bool = False) -> View:
    return call.pointwise(input, "elu", {"alpha": alpha})


@handles("celu celu_")
def celu(call: Call, input: Any, alpha: float = 1.0, inplace: bool = False) -> View:
    return call.pointwise(input, "celu", {"alpha": alpha})


@handles("softplus")
def softplus(call: Call, input: Any, beta: float = 1, threshold: float = 20) -> View:
    if beta != 1:
        raise Unsupported
    return call.pointwise(input, "softplus")


@handles("hardtanh hardtanh_ clamp clamp_ clip clip_ clamp_min clamp_min_")
def clamp(call: Call, input: Any, min: Any = None, max: Any = None, inplace: bool = False, **named: Any) -> View:
    low, high = named.get("min_val", min), named.get("max_val", max)
    if call.name.startswith("hardtanh"):
        low, high = -1.0 if low is None else low, 1.0 if high is None else high
    if isinstance(low, torch.Tensor) or isinstance(high, torch.Tensor):
        raise Unsupported
    if (low, high) == (0, None):
        return call.pointwise(input, "relu")
    if (low, high) == (0, 6):
        return call.pointwise(input, "relu6")
    if low is None or high is None:
        raise Unsupported
    return call.pointwise(input, "hard_tanh", {"min": float(low), "max": float(high)})


@handles("rsqrt sqrt exp log reciprocal sin cos erf logsigmoid log_sigmoid sign floor ceil round exp_ sqrt_ rsqrt_")
def unknown(call: Call, input: Any) -> View:
    """Functions of each value without a kind: opaque; the axes of the tensor do not matter."""
    shape = call.recorder.shape(call.view(input).value)
    return call.pointwise(input, "opaque", {"output": shape, "what": call.name.rstrip("_")})


@handles("prelu")
def prelu(call: Call, input: Any, weight: Any) -> View:
    return call.emit("prelu", {"per_channel": weight.numel() > 1}, call.plain(input), weights=call.weights(weight))


@handles("softmax log_softmax")
def softmax(call: Call, input: Any, dim: Any = None, *_: Any, **__: Any) -> View:
    if dim is None:
        raise Unsupported
    axis = axis_of(dim, input.dim())
    view = call.view(input)
    shape = call.recorder.shape(view.value)
    kind = call.name
    if view.dims[axis] == views.whole(0, shape[0]) and view.dims[axis]:
        return call.pointwise(input, kind, {"axes": "channels"})
    space = [views.whole(number, shape[number]) for number in range(1, len(shape))]
    if view.dims[axis] == views.atoms_of(space) and view.dims[axis]:
        return call.pointwise(input, kind, {"axes": "space"})
    if axis != 1:
        raise Unsupported
    return call.emit(kind, {"axes": "channels"}, call.plain(input))


@handles("glu")
def glu(call: Call, input: Any, dim: int = -1) -> View:
    value = call.plain(input)
    if axis_of(dim, input.dim()) != 1:
        raise Unsupported
    return call.emit("glu", {}, value)


@handles("dropout dropout_ dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout feature_dropout")
def dropout(call: Call, input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> View:
    if not p:
        return call.same(input)
    return call.pointwise(input, "dropout", {"p": p})


def number(call: Call, value: Any) -> float | None:
    """The value of a constant that is one known number; else None."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, torch.Tensor) and value.numel() == 1 and value.device.type == "cpu":
        entry = call.recorder.entry(value)
        if isinstance(entry, Constant) and not entry.weights:
            with torch._C.DisableTorchFunction():
                return float(value.item())
    return None


def _scaled(call: Call, tensor: Any, scale: float = 1, shift: float = 0) -> View:
    if not (math.isfinite(scale) and math.isfinite(shift)):
        raise Unsupported
    arguments: dict[str, Argument] = {}
    if scale != 1:
        arguments["scale"] = float(scale)
    if shift != 0:
        arguments["shift"] = float(shift)
    return call.pointwise(tensor, "rescale", arguments) if arguments else call.same(tensor)


@handles("neg neg_ negative")
def negative(call: Call, input: Any) -> View:
    return _scaled(call, input, scale=-1)


@handles("add add_ __add__ __radd__ __iadd__")
def add(call: Call, input: Any, other: Any, *, alpha: float = 1) -> View:
    for tensor, constant in ((input, other), (other, input)):
        value = number(call, constant)
        if value is not None:
            return _scaled(call, tensor, shift=value * (alpha if constant is other else 1))
    if alpha != 1:
        raise Unsupported
    for tensor, constant in ((input, other), (other, input)):
        if call.is_constant(constant):
            return _shifted(call, tensor, constant)
    if _is_same(call, input, other):
        return _scaled(call, input, scale=2)
    return joined(call, "add", input, other)


def _is_same(call: Call, first: Any, second: Any) -> bool:
    """Whether both tensors show the same values in the same order."""
    if call.is_constant(first) or call.is_constant(second):
        return False
    one, two = call.view(first), call.view(second)
    return (one.value, one.dims) == (two.value, two.dims)


def _shifted(call: Call, tensor: Any, weight: Any) -> View:
    """A sum with learned values. No kind has it alone; after a scale it is the shift of a `layer_scale`."""
    weights = call.weights(weight)
    count = sum(item.elements for item in weights if item.learned)
    if not count or count != weight.numel() or not (count == 1 or along_channels(call, tensor, weight)):
        raise Unsupported
    shape = call.recorder.shape(call.view(tensor).value)
    stated: dict[str, Argument] = {"output": shape, "params": count, "what": "add"}
    return call.pointwise(tensor, "opaque", stated, weights, {"shift": True})


@handles("sub sub_ subtract __sub__ __isub__")
def subtract(call: Call, input: Any, other: Any, *, alpha: float = 1) -> View:
    if (value := number(call, other)) is not None:
        return _scaled(call, input, shift=-value * alpha)
    if (value := number(call, input)) is not None and alpha == 1:
        return _scaled(call, other, scale=-1, shift=value)
    if alpha != 1:
        raise Unsupported
    return joined(call, "subtract", input, other)


@handles("rsub __rsub__")
def reversed_subtract(call: Call, input: Any, other: Any) -> View:
    return subtract(call, other, input)


@handles("mul mul_ multiply __mul__ __rmul__ __imul__")
def multiply(call: Call, input: Any, other: Any) -> View:
    for tensor, constant in ((input, other), (other, input)):
        value = number(call, constant)
        if value is not None:
            return _scaled(call, tensor, scale=value)
    for tensor, constant in ((input, other), (other, input)):
        if call.is_constant(constant):
            return _learned(call, tensor, constant)
    if _is_same(call, input, other):
        return call.pointwise(input, "square")
    return joined(call, "multiply", input, other)


def _learned(call: Call, tensor: Any, weight: Any) -> View:
    """A product with learned values, one for each channel or one for all."""
    weights = call.weights(weight)
    count = sum(item.elements for item in weights if item.learned)
    if not count or count != weight.numel():
        raise Unsupported
    if count == 1 and weight.numel() == 1:
        return call.pointwise(tensor, "layer_scale", {"per_channel": False, **initial(weight)}, weights)
    if not along_channels(call, tensor, weight):
        raise Unsupported
    return call.pointwise(tensor, "layer_scale", initial(weight), weights)


def along_channels(call: Call, tensor: Any, weight: Any) -> bool:
    """Whether a constant has a value for each channel of a tensor, and nothing else."""
    view = call.view(tensor)
    channels = call.recorder.shape(view.value)[0]
    long = [index for index, size in enumerate(weight.shape, tensor.dim() - weight.dim()) if size > 1]
    if channels == 1 or len(long) != 1 or weight.numel() != channels:
        return False
    return view.dims[long[0]] == views.whole(0, channels)


def initial(weight: Any) -> dict[str, Argument]:
    """The value that a layer scale starts with, where all are equal and known."""
    if weight.device.type != "cpu":
        return {}
    with torch._C.DisableTorchFunction():
        values = weight.detach().flatten()
        first = values[0].item()
        return {"init": float(f"{first:.6g}")} if bool((values == values[0]).all()) and math.isfinite(first) else {}


@handles("addcmul addcmul_")
def addcmul(call: Call, input: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> View:
    """input + tensor1 * tensor2: with learned values a scale and a shift of each channel."""
    scale, tensor = (tensor1, tensor2) if call.is_constant(tensor1) else (tensor2, tensor1)
    if value != 1 or not call.is_constant(input) or not call.is_constant(scale):
        raise Unsupported
    weights = call.weights(scale, input)
    both = sum(item.elements for item in weights if item.learned)
    if both != scale.numel() + input.numel() or scale.numel() != input.numel():
        raise Unsupported
    if not (along_channels(call, tensor, scale) and along_channels(call, tensor, input)):
        raise Unsupported
    return call.pointwise(tensor, "layer_scale", {"shift": True, **initial(scale)}, weights)


@handles("div div_ divide true_divide __truediv__ __itruediv__")
def divide(call: Call, input: Any, other: Any, *, rounding_mode: Any = None) -> View:
    value = number(call, other)
    if rounding_mode or value == 0:
        raise Unsupported
    if value is None and _counts_cells(call, other):
        stated: dict[str, Argument] = {"output": call.recorder.shape(call.view(input).value), "what": "div"}
        return call.pointwise(input, "opaque", stated, extra={"counted": True})
    if value is None:
        return joined(call, "divide", input, other)
    return _scaled(call, input, scale=1 / value)


_COUNTING = frozenset(("ones_like", "pad", "avg_pool1d", "avg_pool2d", "avg_pool3d"))


def _counts_cells(call: Call, constant: Any) -> bool:
    """Whether a constant is the mean of padded ones: the share of the cells of a window that are not padding."""
    makers = call.made_by(constant) if isinstance(constant, torch.Tensor) else frozenset()
    return {"ones_like", "pad"} <= makers <= _COUNTING and len(makers) == 3


@handles("pow __pow__ pow_")
def power(call: Call, input: Any, exponent: Any) -> View:
    if number(call, exponent) != 2:
        raise Unsupported
    return call.pointwise(input, "square")


@handles("maximum")
def maximum(call: Call, input: Any, other: Any = None) -> View:
    if not isinstance(other, torch.Tensor) or call.is_constant(other) or call.is_constant(input):
        raise Unsupported
    return joined(call, "maximum", input, other)
