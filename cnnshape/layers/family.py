"""Families: what many kinds have in common, said once."""

from math import gcd, isqrt, prod
from typing import ClassVar, TypeVar, cast

from cnnshape.layers.argument import Padding, PerAxis
from cnnshape.layers.contract import Layer, LayerProblem, Shape, Tensor, Weight
from cnnshape.layers.window import Footprint, Sight, Window, same_padding

Number = TypeVar("Number", int, float)

MOST_TRIED = 10**5
AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def show(shape: Shape) -> str:
    """A shape as people write it: `64x56x56`."""
    return "x".join(map(str, shape))


def counted(number: int, what: str) -> str:
    """`1 channel`, `2 channels`"""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def grid(tensor: Tensor, kind: str) -> Shape:
    """The spatial sizes of a tensor; raises LayerProblem where it has none."""
    if len(tensor.shape) < 2:
        message = f"{kind} slides over spatial axes, but the input is flat: {show(tensor.shape)}"
        raise LayerProblem(
            message, name="wrong-rank", help="put it before the `flatten`, or `reshape` to [C, H, W] first"
        )
    return tensor.shape[1:]


def per_axis(value: Number | tuple[Number, ...], rank: int, argument: str) -> tuple[Number, ...]:
    """A value per axis; raises LayerProblem where the list has another length."""
    if not isinstance(value, tuple):
        return (value,) * rank
    if len(value) != rank:
        raise _not_per_axis(counted(len(value), "value"), rank, argument)
    return value


def _not_per_axis(found: str, rank: int, argument: str) -> LayerProblem:
    message = f"`{argument}` has {found}, but the input has {rank} spatial {'axis' if rank == 1 else 'axes'}"
    help = "write a single number for all axes, or a list of one per axis"
    return LayerProblem(message, name="bad-argument", argument=argument, help=help)


def pairs(value: Padding, rank: int, argument: str) -> tuple[tuple[int, int], ...]:
    """Explicit padding as `(before, after)` per axis."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        if len(value) != rank:
            raise _not_per_axis(counted(len(value), "pair"), rank, argument)
        return value
    both = per_axis(cast("PerAxis", value), rank, argument)
    return tuple((each, each) for each in both)


def windows(
    sizes: Shape, kernel: PerAxis, stride: PerAxis, padding: Padding, dilation: PerAxis = 1, ceil: bool = False
) -> tuple[Window, ...]:
    """The window of each axis over an input of these sizes."""
    rank = len(sizes)
    kernels, strides = per_axis(kernel, rank, "kernel"), per_axis(stride, rank, "stride")
    dilations = per_axis(dilation, rank, "dilation")
    if padding == "same":
        around = tuple(map(same_padding, sizes, kernels, strides, dilations))
    else:
        around = pairs(padding, rank, "padding")
    return tuple(
        Window(k, s, d, before, after, ceil)
        for k, s, d, (before, after) in zip(kernels, strides, dilations, around, strict=True)
    )


def slide(sizes: Shape, over: tuple[Window, ...]) -> Shape:
    """The output sizes of windows; raises LayerProblem where one doesn't fit."""
    found = tuple(window.output(size) for window, size in zip(over, sizes, strict=True))
    if all(size > 0 for size in found):
        return found
    axis = next(index for index, size in enumerate(found) if size <= 0)
    raise _too_large(over[axis], sizes[axis], AXES[len(sizes)][axis])


def _too_large(window: Window, size: int, axis: str) -> LayerProblem:
    padded = size + window.before + window.after
    spread = f" (dilated: spans {window.extent})" if window.dilation > 1 else ""
    around = f" ({size} and {padded - size} of padding)" if padded > size else ""
    message = f"a window of {window.kernel}{spread} doesn't fit {axis} {padded}{around}"
    help = f"the input is used up: pad by {-(-(window.extent - size) // 2)} or more, stride less before it, or use a larger input"
    return LayerProblem(message, name="window-too-large", argument="kernel", help=help)


def divided(number: int, by: int, argument: str, what: str) -> int:
    """`number / by`; raises LayerProblem where it leaves a rest."""
    if number % by == 0:
        return number // by
    raise indivisible(counted(number, what), f"{by} {argument}", argument, divisor_help(by, number))


def divisor_help(wish: int, *numbers: int) -> str:
    """Which number, nearest to the one wished for, divides all of those."""
    listed = " and ".join(dict.fromkeys(map(str, numbers)))
    both = "both " if " and " in listed else ""
    return f"the nearest number that divides {both}{listed} is {_nearest_divisor(gcd(*numbers), wish)}"


def _nearest_divisor(number: int, wish: int) -> int:
    smaller = [each for each in range(1, min(isqrt(number), MOST_TRIED) + 1) if number % each == 0]
    return min((*smaller, *(number // each for each in smaller)), key=lambda each: (abs(each - wish), each))


def indivisible(found: str, into: str, argument: str, help: str) -> LayerProblem:
    """The problem of channels that don't divide into so many."""
    message = f"{found} {'does' if found.startswith('1 ') else 'do'}n't divide into {into}"
    return LayerProblem(message, name="indivisible-channels", argument=argument, help=help)


class Unweighted(Layer):
    """Owns no weights and has no matrix product."""

    def weights(self, inputs: tuple[Tensor, ...]) -> tuple[Weight, ...]:
        return ()

    def macs(self, inputs: tuple[Tensor, ...], output: Tensor) -> int:
        return 0


class SamePlace(Layer):
    """Keeps the shape; each output cell sees the input cell at its own place."""

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        return inputs[0]

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Sight.POINT


class MatrixProduct(Layer):
    """Multiplies its input by a learned matrix, once per position: the kinds with MACs."""

    followers = ("norm", "act")
    operations = "2 x MACs, and 1 per output value for the bias"


class Move(Unweighted):
    """Moves or renames values, and computes none."""

    operations = "0: values are moved, not computed"

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return 0


class Activation(Unweighted, SamePlace):
    """A function of single values; `cost` operations each, a transcendental function counted as one."""

    activation = True
    cost: ClassVar[int]

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return self.cost * output.elements


class Normalization(SamePlace):
    """Divides values by a measure of their own size; no matrix product."""

    normalizes = True

    def macs(self, inputs: tuple[Tensor, ...], output: Tensor) -> int:
        return 0


class Scaling(SamePlace):
    """Multiplies values by learned ones of their channel."""

    def macs(self, inputs: tuple[Tensor, ...], output: Tensor) -> int:
        return 0


class PassThrough(Move, SamePlace):
    """Does nothing at inference."""

    view = True
    operations = "0: nothing happens at inference"


class Resize(Unweighted):
    """Computes values between the cells of its input."""


class Join(Unweighted):
    """Several tensors become one."""

    joins = True


class Pooling(Unweighted):
    """One value out of a window of each channel: `n` operations over `n` values, `n - 1` for a maximum."""

    averages: ClassVar[bool]

    def seen(self, inputs: tuple[Tensor, ...], output: Tensor) -> int:
        """Values that all windows of one channel read together."""
        raise NotImplementedError

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        channels = output.shape[0] * output.boxes
        cells = prod(output.shape[1:])
        read = self.seen(inputs, output)
        return channels * (read if self.averages else read - cells)
