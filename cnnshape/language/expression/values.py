"""The values of expressions: their types, their text in messages, and the functions on them."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnshape.arithmetic import Recordable, ceiling, example, floor, is_number, make_divisible, maximum, minimum

MAX_VALUE = 10**12
SIZE_NAMES = ("in_channels", "in_length", "in_height", "in_width", "in_depth")
"""The names that expressions may use for the tensor that enters a step."""
MAX_LIST = 1_000
MAX_LIST_DEPTH = 8
TOO_LONG = f"a list of more than {MAX_LIST:,} values, or of lists more than {MAX_LIST_DEPTH} levels deep"

Value = Any
"""int, float, bool, str (a word), a tuple of values, or a tensor that the graph put into scope."""
Run = Callable[[Mapping[str, Value]], Value]
"""A compiled expression: from a scope to its value; raises ExpressionProblem."""


class Named:
    """A tensor that a step of a file made. A step that runs in rounds has several, by number; a block or a round gives
    names to some inside it.

    Each method raises ExpressionProblem for what there is not, with `{}` for the name of the tensor.
    """

    __slots__ = ()

    def round(self, number: int) -> Value:
        """The tensor of a round, counted from 0."""
        raise NotImplementedError

    def rounds(self) -> tuple[Value, ...]:
        """The tensors of all rounds that are finished."""
        raise NotImplementedError

    def part(self, name: str) -> Value:
        """What a name means inside the step."""
        raise NotImplementedError


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
    if type(value) is tuple:
        return "a list"
    # A value that another room puts into scope may describe itself.
    return f"`{value}`" if isinstance(value, str) else getattr(value, "description", "a tensor")


def sort_of(value: Value) -> str | None:
    """The sort of a value: only values of one sort may be equal. None if it can't be compared."""
    if isinstance(value, bool):
        return "truth"
    if is_number(value):
        return "number"
    return "word" if isinstance(value, str) else "list" if type(value) is tuple else None


def is_small(items: tuple[Value, ...]) -> bool:
    """Whether a list is small including all lists in it: a few names of nested lists can exceed any memory."""
    if tuple not in set(map(type, items)):
        return len(items) <= MAX_LIST
    level, count = [items], len(items)
    for _ in range(MAX_LIST_DEPTH):
        level = [item for listed in level for item in listed if type(item) is tuple]
        count += sum(map(len, level))
        if count > MAX_LIST:
            return False
        if not level:
            return True
    return False


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
    "len": (len, 1, 1),
    "reverse": (lambda items: items[::-1], 1, 1),
}
"""The functions of the language, each with the fewest and the most values that it takes."""
OF_LISTS = frozenset({"len", "reverse"})
"""The functions that take a list; the others take numbers."""
