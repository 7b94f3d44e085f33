"""Steps as statements of `forward`: what is more than modules in a row."""

from collections.abc import Sequence

from cnnshape.export.python import (
    constant,
    identifier,
    names_of,
)
from cnnshape.export.torch.structure.file import IN_CHANNELS, bodies_of
from cnnshape.export.torch.structure.items import Item
from cnnshape.export.torch.structure.joins import JoinWriter
from cnnshape.export.torch.structure.layers import Visits
from cnnshape.export.torch.structure.model import (
    Context,
    Fixed,
    NotChain,
    Scope,
    Unstructured,
    Val,
    merged,
)
from cnnshape.language.expression.tree import Constant, Node
from cnnshape.program import BlockStep, Body, JoinStep, KindStep, LoopStep, ResidualStep, ResolvedStep


class ForwardWriter(JoinWriter):
    """Writes lists of steps: runs of modules as one attribute, and the rest as statements."""

    def body(
        self, body: Body, contexts: Sequence[Context], x: Val, scope: Scope, target: str, shared: Node | None = None
    ) -> Val:
        """Writes steps; each statement sets `target`, or the name of its step where that is read."""
        pending: list[Item] = []
        current, entering, section, hint = x, x, "", ""
        for step in body.steps:
            lends = step.name is not None and step.name.text in self.shared
            if pending and (lends or (self.sections and _section(step) != section)):
                current = entering = self.flush(pending, entering, current.channels, target, hint or self.stem())
                pending, hint = [], ""
            inner = {**scope, IN_CHANNELS: shared or current.channels, "prev": current}
            if step.when is not None and step.name is not None and step.name.text in self.outputs:
                condition = self.condition(step, contexts, current, inner)
                if names_of(condition):
                    raise Fixed(names_of(condition))
            try:
                items, channels = self.chained(step, contexts, current.channels, inner)
            except NotChain:
                if pending:
                    current = self.flush(pending, entering, current.channels, target, hint)
                    pending, hint = [], ""
                    inner["prev"] = current
                current = entering = self.statement(step, contexts, current, inner, scope, target)
                continue
            if not items:
                if step.name is not None:
                    if pending:
                        current = entering = self.flush(pending, entering, current.channels, target, hint)
                        pending, hint = [], ""
                    scope[step.name.text] = current
                continue
            pending += items
            section, hint = _section(step), hint or self.hint(step)
            current = Val("", channels)
            if self.is_read(step):
                assert step.name is not None
                local = self.tensors.new(identifier(step.name.text))
                current = entering = self.flush(pending, entering, channels, local, identifier(step.name.text))
                self.lent[step.name.text] = self.attribute
                scope[step.name.text] = current
                pending, hint = [], ""
        return self.flush(pending, entering, current.channels, target, hint or self.head(body)) if pending else current

    def chained(
        self, step: ResolvedStep, contexts: Sequence[Context], channels: Node, scope: Scope
    ) -> tuple[list[Item], Node]:
        """The step as items; raises NotChain."""
        if self.has_rounds_read(step) or any(self.reads_inside(body) for body in bodies_of(step)):
            raise NotChain
        return self.item(step, contexts, channels, scope)

    def statement(
        self, step: ResolvedStep, contexts: Sequence[Context], x: Val, inner: Scope, scope: Scope, target: str
    ) -> Val:
        """A step with its modifiers, as statements. Defines its name in `scope`."""
        entering = x
        visits = self.visits(step, contexts)
        condition = constant(True) if step.when is None else self.condition(step, contexts, x, inner)
        if step.source is not None and (visits or step.name is not None):
            entering = self.tensor(step.source, x, inner)
            inner = {**inner, IN_CHANNELS: entering.channels}
        if not visits:
            self.never(step, condition, inner, contexts)
            if step.name is not None:
                scope[step.name.text] = entering
            return x
        local = target
        if step.name is not None and self.is_read(step):
            local = self.tensors.new(identifier(step.name.text))
        running = list(dict.fromkeys(context for context, _ in visits))
        with self.freezing(step, inner, running):
            if isinstance(condition, Constant):
                result = self.repeats(step, running, entering, inner, local)
            else:
                # Without the step, its name means what would enter it, and the next step takes what was there before.
                if step.source is not None and step.name is not None and self.is_read(step):
                    raise Fixed(names_of(condition))
                result = self.guarded(step, condition, contexts, running, entering, x, inner, local)
        if step.name is not None:
            scope[step.name.text] = result
        return result

    def condition(self, step: ResolvedStep, contexts: Sequence[Context], x: Val, scope: Scope) -> Node:
        """The condition of a step, by the tensor that enters it."""
        assert step.when is not None
        if step.source is None:
            return self.node(step.when, scope, contexts)
        channels = {}
        if IN_CHANNELS in step.when.names:
            channels = {IN_CHANNELS: self.tensor(step.source, x, scope).channels}
        return self.node(step.when, {**scope, **channels}, contexts)

    def guarded(
        self,
        step: ResolvedStep,
        condition: Node,
        contexts: Sequence[Context],
        running: Sequence[Context],
        x: Val,
        otherwise: Val,
        scope: Scope,
        target: str,
    ) -> Val:
        """A step on a condition that `__init__` knows; without it the tensor is `otherwise`."""
        if target != self.named(otherwise):
            self.run.line(f"{target} = {otherwise.code}")
        entering = Val(target, x.channels) if x is otherwise else x
        text = self.text(condition, contexts)
        flag = self.flag(
            condition, contexts, f"has_{identifier(step.name.text if step.name else step.word.text).lower()}"
        )
        self.init.line(f"if {text}:")
        self.run.line(f"if {flag}:")
        before = len(self.init.lines)
        with self.init.indented(), self.run.indented():
            result = self.repeats(step, running, entering, scope, target)
            if result.code != target:
                self.run.line(f"{target} = {self.named(result)}")
        if len(self.init.lines) == before:
            self.init.lines.pop()
        after = merged(condition, result.channels, otherwise.channels)
        if after is None:
            raise Fixed(names_of(condition))
        return Val(target, after)

    def repeats(self, step: ResolvedStep, contexts: Sequence[Context], x: Val, scope: Scope, target: str) -> Val:
        """A step as often as its `repeat` says."""
        if step.repeat is not None:
            return self.rounds_of(step, contexts, x, scope, target)
        visits = self.visits(step, contexts)
        if isinstance(step, KindStep):
            return self.kind_statement(step, visits, x, scope, target)
        if isinstance(step, BlockStep):
            return self.block_statement(step, visits, x, scope, target)
        if isinstance(step, ResidualStep):
            return self.residual(step, visits, x, scope, target)
        if isinstance(step, JoinStep):
            return self.join(step, visits, x, scope, target)
        if isinstance(step, LoopStep):
            return self.loop_statement(step, visits, x, scope, target)
        raise Unstructured(step.word.text)

    def rounds_of(self, step: ResolvedStep, contexts: Sequence[Context], x: Val, scope: Scope, target: str) -> Val:
        """A `repeat` that is more than modules in a row."""
        raise NotImplementedError

    def loop_statement(self, step: LoopStep, visits: Visits, x: Val, scope: Scope, target: str) -> Val:
        """A `for` that is more than modules in a row."""
        raise NotImplementedError


def _section(step: ResolvedStep) -> str:
    if isinstance(step, LoopStep) or step.repeat is not None:
        return f"loop {step.span.line}"
    return "block" if isinstance(step, BlockStep) else "kind"
