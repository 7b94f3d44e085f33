"""Pooling of channels, and pooling by a filter."""

from cnnshape.arithmetic import Constant, Product
from cnnshape.layers.argument import EXPLICIT_PADDING, POSITIVE_PER_AXIS, Padding, PerAxis, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.cropping import FILLS, check_fill
from cnnshape.layers.factors import CHANNELS, INPUT_VALUES, OUTPUT_VALUES, Parameter
from cnnshape.layers.family import FixedProduct, Pooling
from cnnshape.layers.kept import NOTHING, Kept
from cnnshape.layers.pooling import KERNEL_WORDS, PADDING_WORDS, STRIDE_WORDS, WINDOW_SIZE
from cnnshape.layers.tensor import Shape, Tensor
from cnnshape.layers.window import Coverage, Footprint, Window, grid, per_axis, slide, windows


class ChannelPool(Pooling):
    """Pooling of the channels of each position to a single one."""

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        return Tensor((1, *inputs[0].shape[1:]), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.POINT


@layer
class ChannelAvgPool(ChannelPool):
    """The mean over the channels, at each position. Source: Woo et al. (2018), CBAM."""

    name = "channel_avg_pool"
    keeps = NOTHING
    foreign = ("ChannelAvgPool", "ChannelAveragePooling", "channel_mean")
    flops_formula = INPUT_VALUES


@layer
class ChannelMaxPool(ChannelPool):
    """The largest value of the channels, at each position. Source: Woo et al. (2018), CBAM."""

    name = "channel_max_pool"
    keeps = Kept(inputs=True, output=True)
    foreign = ("ChannelMaxPool", "ChannelMaxPooling", "channel_max")
    flops_formula = INPUT_VALUES - OUTPUT_VALUES


@layer
class BlurPool(FixedProduct):
    """A binomial filter on each channel, `[1, 2, 1] / 4` for a kernel of 3, and every `stride`-th of its cells.

    The filter is a buffer, and its work that of a depthwise convolution. By default `(kernel - 1) / 2` cells are added
    around, an odd one after: output ceil(W / stride). timm adds `(stride + kernel - 2) / 2` on both sides, which differs
    for even kernels and for strides above 2. Source: Zhang (2019), antialiased-cnns.
    """

    name = "blur_pool"
    keeps = Kept(inputs=True, copies=1)
    foreign = ("BlurPool", "BlurPool2d", "BlurConv2d", "AntiAliasPool")
    parameters = (Parameter("filt", Product(CHANNELS, Constant(1), WINDOW_SIZE), buffer=True),)
    macs_formula = WINDOW_SIZE * OUTPUT_VALUES
    kernel: PerAxis = arg(
        POSITIVE_PER_AXIS, "size of the filter", main=True, foreign=(*KERNEL_WORDS, "filt_size", "filter_size")
    )
    stride: PerAxis = arg(POSITIVE_PER_AXIS, "step between two windows", default=2, foreign=STRIDE_WORDS)
    padding: Padding | None = arg(
        EXPLICIT_PADDING, "cells around the input; half of the kernel by default", default=None, foreign=PADDING_WORDS
    )
    mode: str = arg(FILLS, "what the cells around hold", default="reflect", foreign=("pad_mode", "pad_type"))

    def _over(self, sizes: Shape) -> tuple[Window, ...]:
        """The window of each axis."""
        padding = self.padding
        if padding is None:
            kernels = per_axis(self.kernel, len(sizes), "kernel")
            padding = tuple(((kernel - 1) // 2, kernel // 2) for kernel in kernels)
        return windows(sizes, self.kernel, self.stride, padding)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        over = self._over(sizes)
        check_fill(self.mode, sizes, tuple((window.before, window.after) for window in over))
        return Tensor((inputs[0].shape[0], *slide(sizes, over)), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return self._over(inputs[0].shape[1:])
