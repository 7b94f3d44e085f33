"""PyTorch as the oracle: every kind against the module or function that it corresponds to.

Both get the same arguments. They must refuse together or give the same output; weights must have PyTorch's names
and shapes. One cell at a time is lit in the input to see which cells of the real output answer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnnshape.layers import (
    BY_FOREIGN_NAME,
    BY_NAME,
    KINDS,
    Application,
    Coverage,
    Layer,
    LayerProblem,
    Phases,
    Tensor,
    Window,
)

torch = pytest.importorskip("torch")
formulas = pytest.importorskip("tests.oracles.formulas")
nn = torch.nn
functional = torch.nn.functional
FlopCounterMode = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode

# PyTorch warns of what `same` costs with even kernels
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

# hundreds of pairs of a kind and a rank: a few examples each, more where refusals hide in combinations
few = settings(max_examples=settings().max_examples // 3, suppress_health_check=list(HealthCheck))
many = settings(few, max_examples=few.max_examples * 6)
fewest = settings(few, max_examples=few.max_examples // 5)
Shape = tuple[int, ...]
BATCH = 2
"""Boxes are to a layer what a batch is to PyTorch."""


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Tensors this small only wait for each other's threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Real(NamedTuple):
    """A layer's counterpart: what owns the weights, and what is called."""

    owner: Any
    call: Callable[..., Any]


class Twin(NamedTuple):
    """How to draw arguments for inputs of a shape, and how to build the counterpart of a layer with them."""

    arguments: Callable[[Shape], st.SearchStrategy[dict[str, Any]]]
    real: Callable[[Layer, Shape], Any]
    ranks: tuple[int, ...] = (1, 2, 3)


# Arguments


def none(_: Shape) -> st.SearchStrategy[dict[str, Any]]:
    return st.just({})


def some(**strategies: st.SearchStrategy[Any]) -> Callable[[Shape], st.SearchStrategy[dict[str, Any]]]:
    """The same choices for every shape; each argument may be left out."""
    return lambda _: st.fixed_dictionaries({}, optional=strategies)


def rank(shape: Shape) -> int:
    return len(shape) - 1


def per_axis(shape: Shape, least: int, most: int) -> st.SearchStrategy[int | tuple[int, ...]]:
    one = st.integers(least, most)
    return one | st.tuples(*[one] * rank(shape))


def pairs(shape: Shape, most: int) -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    one = st.integers(0, most)
    return st.tuples(*[st.tuples(one, one)] * rank(shape))


def padding(shape: Shape, most: int) -> st.SearchStrategy[Any]:
    return per_axis(shape, 0, most) | pairs(shape, most)


def parts(shape: Shape) -> st.SearchStrategy[int]:
    """Numbers of groups, those that divide the channels among them."""
    return st.sampled_from([1, 2, 3, shape[0], shape[0] + 1])


def optional(required: dict[str, Any], **others: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=others)


def conv_arguments(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    required = {"out": st.sampled_from([1, 2, 3, 4, 6, 12]), "kernel": per_axis(shape, 1, 4)}
    shared = {
        "dilation": per_axis(shape, 1, 3), "groups": parts(shape), "bias": st.booleans(), "gain": st.booleans(),
    }  # fmt: skip
    strided = optional(required, stride=per_axis(shape, 1, 5), padding=padding(shape, 3), **shared)
    # PyTorch has `same` for a stride of 1 alone
    return strided | optional({**required, "padding": st.just("same")}, **shared)


def conv_transpose_arguments(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    required = {"out": st.sampled_from([1, 2, 3, 4, 6, 12]), "kernel": per_axis(shape, 1, 4)}
    shared = {
        "stride": per_axis(shape, 1, 4), "dilation": per_axis(shape, 1, 3), "groups": parts(shape), "bias": st.booleans(),
    }  # fmt: skip
    padded = optional(required, padding=padding(shape, 3), output_padding=per_axis(shape, 0, 3), **shared)
    sized = optional({**required, "output": per_axis(shape, 1, 24)}, padding=padding(shape, 3), **shared)
    same = optional({**required, "padding": st.just("same")}, output=per_axis(shape, 1, 24), **shared)
    return padded | sized | same


def pool_arguments(**others: Callable[[Shape], st.SearchStrategy[Any]]) -> Callable[[Shape], Any]:
    return lambda shape: optional(
        {"kernel": per_axis(shape, 1, 4)},
        stride=per_axis(shape, 1, 4),
        padding=per_axis(shape, 0, 2),
        ceil=st.booleans(),
        **{name: strategy(shape) for name, strategy in others.items()},
    )


def upsample_arguments(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    modes = {"mode": st.sampled_from(["nearest", "linear", "cubic"]), "align_corners": st.booleans()}
    by_size = st.fixed_dictionaries({"size": per_axis(shape, 1, 9)}, optional=modes)
    factor = st.floats(0.1, 4) | st.integers(2, 80).map(lambda tenths: tenths / 20)
    factors = factor | st.tuples(*[factor] * rank(shape))
    return by_size | st.fixed_dictionaries({"scale": factors}, optional=modes)


def reshape_arguments(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    regrouped = st.permutations(shape).map(tuple)
    unlike = st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple)
    return st.fixed_dictionaries({"shape": regrouped | unlike})


def slice_arguments(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    return optional({"stop": st.integers(1, shape[0] + 1)}, start=st.integers(0, shape[0]))


# Counterparts


def module(name: str, *arguments: Any, **named: Any) -> Real:
    owner = getattr(nn, name)(*arguments, **named)
    return Real(owner, owner)


def same_module(name: str, **renamed: str) -> Callable[[Layer, Shape], Real]:
    """A module that takes the layer's arguments, by PyTorch's names for them."""
    return lambda layer, _: module(
        name, **{renamed.get(argument, argument): getattr(layer, argument) for argument in layer.arguments}
    )


def function(call: Callable[..., Callable[..., Any]]) -> Callable[[Layer, Shape], Real]:
    return lambda layer, shape: Real(None, call(layer, shape))


def is_pairs(value: Any) -> bool:
    return isinstance(value, tuple) and isinstance(value[0], tuple)


def around(value: Any, shape: Shape) -> list[int]:
    """Padding as `functional.pad` takes it: the last axis first."""
    amounts = value if isinstance(value, tuple) else (value,) * rank(shape)
    both = amounts if is_pairs(amounts) else tuple((one, one) for one in amounts)
    return [side for pair in reversed(both) for side in pair]


def conv(layer: Any, shape: Shape) -> Real:
    asymmetric = is_pairs(layer.padding)
    owner = getattr(nn, f"Conv{rank(shape)}d")(
        shape[0], layer.out, layer.kernel, layer.stride, 0 if asymmetric else layer.padding,
        layer.dilation, layer.groups, layer.bias,
    )  # fmt: skip
    if layer.gain:
        formulas.standardize(owner)
    return Real(owner, (lambda x: owner(functional.pad(x, around(layer.padding, shape)))) if asymmetric else owner)


def conv_transpose(layer: Any, shape: Shape) -> Real:
    if layer.padding == "same" or layer.stated_output is not None:
        return conv_transpose_to_a_size(layer, shape)
    asymmetric = is_pairs(layer.padding)
    owner = getattr(nn, f"ConvTranspose{rank(shape)}d")(
        shape[0], layer.out, layer.kernel, layer.stride, 0 if asymmetric else layer.padding,
        layer.output_padding, layer.groups, layer.bias, layer.dilation,
    )  # fmt: skip
    cut = [-side for side in around(layer.padding, shape)] if asymmetric else []
    return Real(owner, (lambda x: functional.pad(owner(x), cut)) if asymmetric else owner)


def of_axes(value: Any, shape: Shape) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) * rank(shape)


def conv_transpose_to_a_size(layer: Any, shape: Shape) -> Real:
    """The padding of `same` is that of the convolution whose gradient this is: it makes the input of the output."""
    kernel, stride, dilation = (of_axes(value, shape) for value in (layer.kernel, layer.stride, layer.dilation))
    whole = [
        (size - 1) * step + spread * (taps - 1) + 1
        for size, taps, step, spread in zip(shape[1:], kernel, stride, dilation, strict=True)
    ]
    wanted = of_axes(layer.stated_output, shape)
    if layer.stated_output is None:
        wanted = tuple(size * step for size, step in zip(shape[1:], stride, strict=True))
    cuts = [layer.padding] * len(whole)
    if layer.padding == "same":
        if any(-(-size // step) != given for size, step, given in zip(wanted, stride, shape[1:], strict=True)):
            raise ValueError("no input of this convolution has that size")
        surplus = [max(all_of_it - size, 0) for all_of_it, size in zip(whole, wanted, strict=True)]
        cuts = [(cells // 2, cells - cells // 2) for cells in surplus]
    elif isinstance(layer.padding, tuple):
        cuts = list(layer.padding)
    pairs = [cut if isinstance(cut, tuple) else (cut, cut) for cut in cuts]
    extra = tuple(size + sum(cut) - all_of_it for size, cut, all_of_it in zip(wanted, pairs, whole, strict=True))
    if min(extra) < 0:
        raise ValueError("the output is larger")
    owner = getattr(nn, f"ConvTranspose{rank(shape)}d")(
        shape[0], layer.out, layer.kernel, layer.stride, 0, extra, layer.groups, layer.bias, layer.dilation
    )
    cut = [-side for pair in reversed(pairs) for side in pair]
    return Real(owner, lambda x: functional.pad(owner(x), cut))


def ranked(name: str, **renamed: str) -> Callable[[Layer, Shape], Real]:
    return lambda layer, shape: same_module(name.format(rank(shape)), **renamed)(layer, shape)


def batch_norm(layer: Any, shape: Shape) -> Real:
    name = f"BatchNorm{rank(shape) or 1}d"
    return module(
        name, shape[0], eps=layer.eps, momentum=layer.momentum, affine=layer.affine, track_running_stats=layer.track
    )


def layer_norm(layer: Any, shape: Shape) -> Real:
    owner = nn.LayerNorm(
        normalized_shape(layer, shape), layer.eps, elementwise_affine=bool(layer.affine), bias=layer.affine is True
    )
    return channels_last(owner, layer)


def normalized_shape(layer: Any, shape: Shape) -> Shape:
    return {"channels": shape[:1], "space": shape[1:], "last": shape[-1:], "all": shape}[layer.axes]


def channels_last(owner: Any, layer: Any) -> Real:
    """A normalization of trailing axes, applied to the channels where they are meant."""
    return Real(owner, (lambda x: owner(x.movedim(1, -1)).movedim(-1, 1)) if layer.axes == "channels" else owner)


def rms_norm(layer: Any, shape: Shape) -> Real:
    return channels_last(nn.RMSNorm(normalized_shape(layer, shape), layer.eps, layer.affine), layer)


def over_axes(call: Callable[..., Any]) -> Callable[[Layer, Shape], Callable[..., Any]]:
    """A function over the channels, or over the flattened space."""

    def made(layer: Any, _: Shape) -> Callable[..., Any]:
        if layer.axes == "channels":
            return lambda x: call(x, 1)
        return lambda x: call(x.flatten(2), 2).reshape(x.shape)

    return made


class Blur(nn.Module):
    """A depthwise convolution with a fixed filter."""

    def __init__(self, layer: Any, shape: Shape) -> None:
        super().__init__()
        sizes = layer.kernel if isinstance(layer.kernel, tuple) else (layer.kernel,) * rank(shape)
        self.layer, self.axes, self.channels = layer, rank(shape), shape[0]
        half = tuple(((size - 1) // 2, size // 2) for size in sizes)
        self.around = around(half if layer.padding is None else layer.padding, shape)
        self.mode = "constant" if layer.mode == "zeros" else layer.mode
        self.register_buffer("filt", torch.ones(shape[0], 1, *sizes))

    def forward(self, x: Any) -> Any:
        padded = functional.pad(x, self.around, mode=self.mode)
        conv = getattr(functional, f"conv{self.axes}d")
        return conv(padded, self.filt.to(x.dtype), stride=self.layer.stride, groups=self.channels)


def blur_pool(layer: Any, shape: Shape) -> Real:
    owner = Blur(layer, shape)
    return Real(owner, owner)


def rescaled(layer: Any, _: Shape) -> Callable[[Any], Any]:
    return lambda x: x * (1 if layer.scale is None else layer.scale) + (layer.shift or 0)


def of_paper(name: str) -> Callable[[Layer, Shape], Real]:
    """A module of `formulas`, which takes the channels and the layer's arguments."""

    def made(layer: Layer, shape: Shape) -> Real:
        values = {argument: getattr(layer, argument) for argument in layer.arguments}
        owner = getattr(formulas, name)(shape[0], **values)
        return Real(owner, owner)

    return made


def prelu(layer: Any, shape: Shape) -> Real:
    return module("PReLU", shape[0] if layer.per_channel else 1)


def upsample(layer: Any, shape: Shape) -> Real:
    linear = ("linear", "bilinear", "trilinear")[rank(shape) - 1]
    mode = {"nearest": "nearest", "linear": linear, "cubic": "bicubic"}[layer.mode]
    # PyTorch takes the word for `nearest` in no case, not even where it is false
    corners = {"align_corners": layer.align_corners} if layer.align_corners or layer.mode != "nearest" else {}
    return module("Upsample", size=layer.size, scale_factor=layer.scale, mode=mode, **corners)


def split(layer: Any, _: Shape) -> Callable[[Any], Any]:
    if isinstance(layer.parts, tuple):
        return lambda x: x.split(layer.parts, 1)[layer.take]
    return lambda x: x.unflatten(1, (layer.parts, -1))[:, layer.take]


def recurrent(name: str) -> Callable[[Layer, Shape], Real]:
    """A recurrent layer on channels first; PyTorch has two biases or none."""

    def made(layer: Any, shape: Shape) -> Real:
        owner = getattr(nn, name)(
            shape[0],
            layer.out,
            layer.layers,
            bias=layer.biases > 0,
            bidirectional=layer.bidirectional,
            batch_first=True,
        )
        return Real(owner, lambda x: owner(x.transpose(1, 2))[0].transpose(1, 2))

    return made


def with_state(_: Shape) -> st.SearchStrategy[dict[str, Any]]:
    return optional(
        {"out": st.integers(1, 5)},
        bidirectional=st.booleans(),
        biases=st.sampled_from([0, 2]),
        layers=st.integers(1, 4),
    )


def pad(layer: Any, shape: Shape) -> Callable[[Any], Any]:
    mode = "constant" if layer.mode == "zeros" else layer.mode
    return lambda x: functional.pad(x, around(layer.padding, shape), mode=mode)


def crop(layer: Any, shape: Shape) -> Callable[[Any], Any]:
    sides = around(layer.cut, shape)

    def cut(x: Any) -> Any:
        for axis, (before, after) in enumerate(zip(sides[::2], sides[1::2], strict=True), start=1):
            x = x.narrow(-axis, before, x.shape[-axis] - before - after)
        return x

    return cut


def subsample(layer: Any, shape: Shape) -> Callable[[Any], Any]:
    steps = layer.stride if isinstance(layer.stride, tuple) else (layer.stride,) * rank(shape)
    return lambda x: x[(..., *(slice(None, None, step) for step in steps))]


def every(call: Callable[[Sequence[Any]], Any]) -> Callable[[Layer, Shape], Callable[..., Any]]:
    return lambda layer, shape: lambda *inputs: call(inputs)


FLAT_TOO = (0, 1, 2, 3)
TOGETHER = st.sampled_from(["channels", "space", "last", "all"])
OVER = some(axes=st.sampled_from(["channels", "space"]))
_POOL = {"kernel": "kernel_size", "ceil": "ceil_mode"}
_SIZE = {"size": "output_size"}

TWINS: dict[str, Twin] = {
    "conv": Twin(conv_arguments, conv),
    "conv_transpose": Twin(conv_transpose_arguments, conv_transpose),
    "linear": Twin(
        lambda _: optional({"out": st.integers(1, 9)}, bias=st.booleans()),
        lambda layer, shape: module("Linear", shape[0], layer.out, layer.bias),
        (0,),
    ),
    "max_pool": Twin(pool_arguments(dilation=lambda shape: per_axis(shape, 1, 3)), ranked("MaxPool{}d", **_POOL)),
    "avg_pool": Twin(pool_arguments(count_include_pad=lambda _: st.booleans()), ranked("AvgPool{}d", **_POOL)),
    "adaptive_avg_pool": Twin(
        lambda shape: optional({"size": per_axis(shape, 1, 9)}), ranked("AdaptiveAvgPool{}d", **_SIZE)
    ),
    "adaptive_max_pool": Twin(
        lambda shape: optional({"size": per_axis(shape, 1, 9)}), ranked("AdaptiveMaxPool{}d", **_SIZE)
    ),
    "global_avg_pool": Twin(none, lambda _, shape: module(f"AdaptiveAvgPool{rank(shape)}d", 1)),
    "global_max_pool": Twin(none, lambda _, shape: module(f"AdaptiveMaxPool{rank(shape)}d", 1)),
    "channel_avg_pool": Twin(none, function(lambda *_: lambda x: x.mean(1, keepdim=True)), FLAT_TOO),
    "channel_max_pool": Twin(none, function(lambda *_: lambda x: x.amax(1, keepdim=True)), FLAT_TOO),
    "blur_pool": Twin(
        lambda shape: optional(
            {"kernel": per_axis(shape, 1, 5)},
            stride=per_axis(shape, 1, 4),
            padding=padding(shape, 3),
            mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
        ),
        blur_pool,
    ),
    "batch_norm": Twin(some(affine=st.booleans(), track=st.booleans()), batch_norm, FLAT_TOO),
    "layer_norm": Twin(
        some(axes=TOGETHER, affine=st.sampled_from([True, False, "scale"])),
        layer_norm,
        FLAT_TOO,
    ),
    "rms_norm": Twin(some(axes=TOGETHER, affine=st.booleans()), rms_norm, FLAT_TOO),
    "group_norm": Twin(
        lambda shape: optional({"groups": parts(shape)}, affine=st.booleans()),
        lambda layer, shape: module("GroupNorm", layer.groups, shape[0], layer.eps, layer.affine),
        FLAT_TOO,
    ),
    "instance_norm": Twin(
        some(affine=st.booleans()),
        lambda layer, shape: module(f"InstanceNorm{rank(shape)}d", shape[0], layer.eps, affine=layer.affine),
    ),
    "local_response_norm": Twin(some(size=st.integers(1, 7)), same_module("LocalResponseNorm")),
    "relu": Twin(none, same_module("ReLU"), FLAT_TOO),
    "relu6": Twin(none, same_module("ReLU6"), FLAT_TOO),
    "leaky_relu": Twin(some(slope=st.just(0.2)), same_module("LeakyReLU", slope="negative_slope"), FLAT_TOO),
    "prelu": Twin(some(per_channel=st.booleans()), prelu, FLAT_TOO),
    "elu": Twin(some(alpha=st.just(0.5)), same_module("ELU"), FLAT_TOO),
    "celu": Twin(some(alpha=st.just(0.5)), same_module("CELU"), FLAT_TOO),
    "selu": Twin(none, same_module("SELU"), FLAT_TOO),
    "gelu": Twin(none, same_module("GELU"), FLAT_TOO),
    "silu": Twin(none, same_module("SiLU"), FLAT_TOO),
    "mish": Twin(none, same_module("Mish"), FLAT_TOO),
    "sigmoid": Twin(none, same_module("Sigmoid"), FLAT_TOO),
    "hard_sigmoid": Twin(none, same_module("Hardsigmoid"), FLAT_TOO),
    "hard_swish": Twin(none, same_module("Hardswish"), FLAT_TOO),
    "tanh": Twin(none, same_module("Tanh"), FLAT_TOO),
    "hard_tanh": Twin(
        some(min=st.sampled_from([-2, 0.5]), max=st.sampled_from([1.5, 6])),
        same_module("Hardtanh", min="min_val", max="max_val"),
        FLAT_TOO,
    ),
    "softsign": Twin(none, same_module("Softsign"), FLAT_TOO),
    "abs": Twin(none, function(lambda *_: torch.abs), FLAT_TOO),
    "square": Twin(none, function(lambda *_: torch.square), FLAT_TOO),
    "softplus": Twin(none, same_module("Softplus"), FLAT_TOO),
    "softmax": Twin(OVER, function(over_axes(torch.softmax)), FLAT_TOO),
    "log_softmax": Twin(OVER, function(over_axes(torch.log_softmax)), FLAT_TOO),
    "glu": Twin(none, lambda *_: module("GLU", dim=1), FLAT_TOO),
    "layer_scale": Twin(
        some(init=st.just(0.5), per_channel=st.booleans(), shift=st.booleans()), of_paper("LayerScale"), FLAT_TOO
    ),
    "global_response_norm": Twin(none, of_paper("GlobalResponseNorm")),
    "evo_norm": Twin(lambda shape: optional({"groups": parts(shape)}), of_paper("EvoNormS0"), FLAT_TOO),
    "rescale": Twin(
        lambda _: st.sampled_from([{"scale": 0.5}, {"shift": 2}, {"scale": -3, "shift": 1}]),
        function(rescaled),
        FLAT_TOO,
    ),
    "dropout": Twin(some(p=st.floats(0, 1)), same_module("Dropout"), FLAT_TOO),
    "identity": Twin(none, same_module("Identity"), FLAT_TOO),
    "flatten": Twin(none, same_module("Flatten"), FLAT_TOO),
    "reshape": Twin(reshape_arguments, function(lambda layer, _: lambda x: x.reshape(len(x), *layer.shape)), FLAT_TOO),
    "pad": Twin(
        lambda shape: optional(
            {"padding": padding(shape, 5)}, mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"])
        ),
        function(pad),
    ),
    "crop": Twin(lambda shape: st.fixed_dictionaries({"cut": padding(shape, 3)}), function(crop)),
    "upsample": Twin(upsample_arguments, upsample),
    "pixel_shuffle": Twin(
        lambda _: optional({"factor": st.integers(1, 3)}),
        lambda layer, _: module("PixelShuffle", layer.factor),
        (2,),
    ),
    "pixel_unshuffle": Twin(
        lambda _: optional({"factor": st.integers(1, 3)}),
        lambda layer, _: module("PixelUnshuffle", layer.factor),
        (2,),
    ),
    "channel_shuffle": Twin(
        lambda shape: st.fixed_dictionaries({"groups": parts(shape)}),
        lambda layer, _: module("ChannelShuffle", layer.groups),
    ),
    "split": Twin(
        lambda shape: st.fixed_dictionaries(
            {
                "parts": parts(shape) | st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple),
                "take": st.integers(0, 3),
            }
        ),
        function(split),
        FLAT_TOO,
    ),
    "slice": Twin(
        slice_arguments,
        function(lambda layer, _: lambda x: x.narrow(1, layer.start, layer.stop - layer.start)),
        FLAT_TOO,
    ),
    "subsample": Twin(lambda shape: st.fixed_dictionaries({"stride": per_axis(shape, 1, 4)}), function(subsample)),
    "pad_channels": Twin(
        some(before=st.integers(0, 3), after=st.integers(0, 3)),
        function(lambda layer, shape: lambda x: functional.pad(x, [0, 0] * rank(shape) + [layer.before, layer.after])),
        FLAT_TOO,
    ),
    "lstm": Twin(with_state, recurrent("LSTM"), (1,)),
    "gru": Twin(with_state, recurrent("GRU"), (1,)),
    # stacking is PyTorch's operation that demands equal shapes: `+` would broadcast
    "add": Twin(none, function(every(lambda inputs: torch.stack(inputs).sum(0))), FLAT_TOO),
    "multiply": Twin(none, function(every(lambda inputs: torch.stack(inputs).prod(0))), FLAT_TOO),
    "concat": Twin(none, function(every(lambda inputs: torch.cat(inputs, 1))), FLAT_TOO),
    "subtract": Twin(none, function(every(lambda inputs: inputs[0] - torch.stack(inputs)[1:].sum(0))), FLAT_TOO),
    "average": Twin(none, function(every(lambda inputs: torch.stack(inputs).mean(0))), FLAT_TOO),
    "maximum": Twin(none, function(every(lambda inputs: torch.stack(inputs).amax(0))), FLAT_TOO),
}

WITHOUT_TWIN = {"drop_path", "roi_pool", "roi_align", "attention", "max_unpool", "opaque"}
"""PyTorch itself doesn't have these; those that take other tensors have tests of their own."""
JOINS = {"add", "multiply", "concat", "subtract", "average", "maximum"}
MANY_ARGUMENTS = {"conv", "conv_transpose", "max_pool", "avg_pool", "blur_pool", "pad", "upsample"}
"""Kinds whose refusals hide in combinations."""
STATISTICS = {"layer_norm", "rms_norm", "group_norm", "instance_norm", "global_response_norm", "evo_norm"}
"""Kinds whose statistics count as constants in a receptive field."""


MODULES = {
    "conv": "Conv{}d",
    "conv_transpose": "ConvTranspose{}d",
    "linear": "Linear",
    "max_pool": "MaxPool{}d",
    "avg_pool": "AvgPool{}d",
    "adaptive_avg_pool": "AdaptiveAvgPool{}d",
    "adaptive_max_pool": "AdaptiveMaxPool{}d",
    "batch_norm": "BatchNorm{}d",
    "layer_norm": "LayerNorm",
    "rms_norm": "RMSNorm",
    "group_norm": "GroupNorm",
    "instance_norm": "InstanceNorm{}d",
    "local_response_norm": "LocalResponseNorm",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "celu": "CELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
    "sigmoid": "Sigmoid",
    "hard_sigmoid": "Hardsigmoid",
    "hard_swish": "Hardswish",
    "tanh": "Tanh",
    "hard_tanh": "Hardtanh",
    "softsign": "Softsign",
    "softplus": "Softplus",
    "log_softmax": "LogSoftmax",
    "glu": "GLU",
    "softmax": "Softmax",
    "dropout": "Dropout",
    "identity": "Identity",
    "flatten": "Flatten",
    "upsample": "Upsample",
    "pixel_shuffle": "PixelShuffle",
    "pixel_unshuffle": "PixelUnshuffle",
    "channel_shuffle": "ChannelShuffle",
    "lstm": "LSTM",
    "gru": "GRU",
}
"""The modules that a kind replaces; `{}` is 1, 2 or 3."""

UNSPOKEN = {
    # inferred from the input, or always the channels
    "in_channels", "in_features", "num_features", "num_channels", "normalized_shape", "num_parameters", "dim",
    "start_dim", "end_dim", "args", "kwargs",
    # of running, not of the design
    "device", "dtype", "inplace", "return_indices", "recompute_scale_factor",
    # of values, without a trace in shapes and counts
    "padding_mode", "divisor_override", "approximate", "threshold", "init",
}  # fmt: skip
"""Parameters of PyTorch's modules that a spec doesn't state."""
UNSPOKEN_BY_KIND = {
    "softplus": {"beta"},
    "hard_tanh": {"min_value", "max_value"},
    "batch_norm": {"bias"},
    "layer_norm": {"bias"},
    "group_norm": {"bias"},
    "instance_norm": {"bias", "momentum", "track_running_stats"},
}
OWN_DEFAULTS = {("group_norm", "num_groups"), ("local_response_norm", "size"), ("upsample", "align_corners")}
"""Demanded by PyTorch; here the values of the papers are enough."""


def default(name: str, word: str) -> Any:
    """Our default for an argument of that name, ours or foreign; `empty` where it must be given."""
    meant = [argument for own, argument in BY_NAME[name].arguments.items() if word == own or word in argument.foreign]
    assert len(meant) == 1, f"{name} has no argument for {word}"
    return inspect.Parameter.empty if meant[0].required else meant[0].default


@pytest.mark.parametrize(("name", "called"), MODULES.items(), ids=MODULES)
def test_pytorchs_words_lead_to_ours_and_have_the_same_defaults(name: str, called: str) -> None:
    for module in {called.format(axes) for axes in (1, 2, 3)}:
        assert BY_FOREIGN_NAME[module].name == name
        unspoken = UNSPOKEN | UNSPOKEN_BY_KIND.get(name, set())
        for word, parameter in inspect.signature(getattr(nn, module)).parameters.items():
            if word not in unspoken and (name, word) not in OWN_DEFAULTS:
                assert default(name, word) == parameter.default


def on_ranks(*names: str, least: int = 0) -> pytest.MarkDecorator:
    """Parametrizes over kinds, all but the joins where none is named, and over the ranks that they work on."""
    names = names or tuple(name for name in TWINS if name not in JOINS)
    rows = [(name, axes) for name in TWINS if name in names for axes in TWINS[name].ranks if axes >= least]
    return pytest.mark.parametrize(("name", "axes"), rows, ids=[f"{name}-{axes}d" for name, axes in rows])


@st.composite
def shapes(draw: st.DrawFn, axes: int, least: int = 1, most: int = 7) -> Shape:
    channels = draw(st.sampled_from([1, 2, 3, 4, 6, 8, 12, 18]))
    return (channels, *(draw(st.integers(least, most if axes < 3 else 5)) for _ in range(axes)))


def drawn(data: st.DataObject, name: str, shape: Shape) -> Layer:
    return BY_NAME[name](**data.draw(TWINS[name].arguments(shape)))


def stated(layer: Layer, inputs: tuple[Tensor, ...]) -> Shape | None:
    """The shape of the output as we state it; None where we refuse."""
    try:
        return layer.output(inputs).shape
    except LayerProblem:
        return None


def built(layer: Layer, shape: Shape) -> Real | None:
    """The counterpart at inference; None where PyTorch refuses the arguments."""
    try:
        real = TWINS[layer.name].real(layer, shape)
    except ValueError:
        return None
    if real.owner is not None:
        real.owner.eval()
    return real


def answer(real: Real, *inputs: Any) -> Any:
    """The counterpart's output; None where PyTorch refuses, or nothing is left."""
    try:
        with torch.no_grad():
            output = real.call(*inputs)
    except (RuntimeError, ValueError, IndexError):
        return None
    return output if output.numel() else None


def test_every_kind_has_a_counterpart() -> None:
    assert {kind.name for kind in KINDS} == TWINS.keys() | WITHOUT_TWIN
    assert not TWINS.keys() & WITHOUT_TWIN


WITHOUT_TRACE = {"eps", "momentum", "alpha", "beta", "k"}
"""Arguments that leave shapes, weights and work as they are."""
WITH_OTHER_TENSORS = {("upsample", "like"), *((name, "broadcast") for name in JOINS - {"concat"})}
"""Arguments that have tests of their own, as they are about several tensors."""


@pytest.mark.parametrize("name", TWINS)
def test_every_argument_is_drawn(name: str) -> None:
    wanted = {
        argument
        for argument in BY_NAME[name].arguments
        if argument not in WITHOUT_TRACE and (name, argument) not in WITH_OTHER_TENSORS
    }
    seen: set[str] = set()

    @settings(max_examples=100, derandomize=True, database=None)
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        seen.update(data.draw(TWINS[name].arguments((4, *[6] * TWINS[name].ranks[-1]))))

    draw()
    assert wanted <= seen


def owned(real: Real) -> tuple[dict[str, Shape], dict[str, Shape]]:
    """The shapes of learned values and of buffers by name."""
    owner = real.owner or nn.Identity()
    learned, kept = owner.named_parameters(), owner.named_buffers()
    return {name: tuple(value.shape) for name, value in learned}, {name: tuple(value.shape) for name, value in kept}


def compare(name: str, axes: int, data: st.DataObject) -> None:
    """Draws a layer and an input; holds output, weights and refusal against PyTorch's."""
    # the only one of PyTorch's pools that refuses a window larger than its unpadded input
    shape = data.draw(shapes(axes, least=4 if (name, axes) == ("avg_pool", 3) else 1))
    layer, inputs = drawn(data, name, shape), (Tensor(shape, BATCH),)
    real = built(layer, shape)
    # Alone, a sample whose groups have one value is refused; in a larger batch it passes, and all its values become 0.
    batch = 1 if name == "group_norm" else BATCH
    output = None if real is None else answer(real, torch.ones(batch, *shape))
    assert stated(layer, inputs) == (None if output is None else tuple(output.shape[1:]))
    if real is not None and output is not None:
        weights = layer.weights(inputs)
        learned = {weight.name: weight.shape for weight in weights if not weight.buffer}
        kept = {weight.name: weight.shape for weight in weights if weight.buffer}
        assert (learned, kept) == owned(real)


@on_ranks(*MANY_ARGUMENTS)
@given(data=st.data())
@many
def test_outputs_weights_and_refusals_of_many_arguments(name: str, axes: int, data: st.DataObject) -> None:
    compare(name, axes, data)


@on_ranks(*(name for name in TWINS if name not in MANY_ARGUMENTS | JOINS))
@given(data=st.data())
@few
def test_outputs_weights_and_refusals(name: str, axes: int, data: st.DataObject) -> None:
    compare(name, axes, data)


@on_ranks(*sorted(JOINS))
@given(data=st.data())
@few
def test_outputs_and_refusals_of_joins(name: str, axes: int, data: st.DataObject) -> None:
    shape = data.draw(shapes(axes, most=2))
    other = data.draw(
        st.just(shape) | shapes(axes, most=2) | st.integers(1, 3).map(lambda channels: (channels, *shape[1:]))
    )
    # a gate broadcasts, unlike anything else
    assume(name != "multiply" or shape == other or (1,) * axes not in {shape[1:], other[1:]})
    inputs = (shape, other, shape)
    layer = BY_NAME[name]()
    real_output = answer(built(layer, shape), *(torch.ones(BATCH, *operand) for operand in inputs))
    assert stated(layer, tuple(Tensor(operand, BATCH) for operand in inputs)) == (
        None if real_output is None else tuple(real_output.shape[1:])
    )


@on_ranks(*sorted(JOINS - {"concat"}))
@given(data=st.data())
@few
def test_what_a_word_broadcasts_is_broadcast_by_pytorch(name: str, axes: int, data: st.DataObject) -> None:
    """PyTorch broadcasts without a word: what we take with one has the shape of the plain operation."""
    full = data.draw(shapes(axes, most=3))
    word = data.draw(st.sampled_from(["channels", "space"]))
    small = (1, *full[1:]) if word == "channels" else (full[0], *[1] * axes)
    tensors = data.draw(st.permutations([full, small, full]))
    output = stated(BY_NAME[name](broadcast=word), tuple(map(Tensor, tensors)))
    # a gate needs no word, and a tensor that has the full shape already none either
    assert (output is None) == (small == full or (name, word) == ("multiply", "space"))
    plain = {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "maximum": torch.maximum}
    first, *others = (torch.rand(1, *shape) for shape in tensors)
    for other in others:
        first = plain.get(name, torch.add)(first, other)
    assert output in (None, tuple(first.shape[1:]))


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data())
@few
def test_an_upsampling_to_another_tensor_gives_its_size(axes: int, data: st.DataObject) -> None:
    shape, other = data.draw(shapes(axes)), data.draw(shapes(axes))
    layer = BY_NAME["upsample"](like=Tensor(other))
    resized = functional.interpolate(torch.ones(1, *shape), size=other[1:])
    assert stated(layer, (Tensor(shape), Tensor(other))) == tuple(resized.shape[1:])


@on_ranks("conv", "conv_transpose", "linear", "lstm", "gru")
@given(data=st.data())
@few
def test_macs_are_half_of_the_flops_that_pytorch_counts(name: str, axes: int, data: st.DataObject) -> None:
    shape = data.draw(shapes(axes))
    layer = drawn(data, name, shape)
    inputs = (Tensor(shape, BATCH),)
    assume(stated(layer, inputs) is not None)
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        built(layer, shape).call(torch.empty(BATCH, *shape))
    assert 2 * Application(layer, inputs, layer.output(inputs)).macs == counter.get_total_flops()


@given(data=st.data())
@few
def test_attention_is_pytorchs(data: st.DataObject) -> None:
    heads, width, depth = (data.draw(st.integers(1, 3)) for _ in range(3))
    queries, keys = (data.draw(shapes(data.draw(st.integers(1, 3)), most=3))[1:] for _ in range(2))
    layer = BY_NAME["attention"](query=None, key=None, value=None, heads=heads)
    tensors = [(heads * width, *queries), (heads * width, *keys), (heads * depth, *keys)]
    inputs = tuple(Tensor(shape, BATCH) for shape in tensors)
    application = Application(layer, inputs, layer.output(inputs))
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        query, key, value = (torch.empty(BATCH, heads, sizes[0] // heads, prod(sizes[1:])).mT for sizes in tensors)
        actual = (query @ key.mT).softmax(-1) @ value
    assert actual.mT.reshape(BATCH, -1, *queries).shape[1:] == application.output.shape
    assert 2 * application.macs == counter.get_total_flops()
    assert layer.footprint(inputs, application.output) is Coverage.WHOLE


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data())
@many
def test_unpooling_undoes_the_pool_as_pytorch_does(axes: int, data: st.DataObject) -> None:
    shape = data.draw(shapes(axes, least=3))
    window = data.draw(
        optional({"kernel": per_axis(shape, 1, 4)}, stride=per_axis(shape, 1, 4), padding=per_axis(shape, 0, 2))
    )
    sizes = {name: value if isinstance(value, tuple) else (value,) * axes for name, value in window.items()}
    over = sizes["kernel"], sizes.get("stride"), sizes.get("padding", 0)
    pool = getattr(functional, f"max_pool{axes}d")
    try:
        pooled, places = pool(torch.rand(BATCH, *shape), *over, return_indices=True)
    except (RuntimeError, ValueError):
        assume(False)
        raise
    inputs = (Tensor(tuple(pooled.shape[1:]), BATCH),) * 2
    unpool = getattr(functional, f"max_unpool{axes}d")
    for size in (shape[1:], data.draw(st.tuples(*[st.integers(1, 20)] * axes)), None):
        layer = BY_NAME["max_unpool"](**window, size=size, pool=inputs[1])
        # Its places are checked as the values are, so that they must lie in the output: only sizes are compared.
        try:
            actual = unpool(pooled, torch.zeros_like(places), *over, output_size=size)
        except (RuntimeError, ValueError):
            actual = None
        expected = None if actual is None or not actual.numel() else tuple(actual.shape[1:])
        if size == shape[1:] and (seen := stated(layer, inputs)) is not None:
            assert seen == shape == tuple(unpool(pooled, places, *over, output_size=size).shape[1:])
        assert stated(layer, inputs) == expected


@given(data=st.data())
@few
def test_a_blur_pool_works_as_its_depthwise_convolution(data: st.DataObject) -> None:
    shape = data.draw(shapes(2, least=4))
    layer = drawn(data, "blur_pool", shape)
    inputs = (Tensor(shape, BATCH),)
    assume(stated(layer, inputs) is not None)
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        built(layer, shape).call(torch.empty(BATCH, *shape))
    assert 2 * Application(layer, inputs, layer.output(inputs)).macs == counter.get_total_flops()


def lit(shape: Shape, axis: int) -> Any:
    """As many inputs as the axis has cells, each with one of them lit, brighter from channel to channel."""
    channels, *sizes = shape
    line = torch.eye(sizes[axis], dtype=torch.float64)
    beside = [sizes[axis] if other == axis else 1 for other in range(len(sizes))]
    brightness = 1 + torch.arange(channels, dtype=torch.float64) / channels
    cells = line.reshape(-1, 1, *beside) * brightness.reshape(1, -1, *[1] * len(sizes))
    return cells.expand(-1, -1, *sizes).contiguous()


def answering(real: Real, shape: Shape, axis: int) -> list[set[int]]:
    """The input cells that each output cell of an axis answers to."""
    if real.owner is not None:
        real.owner.double()
        for weight in real.owner.parameters():
            nn.init.constant_(weight, 0.5)
    cells = lit(shape, axis)
    with torch.no_grad():
        change = (real.call(cells) - real.call(torch.zeros_like(cells[:1]))).abs() > 1e-9
    others = [dimension for dimension in range(1, change.dim()) if dimension != axis + 2]
    touched = change.any(dim=others) if others else change
    return [set(column.nonzero().flatten().tolist()) for column in touched.T]


def claim(relation: Window | Phases, cell: int, size: int) -> set[int]:
    """The input cells that an output cell sees by the footprint."""
    if isinstance(relation, Window):
        start = cell * relation.stride - relation.before
        taps = range(start, start + relation.extent, relation.dilation)
    else:
        rounds, phase = divmod(cell, relation.period)
        shift = rounds * relation.advance
        taps = range(shift + relation.first[phase], shift + relation.last[phase] + 1, relation.step)
    return {tap for tap in taps if 0 <= tap < size}


def claims(layer: Layer, shape: Shape) -> list[list[set[int]]]:
    """What the footprint says of each output cell, per axis."""
    inputs = (Tensor(shape),)
    output = layer.output(inputs)
    sizes = list(zip(shape[1:], output.shape[1:], strict=True))
    footprint = layer.footprint(inputs, output)
    if footprint is Coverage.POINT:
        footprint = tuple(Window() for _ in sizes)
    elif footprint is Coverage.WHOLE:
        footprint = tuple(Phases(0, (0,), (size - 1,)) for size, _ in sizes)
    return [
        [claim(relation, cell, size) for cell in range(leaving)]
        for relation, (size, leaving) in zip(footprint, sizes, strict=True)
    ]


def traceable(name: str) -> bool:
    # all channels of one are equal to softmax; the cells of flattened axes lie elsewhere
    return name not in STATISTICS | JOINS | {"flatten", "reshape", "softmax", "log_softmax", "linear"}


def regular(layer: Any) -> bool:
    """Whether the layer reads cells by position alone, and by a factor that is certain."""
    if layer.name in ("pad", "blur_pool"):
        return layer.mode == "zeros"
    if layer.name == "batch_norm":
        return layer.track
    if layer.name == "conv":
        # all weights are equal here, and so become 0 when they are standardized
        return not layer.gain
    if layer.name != "upsample" or layer.scale is None:
        return True
    # a factor is one that can be written down, 1.1 and not the nearest float to a third
    scales = layer.scale if isinstance(layer.scale, tuple) else (layer.scale,)
    return all(Fraction(str(scale)).denominator <= 100 for scale in scales)


def goes_by_its_factor(layer: Any, shape: Shape) -> bool:
    """Whether PyTorch's kernels for one and three axes go by a factor where the one for two copies or doubles."""
    if layer.name != "upsample" or layer.mode != "nearest" or layer.scale is None or rank(shape) == 2:
        return False
    sizes = layer.output((Tensor(shape),)).shape[1:]
    return any(after in (before, 2 * before) for before, after in zip(shape[1:], sizes, strict=True))


@on_ranks(*filter(traceable, TWINS), least=1)
@given(data=st.data())
@few
def test_footprints_are_the_cells_that_answer(name: str, axes: int, data: st.DataObject) -> None:
    shape = data.draw(shapes(axes, most=9))
    layer = drawn(data, name, shape)
    real = built(layer, shape)
    assume(regular(layer) and stated(layer, (Tensor(shape),)) is not None and real is not None)
    assume(not goes_by_its_factor(layer, shape))
    assume(answer(real, torch.ones(BATCH, *shape)) is not None)
    answers = [answering(real, shape, axis) for axis in range(axes)]
    # where every tap on one axis falls into padding or a gap, nothing answers on the others either
    assume(any(answered for axis in answers for answered in axis))
    assert claims(layer, shape) == answers


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("batch_norm", {"track": False}),
        ("layer_norm", {"axes": "channels"}),
        ("layer_norm", {"axes": "all"}),
        ("rms_norm", {}),
        ("group_norm", {"groups": 2}),
        ("instance_norm", {}),
        ("local_response_norm", {}),
    ],
)
def test_a_kind_that_centers_loses_a_constant_of_each_channel(name: str, arguments: dict[str, Any]) -> None:
    shape = (6, 4, 5)
    layer = BY_NAME[name](**arguments)
    real = built(layer, shape)
    cells = torch.rand(BATCH, *shape, generator=torch.Generator().manual_seed(1))
    constants = torch.arange(6.0).reshape(1, 6, 1, 1)
    assert torch.allclose(answer(real, cells), answer(real, cells + constants), atol=1e-4) == layer.centers


@on_ranks()
@given(data=st.data())
@fewest
def test_views_share_their_inputs_storage(name: str, axes: int, data: st.DataObject) -> None:
    shape = data.draw(shapes(axes, least=2))
    layer = drawn(data, name, shape)
    real = built(layer, shape)
    assume(stated(layer, (Tensor(shape),)) is not None and real is not None)
    given_input = torch.rand(BATCH, *shape)
    output = answer(real, given_input)
    assume(output is not None)
    shared = output.untyped_storage().data_ptr() == given_input.untyped_storage().data_ptr()
    assert shared == layer.view
