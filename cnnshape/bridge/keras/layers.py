"""Keras' layers in the words of the language. Source: keras.io/api/layers, Keras 3."""

from collections.abc import Callable, Mapping
from math import prod

from cnnshape.bridge.keras.call import Call, View, channels_last
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
        call.add("conv", {"out": out, **window, "groups": groups, "bias": bias}, kernel=kernel, **weights)
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
        call.add("conv", arguments, kernel=(*_kernel(call, rank), channels, multiplier), **weights)
        _activation(call)

    return handle


def separable(rank: int) -> Handler:
    """A handler for a depthwise convolution without a bias and one with a kernel of 1."""

    def handle(call: Call) -> None:
        window = _window(call, rank)
        channels, multiplier = call.channels, call.config.whole("depth_multiplier", 1)
        wide, out = channels * multiplier, call.config.whole("filters")
        depth = (*_kernel(call, rank), channels, multiplier)
        call.add("conv", {"out": wide, **window, "groups": channels, "bias": False}, depthwise_kernel=depth)
        bias, weights = _biased(call, out)
        point = (*(1,) * rank, wide, out)
        call.add("conv", {"out": out, "kernel": 1, "bias": bias}, pointwise_kernel=point, **weights)
        _activation(call)

    return handle


def conv_transpose(rank: int) -> Handler:
    """A handler for a transposed convolution. With `valid` the output is `W * S + max(K - S, 0)`."""

    def handle(call: Call) -> None:
        window = _window(call, rank)
        out = call.config.whole("filters")
        kernel, stride, dilation = (call.config.per_axis(name, rank) for name in ("kernel_size", "strides", "dilation_rate"))
        extents = [step * (size - 1) + 1 for size, step in zip(kernel, dilation, strict=True)]
        if call.config.has("output_padding"):
            window["output_padding"] = call.config.per_axis("output_padding", rank)
            if window["padding"] == "same":
                window["padding"] = tuple(size // 2 for size in kernel)
        elif window["padding"] == 0:
            window["output_padding"] = tuple(max(step - size, 0) for size, step in zip(extents, stride, strict=True))
        bias, weights = _biased(call, out)
        shape = (*kernel, out, call.channels)
        call.add("conv_transpose", {"out": out, **window, "bias": bias}, kernel=shape, **weights)
        _activation(call)

    return handle


def dense(call: Call) -> None:
    """Dense: on the last axis, so a convolution with a kernel of 1 where that is the channels'."""
    out = call.config.whole("units")
    bias, weights = _biased(call, out)
    kernel = (call.channels, out)
    if call.rank == 0:
        call.add("linear", {"out": out, "bias": bias}, kernel=kernel, **weights)
    elif call.view.last:
        call.add("conv", {"out": out, "kernel": 1, "bias": bias}, kernel=kernel, **weights)
    else:
        raise call.problem("works on the last axis, which is not the channels'")
    _activation(call)


def _affine(call: Call) -> tuple[bool | str, dict[str, Shape]]:
    """What of a scale and a shift is learned, and the weights."""
    scale, shift = call.config.flag("scale", True), call.config.flag("center", True)
    weights: dict[str, Shape] = {"gamma": (call.channels,)} if scale else {}
    if shift:
        weights["beta"] = (call.channels,)
    return (True if scale and shift else "scale" if scale else "shift" if shift else False), weights


def _over_channels(call: Call, default: int) -> None:
    """Checks that a norm is over the channels."""
    axis = call.config.values.get("axis", default)
    axes = wholes(axis if isinstance(axis, list) else [axis])
    if axes is None:
        raise call.config.problem("axis")
    if len(axes) != 1 or not call.channel_axis(axes[0]):
        raise call.problem(f"normalizes the axes {list(axes)}, which no kind describes")


def batch_norm(call: Call) -> None:
    """BatchNormalization. Keras' momentum is the share of the old statistics."""
    _over_channels(call, -1)
    affine, weights = _affine(call)
    momentum = round(1 - call.config.real("momentum", 0.99), 9)
    arguments: dict[str, Argument] = {"affine": affine, "eps": call.config.real("epsilon", 1e-3), "momentum": momentum}
    size = (call.channels,)
    moving: dict[str, Shape] = {"moving_mean": size, "moving_variance": size}
    call.add("batch_norm", arguments, buffers="moving_mean moving_variance", **weights, **moving)


def layer_norm(call: Call) -> None:
    """LayerNormalization over the channels."""
    _over_channels(call, -1)
    affine, weights = _affine(call)
    if call.config.flag("rms_scaling", False):
        raise call.problem("has `rms_scaling`, which no kind describes")
    call.add("layer_norm", {"affine": affine, "eps": call.config.real("epsilon", 1e-3)}, **weights)


def group_norm(call: Call) -> None:
    """GroupNormalization; -1 groups are one per channel."""
    _over_channels(call, -1)
    affine, weights = _affine(call)
    groups = call.config.whole("groups", 32)
    arguments: dict[str, Argument] = {"groups": call.channels if groups == -1 else groups, "affine": affine}
    call.add("group_norm", {**arguments, "eps": call.config.real("epsilon", 1e-3)}, **weights)


def normalization(call: Call) -> None:
    """Normalization by statistics of the training data: a batch norm without learned values."""
    _over_channels(call, -1)
    if call.config.flag("invert", False):
        raise call.problem("has `invert`, which no kind describes")
    size = (call.channels,)
    call.add("batch_norm", {"affine": False}, buffers="mean variance count", mean=size, variance=size, count=())


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
    if call.config.has("threshold") and call.config.real("threshold", 0) != 0 or (slope and top is not None):
        raise call.problem("has a `threshold`, or a slope and a bound, which no kind describes")
    if slope:
        call.add("leaky_relu", {"slope": slope})
    elif top is None:
        call.add("relu")
    else:
        call.add(*(("relu6", {}) if top == 6 else ("hard_tanh", {"min": 0, "max": top})))


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
    call.add("prelu", {"per_channel": True}, alpha=(call.channels,))


def softmax(call: Call) -> None:
    """Softmax over the channels."""
    if not call.channel_axis(call.config.whole("axis", -1)):
        raise call.problem("is not over the channels, which no kind describes")
    call.add("softmax")


def flatten(call: Call) -> None:
    """Flatten."""
    if call.rank:
        call.add("flatten")


def reshape(call: Call) -> None:
    """Reshape. The result has its channels last, as the source has."""
    listed = call.config.values.get("target_shape")
    target = wholes(listed) if isinstance(listed, list) else None
    count = prod(call.shape())
    if target is None or list(target).count(-1) > 1:
        raise call.config.problem("target_shape")
    rest = prod(size for size in target if size != -1)
    if -1 in target:
        target = tuple(count // rest if size == -1 and rest else size for size in target)
    if prod(target) != count or min(target, default=0) < 1:
        raise call.config.problem("target_shape")
    if target == call.shape():
        return
    if len(target) == 1:
        call.add("flatten")
    elif len(target) <= 4:
        last = call.view.last or not call.rank
        call.add("reshape", {"shape": (target[-1], *target[:-1]) if last else target})
        call.views = [View(call.view.value, channels_last(len(target)) if last else tuple(range(len(target))))]
    else:
        raise call.problem(f"gives a tensor of {len(target)} axes, which no layer of a spec can: 1 to 4")


def permute(call: Call) -> None:
    """Permute: the model sees the axes in another order, and nothing is computed."""
    listed = call.config.values.get("dims")
    order = wholes(listed) if isinstance(listed, list) else None
    if order is None or sorted(order) != list(range(1, call.rank + 2)):
        raise call.config.problem("dims")
    call.views = [call.view._replace(axes=tuple(call.view.axes[place - 1] for place in order))]


def concatenate(call: Call) -> None:
    """Concatenate along the channels."""
    if not call.channel_axis(call.config.whole("axis", -1)) or any(view.axes != call.view.axes for view in call.views):
        raise call.problem("is not along the channels, which no kind describes")
    call.add("concat", {}, *call.views[1:])


def join(kind: str) -> Handler:
    """A handler for a join of tensors, or of a tensor and a number."""

    def handle(call: Call) -> None:
        if call.scalars:
            _with_number(call, kind, call.scalars[0])
            return
        shapes = [call.channels_first_shape(view) for view in call.views]
        full = max(shapes, key=prod)
        others = {shape for shape in shapes if shape != full}
        gate, narrow = (full[0], *(1 for _ in full[1:])), (1, *full[1:])
        arguments: dict[str, Argument] = {}
        if others and not (kind == "multiply" and others == {gate}):
            arguments["broadcast"] = "space" if others == {gate} else "channels" if others == {narrow} else ""
        axes = call.views[shapes.index(full)].axes
        if arguments.get("broadcast") == "" or any(view.axes != axes and len(view.axes) > 1 for view in call.views):
            written = " and ".join("x".join(map(str, call.shape(view))) for view in call.views[:4])
            raise call.problem(f"joins tensors of {written}, which no kind describes")
        call.add(kind, arguments, *call.views[1:])

    return handle


def _with_number(call: Call, kind: str, number: float) -> None:
    arguments: dict[str, Argument] = {}
    if kind == "add":
        arguments["shift"] = number
    elif kind == "multiply":
        arguments["scale"] = number
    elif kind == "subtract":
        arguments = {"scale": -1, "shift": number} if call.scalar_first else {"shift": -number}
    elif kind == "divide" and number and not call.scalar_first:
        arguments["scale"] = 1 / number
    else:
        raise call.problem("computes with a number in a way that no kind describes")
    call.add("rescale", arguments)


def rescaling(call: Call) -> None:
    """Rescaling by one scale and one offset, or by one per channel, which is a batch norm in other words."""
    if isinstance(call.config.values.get("scale"), list) or isinstance(call.config.values.get("offset"), list):
        raise call.problem("has a scale or an offset per channel, which no kind describes")
    scale, offset = call.config.real("scale", 1), call.config.real("offset", 0)
    call.add("rescale", {"scale": scale, "shift": offset} if offset else {"scale": scale})


def layer_scale(call: Call) -> None:
    """The LayerScale of `keras.applications.convnext`."""
    call.add("layer_scale", {"init": call.config.real("init_values", 1e-6)}, gamma=(call.channels,))


def scaled_sum(call: Call) -> None:
    """The CustomScaleLayer of `keras.applications.inception_resnet_v2`: the first tensor plus the scaled second."""
    if len(call.views) != 2:
        raise call.problem("adds two tensors")
    first, second = call.views
    call.views = [second]
    call.add("rescale", {"scale": call.config.real("scale", 1)})
    scaled = call.view
    call.views = [first]
    call.add("add", {}, scaled)


def dropout(kind: str) -> Handler:
    """A handler for a dropout."""

    def handle(call: Call) -> None:
        call.add(kind, {"p": call.config.real("rate", 0.5)})

    return handle


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
