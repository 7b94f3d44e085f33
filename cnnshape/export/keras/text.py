"""Python code as text, laid out as `ruff format` lays it out with its defaults."""

from collections.abc import Iterable, Sequence
from typing import Union

from cnnshape.named_tuple import NamedTuple

WIDTH = 88
INDENT = "    "


class Brackets(NamedTuple):
    """Items between brackets: `layers.Add(` ... `)([x, y])` has the head `layers.Add(` and the tail `)([x, y])`."""

    head: str
    items: tuple["Code", ...]
    tail: str

    def __str__(self) -> str:
        return self.head + ", ".join(map(str, self.items)) + self.tail


Code = Union[str, Brackets]
"""An expression; a text is never broken."""


def call(function: str, *items: Code, tail: str = "", **named: Code) -> Brackets:
    """A call of a function. `tail` is what follows it: the call of the layer that it made."""
    return Brackets(f"{function}(", (*items, *(_named(*pair) for pair in named.items())), f"){tail}")


def listed(items: Iterable[Code]) -> Brackets:
    """A list."""
    return Brackets("[", tuple(items), "]")


def _named(name: str, value: Code) -> Code:
    if isinstance(value, str):
        return f"{name}={value}"
    return Brackets(f"{name}={value.head}", value.items, value.tail)


def literal(value: object) -> str:
    """A number, a truth, a word, or a tuple of these, as Python writes it."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def bound(code: Code, names: Sequence[str]) -> Code:
    """An expression with names in place of `{0}`, `{1}`, ..."""
    if isinstance(code, str):
        for place, name in enumerate(names):
            code = code.replace(f"{{{place}}}", name)
        return code
    head, tail = (str(bound(part, names)) for part in (code.head, code.tail))
    return Brackets(head, tuple(bound(item, names) for item in code.items), tail)


def laid_out(lead: str, code: Code, indent: str, end: str = "") -> list[str]:
    """The lines of an expression after a text such as `x = `, with `end` after it."""
    whole = f"{indent}{lead}{code}{end}"
    if isinstance(code, str) or not code.items or len(whole) <= WIDTH:
        return [whole]
    inner = indent + INDENT
    lines = [f"{indent}{lead}{code.head}"]
    body = inner + ", ".join(map(str, code.items))
    if len(body) <= WIDTH:
        lines.append(body)
    else:
        for item in code.items:
            lines += laid_out("", item, inner, ",")
    lines.append(f"{indent}{code.tail}{end}")
    return lines


def assigned(target: str, code: Code, indent: str = INDENT) -> list[str]:
    """The lines of an assignment."""
    return laid_out(f"{target} = ", code, indent)
