"""Residuals and joins."""

from collections.abc import Sequence

from cnnshape.export.python import (
    Code,
    Operation,
    binary,
    call,
    constant,
    flat,
    identifier,
    names_of,
)
from cnnshape.export.torch.kinds import say
from cnnshape.export.torch.structure.items import has_modules
from cnnshape.export.torch.structure.layers import Visits
from cnnshape.export.torch.structure.model import (
    Context,
    NotChain,
    Scope,
    Unstructured,
    Val,
    negated,
)
from cnnshape.export.torch.structure.statements import StatementWriter
from cnnshape.export.torch.use import Function, Use
from cnnshape.language import Expression
from cnnshape.language.expression.tree import Binary, Choice, Constant, Node
from cnnshape.program import Body, JoinStep, ResidualStep

_LONGEST = 40
"""The columns of a call inside of an expression; a longer one gets a line of its own."""


class JoinWriter(StatementWriter):
    """Writes residuals and joins."""

    def body(
        self, body: Body, contexts: Sequence[Context], x: Val, scope: Scope, target: str, shared: Node | None = None
    ) -> Val:
        """Writes steps; each statement sets `target`, or the name of its step where that is read."""
        raise NotImplementedError

    def inside(self, body: Body, visits: Visits) -> list[Context]:
        """The runs of a list of steps inside of a step."""
        return [context.inside(ran) for context, visited in visits for ran in visited.bodies if ran.body is body]

    def branch(
        self, body: Body, visits: Visits, x: Val, scope: Scope, hint: str, shared: Node | None = None
    ) -> tuple[Code, Node]:
        """A path of a join: its code, and its channels."""
        contexts = self.inside(body, visits)
        if not self.reads_inside(body):
            try:
                items, channels = self.steps(body, contexts, x.channels, scope, shared)
                return (self.called(items, x, hint) if has_modules(items) else self.named(x)), channels
            except NotChain:
                pass
        result = self.body(body, contexts, x, scope, self.tensors.new(hint), shared)
        return self.named(result), result.channels

    def residual(self, step: ResidualStep, visits: Visits, x: Val, scope: Scope, target: str) -> Val:
        """A main path and a shortcut."""
        body, channels = self.branch(step.body, visits, x, scope, "body")
        shortcut: Code = self.named(x)
        if isinstance(step.shortcut, Body):
            shortcut, _ = self.branch(step.shortcut, visits, x, scope, "shortcut", x.channels)
        elif isinstance(step.shortcut, Expression):
            return self.chosen_shortcut(step, body, channels, visits, x, scope, target)
        self.run.add(f"{target} = ", Operation("+", (body, shortcut)))
        return Val(target, channels)

    def chosen_shortcut(
        self, step: ResidualStep, body: Code, channels: Node, visits: Visits, x: Val, scope: Scope, target: str
    ) -> Val:
        """A residual whose shortcut is there on a condition."""
        assert isinstance(step.shortcut, Expression)
        contexts = [context for context, _ in visits]
        node = self.node(step.shortcut, scope, contexts)
        if isinstance(node, Constant):
            self.run.add(f"{target} = ", body if node.value == "none" else Operation("+", (body, self.named(x))))
            return Val(target, channels)
        condition: Node = Binary("==", 0, node, constant("identity"))
        if isinstance(node, Choice) and isinstance(node.chosen, Constant) and isinstance(node.otherwise, Constant):
            condition = node.condition if node.chosen.value == "identity" else negated(node.condition)
        flag = self.flag(condition, contexts, "residual")
        local = self.tensors.new("y")
        self.run.add(f"{local} = ", body)
        self.run.add(f"{target} = ", f"{local} + {self.named(x)} if {flag} else {local}")
        return Val(target, channels)

    def join(self, step: JoinStep, visits: Visits, x: Val, scope: Scope, target: str) -> Val:
        """A join of branches or of tensors."""
        if step.branches:
            paths = [self.branch(body, visits, x, scope, identifier(name.text)) for name, body in step.branches]
            vals = [
                Val(self.short(code, name.text), channels)
                for (name, _), (code, channels) in zip(step.branches, paths, strict=True)
            ]
        else:
            vals = self.operands(step, x, scope)
        if all(visited.end == visited.start for _, visited in visits):
            return vals[0]
        applications = [self.file.application(visited.end - 1) for _, visited in visits]
        contexts = [context for context, _ in visits]
        channels = self.joined_channels(step.word.text, vals, [one.output.shape[0] for one in applications], contexts)
        parts = say(Use(applications))
        names: list[str] = [self.named(val) for val in vals]
        if step.crop is not None:
            if step.word.text != "concat":
                raise Unstructured("a crop of a sum")
            self.file.helpers.add("center_crop")
            self.run.add(f"{target} = ", call("torch.cat", call("center_crop", *names), "1"))
            return Val(target, channels)
        for part in parts:
            assert isinstance(part, Function)
            self.run.add(f"{target} = ", part.write(names))
            names = [target]
        return Val(target, channels)

    def operands(self, step: JoinStep, x: Val, scope: Scope) -> list[Val]:
        """The tensors that a join names."""
        vals: list[Val] = []
        for operand in step.operands:
            tensors = self.tensors_of(operand, x, scope)
            if isinstance(tensors, Val):
                vals.append(tensors)
            elif tensors.code and step.word.text != "concat":
                raise Unstructured("a sum of a list")
            elif tensors.code:
                vals.append(Val(f"*{tensors.code}", self.total(tensors.items[0])))
            else:
                vals += tensors.items
        return vals

    def total(self, loop: Val) -> Node:
        """The channels of all rounds of a loop together."""
        if loop.per_round is None or loop.count is None or set(loop.columns) & names_of(loop.per_round):
            raise Unstructured("channels of a list")
        return binary(loop.count, "*", loop.per_round)

    def short(self, code: Code, name: str) -> str:
        """The code of a path inside of an expression; a long one gets a name."""
        text = flat(code)
        if len(text) <= _LONGEST:
            return text
        local = self.tensors.new(identifier(name))
        self.run.add(f"{local} = ", code)
        return local

    def joined_channels(
        self, word: str, vals: Sequence[Val], wanted: Sequence[int], contexts: Sequence[Context]
    ) -> Node:
        """The channels of a join, checked."""
        if word == "concat":
            total = vals[0].channels
            for val in vals[1:]:
                total = binary(total, "+", val.channels)
            self.argument(total, wanted, contexts)
            return total
        for val in vals:
            try:
                self.argument(val.channels, wanted, contexts)
            except Unstructured:
                continue
            return val.channels
        raise Unstructured("channels of a join")
