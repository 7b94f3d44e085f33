"""Expressions of the language as expressions of Python.

`resolved` puts expressions of Python's names in the place of the names of a spec; `python` writes the result. Both work on
the trees of `language`, so that a result can still be computed with `value_of`.
"""

from collections.abc import Mapping

from cnnshape.export.python.values import literal
from cnnshape.language import ExpressionProblem
from cnnshape.language.expression.lists import Item, Items
from cnnshape.language.expression.tree import Binary, Choice, Constant, FunctionCall, Node, Unary, Variable


class Untranslatable(Exception):
    """An expression that has no counterpart in Python here, such as one of tensors."""


def variable(name: str) -> Node:
    """A name of Python."""
    return Variable(name, 0)


def constant(value: object) -> Node:
    """A value."""
    return Constant("", 0, value)


def binary(left: Node, sign: str, right: Node) -> Node:
    """Two operands with a sign; constants are computed, and a factor of 1 or a summand of 0 is left out."""
    made = Binary(sign, 0, left, right)
    if isinstance(left, Constant) and isinstance(right, Constant):
        return constant(value_of(made, {}))
    neutral = {"*": 1, "//": 1, "/": 1, "+": 0, "-": 0}.get(sign)
    if isinstance(right, Constant) and right.value == neutral:
        return left
    if isinstance(left, Constant) and left.value == neutral and sign in ("*", "+"):
        return right
    if sign == "-" and equal(left, right):
        return constant(0)
    # a + (b - a) is b.
    if sign == "+" and isinstance(right, Binary) and right.sign == "-" and equal(left, right.right):
        return right.left
    return made


def equal(a: Node, b: Node) -> bool:
    """Whether two expressions are the same."""
    if isinstance(a, Constant) or isinstance(b, Constant):
        return isinstance(a, Constant) and isinstance(b, Constant) and repr(a.value) == repr(b.value)
    parts = list(zip(a.parts, b.parts, strict=False))
    alike = type(a) is type(b) and a.sign == b.sign and len(a.parts) == len(b.parts)
    return alike and all(equal(*pair) for pair in parts)


def resolved(node: Node, names: Mapping[str, Node]) -> Node:
    """The expression with other expressions for its names; a name that isn't among them is a word.

    Raises Untranslatable for what only tensors have.
    """
    if isinstance(node, Variable):
        return names[node.sign] if node.sign in names else constant(node.sign)
    if isinstance(node, Constant):
        return node
    if isinstance(node, Unary):
        return _unary(Unary(node.sign, node.offset, resolved(node.operand, names)))
    if isinstance(node, Binary):
        left, right = resolved(node.left, names), resolved(node.right, names)
        return binary(left, node.sign, right) if node.sign in _NUMERIC else Binary(node.sign, node.offset, left, right)
    if isinstance(node, Choice):
        return _choice(*(resolved(part, names) for part in node.parts))
    if isinstance(node, FunctionCall):
        return FunctionCall(node.sign, node.offset, tuple(resolved(part, names) for part in node.arguments))
    if isinstance(node, Items):
        return Items(node.offset, tuple(resolved(item, names) for item in node.items))
    if isinstance(node, Item):
        return Item(node.sign, node.offset, resolved(node.items, names), resolved(node.index, names))
    raise Untranslatable(type(node).__name__)


def _unary(node: Unary) -> Node:
    return constant(value_of(node, {})) if isinstance(node.operand, Constant) else node


_NUMERIC = frozenset({"+", "-", "*", "/", "//", "%"})


def _choice(chosen: Node, condition: Node, otherwise: Node) -> Node:
    if isinstance(condition, Constant):
        return chosen if condition.value else otherwise
    return Choice(0, chosen, condition, otherwise)


def value_of(node: Node, values: Mapping[str, object]) -> object:
    """The value, by the values of Python's names. Raises Untranslatable for one that can't be computed."""
    try:
        return node.compile()(values)
    except (ExpressionProblem, TypeError) as problem:
        raise Untranslatable(str(problem)) from None


def names_of(node: Node) -> set[str]:
    """The names of Python in an expression."""
    return {part.sign for part in node.names()}


_CHOICE, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _UNARY, _ATOM = range(9)
_LEVELS = {
    "or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "//": _PRODUCT, "%": _PRODUCT,
    **dict.fromkeys(["==", "!=", "<", "<=", ">", ">="], _COMPARISON),
}  # fmt: skip


def python(node: Node, values: Mapping[str, object], *, whole: bool = False) -> str:
    """The text of an expression of Python's names. `values` are examples of these: lists and numbers are joined otherwise.

    `whole` says that the result is a whole number. The language refuses fractions there, so a quotient is one too.
    """
    if whole and isinstance(node, Binary) and node.sign == "/":
        node = Binary("//", node.offset, node.left, node.right)
    text, _ = _written(node, values)
    if whole and _has_quotient(node) and not text.startswith(("ceil(", "floor(", "make_divisible(", "int(")):
        return f"int({text})"
    return text


def _has_quotient(node: Node) -> bool:
    if isinstance(node, FunctionCall) and node.sign in ("ceil", "floor", "make_divisible"):
        return False
    return (isinstance(node, Binary) and node.sign == "/") or any(map(_has_quotient, node.parts))


def _written(node: Node, values: Mapping[str, object]) -> tuple[str, int]:
    """The text, and how tightly it binds."""
    if isinstance(node, Constant):
        return literal(node.value), _ATOM
    if isinstance(node, Variable):
        return node.sign, _ATOM
    if isinstance(node, Unary):
        level = _NOT if node.sign == "not" else _UNARY
        inner = _at_least(node.operand, level, values)
        return f"not {inner}" if node.sign == "not" else f"-{inner}", level
    if isinstance(node, Choice):
        chosen, condition = (_at_least(part, _OR, values) for part in (node.chosen, node.condition))
        return f"{chosen} if {condition} else {_at_least(node.otherwise, _CHOICE, values)}", _CHOICE
    if isinstance(node, Binary):
        return _binary(node, values)
    if isinstance(node, FunctionCall):
        return _call(node, values), _ATOM
    if isinstance(node, Items):
        listed = [_written(item, values)[0] for item in node.items]
        return f"({', '.join(listed)}{',' if len(listed) == 1 else ''})", _ATOM
    if isinstance(node, Item):
        return f"{_at_least(node.items, _ATOM, values)}[{_written(node.index, values)[0]}]", _ATOM
    raise Untranslatable(type(node).__name__)


def _at_least(node: Node, level: int, values: Mapping[str, object]) -> str:
    """The text, in brackets if it binds less tightly."""
    text, own = _written(node, values)
    return text if own >= level else f"({text})"


def _binary(node: Binary, values: Mapping[str, object]) -> tuple[str, int]:
    if node.sign == "+" and _is_list(node, values):
        return f"(*{_at_least(node.left, _ATOM, values)}, *{_at_least(node.right, _ATOM, values)})", _ATOM
    level = _LEVELS[node.sign]
    # `a - (b - c)`: the right side of operators that bind from the left. Comparisons don't chain.
    left = _at_least(node.left, level + (level == _COMPARISON), values)
    right = _at_least(node.right, level + 1, values)
    return f"{left} {node.sign} {right}", level


def _is_list(node: Binary, values: Mapping[str, object]) -> bool:
    try:
        return isinstance(value_of(node, values), tuple)
    except Untranslatable:
        return False


def _call(node: FunctionCall, values: Mapping[str, object]) -> str:
    if node.sign == "reverse":
        return f"{_at_least(node.arguments[0], _ATOM, values)}[::-1]"
    return f"{node.sign}({', '.join(_written(argument, values)[0] for argument in node.arguments)})"
