"""Uses of kinds and of blocks, with their arguments."""

from collections.abc import Mapping, Sequence

from cnnshape.export.python import (
    Group,
    Untranslatable,
    call,
    constant,
    names_of,
    resolved,
)
from cnnshape.export.torch.structure.file import IN_CHANNELS, ClassInfo, follower_roles, layer_key
from cnnshape.export.torch.structure.followers import FollowerWriter
from cnnshape.export.torch.structure.items import Item, Mod
from cnnshape.export.torch.structure.layers import Visits
from cnnshape.export.torch.structure.model import (
    Context,
    NotChain,
    OfSizes,
    Scope,
    Unstructured,
    Val,
    Vals,
    same,
)
from cnnshape.export.torch.use import Parts
from cnnshape.graph.evaluation import evaluate
from cnnshape.graph.scope import Handle, Rounds
from cnnshape.graph.visits import Visited
from cnnshape.language import Expression, Setting, Value
from cnnshape.language.expression.tree import Binary, Choice, Constant, Node, Variable
from cnnshape.program import BlockStep, KindStep


class UseWriter(FollowerWriter):
    """Writes kinds and blocks."""

    def kind(self, step: KindStep, visits: Visits, channels: Node, scope: Scope) -> tuple[list[Item], Node]:
        """A layer and those that follow it."""
        assert step.plan is not None
        parts, result = self.parts(step, visits, channels, scope)
        weighs = any(self.file.application(visited.start).params for _, visited in visits)
        items = self.modules(parts, step.plan.kind.name, weighs=weighs)
        return [*items, *self.following(step, visits, result, scope)], result

    def parts(self, step: KindStep, visits: Visits, channels: Node, scope: Scope) -> tuple[Parts, Node]:
        """The parts of the layer itself, and the channels after it."""
        assert step.plan is not None
        assert step.first is not None
        applications = [self.file.application(visited.start) for _, visited in visits]
        contexts = [context for context, _ in visits]
        if step.plan.kind.name == "max_unpool":
            raise Unstructured("an unpool")
        try:
            codes = self.argument_nodes(step.plan, scope, contexts)
            if step.first_differs:
                codes = self.of_first(codes, step, scope, contexts)
        except OfSizes:
            codes = self.sized_nodes(step.plan, scope, contexts, applications)
        return self.said(applications, contexts, codes, channels)

    def of_first(
        self, codes: dict[str, Node], step: KindStep, scope: Scope, contexts: Sequence[Context]
    ) -> dict[str, Node]:
        """The arguments of a step whose first repeat has others."""
        assert step.first is not None
        first = self.argument_nodes(step.first, scope, contexts)
        arguments = step.first.kind.arguments
        return {
            name: self.chosen(first.get(name), codes.get(name), arguments[name].default, scope)
            for name in {**codes, **first}
        }

    def chosen(self, first: Node | None, other: Node | None, default: object, scope: Scope) -> Node:
        """A value in the first round, and one in the others."""
        first = constant(default) if first is None else first
        other = constant(default) if other is None else other
        index = scope["i"]
        assert isinstance(index, Node)
        return first if same(first, other) else Choice(0, first, Binary("==", 0, index, constant(0)), other)

    def block(self, step: BlockStep, visits: Visits, channels: Node, scope: Scope) -> tuple[list[Item], Node]:
        """A block as a module."""
        info = self.info(step)
        if info.tensors:
            raise NotChain
        code, result = self.made_block(step, info, visits, channels, scope)
        return [Mod(code, step.word.text)], result

    def wanted(self, visited: Visited, source: str) -> object:
        """The value of an argument of a block's constructor in a use."""
        if source == IN_CHANNELS:
            return self.file.channels(visited.entering)
        if source.endswith(".channels"):
            handle = _inner(visited, source.removesuffix(".channels"))
            last = handle[-1] if isinstance(handle, Rounds) else handle
            assert isinstance(last, Handle)
            return self.file.channels(last.value)
        return _inner(visited, source)

    def info(self, step: BlockStep) -> ClassInfo:
        """The class of the block of a step."""
        if step.block is None:
            raise Unstructured("no block")
        return self.file.block(step.block)

    def made_block(
        self, step: BlockStep, info: ClassInfo, visits: Visits, channels: Node, scope: Scope
    ) -> tuple[Group, Node]:
        """The code that makes a block, and the channels of its output."""
        contexts = [context for context, _ in visits]
        given = self.given_nodes(step, channels, scope, visits)
        positional: list[str] = []
        named: dict[str, str] = {}
        for name, source in info.params:
            node = given.get(source)
            if node is None:
                continue
            wanted = [self.wanted(visited, source) for _, visited in visits]
            text = self.given_text(node, source, wanted, contexts, step)
            if name in info.optional:
                named[name] = text
            else:
                positional.append(text)
        weighs = any(visited.end > visited.start for _, visited in visits)
        code = self.wrapped(call(info.name, *positional, **named), weighs=weighs)
        out = resolved(info.out, {**self.defaults(step, info, given), **_own(info, given)})
        self.argument(out, [self.file.channels(visited.result) for _, visited in visits], contexts)
        return code, out

    def defaults(self, step: BlockStep, info: ClassInfo, given: Mapping[str, Node]) -> dict[str, Node]:
        """The values of the constructor's params that a use leaves out."""
        assert step.block is not None
        values: dict[str, Node] = {}
        for name, source in info.known.items():
            param = next((one for one in step.block.params if one.name.text == source), None)
            if name in names_of(info.out) and source not in given and param is not None and param.default is not None:
                values[name] = self._resolved(param.default, {})
        return values

    def given_text(
        self,
        node: Node,
        source: str,
        wanted: list[object],
        contexts: Sequence[Context],
        step: BlockStep,
    ) -> str:
        """The code of an argument of a block; a kind is given as a function that makes it."""
        assert step.block is not None
        role = follower_roles(step.block.body).get(source)
        if role is None:
            return self.argument(node, wanted, contexts)
        return self.layer_text(node, role, wanted, contexts)

    def layer_text(self, node: Node, role: str, wanted: list[object], contexts: Sequence[Context]) -> str:
        """The code of a layer that is given to a param."""
        if isinstance(node, Variable):
            self.used.add(node.sign)
            return node.sign
        if isinstance(node, Choice):
            condition = self.text(node.condition, contexts)
            chosen = [
                value for value, context in zip(wanted, contexts, strict=True) if self.value(node.condition, context)
            ]
            other = [
                value
                for value, context in zip(wanted, contexts, strict=True)
                if not self.value(node.condition, context)
            ]
            return f"{self.layer_text(node.chosen, role, chosen, contexts)} if {condition} else {self.layer_text(node.otherwise, role, other, contexts)}"
        if not isinstance(node, Constant):
            raise Unstructured("a layer that is computed")
        value = layer_key(wanted[0] if wanted else node.value)
        if value == "none":
            return "None"
        if any(layer_key(other) != value for other in wanted) or (role, value) not in self.file.factories:
            raise Unstructured("a layer that is never made")
        return self.file.factories[role, value]

    def given_nodes(self, step: BlockStep, channels: Node, scope: Scope, visits: Visits) -> dict[str, Node]:
        """The values that a use gives, by the names of the spec. Those with the value of the default are left out."""
        assert step.block is not None
        contexts = [context for context, _ in visits]
        params = {param.name.text: param for param in step.block.params}
        given: dict[str, Node] = {IN_CHANNELS: channels}
        for name, param in params.items():
            value, first = step.given.get(name), step.first.get(name)
            if self.is_tensor(value, scope) or self.is_tensor(first, scope):
                if first is not value:
                    raise Unstructured("another tensor in the first repeat")
                tensor = self.tensor_value(value, scope)
                given[f"{name}.channels"] = tensor.channels
                continue
            default = None if param.default is None else self.default_node(param.default, given, visits)
            try:
                node = default if value is None else self.node(value, scope, contexts)
            except OfSizes:
                node = self.same_in_all(name, visits)
            if step.first_differs and first is not value:
                opening = default if first is None else self.node(first, scope, contexts)
                node = self.chosen(opening, node, None, scope)
            if node is None:
                node = self.same_in_all(name, visits)
            if _equal(default, node):
                continue
            given[name] = node
        return given

    def same_in_all(self, name: str, visits: Visits) -> Node:
        """The value of a param that follows from sizes, if it is the same in all uses."""
        values = [_inner(visited, name) for _, visited in visits]
        if any(value != values[0] for value in values):
            raise OfSizes("a value that depends on sizes")
        return constant(values[0])

    def default_node(self, default: Value, given: Mapping[str, Node], visits: Visits) -> Node | None:
        """A default in the words of a use; None for one that depends on sizes, and isn't the same everywhere."""
        try:
            return self._resolved(default, dict(given))
        except Untranslatable:
            pass
        scope = visits[0][1].bodies[0].scope
        if isinstance(default, Setting):
            return constant(evaluate(default, scope, None, self.file.program.settings))
        return None

    def is_tensor(self, value: Value | None, scope: Scope) -> bool:
        """Whether a value is a tensor or a list of tensors."""
        return value is not None and any(isinstance(scope.get(name), Val | Vals) for name in value.names)

    def tensor_value(self, value: Value | None, scope: Scope) -> Val:
        """The tensor that a param gets."""
        if not isinstance(value, Expression):
            raise Unstructured("a list of tensors as a param")
        whole = scope.get(value.text.strip())
        tensor = whole if isinstance(whole, Val) else self.of_tree(value.tree, scope)
        if isinstance(tensor, Vals):
            raise Unstructured("a list of tensors as a param")
        return tensor


def _equal(default: Node | None, node: Node) -> bool:
    """Whether a value is that of a default."""
    if not isinstance(default, Constant) or not isinstance(node, Constant):
        return False
    return layer_key(default.value) == layer_key(node.value)


def _own(info: ClassInfo, given: Mapping[str, Node]) -> dict[str, Node]:
    """What a use gives, by the names that the class has for it."""
    return {name: given[source] for name, source in info.known.items() if source in given}


def _inner(visited: Visited, name: str) -> object:
    """The value of a param in a use of a block."""
    return visited.bodies[0].scope.get(name)
