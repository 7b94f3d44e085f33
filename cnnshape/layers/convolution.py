"""Convolutions and the fully connected layer: the kinds with matrix products."""

from math import prod
from typing import ClassVar

from cnnshape.layers.argument import (
    EXPLICIT_PADDING,
    FLAG,
    NATURAL_PER_AXIS,
    PADDING,
    POSITIVE,
    POSITIVE_PER_AXIS,
    Padding,
    PerAxis,
    arg,
)
from cnnshape.layers.contract import Layer, LayerProblem, Tensor, Weight, layer
from cnnshape.layers.family import (
    AXES,
    counted,
    divisor_help,
    grid,
    indivisible,
    pairs,
    per_axis,
    show,
    slide,
    windows,
)
from cnnshape.layers.window import Footprint, Sight, transposed

_OUT = (
    "filters", "out_channels", "channels", "num_output", "num_outputs", "features", "depth", "ch", "nb_filter", "num_filter",
    "num_filters", "n_filters", "out_planes", "planes", "out_ch", "c_out", "c2", "n_out", "channels_out", "output_channels",
    "out_dim", "output_dim", "kernels", "num_kernels", "maps",
)  # fmt: skip
_KERNEL = (
    "kernel_size", "k", "ks", "ksize", "filter_size", "filter_shape", "size", "kernel_shape", "kernel_sizes", "window",
    "window_shape",
)  # fmt: skip
_STRIDE = ("strides", "s", "step", "subsample", "stride_size")
_PADDING = ("pad", "pads", "p", "paddings", "padding_size", "border_mode", "auto_pad")
_OUTPUT_PADDING = ("output_pad", "out_padding", "out_pad", "adj")
_DILATION = ("dilation_rate", "dilations", "dilate", "d", "rate", "atrous_rate")
_GROUPS = ("group", "g", "num_group", "num_groups", "n_groups", "cardinality", "feature_group_count")
_BIAS = ("use_bias", "bias_term", "with_bias", "has_bias", "add_bias", "bias_attr")


_UNITS = (
    "out_features", "units", "nodes", "neurons", "hidden", "num_hidden", "n_units", "size", "width", "classes", "num_classes",
    "output_size",
)  # fmt: skip


def _check_groups(channels: int, out: int, groups: int) -> None:
    """Raises LayerProblem where the groups don't divide the channels of both the input and the output."""
    for number, what in ((channels, "input channel"), (out, "output channel")):
        if number % groups:
            help = _groups_help(channels, out, groups)
            raise indivisible(counted(number, what), f"{groups} groups", "groups", help)


def _groups_help(channels: int, out: int, groups: int) -> str:
    if groups != channels:
        return divisor_help(groups, channels, out)
    return f"with a group per channel `out` is a multiple of {channels}, such as {max(round(out / channels), 1) * channels}"


@layer
class Conv(Layer):
    """Slides `out` learned kernels over the input.

    Output size per axis: floor((W - K_eff + P_before + P_after) / S) + 1, K_eff = dilation * (K - 1) + 1.
    Weights: out x C / groups x kernel, and out biases. MACs: the weights without bias, once per output position.
    """

    name = "conv"
    foreign = (
        "Conv1d",
        "Conv2d",
        "Conv3d",
        "conv1d",
        "conv2d",
        "conv3d",
        "convolution",
        "Convolution",
        "SpatialConvolution",
        "Convolution2D",
        "ConvLayer",
        "convolutional",
        "cnn",
    )
    followers = ("norm", "act")
    operations = "2 x MACs, and 1 per output value for the bias"
    out: int = arg(POSITIVE, "number of kernels: the channels of the output", main=True, foreign=_OUT)
    kernel: PerAxis = arg(POSITIVE_PER_AXIS, "size of the window", foreign=_KERNEL)
    stride: PerAxis = arg(POSITIVE_PER_AXIS, "step between two windows", default=1, foreign=_STRIDE)
    padding: Padding = arg(PADDING, "zeros around the input, or `same`", default=0, foreign=_PADDING)
    dilation: PerAxis = arg(POSITIVE_PER_AXIS, "step between two taps of a window", default=1, foreign=_DILATION)
    groups: int = arg(POSITIVE, "parts that see only their share of the channels", default=1, foreign=_GROUPS)
    bias: bool = arg(FLAG, "adds one learned value per output channel", default=True, foreign=_BIAS)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        _check_groups(inputs[0].shape[0], self.out, self.groups)
        over = windows(sizes, self.kernel, self.stride, self.padding, self.dilation)
        return Tensor((self.out, *slide(sizes, over)), inputs[0].boxes)

    def weights(self, inputs: tuple[Tensor, ...]) -> tuple[Weight, ...]:
        channels, *sizes = inputs[0].shape
        weight = Weight("weight", (self.out, channels // self.groups, *per_axis(self.kernel, len(sizes), "kernel")))
        return (weight, Weight("bias", (self.out,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[Tensor, ...], output: Tensor) -> int:
        return self.weights(inputs)[0].elements * prod(output.shape[1:]) * output.boxes

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return 2 * self.macs(inputs, output) + (output.elements if self.bias else 0)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return windows(inputs[0].shape[1:], self.kernel, self.stride, self.padding, self.dilation)


@layer
class ConvTranspose(Layer):
    """Writes `out` learned kernels over a larger output, one per input cell: the transpose of `conv`.

    Output size per axis: (W - 1) * S + K_eff - P_before - P_after + output_padding.
    Weights: C x out / groups x kernel, and out biases. MACs: the weights without bias, once per input position.
    """

    enlarges = True
    name = "conv_transpose"
    foreign = (
        "ConvTranspose1d",
        "ConvTranspose2d",
        "ConvTranspose3d",
        "Conv2DTranspose",
        "deconv",
        "Deconvolution",
        "transposed_conv",
        "upconv",
        "up_conv",
    )
    followers = ("norm", "act")
    operations = "2 x MACs, and 1 per output value for the bias"
    out: int = arg(POSITIVE, "number of kernels: the channels of the output", main=True, foreign=_OUT)
    kernel: PerAxis = arg(POSITIVE_PER_AXIS, "size of the window", foreign=_KERNEL)
    stride: PerAxis = arg(POSITIVE_PER_AXIS, "step between two windows in the output", default=1, foreign=_STRIDE)
    padding: Padding = arg(EXPLICIT_PADDING, "cells cut off around the output", default=0, foreign=_PADDING)
    output_padding: PerAxis = arg(
        NATURAL_PER_AXIS,
        "cells added after the output, below the stride or dilation",
        default=0,
        foreign=_OUTPUT_PADDING,
    )
    dilation: PerAxis = arg(POSITIVE_PER_AXIS, "step between two taps of a window", default=1, foreign=_DILATION)
    groups: int = arg(POSITIVE, "parts that see only their share of the channels", default=1, foreign=_GROUPS)
    bias: bool = arg(FLAG, "adds one learned value per output channel", default=True, foreign=_BIAS)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        _check_groups(inputs[0].shape[0], self.out, self.groups)
        found = tuple(self._size(axis, size, len(sizes)) for axis, size in enumerate(sizes))
        return Tensor((self.out, *found), inputs[0].boxes)

    def _size(self, axis: int, size: int, rank: int) -> int:
        kernel, stride, dilation = (
            per_axis(value, rank, name)[axis]
            for value, name in ((self.kernel, "kernel"), (self.stride, "stride"), (self.dilation, "dilation"))
        )
        before, after = pairs(self.padding, rank, "padding")[axis]
        extra = per_axis(self.output_padding, rank, "output_padding")[axis]
        if extra >= max(stride, dilation):
            message = f"`output_padding` {extra} must be smaller than the stride {stride} or the dilation {dilation}"
            raise LayerProblem(message, name="bad-argument", argument="output_padding")
        found = (size - 1) * stride + dilation * (kernel - 1) + 1 - before - after + extra
        if found < 1:
            message = f"padding {before} and {after} leaves nothing of {AXES[rank][axis]} {found + before + after}"
            raise LayerProblem(message, name="window-too-large", argument="padding", help="pad less")
        return found

    def weights(self, inputs: tuple[Tensor, ...]) -> tuple[Weight, ...]:
        channels, *sizes = inputs[0].shape
        weight = Weight("weight", (channels, self.out // self.groups, *per_axis(self.kernel, len(sizes), "kernel")))
        return (weight, Weight("bias", (self.out,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[Tensor, ...], output: Tensor) -> int:
        return self.weights(inputs)[0].elements * prod(inputs[0].shape[1:]) * output.boxes

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return 2 * self.macs(inputs, output) + (output.elements if self.bias else 0)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        rank = len(inputs[0].shape) - 1
        kernels, strides = per_axis(self.kernel, rank, "kernel"), per_axis(self.stride, rank, "stride")
        dilations = per_axis(self.dilation, rank, "dilation")
        before = [pair[0] for pair in pairs(self.padding, rank, "padding")]
        return tuple(map(transposed, kernels, strides, dilations, before))


@layer
class Linear(Layer):
    """Multiplies a flat input by a learned matrix: the fully connected layer.

    Weights: out x C, and out biases. MACs: out x C.
    """

    reshapes = True
    name = "linear"
    foreign = (
        "Linear",
        "fc",
        "FC",
        "dense",
        "Dense",
        "fully_connected",
        "InnerProduct",
        "inner_product",
        "Gemm",
        "connected",
        "Affine",
        "classifier",
    )
    followers: ClassVar[tuple[str, ...]] = ("norm", "act")
    operations = "2 x MACs, and 1 per output value for the bias"
    out: int = arg(POSITIVE, "values of the output", main=True, foreign=(*_OUT, *_UNITS))
    bias: bool = arg(FLAG, "adds one learned value per output", default=True, foreign=_BIAS)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if len(inputs[0].shape) != 1:
            message = f"linear works on a flat input, but this one is {show(inputs[0].shape)}"
            help = "put `- flatten` before it (or `- global_avg_pool` and `- flatten`)"
            raise LayerProblem(message, name="wrong-rank", help=help)
        return Tensor((self.out,), inputs[0].boxes)

    def weights(self, inputs: tuple[Tensor, ...]) -> tuple[Weight, ...]:
        weight = Weight("weight", (self.out, inputs[0].shape[0]))
        return (weight, Weight("bias", (self.out,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[Tensor, ...], output: Tensor) -> int:
        return self.out * inputs[0].elements

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return 2 * self.macs(inputs, output) + (output.elements if self.bias else 0)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Sight.WHOLE
