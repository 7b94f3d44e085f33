"""Keras' layers in the words of the language. Source: keras.io/api/layers, Keras 3."""

from collections.abc import Callable, Mapping

from cnnshape.bridge.keras.call import Call
from cnnshape.bridge.keras.config import wholes
from cnnshape.bridge.operations import Argument, Shape

Handler = Callable[[Call], None]
_ACTIVATIONS: Mapping[str, tuple[str, dict[str, Argument]]] = {
    **{
        word: (word, {})
        for word in (
            "relu", "relu6", "elu", "selu", "gelu", "silu", "mish", "sigmoid", "hard_sigmoid", "tanh", "softplus", "softsign",
            "softmax", "log_softmax", "celu", "glu",
        )
    },
    "swish": ("silu", {}),
    "hard_silu": ("hard_swish", {}),
    "hard_swish": ("hard_swish", {}),
    "leaky_relu": ("leaky_relu", {"slope": 0.2}),
    "hard_tanh": ("hard_tanh", {}),
}  # fmt: skip
"""The kind of each activation that is a word."""


def activate(call: Call, word: str) -> None:
    """Adds an activation by its word."""
    if word == "linear":
        return
    if word in ("softmax", "log_softmax") and not (call.view.last or call.rank == 0):
        # It works on the last axis.
        call.add("opaque", {"output": call.channels_first_shape(), "what": word})
    elif word in _ACTIVATIONS:
        kind, arguments = _ACTIVATIONS[word]
        call.add(kind, arguments)
    elif word.replace("_", "").isalnum() and word.isascii() and word[0].isalpha():
        call.add("opaque", {"output": call.channels_first_shape(), "what": word[:60]})
    else:
        raise call.config.problem("activation")


def _activation(call: Call) -> None:
    """The activation of a layer: a word, or a layer of its own."""
    value = call.config.values.get("activation")
    if isinstance(value, dict):
        value = value.get("config") if value.get("class_name") == "function" else value.get("class_name")
        value = {"ReLU": "relu"}.get(value, value) if isinstance(value, str) else value
    if value is None:
        return
    if not isinstance(value, str) or not value:
        raise call.config.problem("activation")
    activate(call, value)


def _padding(call: Call, *, words: Mapping[str, Argument]) -> Argument:
    word = call.config.word("padding", "valid").lower()
    if word not in words:
        raise call.config.problem("padding")
    return words[word]


_WORDS: Mapping[str, Argument] = {"valid": 0, "same": "same", "causal": "causal"}


def _window(call: Call, rank: int) -> dict[str, Argument]:
    call.grid(rank)
    config = call.config
    return {
        "kernel": config.per_axis("kernel_size", rank),
        "stride": config.per_axis("strides", rank),
        "padding": _padding(call, words=_WORDS),
        "dilation": config.per_axis("dilation_rate", rank),
    }


def _kernel(call: Call, rank: int) -> Shape:
    return call.config.per_axis("kernel_size", rank)


def _biased(call: Call, out: int) -> tuple[bool, dict[str, Shape]]:
    """Whether a layer has a bias, and its weight."""
    bias = call.config.flag("use_bias", True)
    return bias, {"bias": (out,)} if bias else {}


def conv(rank: int) -> Handler:
    """A handler for a convolution."""

    def handle(call: Call) -> None:
        window = _window(call, rank)
        out, groups = call.config.whole("filters"), call.config.whole("groups", 1)
        bias, weights = _biased(call, out)
        kernel = (*_kernel(call, rank), call.channels // max(groups, 1), out)
        call.add("conv", {"out": out, **window, "groups": groups, "bias": bias}, weights={"kernel": kernel, **weights})
        _activation(call)

    return handle


def depthwise(rank: int) -> Handler:
    """A handler for a depthwise convolution."""

    def handle(call: Call) -> None:
        window = _window(call, rank)
        channels, multiplier = call.channels, call.config.whole("depth_multiplier", 1)
        out = channels * multiplier
        bias, weights = _biased(call, out)
        arguments = {"out": out, **window, "groups": channels, "bias": bias}
        call.add("conv", arguments, weights={"kernel": (*_kernel(call, rank), channels, multiplier), **weights})
        _activation(call)

    return handle


def separable(rank: int) -> Handler:
    """A handler for a depthwise convolution without a bias and one with a kernel of 1."""

    def handle(call: Call) -> None:
        window = _window(call, rank)
        channels, multiplier = call.channels, call.config.whole("depth_multiplier", 1)
        wide, out = channels * multiplier, call.config.whole("filters")
        depth = (*_kernel(call, rank), channels, multiplier)
        call.add(
            "conv", {"out": wide, **window, "groups": channels, "bias": False}, weights={"depthwise_kernel": depth}
        )
        bias, weights = _biased(call, out)
        point = (*(1,) * rank, wide, out)
        call.add("conv", {"out": out, "kernel": 1, "bias": bias}, weights={"pointwise_kernel": point, **weights})
        _activation(call)

    return handle


def conv_transpose(rank: int) -> Handler:
    """A handler for a transposed convolution. With `valid` the output is `W * S + max(K - S, 0)`."""

    def handle(call: Call) -> None:
        window = _window(call, rank)
        out = call.config.whole("filters")
        kernel, stride, dilation = (
            call.config.per_axis(name, rank) for name in ("kernel_size", "strides", "dilation_rate")
        )
        extents = [step * (size - 1) + 1 for size, step in zip(kernel, dilation, strict=True)]
        if call.config.has("output_padding"):
            window["output_padding"] = call.config.per_axis("output_padding", rank)
            if window["padding"] == "same":
                window["padding"] = tuple(size // 2 for size in kernel)
        elif window["padding"] == 0:
            window["output_padding"] = tuple(max(step - size, 0) for size, step in zip(extents, stride, strict=True))
        bias, weights = _biased(call, out)
        shape = (*kernel, out, call.channels)
        call.add("conv_transpose", {"out": out, **window, "bias": bias}, weights={"kernel": shape, **weights})
        _activation(call)

    return handle


def dense(call: Call) -> None:
    """Dense: on the last axis, so a convolution with a kernel of 1 where that is the channels'."""
    out = call.config.whole("units")
    bias, weights = _biased(call, out)
    kernel = (call.channels, out)
    if call.rank == 0:
        call.add("linear", {"out": out, "bias": bias}, weights={"kernel": kernel, **weights})
    elif call.view.last:
        call.add("conv", {"out": out, "kernel": 1, "bias": bias}, weights={"kernel": kernel, **weights})
    else:
        raise call.problem("works on the last axis, which is not the channels'")
    _activation(call)


def pool(kind: str, rank: int) -> Handler:
    """A handler for a pool with a window. A mean leaves the padding out."""

    def handle(call: Call) -> None:
        call.grid(rank)
        kernel = call.config.per_axis("pool_size", rank, 2)
        stride = call.config.per_axis("strides", rank) if call.config.has("strides") else kernel
        arguments: dict[str, Argument] = {"kernel": kernel, "padding": _padding(call, words=_WORDS)}
        if stride != kernel:
            arguments["stride"] = stride
        if kind == "avg_pool" and arguments["padding"] != 0:
            arguments["count_include_pad"] = False
        call.add(kind, arguments)

    return handle


def global_pool(kind: str, rank: int) -> Handler:
    """A handler for a pool over all positions."""

    def handle(call: Call) -> None:
        call.grid(rank)
        call.add(kind)
        if not call.config.flag("keepdims", False):
            call.add("flatten")

    return handle


def around(kind: str, argument: str, name: str, rank: int) -> Handler:
    """A handler for cells that are added or cut off around the space."""

    def handle(call: Call) -> None:
        call.grid(rank)
        pairs = call.config.pairs(name, rank)
        even = all(before == after for before, after in pairs)
        call.add(kind, {argument: tuple(before for before, _ in pairs) if even else pairs})

    return handle


_MODES = {"nearest": "nearest", "bilinear": "linear", "bicubic": "cubic"}


def up_sampling(rank: int) -> Handler:
    """A handler for UpSampling."""

    def handle(call: Call) -> None:
        call.grid(rank)
        mode = _MODES.get(call.config.word("interpolation", "nearest"))
        if mode is None:
            raise call.config.problem("interpolation")
        call.add("upsample", {"scale": call.config.per_axis("size", rank, 2), "mode": mode})

    return handle


def resizing(call: Call) -> None:
    """Resizing to a height and width."""
    call.grid(2)
    for option in ("crop_to_aspect_ratio", "pad_to_aspect_ratio"):
        if call.config.flag(option, False):
            raise call.problem(f"has `{option}`, which no kind describes")
    mode = _MODES.get(call.config.word("interpolation", "bilinear"))
    if mode is None:
        raise call.config.problem("interpolation")
    call.add("upsample", {"size": (call.config.whole("height"), call.config.whole("width")), "mode": mode})


def relu(call: Call) -> None:
    """ReLU with an upper bound and a slope."""
    top = call.config.real("max_value", 0) if call.config.has("max_value") else None
    slope = call.config.real("negative_slope", 0.0) if call.config.has("negative_slope") else 0.0
    if (call.config.has("threshold") and call.config.real("threshold", 0) != 0) or (slope and top is not None):
        raise call.problem("has a `threshold`, or a slope and a bound, which no kind describes")
    if slope:
        call.add("leaky_relu", {"slope": slope})
    elif top is None:
        call.add("relu")
    else:
        arguments: dict[str, Argument] = {"min": 0, "max": top}
        call.add("relu6" if top == 6 else "hard_tanh", {} if top == 6 else arguments)


def leaky_relu(call: Call) -> None:
    """LeakyReLU; `alpha` in Keras 2."""
    name = "negative_slope" if call.config.has("negative_slope") else "alpha"
    call.add("leaky_relu", {"slope": call.config.real(name, 0.3)})


def prelu(call: Call) -> None:
    """PReLU with a slope per channel: the axes of space are shared."""
    shared = call.config.values.get("shared_axes")
    axes = wholes(shared) if isinstance(shared, list) else ()
    space = {place + 1 for place, axis in enumerate(call.view.axes) if axis}
    if axes is None or {axis % (call.rank + 2) for axis in axes} != space:
        raise call.problem("has a slope per position, which no kind describes", "`shared_axes` are those of the space")
    call.add("prelu", {"per_channel": True}, weights={"alpha": (call.channels,)})


def softmax(call: Call) -> None:
    """Softmax over the channels."""
    if not call.channel_axis(call.config.whole("axis", -1)):
        raise call.problem("is not over the channels, which no kind describes")
    call.add("softmax")


def dropout(call: Call) -> None:
    """A dropout. One that keeps or drops whole samples is stochastic depth."""
    shape = call.config.values.get("noise_shape")
    whole = isinstance(shape, list) and len(shape) > 1 and shape[0] is None and set(shape[1:]) == {1}
    call.add("drop_path" if whole else "dropout", {"p": call.config.real("rate", 0.5)})


def nothing(call: Call) -> None:
    """A layer that passes on what it reads, at inference."""


def random(call: Call) -> None:
    """A layer that changes images in training alone."""
    call.note("layers of augmentation or noise work in training alone, and are left out ({}x)")


def simple(kind: str, **arguments: tuple[str, float]) -> Handler:
    """A handler for an activation; each argument is read by a name, with Keras' default."""

    def handle(call: Call) -> None:
        call.add(kind, {name: call.config.real(*given) for name, given in arguments.items()})

    return handle
