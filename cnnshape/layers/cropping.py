"""Layers that add cells around the spatial axes, or keep some of the cells."""

from cnnshape.arithmetic import ceil_div, maximum
from cnnshape.layers.argument import EXPLICIT_PADDING, POSITIVE_PER_AXIS, Padding, PerAxis, arg, words
from cnnshape.layers.contract import layer
from cnnshape.layers.family import Move
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor
from cnnshape.layers.window import AXES, Footprint, Window, grid, pairs, per_axis

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
FILLS = words("zeros", "reflect", "replicate", "circular", foreign=_FOREIGN_FILLS)
"""What cells around a tensor hold."""


def check_fill(mode: str, sizes: Shape, around: tuple[tuple[int, int], ...]) -> None:
    """Raises LayerProblem if an axis has too few cells to fill those around it."""
    for axis, (size, pair) in enumerate(zip(sizes, around, strict=True)):
        widest = maximum(*pair)
        most = {"reflect": size - 1, "circular": size}.get(mode, widest)
        if widest > most:
            message = f"`{mode}` padding of {widest} needs more cells than {AXES[len(sizes)][axis]} {size} has"
            raise LayerProblem(message, name="bad-argument", argument="padding", help=f"at most {most} here")


@layer
class Pad(Move):
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
    mode: str = arg(FILLS, "what the new cells hold", default="zeros")

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        around = pairs(self.padding, len(sizes), "padding")
        check_fill(self.mode, sizes, around)
        padded = tuple(size + before + after for size, (before, after) in zip(sizes, around, strict=True))
        return Tensor((inputs[0].shape[0], *padded), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        around = pairs(self.padding, len(inputs[0].shape) - 1, "padding")
        return tuple(Window(before=before, after=after) for before, after in around)


@layer
class Crop(Move):
    """Cuts cells off around the spatial axes."""

    name = "crop"
    foreign = ("Crop", "Cropping2D", "center_crop", "CenterCrop")
    view = True
    cut: Padding = arg(EXPLICIT_PADDING, "cells cut off", main=True, foreign=("cropping", "crop", "padding", "border"))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        around = pairs(self.cut, len(sizes), "cut")
        left = tuple(size - before - after for size, (before, after) in zip(sizes, around, strict=True))
        for axis, size in enumerate(left):
            if size < 1:
                message = f"cutting {around[axis][0]} and {around[axis][1]} off {AXES[len(sizes)][axis]} {sizes[axis]} leaves nothing"
                help = f"cut at most {sizes[axis] - 1} in all"
                raise LayerProblem(message, name="window-too-large", argument="cut", help=help)
        return Tensor((inputs[0].shape[0], *left), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        around = pairs(self.cut, len(inputs[0].shape) - 1, "cut")
        return tuple(Window(before=-before, after=-after) for before, after in around)


@layer
class Subsample(Move):
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
        return Tensor((inputs[0].shape[0], *map(ceil_div, sizes, strides)), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        strides = per_axis(self.stride, len(inputs[0].shape) - 1, "stride")
        return tuple(Window(stride=step) for step in strides)
