"""Operations on arrays that give what Python gives for each element: int64 or float64 where it is exact, else objects."""

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy

from cnnshape.arithmetic.tracing.operations import COMPARISONS, DIVISIONS, OPERATIONS

Array = Any
"""A numpy array of int64, float64, bool, or of Python's numbers."""
Bounds = tuple[Any, Any]
"""The least and the largest value, which may be wider than they need be."""

LARGEST = 2**63 - 1
EXACT = 2**53
"""Up to here float64 holds every whole number."""

_ARRAYS: dict[str, Any] = {
    "+": numpy.add,
    "-": numpy.subtract,
    "*": numpy.multiply,
    "/": numpy.true_divide,
    "//": numpy.floor_divide,
    "%": numpy.remainder,
    "gcd": numpy.gcd,
    "maximum": numpy.maximum,
    "minimum": numpy.minimum,
    "negative": numpy.negative,
    "floor": lambda a: numpy.floor(a).astype(numpy.int64),
}
_COMPARED: dict[str, Any] = {
    "==": numpy.equal,
    "!=": numpy.not_equal,
    "<": numpy.less,
    "<=": numpy.less_equal,
    ">": numpy.greater,
    ">=": numpy.greater_equal,
}


class Operand:
    """An array with bounds on its elements. `whole` says whether they are ints."""

    __slots__ = ("array", "bounds", "whole")

    def __init__(self, array: Array, bounds: Bounds, *, whole: bool) -> None:
        self.array = array
        self.bounds = bounds
        self.whole = whole


def array_of(values: Sequence[Any], *, whole: bool) -> Array:
    """The numbers as an array that holds them exactly."""
    if not whole:
        return numpy.array(values, dtype=numpy.float64)
    small = all(-LARGEST <= value <= LARGEST for value in values)
    return numpy.array(values, dtype=numpy.int64 if small else object)


def extremes(array: Array) -> Bounds:
    """The least and the largest element, as plain numbers."""
    # An array of objects gives them itself.
    low, high = numpy.array([array.min(), array.max()], dtype=array.dtype).tolist()
    return low, high


def bounds_of(operation: str, operands: Sequence[Bounds], *, whole: bool) -> Bounds:
    """Bounds on the result for operands within their bounds. A divisor of 0 counts as 1, as in `applied`."""
    if operation in ("maximum", "minimum"):
        pick = max if operation == "maximum" else min
        return pick(low for low, _ in operands), pick(high for _, high in operands)
    if operation == "negative":
        ((low, high),) = operands
        return -high, -low
    if operation == "gcd":
        return 0, max(abs(bound) for pair in operands for bound in pair)
    if operation == "floor":
        low, high = (math.floor(bound) if math.isfinite(bound) else bound for bound in operands[0])
        return low, high
    first, second = operands
    if operation in DIVISIONS:
        return _quotients(operation, first, second, whole=whole)
    corners = [OPERATIONS[operation].plain(a, b) for a, b in product(first, second)]
    return min(corners), max(corners)


def _quotients(operation: str, number: Bounds, divisor: Bounds, *, whole: bool) -> Bounds:
    low, high = divisor
    if operation == "%":
        return min(low, 0), max(high, 0)
    if low <= 0 <= high:
        most = math.inf if not whole else max(map(abs, number)) + 1
        return -most, most
    corners = [OPERATIONS[operation].plain(a, b) for a, b in product(number, divisor)]
    return min(corners), max(corners)


def _fits(bounds: Bounds, limit: int) -> bool:
    # NaN fits nothing.
    return bool(-limit <= bounds[0] and bounds[1] <= limit)


def applied(operation: str, operands: Sequence[Operand], *, whole: bool) -> Operand:
    """The operation on each element; by a divisor of 0, the quotient by 1."""
    bounds = bounds_of(operation, [operand.bounds for operand in operands], whole=whole)
    arrays = [operand.array for operand in operands]
    if operation in DIVISIONS:
        arrays[1] = numpy.where(arrays[1] == 0, 1, arrays[1])
    mixes = operation in ("/", "floor") or len({operand.whole for operand in operands}) > 1
    limit = EXACT if mixes else LARGEST
    inside = all(_fits(operand.bounds, limit) for operand in operands if operand.whole or operation == "floor")
    if inside and (not whole or _fits(bounds, LARGEST)) and not any(array.dtype == object for array in arrays):
        result = _ARRAYS[operation](*arrays)
    else:
        plain = numpy.frompyfunc(OPERATIONS[operation].plain, len(arrays), 1)
        result = numpy.asarray(plain(*[array.astype(object) for array in arrays]), dtype=object)
        # The larger of an int and a float may be an int that no float equals.
        result = result if whole or operation in ("maximum", "minimum") else result.astype(numpy.float64)
    return Operand(result, bounds, whole=whole)


def compared(sign: str, left: Operand, right: Operand) -> Array:
    """The answers of a comparison of each element."""
    arrays = [left.array, right.array]
    mixes = left.whole != right.whole
    inside = not mixes or all(_fits(operand.bounds, EXACT) for operand in (left, right) if operand.whole)
    if inside and not any(array.dtype == object for array in arrays):
        return _COMPARED[sign](*arrays)
    plain = numpy.frompyfunc(COMPARISONS[sign], 2, 1)
    return numpy.asarray(plain(*[array.astype(object) for array in arrays])).astype(bool)


def weighted(terms: Sequence[tuple[Operand, int]], constant: int) -> Operand:
    """The sum of whole arrays, each times its factor, and a constant."""
    scaled = [_scaled(operand, factor) for operand, factor in terms]
    low = constant + sum(bounds[0] for _, bounds in scaled)
    high = constant + sum(bounds[1] for _, bounds in scaled)
    # No partial sum is larger than all numbers together.
    most = abs(constant) + sum(max(map(abs, bounds)) for _, bounds in scaled)
    exact = most <= LARGEST and not any(array.dtype == object for array, _ in scaled)
    total: Any = numpy.array(constant, dtype=numpy.int64 if exact else object)
    for array, _ in scaled:
        total = total + (array if exact else array.astype(object))
    return Operand(numpy.asarray(total), (low, high), whole=True)


def _scaled(operand: Operand, factor: int) -> tuple[Array, Bounds]:
    if factor == 1:
        return operand.array, operand.bounds
    low, high = sorted([operand.bounds[0] * factor, operand.bounds[1] * factor])
    if _fits((low, high), LARGEST) and abs(factor) <= LARGEST and operand.array.dtype != object:
        return operand.array * numpy.int64(factor), (low, high)
    return operand.array.astype(object) * factor, (low, high)
