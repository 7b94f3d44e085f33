"""The layers of `norm` and `act`."""

from collections.abc import Sequence

from cnnshape.export.python import (
    Group,
    call,
    constant,
    flat,
    names_of,
)
from cnnshape.export.torch.kinds import say
from cnnshape.export.torch.structure.file import layer_key
from cnnshape.export.torch.structure.items import If, Item, Mod
from cnnshape.export.torch.structure.layers import LayerWriter, Visits
from cnnshape.export.torch.structure.model import (
    Context,
    Fixed,
    NotChain,
    Scope,
    Unstructured,
    negated,
)
from cnnshape.export.torch.use import Module, Parts, Use
from cnnshape.graph import LayerValue
from cnnshape.language.expression.tree import Choice, Constant, Node, Variable
from cnnshape.layers import Application
from cnnshape.program import Follower, KindStep, Plan


class FollowerWriter(LayerWriter):
    """Writes what follows a layer."""

    def following(self, step: KindStep, visits: Visits, channels: Node, scope: Scope) -> list[Item]:
        """The items of `norm` and `act`."""
        assert step.plan is not None
        if step.first is not None and [one.value for one in step.first.followers] != [
            one.value for one in step.plan.followers
        ]:
            raise Unstructured("other followers in the first repeat")
        positions = {id(visited): visited.start + 1 for _, visited in visits}
        items: list[Item] = []
        for follower in step.plan.followers:
            items += self.follower(follower, visits, positions, channels, scope)
        return items

    def follower(
        self, follower: Follower, visits: Visits, positions: dict[int, int], channels: Node, scope: Scope
    ) -> list[Item]:
        """The items of one of them; `positions` are the next nodes of the runs."""
        contexts = [context for context, _ in visits]
        if follower.is_setting:
            assert follower.plan is not None
            node: Node = constant(follower.plan)
        else:
            node = self.node(follower.value, scope, contexts)
        present: Visits = []
        for context, visited in visits:
            if follower.is_setting or self.value(node, context) != "none":
                present.append((context, visited))
        applications = [self.file.application(positions[id(visited)]) for _, visited in present]
        items = self.chosen_follower(node, follower.role, present, applications, channels, scope)
        for _, visited in present:
            positions[id(visited)] += 1
        return items

    def chosen_follower(
        self,
        node: Node,
        role: str,
        present: Visits,
        applications: Sequence[Application],
        channels: Node,
        scope: Scope,
    ) -> list[Item]:
        """The items of an expression of kinds."""
        contexts = [context for context, _ in present]
        if isinstance(node, Choice):
            text = self.text(node.condition, contexts)
            yes = [self.value(node.condition, context) is True for context in contexts]
            made: list[Item] = []
            for wanted, part, condition in (
                (True, node.chosen, text),
                (False, node.otherwise, self.text(negated(node.condition), contexts)),
            ):
                some = [
                    pair
                    for pair, is_so in zip(zip(present, applications, strict=True), yes, strict=True)
                    if is_so is wanted
                ]
                items = self.chosen_follower(
                    part, role, [one for one, _ in some], [one for _, one in some], channels, scope
                )
                made += [If(condition, tuple(items))] if items else []
            return made
        if isinstance(node, Constant) and node.value == "none":
            return []
        if not applications:
            raise Fixed(names_of(node))
        if isinstance(node, Variable):
            return self.factory(node, role, present, applications, channels)
        if not isinstance(node, Constant):
            raise Unstructured("a layer that is computed")
        codes = self.setting_codes(node.value, applications[0], scope, contexts)
        parts, _ = self.said(applications, contexts, codes, channels)
        return [self.module(parts, applications[0])]

    def module(self, parts: Parts, application: Application) -> Mod:
        """The one module of a layer that follows."""
        if len(parts) != 1 or not isinstance(parts[0], Module) or not isinstance(parts[0].code, Group):
            raise NotChain
        return Mod(self.wrapped(parts[0].code, weighs=application.params > 0), application.layer.name)

    def setting_codes(
        self, value: object, application: Application, scope: Scope, contexts: Sequence[Context]
    ) -> dict[str, Node]:
        """The arguments of a layer that is a value."""
        if isinstance(value, Plan):
            return self.argument_nodes(value, scope, contexts)
        if isinstance(value, LayerValue):
            return {name: constant(application.layer.values[name]) for name in value.arguments}
        return {}

    def factory(
        self, node: Variable, role: str, present: Visits, applications: Sequence[Application], channels: Node
    ) -> list[Item]:
        """A layer whose kind is a param: the param is a function that makes it."""
        arguments = [self.text(channels, [present[0][0]])] if role == "norm" else []
        for (context, _), application in zip(present, applications, strict=True):
            self.file.factories[role, layer_key(context.env[node.sign])] = self.factory_text(role, application)
        self.used.add(node.sign)
        weighs = any(application.params for application in applications)
        made = Mod(self.wrapped(call(node.sign, *arguments), weighs=weighs), applications[0].layer.name)
        optional = any(context.env.get(node.sign) == "none" for context in self.contexts)
        return [If(f"{node.sign} is not None", (made,))] if optional else [made]

    def factory_text(self, role: str, application: Application) -> str:
        """The code of a kind as a function that makes it: of the channels for a `norm`, of nothing for an `act`."""
        parts = say(Use([application], {}, "CHANNELS"))
        code = parts[0].code if len(parts) == 1 and isinstance(parts[0], Module) else None
        if not isinstance(code, Group) or (parts[0].helper and " " in parts[0].helper):
            raise Unstructured("a layer as a param")
        self.file.helpers |= set(parts[0].helper.split())
        items = list(code.items)
        if role == "norm":
            positional = [item for item in items if not item[0]]
            if not positional or positional[-1][1] != "CHANNELS":
                raise Unstructured("a normalization as a param")
            items.remove(positional[-1])
        if any("CHANNELS" in flat(value) for _, value in items):
            raise Unstructured("an activation with channels as a param")
        return flat(Group("partial", (("", code.head), *items))) if items else code.head
