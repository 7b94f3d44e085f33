"""Convolutions and the fully connected layer: the kinds with matrix products."""

from cnnshape.arithmetic import Factor, example, maximum, surely_equal
from cnnshape.layers.argument import (
    CUT,
    FLAG,
    NATURAL_PER_AXIS,
    PADDING,
    POSITIVE,
    POSITIVE_PER_AXIS,
    Padding,
    PerAxis,
    arg,
)
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import INPUT_POSITIONS, OUTPUT_POSITIONS, Given, Parameter, option
from cnnshape.layers.family import MatrixProduct, matrix
from cnnshape.layers.kept import Kept
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor, counted, divisor_help, format_shape, indivisible
from cnnshape.layers.window import AXES, Coverage, Footprint, Window, grid, per_axis, slide, transposed, windows

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
    """Raises LayerProblem if the groups don't divide the channels of both the input and the output."""
    if surely_equal(groups, 1):
        return
    for number, noun in ((channels, "input channel"), (out, "output channel")):
        if number % groups:
            help = _groups_help(channels, out, groups)
            raise indivisible(counted(number, noun), f"{groups} groups", "groups", help)


def _groups_help(channels: int, out: int, groups: int) -> str:
    if groups != channels:
        return divisor_help(groups, channels, out)
    return f"with a group per channel `out` is a multiple of {channels}, such as {_nearest_multiple(out, channels)}"


def _nearest_multiple(number: int, of: int) -> int:
    return max(round(example(number) / example(of)), 1) * example(of)


def _kernel_size(given: Given) -> Shape:
    return per_axis(given.layer.kernel, len(given.inputs[0].shape) - 1, "kernel")


KERNELS = Factor("kernels", lambda given: (given.layer.out,))
KERNEL_SIZE = Factor("kernel size", _kernel_size)


class Convolution(MatrixProduct):
    """Applies learned kernels at positions of spatial axes."""

    out: int = arg(POSITIVE, "number of kernels: the channels of the output", main=True, foreign=_OUT)
    kernel: PerAxis = arg(POSITIVE_PER_AXIS, "size of the window", foreign=_KERNEL)
    stride: PerAxis = arg(POSITIVE_PER_AXIS, "step between two windows", default=1, foreign=_STRIDE)
    padding: Padding = arg(PADDING, "zeros around the input, or a word", default=0, foreign=_PADDING)
    dilation: PerAxis = arg(POSITIVE_PER_AXIS, "step between two taps of a window", default=1, foreign=_DILATION)
    groups: int = arg(POSITIVE, "parts that see only their share of the channels", default=1, foreign=_GROUPS)
    bias: bool = arg(FLAG, "adds one learned value per output channel", default=True, foreign=_BIAS)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        _check_groups(inputs[0].shape[0], self.out, self.groups)
        return Tensor((self.out, *self.output_sizes(sizes)), inputs[0].boxes)

    def windows(self, sizes: Shape) -> tuple[Window, ...]:
        """The window of each axis."""
        return windows(sizes, self.kernel, self.stride, self.padding, self.dilation)

    def output_sizes(self, sizes: Shape) -> Shape:
        """The spatial sizes of the output; raises LayerProblem."""
        raise NotImplementedError


_CONV_WEIGHT = (
    KERNELS
    * Factor("input channels / groups", lambda given: (given.inputs[0].shape[0] // given.layer.groups,))
    * KERNEL_SIZE
)


@layer
class Conv(Convolution):
    """Slides `out` learned kernels over the input.

    Output size per axis: floor((W - K_eff + P_before + P_after) / S) + 1, K_eff = dilation * (K - 1) + 1.

    With `gain` the kernels are standardized and multiplied by a learned value each (scaled weight standardization). This
    is worked out once for all inputs, and counts no operation. Source: Brock, De and Smith (2021), NFNets.
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
    parameters = (*matrix(_CONV_WEIGHT, KERNELS), Parameter("gain", option("gain", KERNELS)))
    macs_formula = _CONV_WEIGHT * OUTPUT_POSITIONS
    gain: bool = arg(
        FLAG, "standardizes each kernel, and learns its gain", default=False, foreign=("with_gain", "ws_gain")
    )

    def kept(self, inputs: tuple[Tensor, ...]) -> Kept | None:
        """With uneven padding, a padded copy is kept in place of the input."""
        uneven = any(window.before != window.after for window in self.windows(inputs[0].shape[1:]))
        return Kept(inputs=not uneven, copies=int(uneven), weights=self.gain)

    def output_sizes(self, sizes: Shape) -> Shape:
        return slide(sizes, self.windows(sizes))

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return self.windows(inputs[0].shape[1:])


_TRANSPOSED_WEIGHT = (
    Factor("input channels", lambda given: given.inputs[0].shape[:1])
    * Factor("kernels / groups", lambda given: (given.layer.out // given.layer.groups,))
    * KERNEL_SIZE
)


def _spread(window: Window, size: int) -> int:
    """The output size of `padding: same`."""
    return size * window.stride


def _whole(window: Window, size: int) -> int:
    """The output size of an axis without cells that are added after it."""
    return (size - 1) * window.stride + window.extent - window.before - window.after


def _fitted(window: Window, size: int, wanted: int) -> Window:
    """The window with the cuts that `same` makes for an output size, an odd cell after. Source: TensorFlow."""
    surplus = maximum(_whole(window, size) - wanted, 0)
    return window._replace(before=surplus // 2, after=surplus - surplus // 2)


@layer
class ConvTranspose(Convolution):
    """Writes `out` learned kernels over a larger output, one per input cell: the transpose of `conv`.

    Output size per axis: (W - 1) * S + K_eff - P_before - P_after + output_padding. `padding: same` gives W * S, and cuts
    an odd cell off after, as TensorFlow does. `output` states the size, and the padding that it needs follows.
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
    parameters = matrix(_TRANSPOSED_WEIGHT, KERNELS)
    macs_formula = _TRANSPOSED_WEIGHT * INPUT_POSITIONS
    stride: PerAxis = arg(POSITIVE_PER_AXIS, "step between two windows in the output", default=1, foreign=_STRIDE)
    padding: Padding = arg(CUT, "cells cut off around the output, or `same`", default=0, foreign=_PADDING)
    output_padding: PerAxis = arg(
        NATURAL_PER_AXIS,
        "cells added after the output, below the stride or dilation",
        default=0,
        foreign=_OUTPUT_PADDING,
    )
    stated_output: PerAxis | None = arg(
        POSITIVE_PER_AXIS,
        "size of the output, in place of `output_padding`",
        default=None,
        foreign=("output_size", "output_shape", "out_size"),
    )

    def windows(self, sizes: Shape) -> tuple[Window, ...]:
        if self.padding != "same":
            return super().windows(sizes)
        plain = windows(sizes, self.kernel, self.stride, 0, self.dilation)
        return tuple(map(_fitted, plain, sizes, self._wanted(sizes) or map(_spread, plain, sizes)))

    def extras(self, sizes: Shape) -> Shape:
        """The cells that are added after the output, per axis; raises LayerProblem."""
        wanted = self._wanted(sizes)
        if wanted is None and self.padding != "same":
            return per_axis(self.output_padding, len(sizes), "output_padding")
        if isinstance(self.output_padding, tuple) or self.output_padding != 0:
            other = "`padding: same`" if wanted is None else "`output`"
            message = f"{other} fixes the size of the output already"
            raise LayerProblem(message, name="bad-argument", argument="output_padding", help="remove `output_padding`")
        over = self.windows(sizes)
        ends = wanted or tuple(map(_spread, over, sizes))
        return tuple(map(self._extra, over, sizes, ends, AXES[len(sizes)]))

    def _wanted(self, sizes: Shape) -> Shape | None:
        return None if self.stated_output is None else per_axis(self.stated_output, len(sizes), "output")

    def _extra(self, window: Window, size: int, wanted: int, axis: str) -> int:
        """The cells after the output that give an axis its size."""
        least = _whole(window, size)
        most = maximum(window.stride, window.dilation) - 1
        if self.padding == "same":
            # A convolution with `same` makes the input of all of these.
            least, most = (size - 1) * window.stride + 1, window.stride - 1
        if not least <= wanted <= least + most:
            message = f"an output {axis} of {wanted} doesn't come from {size} by a stride of {window.stride}"
            possible = f"{maximum(least, 1)} to {least + most} are" if most else f"{least} is"
            help = f"{possible} possible here" if least + most > 0 else "the padding removes all: pad less"
            raise LayerProblem(message, argument="output", help=help)
        return wanted - _whole(window, size)

    def output_sizes(self, sizes: Shape) -> Shape:
        extras = self.extras(sizes)
        axes = zip(self.windows(sizes), sizes, extras, AXES[len(sizes)], strict=True)
        return tuple(self._size(*axis) for axis in axes)

    def _size(self, window: Window, size: int, extra: int, axis: str) -> int:
        if self.padding != "same" and extra >= maximum(window.stride, window.dilation):
            message = (
                f"`output_padding` {extra} must be smaller than the stride {window.stride} "
                f"or the dilation {window.dilation}"
            )
            most = maximum(window.stride, window.dilation) - 1
            help = (
                f"write {most} or less"
                if most > 0
                else "leave it out: it decides between the sizes that a stride rounds"
            )
            raise LayerProblem(message, name="bad-argument", argument="output_padding", help=help)
        whole = (size - 1) * window.stride + window.extent + extra
        if whole - window.before - window.after < 1:
            message = f"padding {window.before} and {window.after} removes all of {axis} {whole}"
            raise LayerProblem(message, name="window-too-large", argument="padding", help="pad less")
        return whole - window.before - window.after

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        windows = self.windows(inputs[0].shape[1:])
        return tuple(transposed(axis.kernel, axis.stride, axis.dilation, axis.before) for axis in windows)


_OUTPUTS = Factor("outputs", lambda given: (given.layer.out,))
_MATRIX = _OUTPUTS * Factor("inputs", lambda given: given.inputs[0].shape)


@layer
class Linear(MatrixProduct):
    """Multiplies a flat input by a learned matrix: the fully connected layer."""

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
    parameters = matrix(_MATRIX, _OUTPUTS)
    macs_formula = _MATRIX
    out: int = arg(POSITIVE, "values of the output", main=True, foreign=(*_OUT, *_UNITS))
    bias: bool = arg(FLAG, "adds one learned value per output", default=True, foreign=_BIAS)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if len(inputs[0].shape) != 1:
            message = f"linear works on a flat input, but this one is {format_shape(inputs[0].shape)}"
            help = "put `- flatten` before it (or `- global_avg_pool` and `- flatten`)"
            raise LayerProblem(message, name="wrong-rank", help=help)
        return Tensor((self.out,), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.WHOLE
