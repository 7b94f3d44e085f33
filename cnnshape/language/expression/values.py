"""The values of expressions: their types, their text in messages, and the functions on them."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnshape.arithmetic import Recordable, ceiling, example, floor, is_number, make_divisible, maximum, minimum

MAX_VALUE = 10**12

Value = Any
"""int, float, bool, str (a word), a tuple of values, or a tensor that the graph put into scope."""
Run = Callable[[Mapping[str, Value]], Value]
"""A compiled expression: from a scope to its value; raises ExpressionProblem."""


class Unresolved(str):
    """A bare name that is not in scope: a word that an argument takes, or a mistake."""

    __slots__ = ()


class ExpressionProblem(Exception):
    """A text that is not an expression, or an expression without a value.

    `offset` and `length` are the place in the text, in code points; `length` 0 means the whole text. `word` is the
    undefined name, if that is the problem.
    """

    def __init__(
        self, name: str, message: str, offset: int = 0, length: int = 0, help: str | None = None, word: str = ""
    ) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.offset = offset
        self.length = length
        self.help = help
        self.word = word


def unknown(word: Unresolved) -> ExpressionProblem:
    """The problem of an undefined name whose value is needed."""
    return ExpressionProblem("unknown-name", f"nothing is called `{word}` here", word=str(word))


def describe(value: Value) -> str:
    """A value as text for a message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        value = example(value)
        short = f"{value:.6g}"
        # Show a number in full if rounding would make it look like a whole number.
        return short if value == float(short) or not short.isdigit() else str(value)
    if isinstance(value, tuple):
        return "a list"
    return f"`{value}`" if isinstance(value, str) else "a tensor"


def sort_of(value: Value) -> str | None:
    """The sort of a value: only values of one sort may be equal. None if it can't be compared."""
    if isinstance(value, bool):
        return "truth"
    if is_number(value):
        return "number"
    return "word" if isinstance(value, str) else "list" if isinstance(value, tuple) else None


def divide(a: int | float, b: int | float) -> int | float:
    """The quotient: exact if whole numbers divide evenly, else the nearest float."""
    if _is_integer(a) and _is_integer(b) and a % b == 0:
        return a // b
    return a / b


def _is_integer(value: object) -> bool:
    """Whether a number is whole by its type: 4.0 is not."""
    return value.is_integer if isinstance(value, Recordable) else isinstance(value, int)


FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "min": (minimum, 2, 8),
    "max": (maximum, 2, 8),
    "ceil": (ceiling, 1, 1),
    "floor": (floor, 1, 1),
    "make_divisible": (make_divisible, 2, 3),
}
"""The functions of the language, each with the fewest and the most values that it takes."""
