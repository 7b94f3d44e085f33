"""Values as literals of Python."""

from typing import Any

from cnnshape.export.python.code import Code, Group


def literal(value: Any) -> str:
    """A number, a truth, a word, None, or a tuple of these, as ruff writes it."""
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.1f}"
    return repr(value)


def literal_code(value: Any) -> Code:
    """The same, so that a long tuple can be broken."""
    if not isinstance(value, tuple) or not value:
        return literal(value)
    return Group("", tuple([("", literal_code(item)) for item in value]), "(", ",)" if len(value) == 1 else ")")
