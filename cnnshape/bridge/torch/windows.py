"""Convolutions, pools and matrix products with weights."""

from typing import Any

from cnnshape.bridge.operations import Argument
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.calls import Call, handles, per_axis
from cnnshape.bridge.torch.recorder import Unsupported, View

_GAIN_MAKERS = frozenset(("batch_norm", "_weight_norm", "_weight_norm_interface", "std_mean", "var_mean", "norm"))
"""Functions that normalize a weight, so that one learned value for each kernel is its gain."""


@handles("conv1d conv2d conv3d")
def conv(
    call: Call,
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> View:
    rank = weight.dim() - 2
    if input.dim() != weight.dim():
        raise Unsupported
    weights = call.weights(weight, bias)
    kernel = tuple(weight.shape[2:])
    if not any(item.learned for item in call.weights(weight)):
        return _fixed(call, input, weight, weights, stride, padding, dilation, groups)
    arguments: dict[str, Argument] = {
        "out": weight.shape[0],
        "kernel": kernel,
        "stride": per_axis(stride, rank),
        "padding": _padding(padding, rank),
        "dilation": per_axis(dilation, rank),
        "groups": groups,
        "bias": bias is not None,
    }
    learned = sum(item.elements for item in weights if item.learned)
    gain = learned - weight.numel() - (bias.numel() if bias is not None else 0)
    if gain == weight.shape[0] and call.made_by(weight) & _GAIN_MAKERS:
        arguments["gain"] = True
    elif gain:
        raise Unsupported
    return call.emit("conv", arguments, call.plain(input), weights=weights)


def _padding(padding: Any, rank: int) -> Argument:
    if isinstance(padding, str):
        return 0 if padding == "valid" else "same"
    return per_axis(padding, rank)


def _fixed(
    call: Call, input: Any, weight: Any, weights: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> View:
    """A filter that is not learned: blur nets write it so."""
    rank = weight.dim() - 2
    depthwise = groups == weight.shape[0] == input.shape[1] and weight.shape[1] == 1
    if not depthwise or set(per_axis(dilation, rank)) != {1} or isinstance(padding, str):
        raise Unsupported
    arguments: dict[str, Argument] = {
        "kernel": tuple(weight.shape[2:]),
        "stride": per_axis(stride, rank),
        "padding": per_axis(padding, rank),
        "mode": "zeros",
    }
    return call.emit("blur_pool", arguments, call.plain(input), weights=weights)


@handles("conv_transpose1d conv_transpose2d conv_transpose3d")
def conv_transpose(
    call: Call,
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> View:
    rank = weight.dim() - 2
    weights = call.weights(weight, bias)
    if input.dim() != weight.dim() or not any(item.learned for item in call.weights(weight)):
        raise Unsupported
    arguments: dict[str, Argument] = {
        "out": weight.shape[1] * groups,
        "kernel": tuple(weight.shape[2:]),
        "stride": per_axis(stride, rank),
        "padding": per_axis(padding, rank),
        "dilation": per_axis(dilation, rank),
        "groups": groups,
        "bias": bias is not None,
        "output_padding": per_axis(output_padding, rank),
    }
    return call.emit("conv_transpose", arguments, call.plain(input), weights=weights)


@handles("linear")
def linear(call: Call, input: Any, weight: Any, bias: Any = None) -> View:
    """A product with the last axis: of a flat value, or at each position, which is a convolution of 1."""
    weights = call.weights(weight, bias)
    out = weight.shape[0]
    view = call.view(input)
    shape = call.recorder.shape(view.value)
    last = views.whole(0, shape[0])
    if input.dim() == 2:
        return call.emit("linear", {"out": out, "bias": bias is not None}, call.plain(input), weights=weights)
    in_channels = (
        view.dims[-1] == last and view.dims[0] == views.whole(views.BATCH, call.recorder.samples) and len(shape) > 1
    )
    if not in_channels or (not last and view.dims == views.standard(shape, call.recorder.samples)):
        value, dims = _channels_last(call, view)
    else:
        value, dims = view.value, view.dims[:-1]
    shape = call.recorder.shape(value)
    arguments: dict[str, Argument] = {"out": out, "kernel": 1, "bias": bias is not None}
    result = call.emit("conv", arguments, value, shape=(out, *shape[1:]), weights=weights)
    return call.shown(result, (*dims, views.whole(0, out)))


def _channels_last(call: Call, view: View) -> tuple[int, views.Dims]:
    """A value whose channels are the last axis of a tensor, and its other axes in the tensor."""
    moved = (view.dims[0], view.dims[-1], *view.dims[1:-1])
    value = call.recorder.laid_out(view, moved)
    dims = views.standard(call.recorder.shape(value), call.recorder.samples)
    return value, (dims[0], *dims[2:])


@handles("max_pool1d max_pool2d max_pool3d")
def max_pool(
    call: Call,
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> View:
    if return_indices:
        raise Unsupported
    rank = input.dim() - 2
    arguments: dict[str, Argument] = {
        "kernel": per_axis(kernel_size, rank),
        "stride": per_axis(stride or kernel_size, rank),
        "padding": per_axis(padding, rank),
        "dilation": per_axis(dilation, rank),
        "ceil": bool(ceil_mode),
    }
    return call.emit("max_pool", _without_stride(arguments), call.plain(input))


def _without_stride(arguments: dict[str, Argument]) -> dict[str, Argument]:
    """The stride is the kernel by default."""
    if arguments["stride"] == arguments["kernel"]:
        del arguments["stride"]
    return arguments


@handles("max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices")
def max_pool_with_indices(
    call: Call,
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> list[View]:
    """A pool and the places that it took values from; they are shown as the pool itself."""
    pooled, places = call.result
    call.result = pooled
    view = max_pool(call, input, kernel_size, stride, padding, dilation, ceil_mode)
    call.result = (pooled, places)
    return [view, view]


@handles("max_unpool1d max_unpool2d max_unpool3d")
def max_unpool(
    call: Call,
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> View:
    from cnnshape.bridge.operations import Ref

    pool = call.view(indices).value
    step = call.recorder.step(pool)
    if step is None or step.kind != "max_pool":
        raise Unsupported
    rank = input.dim() - 2
    arguments: dict[str, Argument] = {
        "kernel": per_axis(kernel_size, rank),
        "stride": per_axis(stride or kernel_size, rank),
        "padding": per_axis(padding, rank),
        "pool": Ref(pool),
    }
    if output_size is not None:
        arguments["size"] = call.out[1:]
    return call.emit("max_unpool", _without_stride(arguments), call.plain(input))


@handles("avg_pool1d avg_pool2d avg_pool3d")
def avg_pool(
    call: Call,
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Any = None,
) -> View:
    if divisor_override is not None:
        raise Unsupported
    rank = input.dim() - 2
    arguments: dict[str, Argument] = {
        "kernel": per_axis(kernel_size, rank),
        "stride": per_axis(stride or kernel_size, rank),
        "padding": per_axis(padding, rank),
        "ceil": bool(ceil_mode),
    }
    if any(per_axis(padding, rank)):
        arguments["count_include_pad"] = bool(count_include_pad)
    return call.emit("avg_pool", _without_stride(arguments), call.plain(input))


@handles("adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d")
def adaptive_avg_pool(call: Call, input: Any, output_size: Any) -> View:
    return _adaptive(call, input, "avg")


@handles("adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d")
def adaptive_max_pool(call: Call, input: Any, output_size: Any, return_indices: bool = False) -> View:
    if return_indices:
        raise Unsupported
    return _adaptive(call, input, "max")


def _adaptive(call: Call, input: Any, what: str) -> View:
    size = call.out[1:]
    if set(size) == {1}:
        return call.emit(f"global_{what}_pool", {}, call.plain(input))
    return call.emit(f"adaptive_{what}_pool", {"size": size}, call.plain(input))
