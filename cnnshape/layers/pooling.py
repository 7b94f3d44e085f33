"""Pooling: one value out of a window of each channel, or out of the channels of a position."""

from typing import Any

from cnnshape.arithmetic import Factor, gcd, maximum
from cnnshape.layers.argument import (
    FLAG,
    PADDING,
    POSITIVE_PER_AXIS,
    Padding,
    PerAxis,
    arg,
)
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import CHANNELS, INPUT_VALUES, OUTPUT_VALUES, Given
from cnnshape.layers.family import Pooling
from cnnshape.layers.kept import LARGEST, NOTHING
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor
from cnnshape.layers.window import Coverage, Footprint, Window, adaptive, grid, per_axis, slide, windows

KERNEL_WORDS = ("kernel_size", "k", "ks", "ksize", "kernel_shape", "pool_size", "size", "window", "window_shape")
STRIDE_WORDS = ("strides", "s", "step", "subsample")
PADDING_WORDS = ("pad", "pads", "p", "paddings", "border_mode", "auto_pad")
_CEIL = ("ceil_mode",)


def _window_size(given: Given) -> Shape:
    return per_axis(given.layer.kernel, len(given.inputs[0].shape) - 1, "kernel")


WINDOW_SIZE = Factor("window size", _window_size)


class SlidingPool(Pooling):
    """A pooling window that slides; the stride is the kernel if none is given."""

    kernel: PerAxis = arg(POSITIVE_PER_AXIS, "size of the window", main=True, foreign=KERNEL_WORDS)
    stride: PerAxis | None = arg(
        POSITIVE_PER_AXIS, "step between two windows; the kernel by default", default=None, foreign=STRIDE_WORDS
    )
    padding: Padding = arg(PADDING, "cells around the input, or a word", default=0, foreign=PADDING_WORDS)
    ceil: bool = arg(FLAG, "rounds the output size up, as long as a window starts inside", default=False, foreign=_CEIL)

    def over(self, sizes: Shape) -> tuple[Window, ...]:
        """The window of each axis."""
        stride = self.kernel if self.stride is None else self.stride
        return windows(sizes, self.kernel, stride, self.padding, self.spacing, self.ceil)

    @property
    def spacing(self) -> PerAxis:
        """The dilation of the window."""
        return 1

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        over = self.over(sizes)
        for window in over:
            padding = maximum(window.before, window.after)
            if not isinstance(self.padding, str) and padding * 2 > window.kernel:
                message = f"padding {padding} is more than half of the window {window.kernel}"
                help = "PyTorch refuses it: a window could lie in the padding alone; pad less, or use `pad` before it"
                raise LayerProblem(message, name="bad-argument", argument="padding", help=help)
        return Tensor((inputs[0].shape[0], *slide(sizes, over)), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return self.over(inputs[0].shape[1:])


@layer
class MaxPool(SlidingPool):
    """The largest value of each window."""

    name = "max_pool"
    keeps = LARGEST
    foreign = (
        "MaxPool1d",
        "MaxPool2d",
        "MaxPool3d",
        "MaxPooling2D",
        "maxpool",
        "max_pool2d",
        "SpatialMaxPooling",
        "pool",
        "Pooling",
    )
    flops_formula = (WINDOW_SIZE - 1) * OUTPUT_VALUES
    dilation: PerAxis = arg(
        POSITIVE_PER_AXIS, "step between two taps of a window", default=1, foreign=("d", "dilations", "dilation_rate")
    )

    @property
    def spacing(self) -> PerAxis:
        return self.dilation


@layer
class AvgPool(SlidingPool):
    """The mean of each window."""

    name = "avg_pool"
    foreign = (
        "AvgPool1d",
        "AvgPool2d",
        "AvgPool3d",
        "AveragePooling2D",
        "avgpool",
        "average_pool",
        "avg_pool2d",
        "mean_pool",
        "avg_pooling",
        "SpatialAveragePooling",
    )
    flops_formula = WINDOW_SIZE * OUTPUT_VALUES
    count_include_pad: bool = arg(
        FLAG, "counts the padding in the divisor of the mean", default=True, foreign=("count_include_padding",)
    )


class AdaptivePool(Pooling):
    """Pooling to a stated output size; the windows follow from it and may differ by one cell."""

    enlarges = True
    size: PerAxis = arg(
        POSITIVE_PER_AXIS, "size of the output", main=True, foreign=("output_size", "output", "out", "output_shape")
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        return Tensor((inputs[0].shape[0], *per_axis(self.size, len(sizes), "size")), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        if all(size == 1 for size in output.shape[1:]):
            return Coverage.WHOLE
        return tuple(map(adaptive, inputs[0].shape[1:], output.shape[1:]))


def _cells_read(application: Any) -> Shape:
    """Cells that the windows of each axis read: neighbours share a cell wherever their border lies inside of it."""
    sizes = zip(application.inputs[0].shape[1:], application.output.shape[1:], strict=True)
    return tuple(size + output - gcd(size, output) for size, output in sizes)


CELLS_READ = Factor("cells that the windows read", _cells_read)


@layer
class AdaptiveAvgPool(AdaptivePool):
    """The means of as many windows as the output has cells."""

    name = "adaptive_avg_pool"
    foreign = ("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "adaptive_avgpool", "AdaptiveAveragePool")
    flops_formula = CHANNELS * CELLS_READ


@layer
class AdaptiveMaxPool(AdaptivePool):
    """The largest values of as many windows as the output has cells."""

    name = "adaptive_max_pool"
    keeps = LARGEST
    foreign = ("AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d", "adaptive_maxpool")
    flops_formula = CHANNELS * CELLS_READ - OUTPUT_VALUES


class GlobalPool(Pooling):
    """Pooling of each channel to a single cell; the spatial axes stay, with size 1."""

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        return Tensor((inputs[0].shape[0], *(1 for _ in sizes)), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.WHOLE


@layer
class GlobalAvgPool(GlobalPool):
    """The mean of each channel."""

    name = "global_avg_pool"
    keeps = NOTHING
    foreign = (
        "GlobalAveragePooling2D",
        "GlobalAvgPool2d",
        "GlobalAveragePool",
        "gap",
        "GAP",
        "global_average_pool",
        "global_pool",
        "avgpool_global",
        "global_mean_pool",
        "ReduceMean",
        "mean",
    )
    flops_formula = INPUT_VALUES


@layer
class GlobalMaxPool(GlobalPool):
    """The largest value of each channel."""

    name = "global_max_pool"
    keeps = LARGEST
    foreign = ("GlobalMaxPooling2D", "GlobalMaxPool2d", "GlobalMaxPool", "gmp")
    flops_formula = INPUT_VALUES - OUTPUT_VALUES
