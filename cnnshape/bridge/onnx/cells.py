"""Cells along one axis that a Gather chooses by number: resizing, and pools whose windows differ in size."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.onnx.walk import NoKind, View, Walk
from cnnshape.bridge.operations import Argument

_LARGEST_DENOMINATOR = 64


def nearest(walk: Walk, node: Node, view: View, axis: int, cells: Sequence[int]) -> None:
    """A Gather of a list of cells: nearest resizing to a size, or by a factor."""
    sizes = walk.space(view)
    size, out = sizes[axis - 2], len(cells)
    if list(cells) == [at * size // out for at in range(out)]:
        arguments: dict[str, Argument] = {"size": _with(sizes, axis - 2, out)}
    else:
        factors = [1.0] * len(sizes)
        factors[axis - 2] = _factor(size, cells)
        arguments = {"scale": tuple(factors)}
    walk.give(node, "upsample", [view], arguments)


def _factor(size: int, cells: Sequence[int]) -> float:
    """The simplest factor that chooses these cells. Raises NoKind."""
    out = len(cells)
    for denominator in range(1, _LARGEST_DENOMINATOR + 1):
        for numerator in range(out * denominator // size, (out + 1) * denominator // size + 1):
            factor = Fraction(numerator, denominator)
            chosen = [min(floor(at / factor), size - 1) for at in range(out)] if factor else []
            if chosen == list(cells) and floor(size * float(factor)) == out:
                return float(factor)
    raise NoKind


def _with(sizes: Sequence[int], axis: int, size: int) -> tuple[int, ...]:
    return tuple(size if place == axis else own for place, own in enumerate(sizes))


def largest(walk: Walk, node: Node) -> None:
    """The largest of the cells of each window: x, and the cells, a row for each window."""
    _windows(walk, node, "adaptive_max_pool")


def weighted(walk: Walk, node: Node) -> None:
    """Sums of cells times factors: means of windows, or values between cells."""
    _windows(walk, node, "adaptive_avg_pool")


def _windows(walk: Walk, node: Node, kind: str) -> None:
    view = walk.plain(node)
    given = walk.constant(node, 1)
    axis = node.whole("axis", 0)
    if given is None or len(given.shape) != 2 or not 2 <= axis < len(view.axes):
        raise NoKind
    out, width = given.shape
    rows = [given.wholes[at * width : (at + 1) * width] for at in range(out)]
    sizes = walk.space(view)
    size = sizes[axis - 2]
    pooled: dict[str, Argument] = {"size": _with(sizes, axis - 2, out)}
    if all(set(row) == set(range(at * size // out, -(-(at + 1) * size // out))) for at, row in enumerate(rows)):
        walk.give(node, kind, [view], pooled)
    elif kind == "adaptive_avg_pool" and width in (2, 4):
        walk.give(node, "upsample", [view], {**pooled, "mode": "linear" if width == 2 else "cubic"})
    else:
        raise NoKind
