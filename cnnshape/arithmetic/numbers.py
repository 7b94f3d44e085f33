"""Operations on sizes that accept both plain and recorded numbers.

Operators and comparisons work on both as they are, and so do `sum` and `math.prod`. Builtins that branch on a value
(`max`, `int`, `math.gcd`) would reject a recorded number, or fix it to its example: use these functions instead.
"""

import math
from collections.abc import Iterable
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar, cast

if TYPE_CHECKING:
    from fractions import Fraction


class Recordable:
    """A number that keeps the operation that made it: `tracing.Recorded`.

    `trace` records further operations, `example` is its value in the run that is recorded, and `is_integer` says
    whether it is an int for all values of the parameters.
    """

    __slots__ = ()

    trace: Any
    example: Any
    is_integer: bool


Number = TypeVar("Number", int, float)
Nested = TypeVar("Nested")


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a plain or recorded number. Booleans are not numbers."""
    return isinstance(value, Recordable) or (isinstance(value, int | float) and not isinstance(value, bool))


def is_whole(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number without a fraction."""
    if isinstance(value, Recordable):
        return value.is_integer or _recorded_floor(value) == value
    return is_number(value) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def example(value: Number) -> Number:
    """The number itself, or the example of a recorded number. Messages use it, since they describe one design."""
    return value.example if isinstance(value, Recordable) else value


def pin(value: Number) -> Number:
    """The number as a plain number. Pins a recorded number to its example: other values are then outside the trace.

    For numbers that decide the structure of a design, such as how often a step is repeated.
    """
    if not isinstance(value, Recordable):
        return value
    number: Number = value.example
    value.trace.compare("==", value, number)
    return number


def quotient(number: "int | Fraction", divisor: "int | Fraction") -> "int | Fraction":
    """The exact quotient of two plain numbers, an int if it is whole; raises ZeroDivisionError."""
    if number % divisor == 0:
        return int(number // divisor)
    # Nearly all designs have whole strides and sizes, and the module takes as long to import as several rooms.
    from fractions import Fraction

    return Fraction(number) / divisor


def floor(value: float) -> int:
    """The largest whole number that is not above the value."""
    if not isinstance(value, Recordable):
        return math.floor(value)
    return _recorded_floor(value)


def _recorded_floor(value: Recordable) -> Any:
    return value if value.is_integer else value.trace.apply("floor", value)


def ceiling(value: float) -> int:
    """The smallest whole number that is not below the value."""
    return -floor(-value)


def truncate(value: float) -> int:
    """The value without its fraction, as `int(value)`."""
    if not isinstance(value, Recordable):
        return int(value)
    return floor(value) if value.is_integer or value >= 0 else ceiling(value)


def ceil_div(number: int, divisor: int) -> int:
    """The quotient, rounded up."""
    return -(-number // divisor)


def gcd(*numbers: int) -> int:
    """The greatest common divisor."""
    for number in numbers:
        if isinstance(number, Recordable):
            return cast("int", _reduced(number, "gcd", numbers))
    return math.gcd(*numbers)


def maximum(*numbers: Number) -> Number:
    """The largest number, recorded as an operation and not as a guard."""
    for number in numbers:
        if isinstance(number, Recordable):
            return cast("Number", _reduced(number, "maximum", numbers))
    return max(numbers)


def minimum(*numbers: Number) -> Number:
    """The smallest number, recorded as an operation and not as a guard."""
    for number in numbers:
        if isinstance(number, Recordable):
            return cast("Number", _reduced(number, "minimum", numbers))
    return min(numbers)


def surely_equal(one: object, other: object) -> bool:
    """Whether numbers, or tuples of them, are equal for all values of the parameters. No guard is recorded.

    For a shortcut that doesn't change the result: recorded numbers that only happen to be equal need not take it.
    """
    # A set compares what has the same hash, and that of a recorded number is its identity.
    return one in {other}


def distinct(values: Iterable[Nested]) -> list[Nested]:
    """The distinct numbers, or tuples of them, in order.

    A set would keep two recorded numbers that are equal. Here they are compared, so that a trace has the answer as a guard.
    """
    different = list(dict.fromkeys(values))
    if not any(map(_has_recorded, different)):
        return different
    kept: list[Nested] = []
    for value in different:
        if value not in kept:
            kept.append(value)
    return kept


def _has_recorded(value: Any) -> bool:
    return any(map(_has_recorded, value)) if isinstance(value, tuple) else isinstance(value, Recordable)


def _reduced(recorded: Recordable, operation: str, numbers: tuple[Any, ...]) -> Any:
    return reduce(partial(recorded.trace.apply, operation), numbers)


def make_divisible(value: float, divisor: float, least: float | None = None) -> int:
    """`value` rounded to a multiple of `divisor`, at least `least`, never more than 10 % below `value`.

    Source: `_make_divisible` of the MobileNet reference code (tensorflow/models, torchvision).
    """
    lowest = divisor if least is None else least
    rounded = maximum(lowest, truncate(value + divisor / 2) // divisor * divisor)
    return truncate(rounded + divisor if rounded < 0.9 * value else rounded)
