"""What the names of a spec are called in a function, and expressions and references in these names."""

import re
from collections.abc import Mapping

from cnnshape.export.keras.layout import Layout
from cnnshape.export.keras.structure.runs import Unstructured
from cnnshape.export.python import Untranslatable, names_of, python, resolved, value_of, variable
from cnnshape.language import Expression, ListValue, Reference, Value
from cnnshape.language.expression import (
    AXIS_NAMES,
    All,
    Binary,
    Choice,
    Constant,
    FunctionCall,
    Item,
    Items,
    Node,
    Part,
    Unary,
    Variable,
)
from cnnshape.layers import Tensor

_FUNCTIONS = re.compile(r"(?<![.\w])(ceil|floor)\(")


class Scope:
    """The names in a place of the code.

    `values` are names of numbers, words and lists, `tensors` those of tensors, with `name.part` for parts of a step, and
    `rounds` the lists of the outputs of loops. `closed` are names that have no counterpart. `unchecked` are variables whose
    values the scopes of a spec don't have.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.values: dict[str, Node] = {}
        self.tensors: dict[str, str] = {}
        self.rounds: dict[str, str] = {}
        self.closed: set[str] = set()
        self.unchecked: set[str] = set()

    def inner(self) -> "Scope":
        """The scope of a round: names that are given there don't reach outside."""
        made = Scope(self.layout)
        made.values, made.tensors = dict(self.values), dict(self.tensors)
        made.rounds, made.closed = dict(self.rounds), set(self.closed)
        made.unchecked = set(self.unchecked)
        return made

    def sizes(self, current: str, tensor: Tensor) -> dict[str, tuple[str, int]]:
        """The sizes of the tensor that enters a step: by name, as code, and in numbers."""
        shape = self.layout.shape(tensor.shape)
        axis = self.layout.axis
        known = {"in_channels": (f"{current}.shape[{axis}]", tensor.shape[0])}
        for place, name in enumerate(AXIS_NAMES.get(len(tensor.shape), ())):
            at = self.layout.space(len(tensor.shape) - 1)[place]
            known[name] = (f"{current}.shape[{at}]", shape[at - 1])
        return known

    def tree(self, value: Value, sizes: Mapping[str, tuple[str, int]]) -> Node:
        """A value in the names of the code; raises Unstructured for one of tensors or of layers."""
        if isinstance(value, ListValue):
            return Items(0, tuple([self.tree(item, sizes) for item in value.items]))
        if not isinstance(value, Expression) or not self.closed.isdisjoint(value.names):
            raise Unstructured
        if any((name in self.tensors or name in self.rounds) and name not in self.values for name in value.names):
            raise Unstructured
        own = {name: self.values[name] for name in value.names if name in self.values}
        asked = {name: variable(sizes[name][0]) for name in value.names if name in sizes and name not in own}
        try:
            return resolved(value.tree, {**asked, **own})
        except Untranslatable:
            raise Unstructured from None

    def known(self, scope: Mapping[str, object], sizes: Mapping[str, tuple[str, int]]) -> dict[str, object]:
        """The value of each name of the code where a step ran with these names of the spec."""
        known: dict[str, object] = dict(sizes.values())
        for name, node in self.values.items():
            if isinstance(node, Variable) and name in scope:
                known[node.sign] = scope[name]
        return known

    # References

    def many(self, value: Value, current: str) -> str:
        """The code of a tensor, or of a list of tensors."""
        if isinstance(value, ListValue):
            return f"[{', '.join(self.many(item, current) for item in value.items)}]"
        if not isinstance(value, Expression):
            raise Unstructured
        return self.reference(value, current)[0]

    def tensor(self, reference: Reference | Expression, current: str) -> str:
        """The variable, or the item of a list, that a reference means."""
        text, many = self.reference(reference, current)
        if many:
            raise Unstructured
        return text

    def reference(self, reference: Reference | Expression, current: str) -> tuple[str, bool]:
        """The code of a reference, and whether it is a list."""
        if reference.text in self.tensors:
            return self.tensors[reference.text], False
        expression = reference.expression if isinstance(reference, Reference) else reference
        if expression is None:
            raise Unstructured
        return self._of(expression.tree, current)

    def _of(self, node: Node, current: str) -> tuple[str, bool]:
        if isinstance(node, Variable):
            return self._variable(node.sign, current)
        if isinstance(node, Item):
            return self._item(node, current)
        if isinstance(node, All) and isinstance(node.items, Variable):
            return self._rounds(node.items.sign), True
        if isinstance(node, Part):
            return self._part(node)
        if isinstance(node, Choice):
            chosen, otherwise = self._of(node.chosen, current), self._of(node.otherwise, current)
            if chosen[1] != otherwise[1]:
                raise Unstructured
            return f"({chosen[0]} if {self._number(node.condition)} else {otherwise[0]})", chosen[1]
        if isinstance(node, FunctionCall) and node.sign == "reverse":
            return f"{self._of(node.arguments[0], current)[0]}[::-1]", True
        if isinstance(node, Items):
            return f"[{', '.join(self._starred(item, current) for item in node.items)}]", True
        if isinstance(node, Binary) and node.sign == "+":
            return f"[*{self._of(node.left, current)[0]}, *{self._of(node.right, current)[0]}]", True
        raise Unstructured

    def _starred(self, node: Node, current: str) -> str:
        text, many = self._of(node, current)
        if many:
            raise Unstructured
        return text

    def _variable(self, name: str, current: str) -> tuple[str, bool]:
        if name == "prev":
            return current, False
        if name in self.tensors:
            return self.tensors[name], False
        return self._rounds(name), True

    def _rounds(self, name: str) -> str:
        if name not in self.rounds:
            raise Unstructured
        return self.rounds[name]

    def _item(self, node: Item, current: str) -> tuple[str, bool]:
        index = self._number(node.index)
        if isinstance(node.items, Variable):
            return f"{self._rounds(node.items.sign)}[{index}]", False
        return f"{self._of(node.items, current)[0]}[{index}]", False

    def _part(self, node: Part) -> tuple[str, bool]:
        base, name, rounds = part_of(node)
        if f"{base}.{name}" in self.tensors and rounds is None:
            return self.tensors[f"{base}.{name}"], False
        listed = self._rounds(f"{base}.{name}")
        if isinstance(rounds, All):
            return listed, True
        return f"{listed}[{'-1' if rounds is None else self._number(rounds.index)}]", False

    def _number(self, node: Node) -> str:
        if any(name.sign in self.closed or name.sign in self.tensors for name in node.names()):
            raise Unstructured
        try:
            return written(resolved(node, self.values), {})
        except Untranslatable:
            raise Unstructured from None


def part_of(node: Part) -> tuple[str, str, Item | All | None]:
    """The step that a part belongs to, the part's name, with those of parts around it, and which rounds are meant."""
    names = [node.sign]
    items = node.items
    while isinstance(items, Part):
        names.insert(0, items.sign)
        items = items.items
    rounds = items if isinstance(items, Item | All) else None
    base = items.items if isinstance(items, Item | All) else items
    return (base.sign if isinstance(base, Variable) else ""), ".".join(names), rounds


def written(tree: Node, known: Mapping[str, object], *, whole: bool = False) -> str:
    """An expression as Python."""
    try:
        return _FUNCTIONS.sub(r"math.\1(", python(_simplified(tree), known, whole=whole))
    except Untranslatable:
        raise Unstructured from None


def _simplified(tree: Node) -> Node:
    """`a != b` for `not a == b`, in conditions and choices."""
    if isinstance(tree, Unary):
        operand = _simplified(tree.operand)
        other = {"==": "!=", "!=": "=="}.get(operand.sign)
        if tree.sign == "not" and other and isinstance(operand, Binary):
            return Binary(other, operand.offset, operand.left, operand.right)
        return Unary(tree.sign, tree.offset, operand)
    if isinstance(tree, Binary):
        return Binary(tree.sign, tree.offset, _simplified(tree.left), _simplified(tree.right))
    if isinstance(tree, Choice):
        return Choice(tree.offset, *map(_simplified, tree.parts))
    return tree


def valued(tree: Node, known: Mapping[str, object]) -> object:
    """The value of an expression."""
    try:
        return value_of(tree, known)
    except Untranslatable:
        raise Unstructured from None


def is_open(tree: Node) -> bool:
    """Whether an expression has names."""
    return bool(names_of(tree))


def by_round(first: Node, counter: Node, plain: Node) -> Node:
    """A value that is another one in the first round."""
    begins = Binary("==", 0, counter, Constant("0", 0, 0))
    if isinstance(first, Constant) and isinstance(plain, Constant):
        if first.value is True and plain.value is False:
            return begins
        if first.value is False and plain.value is True:
            return Binary(">", 0, counter, Constant("0", 0, 0))
    return Choice(0, first, begins, plain)
