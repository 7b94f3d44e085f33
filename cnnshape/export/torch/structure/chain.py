"""Steps that are modules in a row: what `nn.Sequential` holds."""

from collections.abc import Sequence

from cnnshape.export.python import (
    constant,
    names_of,
)
from cnnshape.export.torch.structure.file import IN_CHANNELS
from cnnshape.export.torch.structure.items import If, Item, Line
from cnnshape.export.torch.structure.layers import Visits
from cnnshape.export.torch.structure.model import (
    Context,
    Fixed,
    NotChain,
    Scope,
    merged,
)
from cnnshape.export.torch.structure.rounds import RoundWriter
from cnnshape.language.expression.tree import Constant, Node
from cnnshape.program import BlockStep, Body, KindStep, LoopStep, ResolvedStep


class ChainWriter(RoundWriter):
    """Writes steps as items of a list of modules."""

    def steps(
        self, body: Body, contexts: Sequence[Context], channels: Node, scope: Scope, shared: Node | None = None
    ) -> tuple[list[Item], Node]:
        """All steps as items; raises NotChain. `shared` are the channels that all steps of a shortcut read."""
        items: list[Item] = []
        for step in body.steps:
            some, channels = self.item(step, contexts, channels, {**scope, IN_CHANNELS: shared or channels})
            items += some
        return items, channels

    def item(
        self, step: ResolvedStep, contexts: Sequence[Context], channels: Node, scope: Scope
    ) -> tuple[list[Item], Node]:
        """A step with its modifiers."""
        if step.source is not None or step.share is not None:
            raise NotChain
        visits = self.visits(step, contexts)
        condition = constant(True) if step.when is None else self.node(step.when, scope, contexts)
        if not visits:
            self.never(step, condition, scope, contexts)
            return [], channels
        running = list(dict.fromkeys(context for context, _ in visits))
        with self.freezing(step, scope, running):
            items, result = self.repeated(step, running, channels, scope)
        if isinstance(condition, Constant) or not items:
            return items, result
        text = self.text(condition, contexts)
        after = merged(condition, result, channels)
        if after is not None:
            return [If(text, tuple(items))], after
        name, before = self.kept_channels(channels, contexts)
        update = Line(f"{name} = {self.text(result, running, whole=True)}")
        return [*before, If(text, (*items, update))], self.assigned(name, step, contexts, channels)

    def never(self, step: ResolvedStep, condition: Node, scope: Scope, contexts: Sequence[Context]) -> None:
        """A step that no run has: other values of a param could ask for it, so these are fixed."""
        asked = names_of(condition)
        if step.repeat is not None and not asked:
            asked = names_of(self.node(step.repeat, scope, contexts))
        if asked:
            raise Fixed(asked)

    def repeated(
        self, step: ResolvedStep, contexts: Sequence[Context], channels: Node, scope: Scope
    ) -> tuple[list[Item], Node]:
        """A step as often as its `repeat` says."""
        if step.repeat is None:
            return self.once(step, self.visits(step, contexts), channels, scope)
        if isinstance(step, LoopStep):
            raise NotChain
        header = self.counted(step, contexts, scope)

        def made(entering: Node) -> tuple[list[Item], Node]:
            visits = [(one, one.ran.visits[0]) for one in header.rounds]
            return self.once(step, visits, entering, {**header.scope, IN_CHANNELS: entering})

        return self.looped(step, header, made, channels, contexts)

    def loop(
        self, step: LoopStep, contexts: Sequence[Context], channels: Node, scope: Scope
    ) -> tuple[list[Item], Node]:
        """A `for` whose rounds are modules in a row."""
        header = self.header(step, contexts, scope)

        def made(entering: Node) -> tuple[list[Item], Node]:
            return self.steps(step.do, header.rounds, entering, header.scope)

        return self.looped(step, header, made, channels, contexts)

    def once(self, step: ResolvedStep, visits: Visits, channels: Node, scope: Scope) -> tuple[list[Item], Node]:
        """A step without its modifiers."""
        if isinstance(step, KindStep):
            return self.kind(step, visits, channels, scope)
        if isinstance(step, BlockStep):
            return self.block(step, visits, channels, scope)
        if isinstance(step, LoopStep):
            return self.loop(step, [context for context, _ in visits], channels, scope)
        raise NotChain
