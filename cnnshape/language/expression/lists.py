"""Lists and tensors in expressions: lists as written, items and rounds by number, and parts by name."""

from collections.abc import Callable, Iterator, Mapping

from cnnshape.arithmetic import is_whole, pin, truncate
from cnnshape.language.expression.tree import Choice, Constant, FunctionCall, Node, Variable
from cnnshape.language.expression.values import (
    OF_LISTS,
    ExpressionProblem,
    Named,
    Run,
    Unresolved,
    Value,
    describe,
    unknown,
)

OPERATIONS_PER_PART = 16
"""The operations on lists that cost as much as reading a part of each tensor of a list."""


class Items(Node):
    """`[a, b]`: a list."""

    __slots__ = ("items",)

    def __init__(self, offset: int, items: tuple[Node, ...]) -> None:
        super().__init__("[", offset)
        self.items = items

    @property
    def parts(self) -> tuple[Node, ...]:
        """The child nodes."""
        return self.items

    def compile(self) -> Run:
        """The function that gives the value in a scope."""
        items = [item.compile() for item in self.items]
        return lambda scope: self.small(tuple([item(scope) for item in items]))


class Dotted(Node):
    """The part of an expression after a dot: an item, a round, all rounds, or a part of `items`."""

    __slots__ = ("items",)

    def __init__(self, sign: str, offset: int, items: Node) -> None:
        super().__init__(sign, offset)
        self.items = items

    @property
    def parts(self) -> tuple[Node, ...]:
        """The child nodes."""
        return (self.items,)

    def of(self, function: Callable[[], Value]) -> Value:
        """The value of a function of a tensor; its problem gets the place of this node, and the tensor's name for
        `{}`."""
        try:
            return function()
        except ExpressionProblem as problem:
            what = f"`{self.items.sign}`" if isinstance(self.items, Variable) else "this tensor"
            message = problem.message.replace("{}", what)
            raise ExpressionProblem(problem.name, message, self.offset, len(self.sign), problem.help) from None

    def refused(self, value: Value, message: str, help: str | None = None) -> ExpressionProblem:
        """The problem of a value that has nothing of this kind."""
        return unknown(value) if isinstance(value, Unresolved) else self.problem(message, help)


class Item(Dotted):
    """`items.N` and `items.(index)`: the item of a list, or the round of a loop, with a number, counted from 0."""

    __slots__ = ("index",)

    def __init__(self, sign: str, offset: int, items: Node, index: Node) -> None:
        super().__init__(sign, offset, items)
        self.index = index

    @property
    def parts(self) -> tuple[Node, ...]:
        """The child nodes."""
        return (self.items,) if isinstance(self.index, Constant) else (self.items, self.index)

    def compile(self) -> Run:
        """The function that gives the value in a scope."""
        items, index = self.items.compile(), self.index.compile()

        def run(scope: Mapping[str, Value]) -> Value:
            value, number = items(scope), self._number(index(scope))
            if isinstance(value, Named):
                return self.of(lambda: value.round(number))
            if type(value) is not tuple:
                raise self.refused(value, f"`.{number}` takes an item of a list, but this is {describe(value)}")
            if not 0 <= number < len(value):
                raise self.problem(f"no item {number}: the list has {len(value)} (counted from 0)")
            return value[number]

        return run

    def _number(self, value: Value) -> int:
        if type(value) is int:
            return value
        if isinstance(value, Unresolved):
            raise unknown(value)
        if is_whole(value):
            return pin(truncate(value))
        raise self.problem(f"the number of an item is a whole number, got {describe(value)}")


class All(Dotted):
    """`items.all`: the tensors of all finished rounds of a `for` or `repeat`, as a list."""

    __slots__ = ()

    def compile(self) -> Run:
        """The function that gives the value in a scope."""
        items = self.items.compile()

        def run(scope: Mapping[str, Value]) -> Value:
            value = items(scope)
            if isinstance(value, Named):
                return self.of(value.rounds)
            raise self.refused(value, f"`.all` lists the rounds of a loop, but this is {describe(value)}")

        return run


class Part(Dotted):
    """`items.name`: what a block or a round calls by that name; of a list, that of each."""

    __slots__ = ()

    def compile(self) -> Run:
        """The function that gives the value in a scope."""
        items, name = self.items.compile(), self.sign

        def run(scope: Mapping[str, Value]) -> Value:
            value = items(scope)
            if isinstance(value, Named):
                return self.of(lambda: value.part(name))
            if type(value) is tuple and all(isinstance(item, Named) for item in value):
                return self.of(lambda: tuple([item.part(name) for item in value]))
            help = None
            if name in scope and isinstance(self.items, Variable):
                help = f"an item by its number is written `{self.items.sign}.({name})`"
            raise self.refused(value, f"`.{name}` reads a part of a step, but this is {describe(value)}", help)

        return run


def list_operations(tree: Node) -> int:
    """The number of nodes that may go through a whole list: their time is not bounded by the length of the text."""
    takes = isinstance(tree, Items | All) or (isinstance(tree, FunctionCall) and tree.sign in OF_LISTS)
    adds = tree.sign in ("+", "==", "!=") and len(tree.parts) == 2 and all(map(_may_be_list, tree.parts))
    # A part is looked up in each tensor of a list.
    number = OPERATIONS_PER_PART if isinstance(tree, Part) else int(takes or adds)
    return number + sum(map(list_operations, tree.parts))


def _may_be_list(node: Node) -> bool:
    if isinstance(node, FunctionCall):
        return node.sign in OF_LISTS
    return node.sign in ("+", "if") or isinstance(node, Variable | Items | Dotted)


def dotted(tree: Node) -> Iterator[str]:
    """The names with a dot after them: `cell` in `cell.(i - 2)`."""
    if isinstance(tree, Dotted) and isinstance(tree.items, Variable):
        yield tree.items.sign
    for part in tree.parts:
        yield from dotted(part)


def chooses(node: Node) -> bool:
    """Whether a part of a tree may not be computed, or is computed in vain: an item of a list that isn't taken."""
    if isinstance(node, Choice) or node.sign in ("and", "or"):
        return True
    if isinstance(node, Item) and isinstance(node.items, Items):
        return True
    return any(chooses(part) for part in node.parts)
