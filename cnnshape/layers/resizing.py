"""Layers that change the spatial sizes without learned weights."""

from typing import TYPE_CHECKING

from cnnshape.arithmetic import ZERO, Factor, When, pin, truncate
from cnnshape.layers.argument import (
    FLAG,
    POSITIVE,
    POSITIVE_FACTORS,
    POSITIVE_PER_AXIS,
    TENSOR,
    Factors,
    PerAxis,
    arg,
    words,
)
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import OUTPUT_VALUES, Given
from cnnshape.layers.family import Move, Resize
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor, counted, format_shape, indivisible
from cnnshape.layers.window import (
    AXES,
    MAX_PERIOD,
    Footprint,
    Window,
    grid,
    linear,
    linear_to_corners,
    nearest,
    per_axis,
    reduced,
)

if TYPE_CHECKING:
    from fractions import Fraction

_REACH = {"linear": 1, "cubic": 2}
_FOREIGN_MODES = {
    "bilinear": "linear",
    "trilinear": "linear",
    "bicubic": "cubic",
    "nearest_neighbor": "nearest",
    "nearest_neighbour": "nearest",
    "neighbor": "nearest",
}


def _taps(given: Given) -> Shape:
    return (2 * _REACH[given.layer.mode],) * (len(given.inputs[0].shape) - 1)


TAPS = Factor("taps", _taps)


@layer
class Upsample(Resize):
    """Resizes the spatial axes by a factor (output floor(W * scale)), or to a size, without learned weights.

    `like` takes the size from another tensor, so that it fits at every input size. `mode` linear is bilinear in two dimensions and trilinear in three, cubic is bicubic.

    `mode` nearest reads cell floor(u / scale). An axis that keeps its size is copied and one that doubles is repeated,
    regardless of the factor: `1.1` of 7 cells copies them. PyTorch does this on two axes; on one and three axes it uses the factor.
    """

    enlarges = True
    read = 1
    name = "upsample"
    one_of = ("scale", "size", "like")
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
    flops_formula = When(
        "`mode: nearest`",
        lambda given: given.layer.mode == "nearest",
        ZERO.noted("values are copied"),
        ((2 * TAPS - 1) * OUTPUT_VALUES).noted("2 taps per axis for linear, 4 for cubic"),
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
    like: Tensor | None = arg(
        TENSOR,
        "the step or input whose size the output gets",
        default=None,
        foreign=("size_of", "target", "as", "reference"),
    )
    mode: str = arg(
        words("nearest", "linear", "cubic", foreign=_FOREIGN_MODES),
        "how values between the cells are computed",
        default="nearest",
        foreign=("interpolation", "interpolation_mode", "method", "resize_mode"),
    )
    align_corners: bool = arg(
        FLAG,
        "puts the outermost cells of the output on those of the input: `mode` linear and cubic",
        default=False,
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        sizes = grid(inputs[0], self.name)
        given = [name for name in self.one_of if getattr(self, name) is not None]
        if len(given) != 1:
            message = "upsample takes one of `scale`, `size` and `like`"
            if not given:
                raise LayerProblem(message, name="missing-argument", help="write `upsample: 2` for twice the size")
            help = "remove one of them" if len(given) == 2 else "remove two of them"
            raise LayerProblem(message, name="bad-argument", argument=given[-1], help=help)
        if self.align_corners and self.mode == "nearest":
            help = "remove it, or add `mode: linear`"
            raise LayerProblem(
                "`align_corners` is for linear and cubic resizing",
                name="bad-argument",
                argument="align_corners",
                help=help,
            )
        if self.mode == "cubic" and len(sizes) != 2:
            raise LayerProblem("`cubic` works on height and width only", name="wrong-rank", argument="mode")
        resized = self._resized(sizes) if self.like is None else self._size_of(inputs[1], len(sizes))
        return Tensor((inputs[0].shape[0], *resized), inputs[0].boxes)

    def _size_of(self, other: Tensor, rank: int) -> Shape:
        if len(other.shape) != rank + 1:
            message = f"the input has {_axes(rank)}, but `like` is {format_shape(other.shape)}"
            raise LayerProblem(message, name="wrong-rank", argument="like", help="name a tensor with as many axes")
        return other.shape[1:]

    def _resized(self, sizes: Shape) -> Shape:
        if self.size is not None:
            return per_axis(self.size, len(sizes), "size")
        assert self.scale is not None
        scales = per_axis(self.scale, len(sizes), "scale")
        resized = tuple(truncate(size * scale) for size, scale in zip(sizes, scales, strict=True))
        if any(size < 1 for size in resized):
            raise LayerProblem(f"this scale leaves nothing of {format_shape(sizes)}", argument="scale")
        return resized

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        from fractions import Fraction

        if self.align_corners:
            ends = zip(inputs[0].shape[1:], output.shape[1:], strict=True)
            return tuple(linear_to_corners(size, resized, _REACH[self.mode]) for size, resized in ends)
        steps = [Fraction(*reduced(*pair)) for pair in zip(inputs[0].shape[1:], output.shape[1:], strict=True)]
        if self.scale is not None:
            # PyTorch and ONNX also use the factor as given, although the size was rounded.
            steps = [_step(scale) for scale in per_axis(self.scale, len(steps), "scale")]
        if self.mode == "nearest":
            pairs = zip(inputs[0].shape[1:], output.shape[1:], steps, strict=True)
            steps = [_nearest_step(size, resized, step) for size, resized, step in pairs]
            return tuple(nearest(step.numerator, step.denominator) for step in steps)
        return tuple(linear(step.numerator, step.denominator, _REACH[self.mode]) for step in steps)


def _axes(rank: int) -> str:
    return "1 spatial axis" if rank == 1 else f"{rank} spatial axes"


def _step(scale: float) -> "Fraction":
    """Input cells per output cell, exactly: a factor of 1.1 means eleven tenths, which no float equals."""
    from fractions import Fraction

    scale = pin(scale)
    if scale < 1:
        return Fraction(1 / scale).limit_denominator(MAX_PERIOD)
    return 1 / Fraction(scale).limit_denominator(MAX_PERIOD)


def _nearest_step(size: int, output: int, step: "Fraction") -> "Fraction":
    """Input cells per output cell: by the sizes if these are equal or doubled, else by the factor."""
    from fractions import Fraction

    return Fraction(*reduced(size, output)) if output in (size, 2 * size) else step


def _multiples(number: int, of: int) -> str:
    """The multiples next to a number."""
    below = number // of * of
    return f"{below} or {below + of}" if below else str(of)


@layer
class PixelShuffle(Move):
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
        help = f"give it a multiple of {parts} channels, such as {_multiples(channels, parts)}"
        into = f"{product} = {parts} parts" if rank > 1 else f"{parts} parts"
        return indivisible(counted(channels, "channel"), into, "factor", help)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return tuple(
            nearest(size, shuffled) for size, shuffled in zip(inputs[0].shape[1:], output.shape[1:], strict=True)
        )


@layer
class PixelUnshuffle(Move):
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
        folded = tuple(size // self.factor for size in sizes)
        return Tensor((inputs[0].shape[0] * self.factor ** len(sizes), *folded), inputs[0].boxes)

    def _indivisible(self, sizes: Shape) -> LayerProblem:
        axis, size = next((axis, size) for axis, size in enumerate(sizes) if size % self.factor)
        help = f"`pad` or `crop` it to {_multiples(size, self.factor)} before, or use another input size"
        message = f"{AXES[len(sizes)][axis]} {size} is no multiple of the factor {self.factor}"
        return LayerProblem(message, name="indivisible-channels", argument="factor", help=help)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return tuple(Window(self.factor, self.factor) for _ in inputs[0].shape[1:])
