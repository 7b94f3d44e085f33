"""One layer, and whether its weights are frozen: checked in all runs of its step."""

from collections.abc import Mapping, Sequence

from cnnshape.export.python import (
    Group,
    call,
    constant,
)
from cnnshape.export.torch.kinds import say
from cnnshape.export.torch.structure.items import Item, Mod
from cnnshape.export.torch.structure.model import (
    Context,
    NotChain,
    OfSizes,
    Scope,
    Unstructured,
)
from cnnshape.export.torch.structure.outputs import out_channels
from cnnshape.export.torch.structure.values import ValueWriter
from cnnshape.export.torch.use import Module, Parts, Unsayable, Use, Varies
from cnnshape.graph.visits import Visited
from cnnshape.language.expression.tree import Constant, Node
from cnnshape.layers import Application
from cnnshape.program import Plan, ResolvedStep

Visits = list[tuple[Context, Visited]]


class LayerWriter(ValueWriter):
    """Writes single layers."""

    frozen: Node | None = None

    def visits(self, step: ResolvedStep, contexts: Sequence[Context]) -> Visits:
        """The runs of a step: several in a context for a step that repeats."""
        return [(context, visited) for context in contexts for visited in context.ran.visits if visited.step is step]

    def freezing(self, step: ResolvedStep, scope: Scope, contexts: Sequence[Context]) -> "_Freezing":
        """Marks the modules of a step as frozen."""
        return _Freezing(self, None if step.frozen is None else self.node(step.frozen, scope, contexts))

    def wrapped(self, code: Group, *, weighs: bool) -> Group:
        """A module that may be frozen."""
        if self.frozen is None or not weighs:
            return code
        self.file.helpers.add("frozen")
        if isinstance(self.frozen, Constant):
            return call("frozen", code)
        return call("frozen", code, self.text(self.frozen, self.contexts))

    def modules(self, parts: Parts, word: str, *, weighs: bool) -> list[Item]:
        """The items of the parts of a layer; raises NotChain if one is a function."""
        items: list[Item] = []
        for part in parts:
            if not isinstance(part, Module):
                raise NotChain
            items.append(Mod(self.wrapped(part.code, weighs=weighs and not part.role), word))
        return items

    def argument_nodes(self, plan: Plan, scope: Scope, contexts: Sequence[Context]) -> dict[str, Node]:
        """The arguments of a plan that have values, not tensors."""
        forms = {name: plan.kind.arguments[name].type.form for name in plan.values}
        return {
            name: self.node(value, scope, contexts) for name, value in plan.values.items() if forms[name] != "tensor"
        }

    def sized_nodes(
        self, plan: Plan, scope: Scope, contexts: Sequence[Context], applications: Sequence[Application]
    ) -> dict[str, Node]:
        """The arguments of a plan; those that follow from sizes are constants, if they are the same in all runs."""
        codes: dict[str, Node] = {}
        for name, value in plan.values.items():
            try:
                codes |= self.argument_nodes(Plan(plan.kind, plan.at, {name: value}), scope, contexts)
            except OfSizes:
                known = [application.layer.values[name] for application in applications]
                if any(one != known[0] for one in known):
                    raise
                codes[name] = constant(known[0])
        return codes

    def said(
        self,
        applications: Sequence[Application],
        contexts: Sequence[Context],
        codes: Mapping[str, Node],
        channels: Node,
    ) -> tuple[Parts, Node]:
        """The parts of a layer with the code of its arguments, and the channels after it, both checked."""
        entering = [application.inputs[0].shape[0] for application in applications]
        texts = {}
        for name, node in codes.items():
            wanted = [application.layer.values[name] for application in applications]
            text = self.argument(node, wanted, contexts)
            if not isinstance(node, Constant):
                texts[name] = text
        own = self.argument(channels, entering, contexts)
        try:
            parts = say(Use(applications, texts, own))
        except Varies as problem:
            raise Unstructured(f"{problem} differs") from None
        except Unsayable as problem:
            raise Unstructured(str(problem)) from None
        for part in parts:
            self.file.helpers |= set(part.helper.split())
        result = out_channels(applications, codes, channels)
        self.argument(result, [application.output.shape[0] for application in applications], contexts)
        return parts, result


class _Freezing:
    def __init__(self, writer: LayerWriter, frozen: Node | None) -> None:
        self._writer, self._frozen, self._outer = writer, frozen, writer.frozen

    def __enter__(self) -> None:
        if self._frozen is not None and not (isinstance(self._frozen, Constant) and not self._frozen.value):
            self._writer.frozen = self._frozen

    def __exit__(self, *_: object) -> None:
        self._writer.frozen = self._outer
