"""Window arithmetic per axis: output sizes, and which input cells an output cell sees.

Sources: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016); Araujo, Norris and Sim,
"Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019); PyTorch for ceil mode.
"""

from enum import Enum
from typing import TypeVar, cast

from cnnshape.arithmetic import ceil_div, gcd, maximum, pin
from cnnshape.layers.argument import Padding, PerAxis
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor, counted, format_shape
from cnnshape.named_tuple import NamedTuple

MAX_PERIOD = 4096


class Window(NamedTuple):
    """One axis of a sliding window: `kernel` cells, `dilation` apart, moved by `stride`, over a padded axis."""

    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    ceil: bool = False

    @property
    def extent(self) -> int:
        """Cells from the first to the last tap: `dilation * (kernel - 1) + 1`."""
        return self.dilation * (self.kernel - 1) + 1

    def output(self, size: int) -> int:
        """`floor((W - K_eff + P_before + P_after) / S) + 1`; 0 or less if the window doesn't fit.

        With `ceil` the division rounds up, but a window must start inside the input or its padding before it
        (PyTorch's rule).
        """
        room = size + self.before + self.after - self.extent
        if not self.ceil:
            return room // self.stride + 1
        count = ceil_div(room, self.stride) + 1
        return count - 1 if (count - 1) * self.stride >= size + self.before else count


def same_padding(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """The padding before and after that makes the output `ceil(size / stride)`; an odd cell goes after.

    Source: TensorFlow's SAME, ONNX's SAME_UPPER.
    """
    total = maximum((ceil_div(size, stride) - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    return total // 2, total - total // 2


def _worded(
    padding: str, sizes: Shape, kernels: Shape, strides: Shape, dilations: Shape
) -> tuple[tuple[int, int], ...]:
    """The padding of each axis that a word means.

    `same_lower` is `same` with an odd cell before (ONNX's SAME_LOWER). `causal` puts all padding before, so that no window
    reaches beyond its own cell (Keras' causal).
    """
    if padding != "causal":
        around = tuple(map(same_padding, sizes, kernels, strides, dilations))
        return around if padding == "same" else tuple([(after, before) for before, after in around])
    if len(sizes) > 1:
        message = f"`causal` is for one axis, time, but the input has {len(sizes)} spatial axes"
        help = "write a pair per axis: `padding: [[before, after], ...]`"
        raise LayerProblem(message, name="bad-argument", argument="padding", help=help)
    return ((dilations[0] * (kernels[0] - 1), 0),)


class Phases(NamedTuple):
    """A relation of axes that repeats: `period` output cells advance `advance` input cells.

    Output cell `q * period + r` sees every `step`-th input cell from `q * advance + first[r]` to
    `q * advance + last[r]`; a phase with `first[r] > last[r]` sees none (a transposed convolution whose stride is
    larger than its kernel).
    """

    advance: int
    first: tuple[int, ...]
    last: tuple[int, ...]
    step: int = 1

    @property
    def period(self) -> int:
        """Output cells after which the relation repeats."""
        return len(self.first)


def transposed(kernel: int, stride: int, dilation: int, before: int) -> Phases | None:
    """The relation of a transposed window: input cell `m` is written to outputs `m * stride - before + t * dilation`."""
    if stride > MAX_PERIOD or kernel > MAX_PERIOD:
        return None
    kernel, stride, dilation, before = pin(kernel), pin(stride), pin(dilation), pin(before)
    seen: dict[int, tuple[int, int]] = {}
    for tap in range(kernel):
        rounds, phase = divmod(tap * dilation - before, stride)
        # What a later tap writes comes from an earlier cell.
        seen[phase] = -rounds, seen.get(phase, (0, -rounds))[1]
    cells = [seen.get(phase, (0, -1)) for phase in range(stride)]
    step = dilation // gcd(dilation, stride)
    return Phases(1, tuple(first for first, _ in cells), tuple(last for _, last in cells), step)


def nearest(size: int, output: int) -> Phases | None:
    """Nearest-neighbour resizing: output `u` copies input `floor(u * size / output)`."""
    advance, period = reduced(size, output)
    if period > MAX_PERIOD:
        return None
    cells = tuple(phase * advance // period for phase in range(period))
    return Phases(advance, cells, cells)


def linear(size: int, output: int, reach: int) -> Phases | None:
    """Linear (reach 1) or cubic (reach 2) resizing around `(u + 1/2) * size / output - 1/2`."""
    if size == output:
        return Phases(1, (0,), (0,))
    advance, period = reduced(size, output)
    if period > MAX_PERIOD:
        return None
    first, last = [], []
    for phase in range(period):
        # (phase + 1/2) * advance / period - 1/2, doubled to stay in whole numbers
        doubled = (2 * phase + 1) * advance - period
        floor = doubled // (2 * period)
        exact = doubled % (2 * period) == 0
        first.append(floor if exact else floor - reach + 1)
        last.append(floor if exact else floor + reach)
    return Phases(advance, tuple(first), tuple(last))


def linear_to_corners(size: int, output: int, reach: int) -> Phases | None:
    """Linear or cubic resizing around `u * (size - 1) / (output - 1)`; a single output cell is around the first."""
    if size == 1:
        return nearest(size, output)
    advance, period = reduced(size - 1, output - 1) if output > 1 else (1, 1)
    if period > MAX_PERIOD:
        return None
    floors = [phase * advance // period for phase in range(period)]
    exact = [phase * advance % period == 0 for phase in range(period)]
    first = tuple(floor if whole else floor - reach + 1 for floor, whole in zip(floors, exact, strict=True))
    last = tuple(floor if whole else floor + reach for floor, whole in zip(floors, exact, strict=True))
    return Phases(advance, first, last)


def adaptive(size: int, output: int) -> Phases | None:
    """Adaptive pooling: output `u` sees `floor(u * size / output)` to `ceil((u + 1) * size / output) - 1`."""
    advance, period = reduced(size, output)
    if period > MAX_PERIOD:
        return None
    first = tuple(phase * advance // period for phase in range(period))
    last = tuple(ceil_div((phase + 1) * advance, period) - 1 for phase in range(period))
    return Phases(advance, first, last)


def reduced(size: int, output: int) -> tuple[int, int]:
    """A size and an output as the smallest numbers with their ratio, which the phases are made of."""
    divisor = gcd(size, output)
    return pin(size // divisor), pin(output // divisor)


class Coverage(Enum):
    """Which input cells an output cell sees, if no window describes them."""

    POINT = "the cell at its own place"
    WHOLE = "every cell of the input"
    UNKNOWN = "cells that no regular window describes"
    UNSTATED = "cells that the spec doesn't state"


AxisRelation = Window | Phases | None
"""None: a relation too long to state."""
Footprint = tuple[AxisRelation, ...] | Coverage


Number = TypeVar("Number", int, float)

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}

_LISTED = (tuple, str)


def grid(tensor: Tensor, kind: str) -> Shape:
    """The spatial sizes of a tensor; raises LayerProblem if it has none."""
    if len(tensor.shape) < 2:
        message = f"{kind} works on spatial axes, but the input is flat: {format_shape(tensor.shape)}"
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
    if isinstance(padding, str):
        around = _worded(padding, sizes, kernels, strides, dilations)
    else:
        around = pairs(padding, rank, "padding")
    return tuple(
        Window(k, s, d, before, after, ceil)
        for k, s, d, (before, after) in zip(kernels, strides, dilations, around, strict=True)
    )


def slide(sizes: Shape, over: tuple[Window, ...]) -> Shape:
    """The output sizes of windows; raises LayerProblem if one doesn't fit."""
    outputs = tuple([window.output(size) for window, size in zip(over, sizes, strict=True)])
    for axis, size in enumerate(outputs):
        if size <= 0:
            raise _too_large(over[axis], sizes[axis], AXES[len(sizes)][axis])
    return outputs


def _too_large(window: Window, size: int, axis: str) -> LayerProblem:
    padded = size + window.before + window.after
    spread = f" (dilated: spans {window.extent})" if window.dilation > 1 else ""
    around = f" ({size} and {padded - size} of padding)" if padded > size else ""
    message = f"a window of {window.kernel}{spread} doesn't fit {axis} {padded}{around}"
    help = f"the input is too small here: pad by {ceil_div(window.extent - size, 2)} or more, use a smaller stride before it, or use a larger input"
    return LayerProblem(message, name="window-too-large", argument="kernel", help=help)
