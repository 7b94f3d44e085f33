"""Expressions of Python as trees, as deep as a layout needs to break them over lines."""

from collections.abc import Iterable

from cnnshape.named_tuple import NamedTuple


class Group(NamedTuple):
    """A call or a list: a head, brackets, and the items between them.

    `items` are pairs of a keyword and its value, or "" and a value. A keyword with a space at its end is written as it is:
    `width: int = `.
    """

    head: str
    items: "tuple[tuple[str, Code], ...]"
    open: str = "("
    close: str = ")"

    @property
    def exploded(self) -> bool:
        """Whether items that don't fit on one line get a line each, as those of a list do, and those of a call don't."""
        return not self.head


class Operation(NamedTuple):
    """Operands with one sign between them: `a + b + c`."""

    sign: str
    operands: "tuple[Code, ...]"


Code = str | Group | Operation
"""A text is never broken."""


def call(function: str, *arguments: Code, **named: Code) -> Group:
    """`function(a, b, name=c)`"""
    return Group(function, (*[("", argument) for argument in arguments], *named.items()))


def listing(items: Iterable[Code]) -> Group:
    """`[a, b]`"""
    return Group("", tuple([("", item) for item in items]), "[", "]")


def flat(code: Code) -> str:
    """The code on one line."""
    if isinstance(code, str):
        return code
    if isinstance(code, Operation):
        return f" {code.sign} ".join(map(flat, code.operands))
    return f"{code.head}{code.open}{', '.join(map(_item, code.items))}{code.close}"


def _item(item: tuple[str, Code]) -> str:
    name, value = item
    return f"{keyword(name)}{flat(value)}"


def keyword(name: str) -> str:
    """The text before the value of an item."""
    return f"{name}=" if name and not name.endswith(" ") else name
