"""Values of a spec as code, checked in every run that the code stands for."""

from collections.abc import Mapping, Sequence

from cnnshape.export.python import (
    Code,
    Group,
    Lines,
    Names,
    Untranslatable,
    constant,
    literal_code,
    names_of,
    python,
    resolved,
    value_of,
)
from cnnshape.export.torch.names import BUILTINS, FILE, MODULE
from cnnshape.export.torch.structure.file import IN_CHANNELS, File
from cnnshape.export.torch.structure.model import Context, OfSizes, Scope, Unstructured, Val, Vals, nodes
from cnnshape.graph.evaluation import Refused, evaluate
from cnnshape.graph.scope import Uncertain
from cnnshape.language import Expression, ListValue, Reference, Value
from cnnshape.language.expression.lists import All, Item, Items, Part
from cnnshape.language.expression.tree import Choice, Constant, FunctionCall, Node, Variable

SIZES = ("in_length", "in_depth", "in_height", "in_width")
FUNCTIONS = ("make_divisible",)


class ValueWriter:
    """The lines of a class so far, and the names of Python in it."""

    def __init__(self, file: File, contexts: Sequence[Context]) -> None:
        self.file = file
        self.contexts = contexts
        self.attributes = Names(MODULE)
        self.locals = Names(FILE | BUILTINS | {IN_CHANNELS})
        self.tensors = Names(FILE | BUILTINS | {"x"})
        self.init = Lines(2)
        self.run = Lines(2)
        self.used: set[str] = set()
        self.mutable: set[str] = set()
        self.factories: set[str] = set()

    def node(self, value: Value, scope: Scope, contexts: Sequence[Context]) -> Node:
        """The value as an expression of Python's names; a constant where it can't be one, and is the same in all runs."""
        try:
            return self._resolved(value, scope)
        except Untranslatable:
            if value.names & set(SIZES):
                raise OfSizes("a value that depends on sizes") from None
            values = [self._computed(value, context) for context in contexts]
            if not values or any(other != values[0] for other in values):
                raise Unstructured(f"a value that differs: {getattr(value, 'text', value)}") from None
            return constant(values[0])

    def _resolved(self, value: Value, scope: Scope) -> Node:
        if isinstance(value, Expression):
            if any(isinstance(scope.get(name), Val | Vals) for name in value.names) or value.names & set(SIZES):
                raise Untranslatable(value.text)
            return resolved(value.tree, nodes(scope))
        if isinstance(value, ListValue):
            items = tuple([self._resolved(item, scope) for item in value.items])
            known = [item.value for item in items if isinstance(item, Constant)]
            return constant(tuple(known)) if len(known) == len(items) else Items(0, items)
        raise Untranslatable("a layer")

    def _computed(self, value: Value, context: Context) -> object:
        try:
            return evaluate(value, context.ran.scope, None, self.file.program.settings)
        except (Refused, Uncertain, KeyError):
            raise OfSizes("a value that depends on sizes") from None

    def text(self, node: Node, contexts: Sequence[Context], *, whole: bool = False) -> str:
        """The code of an expression."""
        self.used |= names_of(node)
        if "_" in names_of(node):
            raise Unstructured("the number of a round that has no name")
        if names_of(node) & self.factories:
            raise Unstructured("a layer as a word")
        example: Mapping[str, object] = contexts[0].env if contexts else {}
        try:
            text = python(node, example, whole=whole)
        except Untranslatable as problem:
            raise Unstructured(str(problem)) from None
        self.file.helpers |= {name for name in FUNCTIONS if _calls(node, name)}
        return text

    def code(self, node: Node, contexts: Sequence[Context]) -> Code:
        """The code of an expression; a long tuple can be broken."""
        if isinstance(node, Items) and len(node.items) > 1:
            return Group("", tuple([("", self.code(item, contexts)) for item in node.items]), "(", ")")
        return literal_code(node.value) if isinstance(node, Constant) else self.text(node, contexts)

    def argument(self, node: Node, wanted: Sequence[object], contexts: Sequence[Context]) -> str:
        """The code of an argument whose values in the runs are known; raises Unstructured if it gives others."""
        for context, value in zip(contexts, wanted, strict=True):
            given = self.value(node, context)
            if given != value or isinstance(given, bool) != isinstance(value, bool):
                raise Unstructured(f"{given} is not {value}")
        whole = all(isinstance(value, int) and not isinstance(value, bool) for value in wanted)
        return self.text(node, contexts, whole=whole)

    def value(self, node: Node, context: Context) -> object:
        """The value of an expression in a run."""
        try:
            return value_of(node, context.env)
        except Untranslatable as problem:
            raise Unstructured(str(problem)) from None

    def flag(self, node: Node, contexts: Sequence[Context], hint: str) -> str:
        """A condition or number of `__init__` as `forward` reads it."""
        if isinstance(node, Constant):
            return self.text(node, contexts)
        name = self.attributes.new(hint)
        self.init.line(f"self.{name} = {self.text(node, contexts)}")
        return f"self.{name}"

    # Tensors

    def tensor(self, reference: Reference, x: Val, scope: Scope) -> Val:
        """The tensor that a reference gives."""
        found = self.tensors_of(reference, x, scope)
        if isinstance(found, Vals):
            raise Unstructured("a list as a tensor")
        return found

    def tensors_of(self, reference: Reference, x: Val, scope: Scope) -> Val | Vals:
        """The tensor, or the list of tensors, that a reference gives."""
        named = scope.get(reference.text)
        if isinstance(named, Val | Vals):
            return named
        if reference.expression is None:
            raise Unstructured(f"no tensor {reference.text}")
        return self.of_tree(reference.expression.tree, {**scope, "prev": scope.get("prev", x)})

    def of_tree(self, node: Node, scope: Scope) -> Val | Vals:
        """The tensors of an expression."""
        if isinstance(node, Variable):
            value = scope.get(node.sign)
            if isinstance(value, Val | Vals):
                return value
        if isinstance(node, Items):
            return Vals(tuple([self._one(item, scope) for item in node.items]))
        if isinstance(node, All):
            return self._all(self._one(node.items, scope))
        if isinstance(node, Item):
            return self._item(node, scope)
        if isinstance(node, Part):
            part = self._one(node.items, scope).parts.get(node.sign)
            if isinstance(part, Val | Vals):
                return part
        if isinstance(node, FunctionCall) and node.sign == "reverse":
            listed = self.of_tree(node.arguments[0], scope)
            if isinstance(listed, Vals):
                return Vals(listed.items[::-1], f"{listed.code}[::-1]" if listed.code else "")
        if isinstance(node, Choice):
            condition = resolved(node.condition, nodes(scope))
            if isinstance(condition, Constant):
                return self.of_tree(node.chosen if condition.value else node.otherwise, scope)
        raise Unstructured(f"a tensor by `{node.sign}`")

    def _one(self, node: Node, scope: Scope) -> Val:
        value = self.of_tree(node, scope)
        if isinstance(value, Vals):
            raise Unstructured("a list as a tensor")
        return value

    def _all(self, loop: Val) -> Vals:
        if isinstance(loop.rounds, str):
            return Vals((loop,), loop.rounds)
        if loop.rounds is None:
            raise Unstructured("rounds of a step without rounds")
        return Vals(tuple(loop.rounds))

    def _item(self, node: Item, scope: Scope) -> Val:
        index = resolved(node.index, nodes(scope))
        listed = self.of_tree(node.items, scope)
        if isinstance(listed, Val):
            listed = self._all(listed)
        if not isinstance(index, Constant) or not isinstance(index.value, int):
            raise Unstructured("a tensor by a number that is computed")
        if not listed.code:
            return listed.items[index.value]
        loop = listed.items[0]
        if listed.code != loop.rounds:
            raise Unstructured("an item of a list that is computed")
        return Val(f"{listed.code}[{index.value}]", loop.each_of(index.value))


def _calls(node: Node, name: str) -> bool:
    return (isinstance(node, FunctionCall) and node.sign == name) or any(_calls(part, name) for part in node.parts)
