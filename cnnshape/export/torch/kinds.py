"""How PyTorch says each kind of layer, and which ones it can't say."""

from collections.abc import Callable, Sequence
from typing import Any

from cnnshape.export.python import Code, Group, Operation, call, listing, literal
from cnnshape.export.torch.padding import bound, cut, is_pairs, pad_module, padding_of, pairs, sides, symmetric
from cnnshape.export.torch.use import Function, Module, Parts, Unsayable, Use
from cnnshape.layers import Application

Say = Callable[[Use], Parts]
_SLIDE = {"stride": "stride", "dilation": "dilation", "groups": "groups", "bias": "bias"}


def _padded(named: dict[str, Code], padding: Code) -> dict[str, Code]:
    """The arguments with the padding after the stride, where PyTorch has it."""
    stride = {"stride": named.pop("stride")} if "stride" in named else {}
    return {**stride, **({} if padding == "0" else {"padding": padding}), **named}


def _conv(use: Use) -> Parts:
    before, padding = padding_of(use, convolution=True)
    named = _padded(use.options(_SLIDE, type(use.layer)), padding)
    kind = f"Conv{use.rank}d"
    made = (use.channels, use.code("out"), use.code("kernel"))
    if use.value("gain"):
        return [*before, Module(call(f"ScaledStd{kind}", *made, **named), f"ScaledStd{kind}")]
    return [*before, Module(call(f"nn.{kind}", *made, **named))]


def _conv_transpose(use: Use) -> Parts:
    plain = (
        use.layer.stated_output is None and not isinstance(use.layer.padding, str) and not is_pairs(use.layer.padding)
    )
    named = use.options(_SLIDE, type(use.layer))
    after: Parts = []
    if plain:
        use.same(lambda app: app.layer.stated_output, "output")
        extra, padding = use.code("output_padding"), padding_of(use)[1]
    else:
        windows = use.same(lambda app: app.layer.windows(app.inputs[0].shape[1:]), "padding")
        around = tuple((window.before, window.after) for window in windows)
        both = symmetric(around)
        extra = _alike(use.same(lambda app: app.layer.extras(app.inputs[0].shape[1:]), "output"))
        padding = "0" if both is None else literal(both)
        after = [cut(around)] if both is None else []
    named = _padded(named, padding)
    if extra != "0":
        named["output_padding"] = extra
    made = call(f"nn.ConvTranspose{use.rank}d", use.channels, use.code("out"), use.code("kernel"), **named)
    return [Module(made), *after]


def _alike(values: tuple[int, ...]) -> str:
    """One number if all are equal."""
    return literal(values[0] if len(set(values)) == 1 else values)


def _linear(use: Use) -> Parts:
    named = use.options({"bias": "bias"}, type(use.layer))
    return [Module(call("nn.Linear", use.channels, use.code("out"), **named))]


# Pools


def _pool(use: Use, name: str, names: dict[str, str], fill: str = "") -> Parts:
    before, padding = padding_of(use, fill=fill)
    if before and "ceil" not in use.codes and use.value("ceil"):
        use.same(_ceil_after_padding, "padding")
    named = use.options({"stride": "stride", **names, "ceil": "ceil_mode"}, type(use.layer))
    if "stride" not in use.codes and use.value("stride") == use.layer.values["kernel"] and "kernel" not in use.codes:
        named.pop("stride", None)
    return [*before, Module(call(f"nn.{name}{use.rank}d", use.code("kernel"), **_padded(named, padding)))]


def _ceil_after_padding(app: Application) -> None:
    """Raises Unsayable if padding by a module makes other windows: PyTorch lets none start in the padding after."""
    layer: Any = app.layer
    for window, size in zip(layer.over(app.inputs[0].shape[1:]), app.inputs[0].shape[1:], strict=True):
        if window._replace(before=0, after=0).output(size + window.before + window.after) != window.output(size):
            raise Unsayable("PyTorch rounds the output up only for equal padding before and after")


def _max_pool(use: Use) -> Parts:
    return _pool(use, "MaxPool", {"dilation": "dilation"}, 'float("-inf")')


def _avg_pool(use: Use) -> Parts:
    parts = _pool(use, "AvgPool", {"count_include_pad": "count_include_pad"})
    if len(parts) > 1 and not use.value("count_include_pad"):
        # The mean of the cells that are there, as the padding holds zeros.
        pad, pool = parts
        assert isinstance(pad, Module)
        assert isinstance(pool, Module)
        return [Module(call("MeanInside", pad.code, pool.code), f"{pad.helper} MeanInside".strip())]
    return parts


def _sized(name: str) -> Say:
    return lambda use: [Module(call(f"nn.{name}{use.rank}d", use.code("size")))]


def _global(name: str) -> Say:
    return lambda use: [Module(call(f"nn.{name}{use.rank}d", "1"))]


def _blur_pool(use: Use) -> Parts:
    layer, rank = use.layer, use.rank
    kernels = use.value("kernel")
    kernel = kernels if isinstance(kernels, tuple) else (kernels,) * rank
    default = tuple(((size - 1) // 2, size // 2) for size in kernel)
    around = pairs(layer.padding, rank) if use.value("padding") is not None else default
    mode = {"zeros": "constant"}.get(use.value("mode"), layer.mode)
    named: dict[str, Code] = {} if mode == "reflect" else {"mode": literal(mode)}
    made = call("BlurPool", use.channels, literal(kernel), use.code("stride"), literal(sides(around)), **named)
    return [Module(made, "BlurPool")]


# Normalization


def _affine(use: Use, made: Group) -> Module:
    """A normalization whose scale or shift may be missing."""
    affine = use.value("affine")
    if affine == "scale":
        return Module(call("without_bias", made), "without_bias")
    if affine == "shift":
        return Module(call("without_weight", made), "without_weight")
    return Module(made)


def _switched(use: Use, default: bool = True, word: str = "affine") -> dict[str, Code]:
    """The argument that says whether a scale and a shift are learned."""
    learned = bool(use.value("affine"))
    return {} if learned == default else {word: literal(learned)}


def _batch_norm(use: Use) -> Parts:
    named = use.options({"eps": "eps", "momentum": "momentum"}, type(use.layer))
    named |= _switched(use)
    named |= use.options({"track": "track_running_stats"}, type(use.layer))
    return [_affine(use, call(f"nn.BatchNorm{max(use.rank, 1)}d", use.channels, **named))]


def _group_norm(use: Use) -> Parts:
    named = {**use.options({"eps": "eps"}, type(use.layer)), **_switched(use)}
    return [_affine(use, call("nn.GroupNorm", use.code("groups"), use.channels, **named))]


def _instance_norm(use: Use) -> Parts:
    named = {**use.options({"eps": "eps"}, type(use.layer)), **_switched(use, default=False)}
    return [_affine(use, call(f"nn.InstanceNorm{use.rank}d", use.channels, **named))]


def _over_axes(use: Use, name: str, named: dict[str, Code]) -> Module:
    """A normalization of PyTorch, which takes trailing axes: channels in a map need a class of ours."""
    axes = use.value("axes")
    if axes == "channels":
        helper = f"Channel{name}" if use.rank else ""
        return Module(call(helper or f"nn.{name}", use.channels, **named), helper)
    shape = use.shape if axes == "all" else use.shape[1:] if axes == "space" else use.shape[-1:]
    return Module(call(f"nn.{name}", literal(shape[0] if len(shape) == 1 else shape), **named))


def _layer_norm(use: Use) -> Parts:
    named = {**use.options({"eps": "eps"}, type(use.layer)), **_switched(use, word="elementwise_affine")}
    made = _over_axes(use, "LayerNorm", named)
    learned = _affine(use, made.code)
    return [learned if not made.helper else Module(learned.code, f"{made.helper} {learned.helper}".strip())]


def _rms_norm(use: Use) -> Parts:
    return [_over_axes(use, "RMSNorm", use.options({"eps": "eps", "affine": "elementwise_affine"}, type(use.layer)))]


def _local_response_norm(use: Use) -> Parts:
    named = use.options({"alpha": "alpha", "beta": "beta", "k": "k"}, type(use.layer))
    return [Module(call("nn.LocalResponseNorm", use.code("size"), **named))]


def _layer_scale(use: Use) -> Parts:
    shape = "()"
    if use.value("per_channel"):
        shape = f"({', '.join([use.channels, *['1'] * use.rank])}{'' if use.rank else ','})"
    named = use.options({"init": "init", "shift": "shift"}, type(use.layer))
    return [Module(call("LayerScale", shape, **named), "LayerScale")]


def _of_channels(name: str, *arguments: str) -> Say:
    """A class of ours that takes the channels."""

    def say(use: Use) -> Parts:
        named = use.options({argument: argument for argument in arguments}, type(use.layer))
        return [Module(call(name, use.channels, **named), name)]

    return say


def _evo_norm(use: Use) -> Parts:
    named = use.options({"eps": "eps"}, type(use.layer))
    return [Module(call("EvoNorm", use.code("groups"), use.channels, **named), "EvoNorm")]


# Functions of single values


def _module(name: str, *, helper: str = "", **names: str) -> Say:
    """A module of PyTorch with some of the arguments, by its names for them."""

    def say(use: Use) -> Parts:
        return [Module(call(name, **use.options(names, type(use.layer))), helper)]

    return say


def _first(name: str, argument: str, helper: str = "") -> Say:
    """A module whose one argument is always written."""
    return lambda use: [Module(call(name, use.code(argument)), helper)]


def _prelu(use: Use) -> Parts:
    return [Module(call("nn.PReLU", *([use.channels] if use.value("per_channel") else [])))]


def _exponentials(name: str, method: str) -> Say:
    def say(use: Use) -> Parts:
        if use.value("axes") == "channels":
            return [Module(call(f"nn.{name}", dim="1"))]
        return [Function(lambda names: f"{names[0]}.flatten(2).{method}(2).reshape({names[0]}.shape)")]

    return say


def _rescale(use: Use) -> Parts:
    given = {name for name in ("scale", "shift") if name in use.codes or use.value(name) is not None}
    scaled = f" * {use.code('scale')}" if "scale" in given else ""
    shifted = f" + {use.code('shift')}" if "shift" in given else ""
    return [Function(lambda names: f"{names[0]}{scaled}{shifted}")]


def _text(template: str) -> Say:
    """An expression of one tensor `x`."""
    return lambda use: [Function(lambda names: template.replace("x", names[0], 1))]


# Moves


def _reshape(use: Use) -> Parts:
    shape = [literal(size) for size in use.value("shape")]
    return [Function(lambda names: call(f"{names[0]}.reshape", "-1", *shape))]


def _pad(use: Use) -> Parts:
    return [pad_module(pairs(use.value("padding"), use.rank), use.value("mode"))]


def _crop(use: Use) -> Parts:
    return [cut(pairs(use.value("cut"), use.rank))]


def _subsample(use: Use) -> Parts:
    steps = use.code("stride") if "stride" in use.codes else use.value("stride")
    listed = steps if isinstance(steps, tuple) else (steps,) * use.rank
    kept = ", ".join(f"::{bound(str(step))}" for step in listed)
    return [Function(lambda names: f"{names[0]}[:, :, {kept}]")]


def _split(use: Use) -> Parts:
    take = use.code("take")
    if "parts" not in use.codes and isinstance(use.value("parts"), tuple):
        sizes = literal(use.value("parts"))
        return [Function(lambda names: f"{names[0]}.split({sizes}, 1)[{take}]")]
    parts = use.code("parts")
    return [Function(lambda names: f"{names[0]}.chunk({parts}, 1)[{take}]")]


def _slice(use: Use) -> Parts:
    start = "" if use.code("start") == "0" else use.code("start")
    kept = (
        f"{start}:{bound(use.code('stop'))}"
        if start.isidentifier() or not start or start.isdigit()
        else f"{start} : {use.code('stop')}"
    )
    return [Function(lambda names: f"{names[0]}[:, {kept}]")]


def _pad_channels(use: Use) -> Parts:
    around = f"({'0, 0, ' * use.rank}{use.code('before')}, {use.code('after')})"
    return [Function(lambda names: call("F.pad", names[0], around))]


_MODES = {"nearest": ("nearest",) * 3, "linear": ("linear", "bilinear", "trilinear"), "cubic": ("bicubic",) * 3}


def _upsample(use: Use) -> Parts:
    mode = _MODES[use.value("mode")][use.rank - 1]
    named: dict[str, Code] = {} if mode == "nearest" else {"mode": literal(mode)}
    named |= {"align_corners": "True"} if use.value("align_corners") else {}
    if use.same(lambda app: app.layer.values["like"] is not None, "like"):
        return [Function(lambda names: call("F.interpolate", names[0], size=f"{names[1]}.shape[2:]", **named))]
    if "size" in use.codes or use.value("size") is not None:
        return [Module(call("nn.Upsample", size=use.code("size"), **named))]
    return [Module(call("nn.Upsample", scale_factor=use.code("scale"), **named))]


def _shuffle(name: str, helper: str) -> Say:
    def say(use: Use) -> Parts:
        factor = use.code("factor")
        if use.rank == 2:
            return [Module(call(name, factor))]
        return [Function(lambda names: call(helper, names[0], factor), helper)]

    return say


# Joins


def _operation(sign: str) -> Say:
    return lambda use: [Function(lambda names: Operation(sign, tuple(names)))]


def _average(use: Use) -> Parts:
    count = use.same(lambda app: len(app.inputs), "inputs")
    return [Function(lambda names: Operation("+", tuple(names))), Function(lambda names: f"{names[0]} / {count}")]


def _maximum(names: Sequence[str]) -> Code:
    first, *others = names
    code: Code = first
    for name in others:
        code = call("torch.maximum", code, name)
    return code


# Rare


def _recurrent(name: str) -> Say:
    def say(use: Use) -> Parts:
        if use.value("biases") == 1:
            raise Unsayable(f"nn.{name} has two biases for each gate, or none")
        named = use.options({"layers": "num_layers", "bidirectional": "bidirectional"}, type(use.layer))
        named |= {} if use.value("biases") else {"bias": "False"}
        made = call(f"nn.{name}", use.channels, use.code("out"), **named, batch_first="True")
        return [Module(call("Recurrent", made), "Recurrent")]

    return say


def _attention(use: Use) -> Parts:
    heads = [] if use.codes.get("heads") is None and use.value("heads") == 1 else [use.code("heads")]
    return [Function(lambda names: call("attention", *names, *heads), "attention")]


def _regions(use: Use, name: str, *samples: Code, helper: str = "") -> Parts:
    if use.rank != 2:
        raise Unsayable("regions are cut out of maps with two axes only")
    size = use.value("size")
    arguments = [literal(size if isinstance(size, tuple) else (size, size)), use.code("scale"), *samples]
    return [Function(lambda names: call(name, *names, *arguments), helper or name)]


def _roi_align(use: Use) -> Parts:
    if use.value("samples") == 0:
        return _regions(use, "roi_align_by_size", helper="roi_align roi_align_by_size")
    return _regions(use, "roi_align", literal((use.value("samples"),) * 2))


def _max_unpool(use: Use) -> Parts:
    named = use.options({"stride": "stride", "padding": "padding"}, type(use.layer))
    return [Module(call(f"nn.MaxUnpool{use.rank}d", use.code("kernel"), **named))]


SAID: dict[str, Say] = {
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "linear": _linear,
    "max_pool": _max_pool,
    "avg_pool": _avg_pool,
    "adaptive_avg_pool": _sized("AdaptiveAvgPool"),
    "adaptive_max_pool": _sized("AdaptiveMaxPool"),
    "global_avg_pool": _global("AdaptiveAvgPool"),
    "global_max_pool": _global("AdaptiveMaxPool"),
    "channel_avg_pool": _text("x.mean(1, keepdim=True)"),
    "channel_max_pool": _text("x.amax(1, keepdim=True)"),
    "blur_pool": _blur_pool,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
    "local_response_norm": _local_response_norm,
    "layer_scale": _layer_scale,
    "rms_norm": _rms_norm,
    "global_response_norm": _of_channels("GlobalResponseNorm", "eps"),
    "evo_norm": _evo_norm,
    "rescale": _rescale,
    "relu": _module("nn.ReLU"),
    "relu6": _module("nn.ReLU6"),
    "leaky_relu": _first("nn.LeakyReLU", "slope"),
    "prelu": _prelu,
    "elu": _module("nn.ELU", alpha="alpha"),
    "celu": _module("nn.CELU", alpha="alpha"),
    "selu": _module("nn.SELU"),
    "gelu": _module("nn.GELU"),
    "silu": _module("nn.SiLU"),
    "mish": _module("nn.Mish"),
    "sigmoid": _module("nn.Sigmoid"),
    "hard_sigmoid": _module("nn.Hardsigmoid"),
    "hard_swish": _module("nn.Hardswish"),
    "hard_tanh": _module("nn.Hardtanh", min="min_val", max="max_val"),
    "tanh": _module("nn.Tanh"),
    "softplus": _module("nn.Softplus"),
    "softsign": _module("nn.Softsign"),
    "abs": _text("x.abs()"),
    "square": _text("x.square()"),
    "softmax": _exponentials("Softmax", "softmax"),
    "log_softmax": _exponentials("LogSoftmax", "log_softmax"),
    "glu": lambda use: [Module(call("nn.GLU", dim="1"))],
    "dropout": _first("nn.Dropout", "p"),
    "drop_path": _first("StochasticDepth", "p", "StochasticDepth"),
    "identity": _module("nn.Identity"),
    "flatten": _module("nn.Flatten"),
    "reshape": _reshape,
    "pad": _pad,
    "crop": _crop,
    "subsample": _subsample,
    "upsample": _upsample,
    "pixel_shuffle": _shuffle("nn.PixelShuffle", "depth_to_space"),
    "pixel_unshuffle": _shuffle("nn.PixelUnshuffle", "space_to_depth"),
    "channel_shuffle": _first("nn.ChannelShuffle", "groups"),
    "split": _split,
    "slice": _slice,
    "pad_channels": _pad_channels,
    "max_unpool": _max_unpool,
    "add": _operation("+"),
    "subtract": _operation("-"),
    "multiply": _operation("*"),
    "average": _average,
    "maximum": lambda use: [Function(_maximum)],
    "concat": lambda use: [Function(lambda names: call("torch.cat", listing(names), "1"))],
    "attention": _attention,
    "lstm": _recurrent("LSTM"),
    "gru": _recurrent("GRU"),
    "roi_align": _roi_align,
    "roi_pool": lambda use: _regions(use, "roi_pool"),
}
REFUSED = {"opaque": "the spec states only its figures, not what it computes"}
"""Kinds that have no code, with the reason."""


def say(use: Use) -> Parts:
    """The modules and functions of a layer. Raises Unsayable, and Varies where one piece of code can't stand for all."""
    name = use.layer.name
    if name in REFUSED:
        raise Unsayable(REFUSED[name])
    if name not in SAID:
        raise Unsayable("its kind is not one of this package")
    return SAID[name](use)
