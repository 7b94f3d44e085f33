"""The tree of an expression. Each node has its place in the text and its parts, and compiles to a function.

`compile` turns a node into a function of a scope. No Python code is evaluated, and every number stays bounded.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cnnshape.arithmetic import is_number, make_divisible
from cnnshape.language.expression.values import (
    FUNCTIONS,
    MAX_VALUE,
    OF_LISTS,
    TOO_LONG,
    ExpressionProblem,
    Named,
    Run,
    Unresolved,
    Value,
    describe,
    divide,
    is_small,
    sort_of,
    unknown,
)

EQUALITY: dict[str, Callable[[Any, Any], Any]] = {"==": operator.eq, "!=": operator.ne}
ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divide,
    "//": operator.floordiv,
    "%": operator.mod,
}


class Node:
    """A part of an expression. `sign` is its word or sign in the text, at `offset`."""

    __slots__ = ("offset", "sign")

    def __init__(self, sign: str, offset: int) -> None:
        self.sign = sign
        self.offset = offset

    @property
    def parts(self) -> "tuple[Node, ...]":
        """The child nodes."""
        return ()

    def compile(self) -> Run:
        """The function that gives the value in a scope."""
        raise NotImplementedError

    def names(self) -> "Iterator[Variable]":
        """The names in the node, in the order of the text. The depth of expressions bounds the recursion."""
        for part in self.parts:
            yield from part.names()

    def problem(self, message: str, help: str | None = None) -> ExpressionProblem:
        """The problem of a value that can't be computed, at this node's sign."""
        return ExpressionProblem("expression-value", message, self.offset, len(self.sign), help)

    def need_number(self, value: Value) -> None:
        """Raises ExpressionProblem for an operand that is not a number."""
        if type(value) in (int, float) or is_number(value):
            return
        if isinstance(value, Unresolved):
            raise unknown(value)
        join = {"+": "add", "-": "subtract", "*": "multiply"}.get(self.sign) if isinstance(value, Named) else None
        help = f"tensors are joined by a step: `- {join}: [a, b]`" if join else None
        raise self.problem(f"`{self.sign}` needs numbers, got {describe(value)}", help)

    def need_truth(self, value: Value) -> bool:
        """The operand; raises ExpressionProblem if it is neither true nor false."""
        if isinstance(value, bool):
            return value
        if isinstance(value, Unresolved):
            raise unknown(value)
        raise self.problem(f"`{self.sign}` needs true or false, got {describe(value)}", "compare: `stride != 1`")

    def need_list(self, value: Value) -> None:
        """Raises ExpressionProblem for an operand that is not a list."""
        if type(value) is tuple:
            return
        if isinstance(value, Unresolved):
            raise unknown(value)
        help = "the rounds of a loop called `loop` are the list `loop.all`, one tensor `a` as a list is `[a]`"
        message = f"`{self.sign}` needs a list, got {describe(value)}"
        raise self.problem(message, help if isinstance(value, Named) else None)

    def small(self, items: tuple[Value, ...]) -> tuple[Value, ...]:
        """The list; raises ExpressionProblem if it is too long."""
        if not is_small(items):
            raise ExpressionProblem("limit-exceeded", TOO_LONG, self.offset, len(self.sign))
        return items

    def bounded(self, value: int | float) -> int | float:
        """The number; raises ExpressionProblem if it is too large."""
        if not -MAX_VALUE <= value <= MAX_VALUE:
            raise self.problem("a number beyond 10^12")
        return value


class Constant(Node):
    """A number, or `true` or `false`."""

    __slots__ = ("value",)

    def __init__(self, sign: str, offset: int, value: Value) -> None:
        self.sign = sign
        self.offset = offset
        self.value = value

    def compile(self) -> Run:
        # A large design has thousands of numbers, and a function of its own takes more memory than a number.
        return self

    def __call__(self, _scope: Mapping[str, Value]) -> Value:
        return self.value


class Variable(Node):
    """A name: `sign` is the name itself."""

    __slots__ = ()

    def compile(self) -> Run:
        name, unresolved = self.sign, Unresolved(self.sign)

        def run(scope: Mapping[str, Value]) -> Value:
            return scope.get(name, unresolved)

        return run

    def names(self) -> "Iterator[Variable]":
        yield self


class Unary(Node):
    """`-` or `not` before an operand."""

    __slots__ = ("operand",)

    def __init__(self, sign: str, offset: int, operand: Node) -> None:
        super().__init__(sign, offset)
        self.operand = operand

    @property
    def parts(self) -> tuple[Node, ...]:
        return (self.operand,)

    def compile(self) -> Run:
        operand = self.operand.compile()
        if self.sign == "not":
            return lambda scope: not self.need_truth(operand(scope))

        def run(scope: Mapping[str, Value]) -> Value:
            value = operand(scope)
            self.need_number(value)
            return -value

        return run


class Binary(Node):
    """Two operands with a sign between them: arithmetic, a comparison, `and` or `or`."""

    __slots__ = ("left", "right")

    def __init__(self, sign: str, offset: int, left: Node, right: Node) -> None:
        super().__init__(sign, offset)
        self.left = left
        self.right = right

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.left, self.right

    def compile(self) -> Run:
        left, right = self.left.compile(), self.right.compile()
        if self.sign in _ARITHMETIC:
            return self._arithmetic(_ARITHMETIC[self.sign], left, right)
        if self.sign in ORDER:
            return self._ordered(ORDER[self.sign], left, right)
        return self._equality(left, right) if self.sign in EQUALITY else self._logical(left, right)

    def _arithmetic(self, function: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
        divides = self.sign in ("/", "//", "%")
        adds = self.sign == "+"

        def run(scope: Mapping[str, Value]) -> Value:
            a, b = left(scope), right(scope)
            if not (type(a) is int and type(b) is int):
                if adds and tuple in (type(a), type(b)):
                    self.need_list(a)
                    self.need_list(b)
                    return self.small(a + b)
                self.need_number(a)
                self.need_number(b)
            if divides and b == 0:
                raise self.problem("division by zero")
            return self.bounded(function(a, b))

        return run

    def _ordered(self, function: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
        def run(scope: Mapping[str, Value]) -> Value:
            a, b = left(scope), right(scope)
            self.need_number(a)
            self.need_number(b)
            return function(a, b)

        return run

    def _equality(self, left: Run, right: Run) -> Run:
        function = EQUALITY[self.sign]

        def run(scope: Mapping[str, Value]) -> Value:
            a, b = left(scope), right(scope)
            if not (type(a) is int and type(b) is int):
                _need_comparable(a, b)
            return function(a, b)

        return run

    def _logical(self, left: Run, right: Run) -> Run:
        decided = self.sign == "or"

        def run(scope: Mapping[str, Value]) -> Value:
            if self.need_truth(left(scope)) is decided:
                return decided
            return self.need_truth(right(scope))

        return run


def _need_comparable(a: Value, b: Value) -> None:
    """Raises ExpressionProblem for values that can't be equal. A bare word equals only words; else it is a misspelt
    name."""
    for word, other in ((a, b), (b, a)):
        if isinstance(word, Unresolved) and (not isinstance(other, str) or isinstance(other, Unresolved)):
            raise unknown(word)
    if sort_of(a) is None or sort_of(a) != sort_of(b):
        raise ExpressionProblem("expression-value", f"{describe(a)} and {describe(b)} can never be equal")


class Choice(Node):
    """`chosen if condition else otherwise`; only the chosen one is computed."""

    __slots__ = ("chosen", "condition", "otherwise")

    def __init__(self, offset: int, chosen: Node, condition: Node, otherwise: Node) -> None:
        super().__init__("if", offset)
        self.chosen = chosen
        self.condition = condition
        self.otherwise = otherwise

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.chosen, self.condition, self.otherwise

    def compile(self) -> Run:
        chosen, condition, otherwise = (part.compile() for part in self.parts)
        return lambda scope: chosen(scope) if self.need_truth(condition(scope)) else otherwise(scope)


class FunctionCall(Node):
    """A function of the language, which `sign` names, and its arguments."""

    __slots__ = ("arguments",)

    def __init__(self, sign: str, offset: int, arguments: tuple[Node, ...]) -> None:
        super().__init__(sign, offset)
        self.arguments = arguments

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.arguments

    def compile(self) -> Run:
        function = FUNCTIONS[self.sign][0]
        arguments = [argument.compile() for argument in self.arguments]
        if self.sign in OF_LISTS:
            return self._of_list(function, arguments[0])

        def run(scope: Mapping[str, Value]) -> Value:
            values = [argument(scope) for argument in arguments]
            for value in values:
                self.need_number(value)
            if function is make_divisible and any(value <= 0 for value in values[1:]):
                raise self.problem("`make_divisible` needs a positive divisor")
            return self.bounded(function(*values))

        return run

    def _of_list(self, function: Callable[..., Any], argument: Run) -> Run:
        def run(scope: Mapping[str, Value]) -> Value:
            value = argument(scope)
            self.need_list(value)
            return function(value)

        return run
