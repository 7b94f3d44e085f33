"""A small Pratt parser for expressions. Length and depth are bounded."""

import re

from cnnshape.diagnostics import nearest
from cnnshape.language.expression.tokens import Token, loop_help, tokenize
from cnnshape.language.expression.tree import (
    EQUALITY,
    ORDER,
    Binary,
    Choice,
    Constant,
    FunctionCall,
    Item,
    Node,
    Unary,
    Variable,
)
from cnnshape.language.expression.values import FUNCTIONS, MAX_VALUE, ExpressionProblem

MAX_DEPTH = 32
LITERALS = {"true": True, "false": False}
BINDING = {
    "if": 1, "or": 2, "and": 3,
    "==": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5,
    "+": 6, "-": 6, "*": 7, "/": 7, "//": 7, "%": 7, ".": 9,
}  # fmt: skip
_NOT, _COMPARISON, _UNARY = 4, 5, 8
_FOREIGN_PAIRS = {"**": "there is no power; multiply", "&&": "the operator is `and`", "||": "the operator is `or`"}
_MOST_DIGITS = 40
_SHORT = 3
"""The length of a name that may count the rounds of a loop, as `k` in `widths.k`."""
_COUNTING = "write the items, `[0, 1, 2]`; or `repeat: 3` next to the kind, where `i` counts the rounds"


def parse(text: str) -> Node:
    """The tree of a text; raises ExpressionProblem (`expression-syntax`, or `expression-value` for a huge number)."""
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
        if token.text == ",":
            return "write a list in square brackets: `[3, 3]`"
        if (times := re.fullmatch(r"x(\d+)", token.text, re.ASCII)) and before.isdigit():
            return f"a list is written `[{before}, {times[1]}]`, a product `{before} * {times[1]}`"
        if token.text.startswith("_") and before.isdigit():
            return "write the digits of a number without `_`"
        if not token.text and self.text.rstrip().endswith("%"):
            return "`%` is the remainder; a share is a fraction: 50 % is 0.5"
        return None

    def expect(self, kind: str, expected: str) -> Token:
        token = self.take()
        if token.kind != kind:
            raise self.fail(token, expected)
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
        if token.kind == "(":
            inner = self.expression(0, depth + 1)
            self.expect(")", "`)`")
            return inner
        if token.kind in ("-", "not"):
            operand = self.expression(_UNARY if token.kind == "-" else _NOT, depth + 1)
            return Unary(token.kind, token.offset, operand)
        raise self.fail(token, "a number, a name or `(`")

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
            return self.item(left)
        if token.kind == "if":
            condition = self.expression(BINDING["if"], depth + 1)
            self.expect("else", "`else`")
            return Choice(token.offset, left, condition, self.expression(0, depth + 1))
        right = self.expression(BINDING[token.kind], depth + 1)
        compares = token.kind in EQUALITY or token.kind in ORDER
        if compares and BINDING.get(self.peek().kind) == _COMPARISON:
            raise self.fail(self.peek(), "`and` between two comparisons")
        return Binary(token.text, token.offset, left, right)

    def item(self, items: Node) -> Node:
        number = self.take()
        if number.kind not in ("index", "number") or not number.text.isdigit():
            help = "`list.0` is an item of a list; a name has no dots in an expression"
            if number.kind == "name" and isinstance(items, Variable) and len(number.text) <= _SHORT:
                help = loop_help(items.sign, number.text)
            raise self.fail(number, "a whole number after `.`", help)
        return Item(number.text, number.offset, items)


def _number(token: Token) -> int | float:
    value: int | float = 0
    if len(token.text) <= _MOST_DIGITS:
        value = int(token.text) if token.text.isdigit() else float(token.text)
    if len(token.text) > _MOST_DIGITS or value > MAX_VALUE:
        raise ExpressionProblem("expression-value", "a number beyond 10^12", token.offset, len(token.text))
    return value


def _unknown_function(token: Token) -> ExpressionProblem:
    close = nearest(token.text, FUNCTIONS)
    listed = ", ".join(f"`{name}`" for name in FUNCTIONS)
    help = f"functions are {listed}; a layer with arguments is written `{{{token.text}: ...}}`"
    help = f"did you mean `{close}`?" if close else help
    help = _COUNTING if token.text == "range" else help
    message = f"no function is called `{token.text}`"
    return ExpressionProblem("expression-syntax", message, token.offset, len(token.text), help)
