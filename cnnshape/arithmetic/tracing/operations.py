"""The operations of a trace: their functions on numbers and arrays, and bounds on their results."""

import math
import operator
from collections.abc import Callable
from typing import Any

from cnnshape.named_tuple import NamedTuple

Run = Callable[..., Any]


class Bound(NamedTuple):
    """Bounds on the absolute value of a number: `most`, and `least` for a divisor."""

    most: float
    least: float


class Operation(NamedTuple):
    """One operation: its function for numbers, for arrays, and the largest result for operands of known bounds.

    `whole` says whether the result is an int; None means that it is an int if the operands are.
    """

    plain: Run
    array: Run
    most: Callable[..., float]
    whole: bool | None = None


def _nonzero(divisor: Any) -> Any:
    # A replay marks elements with a zero divisor as invalid; 1 in its place spares numpy's warning.
    return divisor + (divisor == 0)


def _array_gcd(a: Any, b: Any) -> Any:
    """Euclid's algorithm on all elements at once."""
    a, b = a + b * 0, b + a * 0
    while True:
        left = (b != 0) * 1
        if not left.any():
            return abs(a)
        a, b = b * left + a * (1 - left), a % _nonzero(b) * left


def _array_maximum(a: Any, b: Any) -> Any:
    return a * (a >= b) + b * (b > a)


def _array_minimum(a: Any, b: Any) -> Any:
    return a * (a <= b) + b * (b < a)


def _sum(a: Bound, b: Bound) -> float:
    return a.most + b.most


def _larger(a: Bound, b: Bound) -> float:
    return max(a.most, b.most)


def _quotient(a: Bound, b: Bound) -> float:
    return a.most / b.least + 1 if b.least else math.inf


OPERATIONS: dict[str, Operation] = {
    "+": Operation(operator.add, operator.add, _sum),
    "-": Operation(operator.sub, operator.sub, _sum),
    "*": Operation(operator.mul, operator.mul, lambda a, b: a.most * b.most),
    "/": Operation(operator.truediv, lambda a, b: a / _nonzero(b), _quotient, whole=False),
    "//": Operation(operator.floordiv, lambda a, b: a // _nonzero(b), _quotient),
    "%": Operation(operator.mod, lambda a, b: a % _nonzero(b), lambda a, b: b.most),
    "gcd": Operation(math.gcd, _array_gcd, _larger),
    "maximum": Operation(max, _array_maximum, _larger),
    "minimum": Operation(min, _array_minimum, _larger),
    "negative": Operation(operator.neg, operator.neg, lambda a: a.most),
    "floor": Operation(math.floor, lambda a: (a // 1).astype("int64"), lambda a: a.most + 1, whole=True),
}
DIVISIONS = frozenset({"/", "//", "%"})
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
