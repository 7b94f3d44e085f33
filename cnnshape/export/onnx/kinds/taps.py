"""Cells along one axis that are chosen by number: what ONNX has no operator for."""

from collections.abc import Sequence

from cnnshape.export.onnx.layer import Lowering
from cnnshape.export.onnx.proto import Constant


def _gathered(low: Lowering, value: str, axis: int, cells: Sequence[Sequence[int]]) -> str:
    """The cells of each window in an axis of their own, after the axis that they lie along."""
    listed = tuple(cell for part in cells for cell in part)
    places = low.op("Constant", value=Constant((len(cells), len(cells[0])), listed))
    return low.op("Gather", value, places, axis=axis)


def gathered_max(low: Lowering, value: str, axis: int, cells: Sequence[Sequence[int]]) -> str:
    """The largest value of each window. A short window repeats its last cell."""
    most = max(map(len, cells))
    full = [[*part, *[part[-1]] * (most - len(part))] for part in cells]
    return low.op("ReduceMax", _gathered(low, value, axis, full), axes=(axis + 1,), keepdims=0)


def weighted(low: Lowering, value: str, axis: int, taps: Sequence[Sequence[tuple[int, float]]]) -> str:
    """The sum of cells times factors, for each cell of the output. `axis` counts the batch."""
    most = max(map(len, taps))
    full = [[*part, *[(part[-1][0], 0.0)] * (most - len(part))] for part in taps]
    gathered = _gathered(low, value, axis, [[cell for cell, _ in part] for part in full])
    after = [1] * (len(low.shape) - axis)
    factors = low.reals((len(full), most, *after), [factor for part in full for _, factor in part])
    product = low.op("Mul", gathered, factors)
    return low.op("ReduceSum", product, low.wholes(axis + 1), keepdims=0)


def picked(low: Lowering, value: str, axis: int, cells: Sequence[int]) -> str:
    """One cell for each cell of the output."""
    return low.op("Gather", value, low.wholes(*cells), axis=axis)
