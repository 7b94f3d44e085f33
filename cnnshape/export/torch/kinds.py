"""How PyTorch says each kind of layer, and which ones it can't say."""

from cnnshape.export.python import Code, call, listing, literal
from cnnshape.export.torch.moves import (
    average,
    crop,
    max_unpool,
    maximum,
    operation,
    pad,
    pad_channels,
    reshape,
    shuffle,
    slice_,
    split,
    subsample,
    upsample,
)
from cnnshape.export.torch.norms import (
    batch_norm,
    evo_norm,
    group_norm,
    instance_norm,
    layer_norm,
    layer_scale,
    local_response_norm,
    of_channels,
    rms_norm,
)
from cnnshape.export.torch.use import Function, Module, Parts, Say, Unsayable, Use
from cnnshape.export.torch.windows import (
    avg_pool,
    blur_pool,
    conv,
    conv_transpose,
    global_pool,
    linear,
    max_pool,
    sized,
)


def _module(name: str, *, helper: str = "", **names: str) -> Say:
    """A module of PyTorch with some of the arguments, by its names for them."""

    def say(use: Use) -> Parts:
        return [Module(call(name, **use.options(names, type(use.layer))), helper)]

    return say


def _first(name: str, argument: str, helper: str = "") -> Say:
    """A module whose one argument is always written."""
    return lambda use: [Module(call(name, use.code(argument)), helper)]


def _channel_shuffle(use: Use) -> Parts:
    groups = use.code("groups")
    if use.rank:
        return [Module(call("nn.ChannelShuffle", groups))]
    # nn.ChannelShuffle takes maps only.
    return [Function(lambda names: f"{names[0]}.unflatten(1, ({groups}, -1)).transpose(1, 2).flatten(1)")]


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


def _regions(use: Use, name: str, *samples: Code, helper: str = "", aligned: bool = False) -> Parts:
    if use.rank != 2:
        raise Unsayable("regions are cut out of maps with two axes only")
    size = use.value("size")
    arguments = [literal(size if isinstance(size, tuple) else (size, size)), use.code("scale"), *samples]
    named: dict[str, Code] = {"aligned": "True"} if aligned else {}
    return [Function(lambda names: call(name, *names, *arguments, **named), helper or name)]


def _roi_align(use: Use) -> Parts:
    aligned = bool(use.value("aligned"))
    if use.value("samples") == 0:
        return _regions(use, "roi_align_by_size", helper="roi_align roi_align_by_size", aligned=aligned)
    return _regions(use, "roi_align", literal((use.value("samples"),) * 2), aligned=aligned)


SAID: dict[str, Say] = {
    "conv": conv,
    "conv_transpose": conv_transpose,
    "linear": linear,
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "adaptive_avg_pool": sized("AdaptiveAvgPool"),
    "adaptive_max_pool": sized("AdaptiveMaxPool"),
    "global_avg_pool": global_pool("AdaptiveAvgPool"),
    "global_max_pool": global_pool("AdaptiveMaxPool"),
    "channel_avg_pool": _text("x.mean(1, keepdim=True)"),
    "channel_max_pool": _text("x.amax(1, keepdim=True)"),
    "blur_pool": blur_pool,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "local_response_norm": local_response_norm,
    "layer_scale": layer_scale,
    "rms_norm": rms_norm,
    "global_response_norm": of_channels("GlobalResponseNorm", "eps"),
    "evo_norm": evo_norm,
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
    "reshape": reshape,
    "pad": pad,
    "crop": crop,
    "subsample": subsample,
    "upsample": upsample,
    "pixel_shuffle": shuffle("nn.PixelShuffle", "depth_to_space"),
    "pixel_unshuffle": shuffle("nn.PixelUnshuffle", "space_to_depth"),
    "channel_shuffle": _channel_shuffle,
    "split": split,
    "slice": slice_,
    "pad_channels": pad_channels,
    "max_unpool": max_unpool,
    "add": operation("+"),
    "subtract": operation("-"),
    "multiply": operation("*"),
    "average": average,
    "maximum": lambda use: [Function(maximum)],
    "concat": lambda use: [Function(lambda names: call("torch.cat", listing(names), "1"))],
    "attention": _attention,
    "lstm": _recurrent("LSTM"),
    "gru": _recurrent("GRU"),
    "roi_align": _roi_align,
    "roi_pool": lambda use: _regions(use, "roi_pool"),
}


REFUSED = {"opaque": "the spec states only its figures, not what it computes"}


def say(use: Use) -> Parts:
    """The modules and functions of a layer. Raises Unsayable, and Varies where one piece of code can't serve all."""
    name = use.layer.name
    if name in REFUSED:
        raise Unsayable(REFUSED[name])
    if name not in SAID:
        raise Unsayable("its kind is not one of this package")
    return SAID[name](use)
