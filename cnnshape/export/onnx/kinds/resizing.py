"""Resize, where its coordinates are those of the spec; else cells that are chosen by number."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from struct import pack, unpack

from cnnshape.export.onnx.kinds.taps import picked, weighted
from cnnshape.export.onnx.layer import Lowering

_CUBIC = -0.75
"""The coefficient of PyTorch's bicubic, and ONNX's default."""


def single(value: float) -> float:
    """The nearest number of single precision."""
    rounded: float = unpack("<f", pack("<f", value))[0]
    return rounded


def upsample(low: Lowering) -> str:
    """Resize."""
    axes = list(zip(low.sizes, low.result[1:], strict=True))
    if all(size == out for size, out in axes) and _keeps(low):
        return low.op("Identity", low.x)
    if low.layer.mode == "nearest":
        return _nearest(low, axes)
    factors = _factors(low)
    scales = [_exact(size, out, factor) for (size, out), factor in zip(axes, factors, strict=True)]
    if None in scales:
        return _interpolated(low, axes, factors)
    coordinates = "align_corners" if low.layer.align_corners else "half_pixel"
    given = [scale for scale in scales if scale is not None]
    return _resized(low, given, mode=low.layer.mode, coordinate_transformation_mode=coordinates)


def _keeps(low: Lowering) -> bool:
    """Whether equal sizes mean that nothing changes: a factor of 1.1 moves cells of 7 all the same."""
    return low.layer.scale is None or low.layer.mode == "nearest" or set(low.per_axis("scale")) == {1}


def _resized(low: Lowering, scales: Sequence[float], **attributes: str) -> str:
    factors = low.reals((len(scales) + 2,), (1.0, 1.0, *scales))
    return low.node("Resize", (low.x, "", factors), attributes)


def _factors(low: Lowering) -> tuple[float, ...]:
    """The factor of each axis: PyTorch uses the stated one even where the size was rounded."""
    if low.layer.scale is not None and not low.layer.align_corners:
        return low.per_axis("scale")
    return tuple(out / size for size, out in zip(low.sizes, low.result[1:], strict=True))


def _exact(size: int, out: int, factor: float) -> float | None:
    """The factor in single precision with which a runtime gets the size; None if it gets another one."""
    near = single(factor)
    for scale in (near, single(near * (1 + 2**-23)), single(near * (1 - 2**-23))):
        # Some work it out in double precision.
        if floor(single(size * scale)) == out == floor(size * scale):
            return scale
    return None


def _nearest(low: Lowering, axes: list[tuple[int, int]]) -> str:
    """Whole factors are a Resize. Others are a Gather: runtimes round differently where a cell begins."""
    if all(out % size == 0 for size, out in axes) and _is_by_sizes(low, axes):
        scales = [float(out // size) for size, out in axes]
        return _resized(low, scales, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    value = low.x
    for axis, ((size, out), step) in enumerate(zip(axes, _steps(low, axes), strict=True), 2):
        cells = [min(floor(at * step), size - 1) for at in range(out)]
        if cells != list(range(size)):
            value = picked(low, value, axis, cells)
    return value


def _is_by_sizes(low: Lowering, axes: list[tuple[int, int]]) -> bool:
    return all(step == Fraction(size, out) for step, (size, out) in zip(_steps(low, axes), axes, strict=True))


def _steps(low: Lowering, axes: list[tuple[int, int]]) -> list[Fraction]:
    """Cells of the input per cell of the output."""
    steps = []
    for (size, out), factor in zip(axes, _factors(low), strict=True):
        stated = low.layer.scale is not None and out not in (size, 2 * size)
        steps.append(1 / Fraction(factor).limit_denominator(4096) if stated else Fraction(size, out))
    return steps


def _interpolated(low: Lowering, axes: list[tuple[int, int]], factors: Sequence[float]) -> str:
    """Sums of cells times factors, axis by axis."""
    value = low.x
    taps = _linear if low.layer.mode == "linear" else _cubic
    for axis, ((size, out), factor) in enumerate(zip(axes, factors, strict=True), 2):
        places = [_place(low, at, size, out, factor) for at in range(out)]
        value = weighted(low, value, axis, [taps(place, size) for place in places])
    return value


def _place(low: Lowering, at: int, size: int, out: int, factor: float) -> float:
    if low.layer.align_corners:
        return at * (size - 1) / (out - 1) if out > 1 else 0.0
    return (at + 0.5) / factor - 0.5


def _linear(place: float, size: int) -> list[tuple[int, float]]:
    place = min(max(place, 0.0), size - 1)
    first = floor(place)
    return [(first, 1 - (place - first)), (min(first + 1, size - 1), place - first)]


def _cubic(place: float, size: int) -> list[tuple[int, float]]:
    """The four taps of Keys (1981)."""
    first = floor(place)
    apart = place - first
    weights = [_outer(apart + 1), _inner(apart), _inner(1 - apart), _outer(2 - apart)]
    return [(min(max(first + step, 0), size - 1), weight) for step, weight in zip((-1, 0, 1, 2), weights, strict=True)]


def _inner(x: float) -> float:
    return ((_CUBIC + 2) * x - (_CUBIC + 3)) * x * x + 1


def _outer(x: float) -> float:
    return ((_CUBIC * x - 5 * _CUBIC) * x + 8 * _CUBIC) * x - 4 * _CUBIC
