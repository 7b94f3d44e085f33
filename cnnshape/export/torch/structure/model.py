"""What the writer of classes knows: tensors and conditions by their code, and the runs that this code stands for."""

from collections.abc import Iterable, Sequence

from cnnshape.export.python import constant, equal, names_of, resolved, value_of
from cnnshape.graph.visits import Ran
from cnnshape.language.expression.lists import Item, Items
from cnnshape.language.expression.tree import Binary, Constant, Node, Unary, Variable
from cnnshape.named_tuple import NamedTuple


class Unstructured(Exception):
    """A part of a design whose blocks and loops can't be kept: it is written out, or the whole network is."""


class OfSizes(Unstructured):
    """A value that follows from sizes in space."""


class Fixed(Unstructured):
    """Names whose values can't be open, as the code is right for these values only."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        super().__init__(f"fixed: {', '.join(sorted(self.names))}")


class NotChain(Exception):
    """A step that is more than a module after the one before it."""


class Context:
    """One run of the steps that are being written, with the values that Python's names have in it."""

    __slots__ = ("env", "ran")

    def __init__(self, ran: Ran, env: dict[str, object]) -> None:
        self.ran = ran
        self.env = env

    def inside(self, ran: Ran, **values: object) -> "Context":
        """A context of steps inside of this one: with names of its own for a round, else with the same names."""
        return Context(ran, {**self.env, **values} if values else self.env)


class Val:
    """A tensor in `forward`: its code, and its channels as an expression of names in `__init__`.

    `rounds` are those of a loop, one by one or as the name of a list of Python. For such a list `each` are the channels
    of a round, as an expression that also has names of the loop, `columns` the values of these, and `count` the number
    of rounds. `parts` are the names inside of a step.
    """

    __slots__ = ("channels", "code", "columns", "count", "each", "parts", "rounds")

    def __init__(
        self,
        code: str,
        channels: Node,
        rounds: "Sequence[Val] | str | None" = None,
        parts: "dict[str, object] | None" = None,
        each: Node | None = None,
        count: Node | None = None,
    ) -> None:
        self.code = code
        self.channels = channels
        self.rounds = rounds
        self.parts = parts or {}
        self.each = each
        self.count = count
        self.columns: dict[str, Node] = {}

    def each_of(self, number: int) -> Node:
        """The channels of a round; raises Unstructured where they aren't known one by one."""
        if self.each is None:
            raise Unstructured("channels of a round")
        return self.at(number)

    def at(self, number: int) -> Node:
        """The channels of a round, by the values of the columns."""
        assert self.each is not None
        values: dict[str, Node] = {name: Variable(name, 0) for name in names_of(self.each)}
        for name, column in self.columns.items():
            if isinstance(column, Constant) and isinstance(column.value, tuple):
                values[name] = constant(column.value[number])
            elif isinstance(column, Items):
                values[name] = column.items[number]
            else:
                values[name] = Item(".", 0, column, constant(number))
        return resolved(self.each, values)


class Vals(NamedTuple):
    """A list of tensors: one by one, or as a list of Python, all with the same channels."""

    items: tuple[Val, ...]
    code: str = ""


Scope = dict[str, object]
"""The names of a spec: a Node for a value, a Val or Vals for tensors."""


def nodes(scope: Scope) -> dict[str, Node]:
    """The values of a scope."""
    return {name: value for name, value in scope.items() if isinstance(value, Node)}


same = equal
"""Whether two expressions are the same."""


def merged(condition: Node, new: Node, old: Node) -> Node | None:
    """The channels after a step that runs on a condition: the same with and without it, as far as that can be seen.

    None if they may differ. Where `a != b` is false, a and b are equal.
    """
    if same(new, old):
        return new
    for part in _alternatives(condition):
        if not isinstance(part, Binary) or part.sign != "!=":
            continue
        for left, right in ((part.left, part.right), (part.right, part.left)):
            if isinstance(left, Variable) and same(_replaced(new, left, right), _replaced(old, left, right)):
                return new
    return None


def _alternatives(condition: Node) -> list[Node]:
    """The parts of which all are false where the condition is."""
    if isinstance(condition, Binary) and condition.sign == "or":
        return [*_alternatives(condition.left), *_alternatives(condition.right)]
    return [condition]


def _replaced(node: Node, name: Variable, by: Node) -> Node:
    kept: dict[str, Node] = {other: Variable(other, 0) for other in names_of(node)}
    return resolved(node, {**kept, name.sign: by})


def negated(condition: Node) -> Node:
    """The opposite of a condition."""
    if isinstance(condition, Constant):
        return constant(not condition.value)
    if isinstance(condition, Binary) and condition.sign in ("==", "!="):
        return Binary("!=" if condition.sign == "==" else "==", 0, condition.left, condition.right)
    return Unary("not", 0, condition)


def holds(node: Node, contexts: Sequence[Context]) -> list[object]:
    """The value in each context."""
    return [value_of(node, context.env) for context in contexts]
