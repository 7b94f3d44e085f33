"""A small Pratt parser for expressions. Length and depth are bounded."""

import re
from typing import Literal

from cnnshape.diagnostics import nearest
from cnnshape.language.expression.lists import All, Item, Items, Part
from cnnshape.language.expression.tree import (
    EQUALITY,
    ORDER,
    Binary,
    Choice,
    Constant,
    FunctionCall,
    Node,
    Unary,
    Variable,
)
from cnnshape.language.expression.values import FUNCTIONS, MAX_VALUE, SIZE_NAMES, ExpressionProblem

KEYWORDS = frozenset({"and", "or", "not", "if", "else"})
_SIGNS = frozenset({"//", "==", "!=", "<=", ">=", *"-+*/%<>()[],."})
_BLANKS = " \t\n\r\f\v"
_PREFIXES = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_WORD_SIGNS = _LETTERS | _DIGITS
_FOREIGN = {
    "&&": "the operator is `and`", "||": "the operator is `or`", "&": "the operator is `and`",
    "|": "the operator is `or`", "!": "the operator is `not`", "^": "there is no power; multiply",
    "=": "the operator is `==`", "?": "write `a if condition else b`", "$": "write the name alone: `width`",
    "{": "write the name alone: `width`",
    "%": "write the name alone: `width`", "'": "a word has no quotes of its own", '"': "a word has no quotes of its own",
    "\u00d7": "the operator is `*`", "\u2212": "the operator is `-`", ";": "one value, or a list: `[3, 3]`",
}  # fmt: skip


_BEFORE_ITEMS = frozenset({"name", "index", ")", "]"})
"""The kinds of tokens after which `.0` is an item and no number."""


class Token:
    """A piece of an expression. `kind` is the sign or keyword itself, or `number`, `name`, `index`, `end`."""

    __slots__ = ("kind", "offset", "text")

    def __init__(self, kind: str, text: str, offset: int) -> None:
        self.kind = kind
        self.text = text
        self.offset = offset


def tokenize(text: str) -> list[Token]:
    """The tokens of a text; raises ExpressionProblem at an unexpected character."""
    tokens: list[Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        if text[position] in _BLANKS:
            position += 1
            continue
        kind, stop = _token(text, position)
        word = text[position:stop]
        # `widths.0` is an item of a list, not the number .0
        if kind == "number" and word.startswith(".") and tokens and tokens[-1].kind in _BEFORE_ITEMS:
            tokens += [Token(".", ".", position), Token("index", word[1:], position + 1)]
        else:
            tokens.append(Token(word if kind == "sign" or word in KEYWORDS else kind, word, position))
        position = stop
    return tokens


def _token(text: str, start: int) -> tuple[Literal["number", "name", "sign"], int]:
    """The token that starts there, and where it ends."""
    if (stop := _number_end(text, start)) > start:
        return "number", stop
    if text[start] in _LETTERS:
        return "name", _run(text, start, _WORD_SIGNS)
    for length in (2, 1):
        if text[start : start + length] in _SIGNS:
            return "sign", start + length
    raise _unexpected_character(text, start)


def _number_end(text: str, start: int) -> int:
    """The end of the number that starts there: digits, a fraction, an exponent or a prefix; `start` if there is none."""
    stop = _run(text, start, _DIGITS)
    while stop > start and text[stop : stop + 1] == "_" and text[stop + 1 : stop + 2] in _DIGITS:
        stop = _run(text, stop + 1, _DIGITS)
    if text[stop : stop + 1] == ".":
        fraction = _run(text, stop + 1, _DIGITS)
        stop = fraction if stop > start or fraction > stop + 1 else start
    if stop > start and text[stop : stop + 1] in _PREFIXES and text[stop + 1 : stop + 2] not in _WORD_SIGNS:
        return stop + 1
    if stop == start or text[stop : stop + 1] not in ("e", "E"):
        return stop
    exponent = stop + 2 if text[stop + 1 : stop + 2] in ("+", "-") else stop + 1
    last = _run(text, exponent, _DIGITS)
    return last if last > exponent else stop


def _item_help(text: str) -> str | None:
    """Help for an item by its number, as other languages write it: `widths[0]`."""
    if item := re.search(r"([A-Za-z_]\w{0,60}|\[[^\[\]]{1,60}\])\[(\d{1,9})\]", text, re.ASCII):
        return f"an item of a list is written `{item[1]}.{item[2]}`"
    if item := re.search(r"([A-Za-z_]\w{0,60})\[([^\[\]]{1,60})\]", text, re.ASCII):
        return f"an item of a list is written `{item[1]}.({item[2].strip()})`"
    return None


def _run(text: str, start: int, signs: frozenset[str]) -> int:
    """The end of a run of some characters."""
    while start < len(text) and text[start] in signs:
        start += 1
    return start


def _unexpected_character(text: str, offset: int) -> ExpressionProblem:
    # Skip white space that the language doesn't allow: the text after it is the fault.
    offset += len(text[offset:]) - len(text[offset:].lstrip())
    sign = next((foreign for foreign in _FOREIGN if text.startswith(foreign, offset)), None)
    help = _FOREIGN[sign] if sign else None
    message = f"unexpected {text[offset]!r} in an expression"
    return ExpressionProblem("expression-syntax", message, offset, 1, help)


MAX_DEPTH = 32
LITERALS = {"true": True, "false": False}
BINDING = {
    "if": 1, "or": 2, "and": 3,
    "==": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5,
    "+": 6, "-": 6, "*": 7, "/": 7, "//": 7, "%": 7, ".": 9,
}  # fmt: skip
_NOT, _COMPARISON, _UNARY = 4, 5, 8
_FOREIGN_PAIRS = {"**": "there is no power; multiply", "&&": "the operator is `and`", "||": "the operator is `or`"}
MOST_DIGITS, _SAFE_DIGITS = 40, 12
_OWN_NAMES = frozenset({"prev", "i", "last", *SIZE_NAMES})
"""Names of the language, which no step has."""
_JOINS = {
    **dict.fromkeys(("add", "sum"), "add"),
    **dict.fromkeys(("average", "avg", "mean"), "average"),
    **dict.fromkeys(("concat", "concatenate", "cat"), "concat"),
    **dict.fromkeys(("multiply", "mul", "prod"), "multiply"),
    **dict.fromkeys(("subtract", "sub"), "subtract"),
    "maximum": "maximum",
}
"""Joins by the functions that other languages have for them."""
_LONGEST_WORD = 40
_SHORT = 3  # The length of a name that may count the rounds of a loop, as `k` in `widths.k`.
_COUNTING = "write the items, `[0, 1, 2]`; or `repeat: 3` next to the kind, where `i` counts the rounds"


def parse(text: str) -> Node:
    """The tree of a text; raises ExpressionProblem (`expression-syntax`, or `expression-value` for a huge number)."""
    if text.isdigit() and text.isascii() and len(text) <= _SAFE_DIGITS:
        # Most values are whole numbers, of digits that are too few for more than 10^12.
        return Constant(text, 0, int(text))
    parser = _Parser(text)
    tree = parser.expression(0, 0)
    parser.expect_end()
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0

    def peek(self) -> Token:
        if self.at < len(self.tokens):
            return self.tokens[self.at]
        return Token("end", "", len(self.text))

    def take(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def fail(self, token: Token, expected: str, help: str | None = None) -> ExpressionProblem:
        actual = f"`{token.text}`" if token.text else "the end"
        help = help or _FOREIGN_PAIRS.get(self.text[max(token.offset - 1, 0) : token.offset + 1])
        help = help or self.guess(token)
        message = f"expected {expected}, found {actual}"
        return ExpressionProblem("expression-syntax", message, token.offset, max(len(token.text), 1), help)

    def guess(self, token: Token) -> str | None:
        """A suggestion for a token that doesn't belong here."""
        before = next((earlier.text for earlier in reversed(self.tokens) if earlier.offset < token.offset), "")
        if token.text == "[":
            return _item_help(self.text)
        if token.text == "," and re.fullmatch(r"\s*\d{1,3}(,\d{3})+\s*", self.text, re.ASCII):
            return f"write `{self.text.strip().replace(',', '_')}`"
        if token.text == ",":
            written = self.text.strip() if len(self.text) <= _LONGEST_WORD and "(" not in self.text else "3, 3"
            return f"write a list in square brackets: `[{written}]`"
        if (times := re.fullmatch(r"x(\d+)", token.text, re.ASCII)) and before.isdigit():
            return f"a list is written `[{before}, {times[1]}]`, a product `{before} * {times[1]}`"
        if before[:1] in _DIGITS and token.offset and token.kind == "name":
            return _number_help(before, token.text)
        if token.kind == "name" and self.text.replace(" ", "").isalpha() and len(self.text) <= _LONGEST_WORD:
            return f"write one word: `{'_'.join(self.text.split())}`"
        if not token.text and self.text.rstrip().endswith("%"):
            return "`%` is the remainder; a share is a fraction: 50 % is 0.5"
        return None if token.text else "the value ends inside the expression: write the rest"

    def expect(self, kind: str, expected: str) -> Token:
        token = self.take()
        if token.kind != kind:
            both = "write both cases: `1 if stride == 1 else 2`" if kind == "else" and token.text else None
            raise self.fail(token, expected, both)
        return token

    def expect_end(self) -> None:
        if self.peek().kind != "end":
            raise self.fail(self.peek(), "an operator or the end")

    def expression(self, binding: int, depth: int) -> Node:
        if depth > MAX_DEPTH:
            message = f"an expression nested more than {MAX_DEPTH} levels deep"
            raise ExpressionProblem("expression-syntax", message)
        left = self.prefix(self.take(), depth)
        while BINDING.get(self.peek().kind, 0) > binding:
            left = self.infix(self.take(), left, depth)
        return left

    def prefix(self, token: Token, depth: int) -> Node:
        if token.kind == "number":
            return Constant(token.text, token.offset, _number(token))
        if token.kind == "name":
            return self.name(token, depth)
        if token.kind == "[":
            return Items(token.offset, self.items(depth))
        if token.kind == "(":
            inner = self.expression(0, depth + 1)
            self.expect(")", "`)`")
            return inner
        if token.kind in ("-", "not"):
            operand = self.expression(_UNARY if token.kind == "-" else _NOT, depth + 1)
            return Unary(token.kind, token.offset, operand)
        raise self.fail(token, "a number, a name or `(`")

    def items(self, depth: int) -> tuple[Node, ...]:
        """The items of a list, up to its closing bracket."""
        items: list[Node] = []
        while self.peek().kind != "]":
            items.append(self.expression(0, depth + 1))
            if self.peek().kind != "]":
                self.expect(",", "`]` or `,`")
        self.take()
        return tuple(items)

    def name(self, token: Token, depth: int) -> Node:
        if token.text in LITERALS:
            return Constant(token.text, token.offset, LITERALS[token.text])
        if self.peek().kind == "(":
            return self.call(token, depth)
        return Variable(token.text, token.offset)

    def call(self, token: Token, depth: int) -> Node:
        if token.text not in FUNCTIONS:
            raise _unknown_function(token)
        _, fewest, most = FUNCTIONS[token.text]
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
        return FunctionCall(token.text, token.offset, tuple(arguments))

    def infix(self, token: Token, left: Node, depth: int) -> Node:
        if token.kind == ".":
            return self.dotted(left, depth)
        if token.kind == "if":
            condition = self.expression(BINDING["if"], depth + 1)
            self.expect("else", "`else`")
            return Choice(token.offset, left, condition, self.expression(0, depth + 1))
        right = self.expression(BINDING[token.kind], depth + 1)
        compares = token.kind in EQUALITY or token.kind in ORDER
        if compares and BINDING.get(self.peek().kind) == _COMPARISON:
            raise self.fail(self.peek(), "`and` between two comparisons")
        return Binary(token.text, token.offset, left, right)

    def dotted(self, items: Node, depth: int) -> Node:
        """The part of an expression after a dot: a number, an expression in brackets, `all`, or a name."""
        token = self.take()
        if token.kind in ("index", "number") and token.text.isdigit():
            return Item(token.text, token.offset, items, Constant(token.text, token.offset, int(token.text[:9])))
        if token.kind == "(":
            index = self.expression(0, depth + 1)
            end = self.expect(")", "`)`").offset + 1
            return Item(self.text[token.offset : end], token.offset, items, index)
        if token.kind != "name" or token.text in LITERALS:
            raise self.fail(token, "a number, a name or `(` after `.`")
        if token.text in _OWN_NAMES:
            help = (
                f"an item by its number is written `{items.sign if isinstance(items, Variable) else ''}.({token.text})`"
            )
            help = (
                "an item has a number from 0 on; the last round of a loop is its name" if token.text == "last" else help
            )
            raise self.fail(token, "a number, a name or `(` after `.`", None if token.text == "prev" else help)
        return All("all", token.offset, items) if token.text == "all" else Part(token.text, token.offset, items)


def _number(token: Token) -> int | float:
    short = len(token.text) <= MOST_DIGITS
    value = (int(token.text) if token.text.isdigit() else _decimal(token.text.replace("_", ""))) if short else MAX_VALUE
    if value > MAX_VALUE or not short:
        what = "beyond 10^12" if short or token.text.isdigit() else f"of more than {MOST_DIGITS} digits"
        raise ExpressionProblem("expression-value", f"a number {what}", token.offset, len(token.text))
    return value


def _decimal(text: str) -> int | float:
    """The number of a text with a fraction, an exponent or a prefix; a whole number with a prefix is exact."""
    factor = _PREFIXES.get(text[-1])
    if factor is None:
        return int(text) if text.isdigit() else float(text)
    whole, _, fraction = text[:-1].partition(".")
    digits, divisor = int(whole + fraction) * factor, int(10 ** len(fraction))
    return digits / divisor if digits % divisor else digits // divisor


def _number_help(number: str, word: str) -> str | None:
    """Help for a word after a number, such as another tool's unit."""
    if word.startswith("_"):
        return "a single `_` may stand between digits: `1_000`"
    if word in _PREFIXES and "e" not in number.lower():
        return f"write it without a space: `{number}{word}`"
    if word[:1].upper() in ("K", "M", "G", "T", "B"):
        return "a number ends with `k`, `M`, `G` or `T`, or with nothing: `925M`"
    return None


def _unknown_function(token: Token) -> ExpressionProblem:
    close = nearest(token.text, FUNCTIONS)
    listed = ", ".join(f"`{name}`" for name in FUNCTIONS)
    help = f"functions are {listed}; a layer with arguments is written `{{{token.text}: ...}}`"
    if token.text in _JOINS:
        help = f"tensors are joined by a step: `- {_JOINS[token.text]}: [a, b]`, or `- {_JOINS[token.text]}: loop.all`"
    help = "the rounds of a loop called `loop` are the list `loop.all`" if token.text in ("all", "list") else help
    help = f"did you mean `{close}`?" if close else help
    help = _COUNTING if token.text == "range" else help
    message = f"no function is called `{token.text}`"
    return ExpressionProblem("expression-syntax", message, token.offset, len(token.text), help)
