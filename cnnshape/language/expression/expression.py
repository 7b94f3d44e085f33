"""A compiled expression, or a reference to a tensor, and its place in the file."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from cnnshape.language.expression.lists import chooses, list_operations
from cnnshape.language.expression.parser import parse
from cnnshape.language.expression.tree import Constant, Node, Variable
from cnnshape.language.expression.values import SIZE_NAMES, ExpressionProblem, Run, Value
from cnnshape.source import Span

MAX_LENGTH = 200
AXIS_NAMES = {
    2: ("in_length",),
    3: ("in_height", "in_width"),
    4: ("in_depth", "in_height", "in_width"),
}
"""The names of the spatial sizes of the tensor that enters a step, by the length of its shape."""
DYNAMIC = frozenset({"prev", *SIZE_NAMES})
"""The names whose values depend on the tensor that enters a step."""
_NO_NAMES: frozenset[str] = frozenset()
"""Python makes a new set for each `frozenset()`."""


class Expression:
    """An expression of a file: its text, its place, its tree, and the function that gives its value.

    `names` are all names in it; `constant` is true if it has none, `dynamic` if it asks for the tensor that
    enters the step. `lists` is the number of its operations that may go through a whole list. `chooses` is true if a part
    of it may not be computed.
    """

    __slots__ = ("chooses", "constant", "dynamic", "lists", "names", "run", "span", "text", "tree")

    def __init__(
        self, text: str, span: Span, tree: Node, run: Run, names: frozenset[str], lists: int, *, chooses: bool = False
    ) -> None:
        self.text = text
        self.span = span
        self.tree = tree
        self.run = run
        self.names = names
        self.lists = lists
        self.chooses = chooses
        self.constant = not names
        self.dynamic = not DYNAMIC.isdisjoint(names)

    @property
    def size(self) -> int:
        """The number of single values in the expression."""
        return 1

    @property
    def word(self) -> str:
        """The name, if the expression is a single name; else empty."""
        return self.tree.sign if isinstance(self.tree, Variable) else ""

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        """The value in that scope; raises ExpressionProblem."""
        return self.run(scope)

    def place(self, problem: ExpressionProblem) -> Span:
        """The place of a problem of this expression, as precisely as the quotes allow."""
        return place_in(self.text, self.span, problem.offset, problem.length)

    def uses(self) -> Iterator[tuple[str, Span]]:
        """The names in the expression with their places, in the order of the text."""
        for variable in self.tree.names():
            yield variable.sign, place_in(self.text, self.span, variable.offset, len(variable.sign))


class Reference:
    """An expression that gives a tensor, or a list of tensors: `stem`, `stage.2`, `stage.all`.

    A step's name may contain dots and dashes, so the whole text is tried as a name first. `expression` is None if it
    can only be a name. `names` are all names that it may read.
    """

    __slots__ = ("expression", "names", "span", "text")

    def __init__(self, text: str, span: Span, expression: Expression | None = None) -> None:
        self.text = text
        self.span = span
        self.expression = expression
        self.names: frozenset[str] = frozenset({text}).union(expression.names if expression else ())

    @property
    def lists(self) -> int:
        """As in an expression."""
        return self.expression.lists if self.expression else 0

    def uses(self) -> Iterator[tuple[str, Span]]:
        """The names that it may read with their places: the whole text, and those in the expression."""
        yield self.text, self.span
        if self.expression is not None and self.expression.word != self.text:
            yield from self.expression.uses()


def compile_reference(text: str, span: Span) -> Reference:
    """Compiles a text; raises ExpressionProblem for one that is neither an expression nor may be a name."""
    try:
        return Reference(text, span, compile_expression(text, span))
    except ExpressionProblem:
        if "(" in text or "[" in text or " if " in text:
            raise
        return Reference(text, span)


def place_in(text: str, span: Span, offset: int, length: int) -> Span:
    """The place of a part of the text at `span`; all of `span` if escapes or line breaks shift the part."""
    written = span.text
    if not length:
        return span
    if written == text:
        return span.part(offset, length)
    return span.part(offset + 1, length) if written[1:-1] == text else span


def compile_expression(text: str, span: Span) -> Expression:
    """Compiles a text; raises ExpressionProblem."""
    if len(text) > MAX_LENGTH:
        message = f"an expression of {len(text):,} characters; at most {MAX_LENGTH} are allowed"
        raise ExpressionProblem("expression-syntax", message)
    if not text.strip():
        raise ExpressionProblem("expression-syntax", "the text is empty, expected a value")
    tree, run, names, lists, chooses = _compiled(text)
    return Expression(text, span, tree, run, names, lists, chooses=chooses)


@lru_cache(maxsize=1024)
def _compiled(text: str) -> tuple[Node, Run, frozenset[str], int, bool]:
    """The cached compilation of a text: a file repeats a few words and numbers many times."""
    tree = parse(text)
    if isinstance(tree, Constant):
        return tree, tree.compile(), _NO_NAMES, 0, False
    names = frozenset(variable.sign for variable in tree.names())
    return tree, tree.compile(), names, list_operations(tree), bool(tree.parts) and chooses(tree)
