"""Layers that move values: flattening, padding, cropping, resizing, regrouping channels."""

from fractions import Fraction
from math import prod

from cnnshape.layers.argument import (
    EXPLICIT_PADDING,
    NATURAL,
    POSITIVE,
    POSITIVE_FACTORS,
    POSITIVE_PER_AXIS,
    SHAPE,
    Factors,
    Padding,
    PerAxis,
    arg,
    words,
)
from cnnshape.layers.contract import LayerProblem, Shape, Tensor, layer
from cnnshape.layers.family import (
    AXES,
    Free,
    SamePlace,
    Unweighted,
    counted,
    divided,
    grid,
    indivisible,
    pairs,
    per_axis,
    show,
)
from cnnshape.layers.window import MAX_PERIOD, Footprint, Sight, Window, linear, nearest


@layer
class Flatten(Free):
    """All values in one row: `(C, H, W)` becomes `(C * H * W,)`."""

    reshapes = True
    name = "flatten"
    foreign = ("Flatten", "flat", "ravel", "view", "squeeze")
    view = True

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        return Tensor((prod(inputs[0].shape),), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Sight.POINT


@layer
class Reshape(Free):
    """The same values under another shape of as many values."""

    reshapes = True
    name = "reshape"
    foreign = ("Reshape", "Unflatten", "unflatten", "unsqueeze", "expand_dims")
    view = True
    shape: Shape = arg(
        SHAPE,
        "the new shape, channels first, without the batch",
        main=True,
        foreign=("size", "dims", "target_shape", "new_shape", "output_shape"),
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if prod(self.shape) != prod(inputs[0].shape):
            message = (
                f"{show(inputs[0].shape)} has {prod(inputs[0].shape):,} values, "
                f"but {show(self.shape)} has {prod(self.shape):,}"
            )
            raise LayerProblem(message, argument="shape", help=self._fitting(prod(inputs[0].shape)))
        return Tensor(self.shape, inputs[0].boxes)

    def _fitting(self, values: int) -> str | None:
        """The shape with other channels that holds so many values."""
        channels, rest = divmod(values, prod(self.shape[1:]))
        return None if rest else f"{show((channels, *self.shape[1:]))} has as many values"

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Sight.POINT if inputs[0].shape[1:] == output.shape[1:] else Sight.UNKNOWN


_FOREIGN_FILLS = {
    "constant": "zeros",
    "zero": "zeros",
    "reflection": "reflect",
    "mirror": "reflect",
    "edge": "replicate",
    "nearest": "replicate",
    "replication": "replicate",
    "border": "replicate",
    "wrap": "circular",
}


@layer
class Pad(Free):
    """Adds cells around the spatial axes; a layer of its own where a framework pads explicitly."""

    enlarges = True
    name = "pad"
    foreign = (
        "Pad",
        "ZeroPad2d",
        "ZeroPadding2D",
        "ReflectionPad2d",
        "ReplicationPad2d",
        "ConstantPad2d",
        "zero_pad",
        "padding",
    )
    padding: Padding = arg(
        EXPLICIT_PADDING, "cells around the input", main=True, foreign=("pad", "pads", "paddings", "size", "width")
    )
    mode: str = arg(
        words("zeros", "reflect", "replicate", "circular", foreign=_FOREIGN_FILLS),
        "what the new cells hold",
        default="zeros",
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        around = pairs(self.padding, len(sizes), "padding")
        for axis, (size, pair) in enumerate(zip(sizes, around, strict=True)):
            most = {"reflect": size - 1, "circular": size}.get(self.mode, max(pair))
            if max(pair) > most:
                message = (
                    f"`{self.mode}` padding of {max(pair)} needs more cells than {AXES[len(sizes)][axis]} {size} has"
                )
                raise LayerProblem(message, name="bad-argument", argument="padding", help=f"at most {most} here")
        found = tuple(size + before + after for size, (before, after) in zip(sizes, around, strict=True))
        return Tensor((inputs[0].shape[0], *found), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        around = pairs(self.padding, len(inputs[0].shape) - 1, "padding")
        return tuple(Window(before=before, after=after) for before, after in around)


@layer
class Crop(Free):
    """Cuts cells off around the spatial axes."""

    name = "crop"
    foreign = ("Crop", "Cropping2D", "center_crop", "CenterCrop")
    view = True
    cut: Padding = arg(EXPLICIT_PADDING, "cells cut off", main=True, foreign=("cropping", "crop", "padding", "border"))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        around = pairs(self.cut, len(sizes), "cut")
        found = tuple(size - before - after for size, (before, after) in zip(sizes, around, strict=True))
        for axis, left in enumerate(found):
            if left < 1:
                message = f"cutting {around[axis][0]} and {around[axis][1]} off {AXES[len(sizes)][axis]} {sizes[axis]} leaves nothing"
                help = f"cut at most {sizes[axis] - 1} in all"
                raise LayerProblem(message, name="window-too-large", argument="cut", help=help)
        return Tensor((inputs[0].shape[0], *found), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        around = pairs(self.cut, len(inputs[0].shape) - 1, "cut")
        return tuple(Window(before=-before, after=-after) for before, after in around)


_REACH = {"linear": 1, "cubic": 2}
_FOREIGN_MODES = {
    "bilinear": "linear",
    "trilinear": "linear",
    "bicubic": "cubic",
    "nearest_neighbor": "nearest",
    "nearest_neighbour": "nearest",
    "neighbor": "nearest",
}


@layer
class Upsample(Unweighted):
    """Resizes the spatial axes by a factor (output floor(W * scale)) or to a size, without learned weights.

    `mode` linear is bilinear in two dimensions and trilinear in three, cubic is bicubic.
    """

    enlarges = True
    name = "upsample"
    foreign = (
        "Upsample",
        "UpSampling2D",
        "interpolate",
        "Interpolate",
        "resize",
        "Resize",
        "UpsamplingBilinear2d",
        "UpsamplingNearest2d",
        "ResizeBilinear",
        "unpool",
    )
    operations = (
        "0 for nearest; else taps products and taps - 1 sums per output value, 2 taps per axis (linear) or 4 (cubic)"
    )
    scale: Factors | None = arg(
        POSITIVE_FACTORS,
        "factor of the sizes",
        default=None,
        main=True,
        foreign=("scale_factor", "scales", "factor", "stride", "ratio", "upsample_factor"),
    )
    size: PerAxis | None = arg(
        POSITIVE_PER_AXIS, "size of the output", default=None, foreign=("output_size", "sizes", "output_shape")
    )
    mode: str = arg(
        words("nearest", "linear", "cubic", foreign=_FOREIGN_MODES),
        "how values between the cells come about",
        default="nearest",
        foreign=("interpolation", "interpolation_mode", "method", "resize_mode"),
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        if (self.scale is None) == (self.size is None):
            message = "upsample takes either `scale` or `size`"
            if self.scale is None:
                raise LayerProblem(message, name="missing-argument", help="write `upsample: 2` for twice the size")
            raise LayerProblem(message, name="bad-argument", argument="size", help="remove one of them")
        if self.mode == "cubic" and len(sizes) != 2:
            raise LayerProblem("`cubic` works on height and width only", name="wrong-rank", argument="mode")
        if self.size is not None:
            found = per_axis(self.size, len(sizes), "size")
        else:
            scales = per_axis(self.scale or 1, len(sizes), "scale")
            found = tuple(int(size * scale) for size, scale in zip(sizes, scales, strict=True))
        if min(found) < 1:
            raise LayerProblem(f"this scale leaves nothing of {show(sizes)}", argument="scale")
        return Tensor((inputs[0].shape[0], *found), inputs[0].boxes)

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        if self.mode == "nearest":
            return 0
        taps: int = (2 * _REACH[self.mode]) ** (len(output.shape) - 1)
        return (2 * taps - 1) * output.elements

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        steps = [Fraction(*pair) for pair in zip(inputs[0].shape[1:], output.shape[1:], strict=True)]
        if self.scale is not None:
            # As PyTorch and ONNX do: by the factor that was given, though the size was rounded.
            steps = [_step(scale) for scale in per_axis(self.scale, len(steps), "scale")]
        if self.mode == "nearest":
            return tuple(nearest(step.numerator, step.denominator) for step in steps)
        return tuple(linear(step.numerator, step.denominator, _REACH[self.mode]) for step in steps)


def _step(scale: float) -> Fraction:
    """Input cells per output cell, as they were meant: a factor of 1.1 is eleven tenths, though no float is."""
    if scale < 1:
        return Fraction(1 / scale).limit_denominator(MAX_PERIOD)
    return 1 / Fraction(scale).limit_denominator(MAX_PERIOD)


def _multiples(number: int, of: int) -> str:
    """The multiples next to a number."""
    below = number // of * of
    return f"{below} or {below + of}" if below else str(of)


@layer
class PixelShuffle(Free):
    """`(C * r * r, H, W)` to `(C, H * r, W * r)`: channels become space. Source: Shi et al. (2016)."""

    enlarges = True
    name = "pixel_shuffle"
    foreign = ("PixelShuffle", "depth_to_space", "DepthToSpace")
    factor: int = arg(
        POSITIVE, "factor of every spatial axis", main=True, foreign=("upscale_factor", "r", "block_size", "scale")
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        parts = self.factor ** len(sizes)
        if inputs[0].shape[0] % parts:
            raise self._indivisible(inputs[0].shape[0], parts, len(sizes))
        return Tensor((inputs[0].shape[0] // parts, *(size * self.factor for size in sizes)), inputs[0].boxes)

    def _indivisible(self, channels: int, parts: int, rank: int) -> LayerProblem:
        product = "x".join([str(self.factor)] * rank)
        help = f"let a multiple of {parts} channels come in, such as {_multiples(channels, parts)}"
        into = f"{product} = {parts} parts" if rank > 1 else f"{parts} parts"
        return indivisible(counted(channels, "channel"), into, "factor", help)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return tuple(nearest(size, found) for size, found in zip(inputs[0].shape[1:], output.shape[1:], strict=True))


@layer
class PixelUnshuffle(Free):
    """`(C, H * r, W * r)` to `(C * r * r, H, W)`: space becomes channels."""

    name = "pixel_unshuffle"
    foreign = ("PixelUnshuffle", "space_to_depth", "SpaceToDepth", "reorg", "Focus")
    factor: int = arg(
        POSITIVE, "divisor of every spatial axis", main=True, foreign=("downscale_factor", "r", "block_size")
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        if any(size % self.factor for size in sizes):
            raise self._indivisible(sizes)
        found = tuple(size // self.factor for size in sizes)
        return Tensor((inputs[0].shape[0] * self.factor ** len(sizes), *found), inputs[0].boxes)

    def _indivisible(self, sizes: Shape) -> LayerProblem:
        axis, size = next((axis, size) for axis, size in enumerate(sizes) if size % self.factor)
        help = f"`pad` or `crop` it to {_multiples(size, self.factor)} before, or let another size come in"
        message = f"{AXES[len(sizes)][axis]} {size} is no multiple of the factor {self.factor}"
        return LayerProblem(message, name="indivisible-channels", argument="factor", help=help)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return tuple(Window(self.factor, self.factor) for _ in inputs[0].shape[1:])


@layer
class ChannelShuffle(Free, SamePlace):
    """Deals the channels of each group out over all groups. Source: Zhang et al. (2018), ShuffleNet."""

    name = "channel_shuffle"
    foreign = ("ChannelShuffle", "shuffle", "shuffle_channels")
    groups: int = arg(POSITIVE, "groups that are mixed", main=True, foreign=("group", "g"))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        divided(inputs[0].shape[0], self.groups, "groups", "channel")
        return inputs[0]


@layer
class Split(Free, SamePlace):
    """One of several equal parts of the channels."""

    name = "split"
    foreign = ("chunk", "Split", "Chunk")
    view = True
    parts: int = arg(
        POSITIVE, "equal parts", main=True, foreign=("chunks", "num", "num_split", "splits", "sections", "groups")
    )
    take: int = arg(NATURAL, "the part that goes on, counted from 0", foreign=("index", "part"))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        channels = divided(inputs[0].shape[0], self.parts, "parts", "channel")
        if self.take >= self.parts:
            message = f"there is no part {self.take} of {self.parts} (counted from 0)"
            raise LayerProblem(message, name="bad-argument", argument="take")
        return Tensor((channels, *inputs[0].shape[1:]), inputs[0].boxes)


@layer
class Slice(Free, SamePlace):
    """Channels `start` to `stop`, `stop` not included."""

    name = "slice"
    foreign = ("Slice", "narrow", "select")
    view = True
    start: int = arg(NATURAL, "first channel", default=0, foreign=("begin", "offset", "starts"))
    stop: int = arg(POSITIVE, "the channel after the last one", main=True, foreign=("end", "ends"))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if not self.start < self.stop <= inputs[0].shape[0]:
            message = f"channels {self.start} to {self.stop} are not a part of {inputs[0].shape[0]} channels"
            help = f"`stop` is above `start`, and at most {inputs[0].shape[0]}"
            raise LayerProblem(message, argument="stop", help=help)
        return Tensor((self.stop - self.start, *inputs[0].shape[1:]), inputs[0].boxes)


@layer
class Subsample(Free):
    """Every `stride`-th cell of each spatial axis, the first included: output ceil(W / stride)."""

    name = "subsample"
    foreign = ("Subsample", "downsample", "strided_slice")
    view = True
    stride: PerAxis = arg(
        POSITIVE_PER_AXIS, "step between two cells that are kept", main=True, foreign=("step", "factor", "s")
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        strides = per_axis(self.stride, len(sizes), "stride")
        return Tensor(
            (inputs[0].shape[0], *(-(-size // step) for size, step in zip(sizes, strides, strict=True))),
            inputs[0].boxes,
        )

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        strides = per_axis(self.stride, len(inputs[0].shape) - 1, "stride")
        return tuple(Window(stride=step) for step in strides)


@layer
class PadChannels(Free, SamePlace):
    """Adds channels of zeros: the parameter-free shortcut of the CIFAR ResNets. Source: He et al. (2015), option A."""

    name = "pad_channels"
    foreign = ("PadChannels", "channel_pad")
    before: int = arg(NATURAL, "channels before", default=0)
    after: int = arg(NATURAL, "channels after", default=0, main=True)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        channels, *sizes = inputs[0].shape
        return Tensor((self.before + channels + self.after, *sizes), inputs[0].boxes)
