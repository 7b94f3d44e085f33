"""A compiled expression, or a reference to a tensor, and its place in the file."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from cnnshape.language.expression.parser import parse
from cnnshape.language.expression.tree import Item, Node, Variable
from cnnshape.language.expression.values import ExpressionProblem, Run, Value
from cnnshape.source import Span

MAX_LENGTH = 200
AXIS_NAMES = {
    2: ("in_length",),
    3: ("in_height", "in_width"),
    4: ("in_depth", "in_height", "in_width"),
}
"""The names of the spatial sizes of the tensor that enters a step, by the length of its shape."""
SIZE_NAMES = ("in_channels", "in_length", "in_height", "in_width", "in_depth")
"""The names that expressions may use for the tensor that enters a step."""
DYNAMIC = frozenset({"prev", *SIZE_NAMES})
"""The names whose values depend on the tensor that enters a step."""


class Expression:
    """An expression of a file: its text, its place, its tree, and the function that gives its value.

    `names` are all names in it; `constant` is true if it has none, `dynamic` if it asks for the tensor that
    enters the step.
    """

    __slots__ = ("constant", "dynamic", "names", "run", "span", "text", "tree")

    def __init__(self, text: str, span: Span, tree: Node, run: Run, names: frozenset[str]) -> None:
        self.text = text
        self.span = span
        self.tree = tree
        self.run = run
        self.names = names
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
    """The name of a tensor as an expression: `stem`, or the output of a round, `stage.2`.

    A step's name may contain dots and dashes, so the whole text is tried as a name first.
    """

    __slots__ = ("span", "text", "tree")

    def __init__(self, text: str, span: Span) -> None:
        self.text = text
        self.span = span
        stem, _, number = text.rpartition(".")
        is_round = stem != "" and number.isascii() and number.isdigit()
        self.tree: Node = Item(number, len(stem) + 1, Variable(stem, 0)) if is_round else Variable(text, 0)

    @property
    def stem(self) -> str:
        """The name without the number of the round."""
        return next(self.tree.names()).sign

    @property
    def round(self) -> int | None:
        """The number of the round, if the reference names one."""
        return self.tree.number if isinstance(self.tree, Item) else None


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
    return Expression(text, span, *_compiled(text))


@lru_cache(maxsize=1024)
def _compiled(text: str) -> tuple[Node, Run, frozenset[str]]:
    """The cached compilation of a text: a file repeats a few words and numbers many times."""
    tree = parse(text)
    return tree, tree.compile(), frozenset(variable.sign for variable in tree.names())
