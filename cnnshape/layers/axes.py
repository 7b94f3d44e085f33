"""Spatial axes: values per axis, padding, and the windows that slide over them."""

from typing import TypeVar, cast

from cnnshape.arithmetic import ceil_div
from cnnshape.layers.argument import Padding, PerAxis
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor
from cnnshape.layers.window import Window, same_padding
from cnnshape.layers.wording import counted, format_shape

Number = TypeVar("Number", int, float)

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}

_LISTED = (tuple, str)


def grid(tensor: Tensor, kind: str) -> Shape:
    """The spatial sizes of a tensor; raises LayerProblem if it has none."""
    if len(tensor.shape) < 2:
        message = f"{kind} slides over spatial axes, but the input is flat: {format_shape(tensor.shape)}"
        raise LayerProblem(
            message, name="wrong-rank", help="put it before the `flatten`, or `reshape` to [C, H, W] first"
        )
    return tensor.shape[1:]


def per_axis(value: Number | tuple[Number, ...], rank: int, argument: str) -> tuple[Number, ...]:
    """A value per axis; raises LayerProblem if the list has another length."""
    if not isinstance(value, tuple):
        return (value,) * rank
    if len(value) != rank:
        raise _not_per_axis(counted(len(value), "value"), rank, argument)
    return value


def _not_per_axis(amount: str, rank: int, argument: str) -> LayerProblem:
    message = f"`{argument}` has {amount}, but the input has {rank} spatial {'axis' if rank == 1 else 'axes'}"
    help = "write a single number for all axes, or a list of one per axis"
    return LayerProblem(message, name="bad-argument", argument=argument, help=help)


def pairs(value: Padding, rank: int, argument: str) -> tuple[tuple[int, int], ...]:
    """Explicit padding as `(before, after)` per axis."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        if len(value) != rank:
            raise _not_per_axis(counted(len(value), "pair"), rank, argument)
        return value
    both = per_axis(cast("PerAxis", value), rank, argument)
    return tuple((size, size) for size in both)


def _single(value: object) -> bool:
    return not isinstance(value, _LISTED)


def windows(
    sizes: Shape, kernel: PerAxis, stride: PerAxis, padding: Padding, dilation: PerAxis = 1, ceil: bool = False
) -> tuple[Window, ...]:
    """The window of each axis over an input of these sizes."""
    rank = len(sizes)
    if _single(kernel) and _single(stride) and _single(padding) and _single(dilation):
        # One number for all axes is the common case: one window serves them all.
        both = cast("int", padding)
        return (Window(cast("int", kernel), cast("int", stride), cast("int", dilation), both, both, ceil),) * rank
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
    """The output sizes of windows; raises LayerProblem if one doesn't fit."""
    outputs = tuple([window.output(size) for window, size in zip(over, sizes, strict=True)])
    if min(outputs) > 0:
        return outputs
    axis = next(index for index, size in enumerate(outputs) if size <= 0)
    raise _too_large(over[axis], sizes[axis], AXES[len(sizes)][axis])


def _too_large(window: Window, size: int, axis: str) -> LayerProblem:
    padded = size + window.before + window.after
    spread = f" (dilated: spans {window.extent})" if window.dilation > 1 else ""
    around = f" ({size} and {padded - size} of padding)" if padded > size else ""
    message = f"a window of {window.kernel}{spread} doesn't fit {axis} {padded}{around}"
    help = f"the input is too small here: pad by {ceil_div(window.extent - size, 2)} or more, use a smaller stride before it, or use a larger input"
    return LayerProblem(message, name="window-too-large", argument="kernel", help=help)
