"""The values of an axis as the language reads them, and the numbers in them that can be recorded."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cnnshape.api import options
from cnnshape.language import Expression, ListValue, Value
from cnnshape.study.sweep.space import INPUT, Axis

Number = int | float


class AxisValues:
    """The values of an axis.

    `forms` tells by position which values differ in numbers alone: equal forms. `numbers` are the numbers of each value.
    """

    __slots__ = ("forms", "is_input", "numbers", "values")

    def __init__(self, axis: Axis) -> None:
        """Raises DesignError for a value that can't be one of a param, or for sizes that can't be those of an input."""
        self.is_input = axis.name == INPUT
        self.values: list[Any] = [_shape(value) if self.is_input else _param(value) for value in axis.values]
        read = [_of_shape(value) if self.is_input else _of_param(value) for value in self.values]
        self.forms = [form for form, _ in read]
        self.numbers = [tuple(numbers) for _, numbers in read]

    def recorded(self, position: int, numbers: Sequence[Any]) -> Any:
        """The value at a position with other numbers in it."""
        value, rest = self.values[position], iter(numbers)
        if not self.is_input:
            return _with_numbers(value, rest)
        return tuple(rest) if isinstance(value, tuple) else next(rest)


def _param(value: Any) -> Value:
    return options({"": value}, "", None, None).params[""]


def _shape(value: Any) -> Any:
    # Only what a shape may be passes.
    options(None, "", {"": tuple(value) if isinstance(value, tuple | list) else (value,)}, None)
    return tuple(value) if isinstance(value, tuple | list) else value


def _of_shape(value: Any) -> tuple[object, list[Number]]:
    return ("shape", len(value)) if isinstance(value, tuple) else "size", list(
        value if isinstance(value, tuple) else [value]
    )


def _of_param(value: Value) -> tuple[object, list[Number]]:
    """The form of a value and its numbers, in order."""
    if isinstance(value, ListValue):
        parts = [_of_param(item) for item in value.items]
        return tuple([form for form, _ in parts]), [number for _, numbers in parts for number in numbers]
    number = _number(value)
    if number is not None:
        return type(number), [number]
    # A word or a layer: equal ones have equal texts.
    return ("word", value.span.text), []


def _number(value: Value) -> Number | None:
    """The number that a value is; None for any other one."""
    if not isinstance(value, Expression) or not value.constant:
        return None
    result = value.evaluate({})
    return result if type(result) in (int, float) else None


def _with_numbers(value: Value, numbers: Iterator[Any]) -> Value:
    if isinstance(value, ListValue):
        return ListValue(tuple([_with_numbers(item, numbers) for item in value.items]), value.span)
    if _number(value) is None or not isinstance(value, Expression):
        return value
    return Expression(value.text, value.span, value.tree, _always(next(numbers)), value.names, value.lists)


def _always(number: Any) -> Callable[[Any], Any]:
    return lambda scope: number
