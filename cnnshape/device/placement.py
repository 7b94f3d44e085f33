"""Where tensors are in memory: the most bytes alive at once, and a planner's offsets."""

from bisect import insort
from collections.abc import Sequence
from itertools import accumulate

from cnnshape.arithmetic import ceil_div
from cnnshape.device.lowering import Held
from cnnshape.device.runtime import Planner, Runtime
from cnnshape.named_tuple import NamedTuple


class Placed(NamedTuple):
    """A tensor of `size` bytes at an offset, in bytes from the start of the arena."""

    held: Held
    size: int
    offset: int


def placed(
    runtime: Runtime, held: Sequence[Held], sizes: Sequence[int], operations: int
) -> tuple[tuple[Placed, ...], tuple[int, ...]]:
    """Where a runtime's planner puts what is held, nothing without a planner; and the bytes alive over time."""
    planned = runtime.planner is Planner.GREEDY_BY_SIZE
    places = greedy_by_size(held, sizes, runtime.alignment) if planned else ()
    return tuple(places), tuple(alive_bytes(held, sizes, operations))


def end_of(places: Sequence[Placed], alive: Sequence[int]) -> int:
    """The size of an arena: up to the end of the last tensor; without a planner, the most bytes alive at once."""
    return max((place.offset + place.size for place in places), default=max(alive))


def alive_bytes(held: Sequence[Held], sizes: Sequence[int], operations: int) -> list[int]:
    """The bytes alive while each operation runs."""
    changes = [0] * (operations + 1)
    for tensor, size in zip(held, sizes, strict=True):
        changes[tensor.first] += size
        changes[tensor.last + 1] -= size
    return list(accumulate(changes))[:operations]


def greedy_by_size(held: Sequence[Held], sizes: Sequence[int], alignment: int) -> list[Placed]:
    """TFLite Micro's planner: the largest tensor first, of equal ones the later; each in the lowest gap that it fits.

    Only tensors that are alive at the same time exclude each other. Sizes are rounded up to the alignment. Source:
    tensorflow/lite/micro/memory_planner/greedy_memory_planner.cc.
    """
    rounded = [ceil_div(size, alignment) * alignment for size in sizes]
    order = sorted(range(len(held)), key=lambda index: (-rounded[index], -index))
    # Where a tensor starts and ends in the arena, and the first and the last operation that it is alive for.
    placed: list[tuple[int, int, int, int]] = []
    offsets = [0] * len(held)
    for index in order:
        first, last, size, offset = held[index].first, held[index].last, rounded[index], 0
        for start, end, other_first, other_last in placed:
            if other_first > last or other_last < first:
                continue
            if start - offset >= size:
                break
            if end > offset:
                offset = end
        offsets[index] = offset
        insort(placed, (offset, offset + size, first, last))
    return [Placed(tensor, size, offset) for tensor, size, offset in zip(held, rounded, offsets, strict=True)]
