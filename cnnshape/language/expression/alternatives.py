"""The parts of an expression that may not be computed: the branches of `a if condition else b`, the second operand of `and`
and `or`, and the items of a list of which one is taken."""

from collections.abc import Iterator, Mapping

from cnnshape.language.expression.expression import Expression, place_in
from cnnshape.language.expression.lists import Item, Items
from cnnshape.language.expression.tree import Binary, Choice, Constant, Node
from cnnshape.language.expression.values import ExpressionProblem
from cnnshape.source import Span

_NEUTRAL = {"and": True, "or": False}
_CLOSING = {"(": ")", "[": "]"}


class Alternative(Expression):
    """A part of an expression as a value of its own, at its own place."""

    __slots__ = ("whole",)

    def __init__(self, whole: Expression, tree: Node) -> None:
        start, end = _extent(whole.text, tree)
        span = place_in(whole.text, whole.span, start, end - start)
        names = frozenset(variable.sign for variable in tree.names())
        super().__init__(whole.text, span, tree, tree.compile(), names, 0)
        self.whole = whole

    def place(self, problem: ExpressionProblem) -> Span:
        """The place of a problem of this part."""
        return self.whole.place(problem) if problem.length else self.span


def alternatives(expression: Expression, scope: Mapping[str, object]) -> Iterator[Alternative]:
    """The parts that may be the value of an expression, and that are constants or words: no name of the scope is in
    them."""
    for node in _results(expression.tree):
        if node is not expression.tree and all(variable.sign not in scope for variable in node.names()):
            yield Alternative(expression, node)


def operands(expression: Expression) -> Iterator[Alternative]:
    """The constant parts inside an expression that are computed. Each has a value; a number always has one."""
    yield from (Alternative(expression, node) for node in _operands(expression.tree))


def _results(node: Node) -> Iterator[Node]:
    if isinstance(node, Choice):
        yield from _results(node.chosen)
        yield from _results(node.otherwise)
    elif isinstance(node, Item) and isinstance(node.items, Items) and isinstance(node.index, Constant):
        for item in node.items.items:
            yield from _results(item)
    else:
        yield node


def _operands(node: Node) -> Iterator[Node]:
    """The largest nodes without names but numbers; an operand of `and` or `or` with its sign, as it must be true or
    false."""
    for part in node.parts:
        if any(True for _ in part.names()):
            yield from _operands(part)
        elif isinstance(node, Binary) and node.sign in _NEUTRAL:
            yield Binary(node.sign, node.offset, Constant("", part.offset, _NEUTRAL[node.sign]), part)
        elif not isinstance(part, Constant):
            yield part


def _extent(text: str, node: Node) -> tuple[int, int]:
    """Where a node starts and ends in its text."""
    nodes = [node]
    for inner in nodes:
        nodes += inner.parts
    start = min(inner.offset for inner in nodes)
    end = max(inner.offset + len(inner.sign) for inner in nodes)
    while end < len(text) and any(
        text.count(sign, start, end) > text.count(_CLOSING[sign], start, end) for sign in _CLOSING
    ):
        end += 1
    return start, end
