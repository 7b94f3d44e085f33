"""Expressions: a small Pratt parser that compiles a text to a function of a scope.

Nothing of Python is evaluated. Length, depth and the size of every number are bounded.
"""

import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import ceil, floor
from typing import Any, NamedTuple

from cnnshape.diagnostics import nearest
from cnnshape.source import Span

MAX_LENGTH = 200
MAX_DEPTH = 32
MAX_VALUE = 10**12

Value = Any
"""int, float, bool, str (a word), a tuple of values, or a tensor that the graph put into scope."""


class Unresolved(str):
    """A bare name that no scope knows: an enum word of the argument that it stands in, or a mistake."""

    __slots__ = ()


class ExpressionProblem(Exception):
    """A text that is no expression, or an expression that has no value; `offset` and `length` in code points."""

    def __init__(self, name: str, message: str, offset: int = 0, length: int = 0, help: str | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.offset = offset
        self.length = length
        self.help = help


Run = Callable[[Mapping[str, Value]], Value]


class Expression:
    """A compiled expression and the place where it stands."""

    __slots__ = ("constant", "names", "run", "span", "text")

    def __init__(self, text: str, span: Span, run: Run, names: frozenset[str]) -> None:
        self.text = text
        self.span = span
        self.run = run
        self.names = names
        self.constant = not names

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        """The value in that scope; raises ExpressionProblem."""
        return self.run(scope)

    def place(self, problem: ExpressionProblem) -> Span:
        """Where a problem of this expression stands, as exactly as its quoting allows."""
        shown = self.span.text
        if not problem.length or self.text not in shown:
            return self.span
        return self.span.part(shown.index(self.text) + problem.offset, problem.length)


def compile_expression(text: str, span: Span) -> Expression:
    """Compiles a text; raises ExpressionProblem (`expression-syntax`)."""
    if len(text) > MAX_LENGTH:
        message = f"an expression of {len(text):,} characters; at most {MAX_LENGTH} are allowed"
        raise ExpressionProblem("expression-syntax", message)
    if not text.strip():
        raise ExpressionProblem("expression-syntax", "the text is empty, expected a value")
    return Expression(text, span, *_parsed(text))


@lru_cache(maxsize=1024)
def _parsed(text: str) -> tuple[Run, frozenset[str]]:
    """What a text says, wherever it stands: a file repeats a few words and numbers many times."""
    parser = _Parser(text)
    run = parser.expression(0, 0)
    parser.expect_end()
    return run, frozenset(parser.names)


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>//|==|!=|<=|>=|[-+*/%<>(),.]))",
    re.ASCII,
)
_KEYWORDS = {"and", "or", "not", "if", "else"}
_LITERALS = {"true": True, "false": False}
_BINDING = {
    "if": 1, "or": 2, "and": 3,
    "==": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5,
    "+": 6, "-": 6, "*": 7, "/": 7, "//": 7, "%": 7, ".": 9,
}  # fmt: skip
_NOT, _COMPARISON, _UNARY = 4, 5, 8
_FOREIGN = {
    "&&": "the operator is `and`", "||": "the operator is `or`", "&": "the operator is `and`",
    "|": "the operator is `or`", "!": "the operator is `not`", "^": "there is no power; multiply",
    "=": "the operator is `==`", "?": "write `a if condition else b`", "$": "a name stands for itself: `width`",
    "{": "a name stands for itself: `width`", "[": "a list has no quotes",
    "%": "a name stands for itself: `width`", "'": "a word has no quotes of its own", '"': "a word has no quotes of its own",
    "\u00d7": "the operator is `*`", "\u2212": "the operator is `-`", ";": "one value, or a list: `[3, 3]`",
}  # fmt: skip
_TIMES = re.compile(r"x(\d+)", re.ASCII)
_ITEM = re.compile(r"([A-Za-z_]\w{0,60})\[(\d{1,9})\]", re.ASCII)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    stripped = len(text.rstrip())
    while position < stripped:
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unexpected_character(text, position)
        kind = match.lastgroup or ""
        word = match.group(kind)
        start = match.start(kind)
        # `widths.0` is an index, not the number .0
        if kind == "number" and word.startswith(".") and tokens and tokens[-1].kind in ("name", "index"):
            tokens += [_Token(".", ".", start), _Token("index", word[1:], start + 1)]
        else:
            tokens.append(_Token(word if kind == "sign" or word in _KEYWORDS else kind, word, start))
        position = match.end()
    return tokens


def _unexpected_character(text: str, position: int) -> ExpressionProblem:
    offset = position + len(text[position:]) - len(text[position:].lstrip())
    sign = next((each for each in _FOREIGN if text.startswith(each, offset)), None)
    help = _FOREIGN[sign] if sign else None
    if item := _ITEM.search(text):
        help = f"an item of a list is written `{item[1]}.{item[2]}`"
    message = f"unexpected {text[offset]!r} in an expression"
    return ExpressionProblem("expression-syntax", message, offset, 1, help)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.names: set[str] = set()

    def peek(self) -> _Token:
        if self.at < len(self.tokens):
            return self.tokens[self.at]
        return _Token("end", "", len(self.text))

    def take(self) -> _Token:
        token = self.peek()
        self.at += 1
        return token

    def fail(self, token: _Token, expected: str, help: str | None = None) -> ExpressionProblem:
        found = f"`{token.text}`" if token.text else "the end"
        help = help or _FOREIGN_PAIRS.get(self.text[max(token.offset - 1, 0) : token.offset + 1])
        help = help or self.guess(token)
        message = f"expected {expected}, found {found}"
        return ExpressionProblem("expression-syntax", message, token.offset, max(len(token.text), 1), help)

    def guess(self, token: _Token) -> str | None:
        """What was meant by a token that has no place."""
        before = next((each.text for each in reversed(self.tokens) if each.offset < token.offset), "")
        if token.text == ",":
            return "a list stands in square brackets: `[3, 3]`"
        if (times := _TIMES.fullmatch(token.text)) and before.isdigit():
            return f"a list is written `[{before}, {times[1]}]`, a product `{before} * {times[1]}`"
        if token.text.startswith("_") and before.isdigit():
            return "write the digits of a number without `_`"
        if not token.text and self.text.rstrip().endswith("%"):
            return "`%` is the remainder; a share is a fraction: 50 % is 0.5"
        return None

    def expect(self, kind: str, expected: str) -> _Token:
        token = self.take()
        if token.kind != kind:
            raise self.fail(token, expected)
        return token

    def expect_end(self) -> None:
        if self.peek().kind != "end":
            raise self.fail(self.peek(), "an operator or the end")

    def expression(self, binding: int, depth: int) -> Run:
        if depth > MAX_DEPTH:
            message = f"an expression nested more than {MAX_DEPTH} levels deep"
            raise ExpressionProblem("expression-syntax", message)
        left = self.prefix(self.take(), depth)
        while _BINDING.get(self.peek().kind, 0) > binding:
            token = self.take()
            left = self.infix(token, left, depth)
        return left

    def prefix(self, token: _Token, depth: int) -> Run:
        if token.kind == "number":
            return _constant(_number(token))
        if token.kind == "name":
            return self.name(token, depth)
        if token.kind == "(":
            inner = self.expression(0, depth + 1)
            self.expect(")", "`)`")
            return inner
        if token.kind == "-":
            return _unary(operator.neg, token, self.expression(_UNARY, depth + 1))
        if token.kind == "not":
            return _negation(token, self.expression(_NOT, depth + 1))
        raise self.fail(token, "a number, a name or `(`")

    def name(self, token: _Token, depth: int) -> Run:
        if token.text in _LITERALS:
            return _constant(_LITERALS[token.text])
        if self.peek().kind == "(":
            return self.call(token, depth)
        self.names.add(token.text)
        return _lookup(token.text)

    def call(self, token: _Token, depth: int) -> Run:
        known = _FUNCTIONS.get(token.text)
        if known is None:
            close = nearest(token.text, _FUNCTIONS)
            listed = ", ".join(f"`{each}`" for each in _FUNCTIONS)
            help = f"functions are {listed}; a layer with arguments is written `{{{token.text}: ...}}`"
            help = f"did you mean `{close}`?" if close else help
            message = f"no function is called `{token.text}`"
            raise ExpressionProblem("expression-syntax", message, token.offset, len(token.text), help)
        function, fewest, most = known
        self.take()
        arguments = [self.expression(0, depth + 1)]
        while self.peek().kind == ",":
            self.take()
            arguments.append(self.expression(0, depth + 1))
        self.expect(")", "`)` or `,`")
        if not fewest <= len(arguments) <= most:
            takes = f"{fewest} to {most} values" if most > 1 else "one value"
            message = f"`{token.text}` takes {takes}, got {len(arguments)}"
            raise ExpressionProblem("expression-syntax", message, token.offset, len(token.text))
        return _application(token, function, arguments)

    def infix(self, token: _Token, left: Run, depth: int) -> Run:
        if token.kind == ".":
            index = self.take()
            if index.kind not in ("index", "number") or not index.text.isdigit():
                help = "`list.0` is an item of a list; a name has no dots in an expression"
                raise self.fail(index, "a whole number after `.`", help)
            return _index(index, left, int(index.text[:9]))
        if token.kind == "if":
            condition = self.expression(_BINDING["if"], depth + 1)
            self.expect("else", "`else`")
            return _choice(token, left, condition, self.expression(0, depth + 1))
        right = self.expression(_BINDING[token.kind], depth + 1)
        if token.kind in ("and", "or"):
            return _logical(token, left, right)
        if token.kind in _EQUALITY or token.kind in _ORDER:
            if _BINDING.get(self.peek().kind) == _COMPARISON:
                raise self.fail(self.peek(), "`and` between two comparisons")
            return _comparison(token, left, right)
        return _arithmetic(token, left, right)


_FOREIGN_PAIRS = {"**": "there is no power; multiply", "&&": "the operator is `and`", "||": "the operator is `or`"}
_EQUALITY = {"==": operator.eq, "!=": operator.ne}
_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def _number(token: _Token) -> int | float:
    if len(token.text) > 40:
        raise _too_large(token)
    value = int(token.text) if token.text.isdigit() else float(token.text)
    return _bounded(value, token)


def _too_large(token: _Token) -> ExpressionProblem:
    message = "a number beyond 10^12"
    return ExpressionProblem("expression-value", message, token.offset, len(token.text))


def _bounded(value: int | float, token: _Token) -> int | float:
    if not -MAX_VALUE <= value <= MAX_VALUE:
        raise _too_large(token)
    return value


def _constant(value: Value) -> Run:
    return lambda scope: value


def _lookup(name: str) -> Run:
    unresolved = Unresolved(name)

    def run(scope: Mapping[str, Value]) -> Value:
        return scope.get(name, unresolved)

    return run


def _need_number(value: Value, token: _Token) -> None:
    if type(value) in (int, float):
        return
    if isinstance(value, Unresolved):
        raise ExpressionProblem("unknown-name", f"nothing is called `{value}` here", help=str(value))
    raise ExpressionProblem(
        "expression-value", f"`{token.text}` needs numbers, got {describe(value)}", token.offset, len(token.text)
    )


def _need_truth(value: Value, token: _Token) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, Unresolved):
        raise ExpressionProblem("unknown-name", f"nothing is called `{value}` here", help=str(value))
    message = f"`{token.text}` needs true or false, got {describe(value)}"
    raise ExpressionProblem("expression-value", message, token.offset, len(token.text), "compare: `stride != 1`")


def describe(value: Value) -> str:
    """A value as a message shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        short = f"{value:.6g}"
        # what only looks like the whole number that was meant is shown in full
        return short if value == float(short) or not short.isdigit() else str(value)
    if isinstance(value, tuple):
        return "a list"
    return f"`{value}`" if isinstance(value, str) else "a tensor"


def _unary(function: Callable[[Any], Any], token: _Token, operand: Run) -> Run:
    def run(scope: Mapping[str, Value]) -> Value:
        value = operand(scope)
        _need_number(value, token)
        return function(value)

    return run


def _negation(token: _Token, operand: Run) -> Run:
    return lambda scope: not _need_truth(operand(scope), token)


def _logical(token: _Token, left: Run, right: Run) -> Run:
    decided = token.kind == "or"

    def run(scope: Mapping[str, Value]) -> Value:
        if _need_truth(left(scope), token) is decided:
            return decided
        return _need_truth(right(scope), token)

    return run


def _choice(token: _Token, chosen: Run, condition: Run, otherwise: Run) -> Run:
    return lambda scope: chosen(scope) if _need_truth(condition(scope), token) else otherwise(scope)


def _comparison(token: _Token, left: Run, right: Run) -> Run:
    ordered = token.kind in _ORDER
    function = _ORDER.get(token.kind) or _EQUALITY[token.kind]

    def run(scope: Mapping[str, Value]) -> Value:
        a, b = left(scope), right(scope)
        if ordered:
            _need_number(a, token)
            _need_number(b, token)
        else:
            _need_comparable(a, b)
        return function(a, b)

    return run


def _need_comparable(a: Value, b: Value) -> None:
    """A bare word equals a word that a parameter holds; beside anything else it is a misspelt name."""
    for word, other in ((a, b), (b, a)):
        if isinstance(word, Unresolved) and (not isinstance(other, str) or isinstance(other, Unresolved)):
            raise ExpressionProblem("unknown-name", f"nothing is called `{word}` here", help=str(word))
    if _sort_of(a) is None or _sort_of(a) != _sort_of(b):
        message = f"{describe(a)} and {describe(b)} can never be equal"
        raise ExpressionProblem("expression-value", message)


def _sort_of(value: Value) -> str | None:
    """Values of one sort may be equal; None for what can't be compared."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    return "word" if isinstance(value, str) else "list" if isinstance(value, tuple) else None


def _divide(a: int | float, b: int | float) -> int | float:
    """Exact where whole numbers divide evenly, else a fraction's nearest float."""
    if isinstance(a, int) and isinstance(b, int):
        quotient, rest = divmod(a, b)
        return a / b if rest else quotient
    return a / b


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "//": operator.floordiv,
    "%": operator.mod,
}


def _arithmetic(token: _Token, left: Run, right: Run) -> Run:
    function = _ARITHMETIC[token.kind]
    divides = token.kind in ("/", "//", "%")

    def run(scope: Mapping[str, Value]) -> Value:
        a, b = left(scope), right(scope)
        _need_number(a, token)
        _need_number(b, token)
        if divides and b == 0:
            raise ExpressionProblem("expression-value", "division by zero", token.offset, len(token.text))
        return _bounded(function(a, b), token)

    return run


def _application(token: _Token, function: Callable[..., Any], arguments: list[Run]) -> Run:
    def run(scope: Mapping[str, Value]) -> Value:
        values = [argument(scope) for argument in arguments]
        for value in values:
            _need_number(value, token)
        if function is make_divisible and any(value <= 0 for value in values[1:]):
            message = "`make_divisible` needs a positive divisor"
            raise ExpressionProblem("expression-value", message, token.offset, len(token.text))
        return _bounded(function(*values), token)

    return run


def _index(token: _Token, items: Run, position: int) -> Run:
    def run(scope: Mapping[str, Value]) -> Value:
        value = items(scope)
        if isinstance(value, Unresolved):
            raise ExpressionProblem("unknown-name", f"nothing is called `{value}` here", help=str(value))
        if not isinstance(value, tuple):
            message = f"`.{position}` takes an item of a list, but this is {describe(value)}"
            raise ExpressionProblem("expression-value", message, token.offset, len(token.text))
        if position >= len(value):
            message = f"no item {position}: the list has {len(value)} (counted from 0)"
            raise ExpressionProblem("expression-value", message, token.offset, len(token.text))
        return value[position]

    return run


def make_divisible(value: float, divisor: int, least: int | None = None) -> int:
    """`value` rounded to a multiple of `divisor`, at least `least`, never more than 10 % below `value`.

    Source: `_make_divisible` of the MobileNet reference code (tensorflow/models, torchvision).
    """
    lowest = divisor if least is None else least
    rounded = max(lowest, int(value + divisor / 2) // divisor * divisor)
    return int(rounded + divisor if rounded < 0.9 * value else rounded)


_FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "min": (min, 2, 8),
    "max": (max, 2, 8),
    "ceil": (ceil, 1, 1),
    "floor": (floor, 1, 1),
    "make_divisible": (make_divisible, 2, 3),
}
