"""Receptive fields by following indices: which input cells each cell of each tensor sees, one axis at a time.

A set of cells is the bits of an integer. A cell is *sure* where no tap on its way fell outside of a tensor: a border
cell sees less than the field that holds in the interior.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

from .wiring import (
    ADAPTIVE_POOLS,
    GLOBAL_POOLS,
    Arguments,
    Network,
    Node,
    padding_of,
    per_axis,
    window_starts,
    written_cells,
)

REACH = {"linear": 1, "cubic": 2}


class Cell(NamedTuple):
    """What one cell sees, and whether that is all that it would see far from borders."""

    seen: int
    sure: bool

    @property
    def hull(self) -> tuple[int, int] | None:
        """The first and the last input cell seen."""
        return hull(self.seen)


def hull(seen: int) -> tuple[int, int] | None:
    """The first and the last cell of a set."""
    return ((seen & -seen).bit_length() - 1, seen.bit_length() - 1) if seen else None


class Trace(NamedTuple):
    """What the cells of a tensor see along one axis of the input.

    `everywhere`: cells depend on more than their own surroundings, through a global pool, a matrix product or a gate.
    """

    cells: list[Cell]
    everywhere: bool = False

    @property
    def all(self) -> int:
        """What all cells see together."""
        return _union(cell.seen for cell in self.cells)


def traced(network: Network, axis: int) -> list[Trace]:
    """The trace of each value: of the input, then of each layer's output."""
    size = network.input[axis + 1]
    traces = [Trace([Cell(1 << index, True) for index in range(size)])]
    for node in network.nodes:
        traces.append(_after(node, [traces[value] for value in node.inputs], network, axis))
    return traces


def _after(node: Node, read: list[Trace], network: Network, axis: int) -> Trace:
    if len(read) > 1:
        return _met(read, len(node.shape) == 1)
    before = read[0]
    if _sees_all(node):
        return Trace([Cell(before.all, True)], True)
    shape = network.shape(node.inputs[0])
    if node.kind == "flatten" or len(shape) == 1:
        return before
    taps = taps_of(node.kind, node.arguments, axis, shape[axis + 1], node.shape[axis + 1])
    return before if taps is None else before._replace(cells=[_through(before.cells, read) for read in taps])


def _sees_all(node: Node) -> bool:
    return (
        node.kind in GLOBAL_POOLS
        or node.kind == "linear"
        or (node.kind in ADAPTIVE_POOLS and set(node.shape[1:]) == {1})
    )


def _through(cells: list[Cell], taps: list[int]) -> Cell:
    inside = [cells[tap] for tap in taps if 0 <= tap < len(cells)]
    return Cell(_union(cell.seen for cell in inside), len(inside) == len(taps) and all(cell.sure for cell in inside))


def _union(sets: Any) -> int:
    union = 0
    for cells in sets:
        union |= cells
    return union


def _met(read: list[Trace], flat: bool) -> Trace:
    """Paths that meet: cell by cell, a single cell beside many being a gate; in flat tensors places mean nothing."""
    everywhere = any(trace.everywhere for trace in read)
    if flat:
        return Trace([cell for trace in read for cell in trace.cells], everywhere)
    count = max(len(trace.cells) for trace in read)
    spread = [trace.cells if len(trace.cells) == count else trace.cells * count for trace in read]
    return Trace([_merged(cells) for cells in zip(*spread, strict=True)], everywhere)


def _merged(cells: tuple[Cell, ...]) -> Cell:
    return Cell(_union(cell.seen for cell in cells), all(cell.sure for cell in cells))


def taps_of(kind: str, arguments: Arguments, axis: int, size: int, output: int) -> list[list[int]] | None:
    """For each output cell, the input cells that it reads, some of them outside; None for each its own."""
    if kind in ("conv", "max_pool", "avg_pool"):
        if kind != "conv":
            arguments = {"stride": arguments["kernel"], **arguments}
        kernel, dilation = (per_axis(arguments.get(name, 1), axis) for name in ("kernel", "dilation"))
        starts = window_starts(arguments, axis, size)
        return [[start + tap * dilation for tap in range(kernel)] for start in starts]
    if kind == "conv_transpose":
        return _written_by(arguments, axis, size, output)
    if kind in ("pad", "crop"):
        given = arguments["padding" if kind == "pad" else "cut"]
        before, _ = padding_of({"padding": given}, axis, size)
        return [[cell - before if kind == "pad" else cell + before] for cell in range(output)]
    if kind == "subsample":
        return [[cell] for cell in range(0, size, per_axis(arguments["stride"], axis))]
    if kind == "pixel_shuffle":
        return [[cell // arguments["factor"]] for cell in range(output)]
    if kind == "pixel_unshuffle":
        factor = arguments["factor"]
        return [[cell * factor + offset for offset in range(factor)] for cell in range(output)]
    if kind == "upsample":
        return [_sampled(Fraction(size, output), cell, arguments.get("mode", "nearest")) for cell in range(output)]
    if kind in ADAPTIVE_POOLS:
        ratio = Fraction(size, output)
        return [list(range(floor(cell * ratio), -floor(-(cell + 1) * ratio))) for cell in range(output)]
    return None


def _written_by(arguments: Arguments, axis: int, size: int, output: int) -> list[list[int]]:
    """A transposed convolution, as it works: every input cell writes `kernel` cells."""
    kernel, stride, dilation = (per_axis(arguments.get(name, 1), axis) for name in ("kernel", "stride", "dilation"))
    before, _ = padding_of(arguments, axis, size)
    reads: list[list[int]] = [[] for _ in range(output)]
    beyond = written_cells(arguments, axis, size) + output
    for cell in range(-beyond, size + beyond):
        for tap in range(kernel):
            target = cell * stride + tap * dilation - before
            if 0 <= target < output:
                reads[target].append(cell)
    return reads


def _sampled(ratio: Fraction, cell: int, mode: str) -> list[int]:
    if mode == "nearest":
        return [floor(cell * ratio)]
    at = (cell + Fraction(1, 2)) * ratio - Fraction(1, 2)
    if at.denominator == 1:
        return [int(at)]
    return list(range(floor(at) - REACH[mode] + 1, floor(at) + REACH[mode] + 1))
