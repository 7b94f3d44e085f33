"""Calls of Keras' layers as trees: `layers.Conv2D(64, 3)(x)` has two pairs of brackets, and may be broken at either."""

import ast
from collections.abc import Iterable, Sequence

from cnnshape.export.python import WIDTH, Code, Group, Lines, Operation, flat, listing, literal
from cnnshape.export.python import call as plain_call
from cnnshape.named_tuple import NamedTuple

__all__ = [
    "Applied",
    "Code",
    "Expression",
    "Group",
    "applied",
    "bound",
    "breakable",
    "call",
    "flat",
    "listed",
    "literal",
    "written",
]


class Applied(NamedTuple):
    """A layer and the tensor that it takes: `{0}` before the names are known. With other brackets, a list and an item."""

    layer: Group
    tensor: str
    open: str = "("
    close: str = ")"


Expression = Code | Applied
"""What is assigned to a variable."""


def call(function: str, *items: Code, **named: Code) -> Group:
    """A call of a function."""
    return plain_call(function, *items, **named)


def applied(layer: str, *items: Code, **named: Code) -> Applied:
    """A layer that is made and applied to the tensor so far."""
    return Applied(plain_call(layer, *items, **named), "{0}")


def listed(items: Iterable[Code]) -> Group:
    """A list."""
    return listing(items)


def breakable(before: str, text: str) -> Code:
    """A tuple in a text, after other text, as far as a layout may break it."""
    value = ast.parse(text, mode="eval").body
    if not isinstance(value, ast.Tuple) or len(value.elts) < 2:
        return before + text
    items = [(item, ast.get_source_segment(text, item) or "") for item in value.elts]
    parts = [breakable("", part) if isinstance(item, ast.Tuple) else part for item, part in items]
    return Group("", tuple([("", part) for part in parts]), f"{before}(", ")")


def bound(code: Expression, names: Sequence[str]) -> Expression:
    """An expression with names in place of `{0}`, `{1}`, ..."""
    if isinstance(code, Applied):
        tensor = _in_text(code.tensor, names)
        # A choice needs no second pair of brackets.
        bare = tensor[1:-1] if tensor.startswith("(") and tensor.endswith(")") else tensor
        return code._replace(layer=_in_group(code.layer, names), tensor=bare)
    return _in_code(code, names)


def _in_code(code: Code, names: Sequence[str]) -> Code:
    if isinstance(code, str):
        return _in_text(code, names)
    if isinstance(code, Operation):
        return Operation(code.sign, tuple([_in_code(operand, names) for operand in code.operands]))
    return _in_group(code, names)


def _in_group(group: Group, names: Sequence[str]) -> Group:
    items = tuple([(keyword, _in_code(item, names)) for keyword, item in group.items])
    return group._replace(items=items, close=_in_text(group.close, names))


def _in_text(text: str, names: Sequence[str]) -> str:
    for place, name in enumerate(names):
        text = text.replace(f"{{{place}}}", name)
    return text


def written(before: str, code: Expression, depth: int = 1) -> list[str]:
    """The lines of a statement: `before` is the text in front of the expression."""
    lines = Lines(depth)
    if not isinstance(code, Applied):
        lines.add(before, code)
        return lines.lines
    layer = flat(code.layer)
    if len(f"{'    ' * depth}{before}{layer}{code.open}") <= WIDTH:
        lines.add(before, Group(layer, (("", code.tensor),), code.open, code.close))
    else:
        lines.add(before, code.layer._replace(close=f"){code.open}{code.tensor}{code.close}"))
    return lines.lines
