"""Window arithmetic per axis: output sizes, and which input cells an output cell sees.

Sources: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016); Araujo, Norris and Sim,
"Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019); PyTorch for ceil mode.
"""

from enum import Enum

from cnnshape.arithmetic import ceil_div, gcd, maximum
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
        """`floor((W - K_eff + P_before + P_after) / S) + 1`; 0 or less where the window doesn't fit.

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
    advance, period = _reduced(size, output)
    if period > MAX_PERIOD:
        return None
    cells = tuple(phase * advance // period for phase in range(period))
    return Phases(advance, cells, cells)


def linear(size: int, output: int, reach: int) -> Phases | None:
    """Linear (reach 1) or cubic (reach 2) resizing around `(u + 1/2) * size / output - 1/2`."""
    if size == output:
        return Phases(1, (0,), (0,))
    advance, period = _reduced(size, output)
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


def adaptive(size: int, output: int) -> Phases | None:
    """Adaptive pooling: output `u` sees `floor(u * size / output)` to `ceil((u + 1) * size / output) - 1`."""
    advance, period = _reduced(size, output)
    if period > MAX_PERIOD:
        return None
    first = tuple(phase * advance // period for phase in range(period))
    last = tuple(ceil_div((phase + 1) * advance, period) - 1 for phase in range(period))
    return Phases(advance, first, last)


def _reduced(size: int, output: int) -> tuple[int, int]:
    divisor = gcd(size, output)
    return size // divisor, output // divisor


class Coverage(Enum):
    """Which input cells an output cell sees, where no window describes them."""

    POINT = "the cell at its own place"
    WHOLE = "every cell of the input"
    UNKNOWN = "cells that no regular window describes"


AxisRelation = Window | Phases | None
"""None: a relation too long to state."""
Footprint = tuple[AxisRelation, ...] | Coverage
