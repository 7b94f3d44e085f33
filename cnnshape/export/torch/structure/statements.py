"""Kinds and blocks that are more than a module after the one before."""

from cnnshape.export.python import (
    call,
    identifier,
)
from cnnshape.export.torch.kinds import say
from cnnshape.export.torch.structure.attributes import AttributeWriter
from cnnshape.export.torch.structure.layers import Visits
from cnnshape.export.torch.structure.model import (
    OfSizes,
    Scope,
    Unstructured,
    Val,
)
from cnnshape.export.torch.use import Function, Parts, Use
from cnnshape.language.expression.tree import Constant, Node
from cnnshape.program import BlockStep, KindStep


class StatementWriter(AttributeWriter):
    """Writes kinds and blocks as statements."""

    def kind_statement(self, step: KindStep, visits: Visits, x: Val, scope: Scope, target: str) -> Val:
        """A layer that takes several tensors, or that a function of PyTorch computes, or whose weights are shared."""
        assert step.plan is not None
        tensors = [
            self.tensor_value(value, scope)
            for name, value in step.plan.values.items()
            if step.plan.kind.arguments[name].type.form == "tensor"
        ]
        if step.plan.kind.by_name:
            x, *tensors = tensors
        parts, channels = self.parts(step, visits, x.channels, scope)
        word = step.plan.kind.name
        weighs = any(self.file.application(visited.start).params for _, visited in visits)
        following = self.following(step, visits, channels, scope)
        if step.share is not None:
            return self.lent_call(step, x, channels, target)
        if not tensors and not any(isinstance(part, Function) for part in parts):
            return self.flush(
                [*self.modules(parts, word, weighs=weighs), *following], x, channels, target, self.own_name(step)
            )
        names = [self.named(tensor) for tensor in (x, *tensors)]
        for part in self.flagged(step, visits, parts, x.channels, scope):
            if isinstance(part, Function):
                self.run.add(f"{target} = ", part.write(names))
            else:
                name = self.attributes.new(word)
                self.init.add(f"self.{name} = ", self.wrapped(part.code, weighs=weighs and not part.role))
                self.run.add(f"{target} = ", call(f"self.{name}", *names))
            names = [target]
        result = Val(target, channels)
        return self.flush(following, result, channels, target, "") if following else result

    def flagged(self, step: KindStep, visits: Visits, parts: Parts, channels: Node, scope: Scope) -> Parts:
        """The parts of a layer with the numbers of `__init__` as attributes, which functions in `forward` read."""
        assert step.plan is not None
        contexts = [context for context, _ in visits]
        try:
            nodes = self.argument_nodes(step.plan, scope, contexts)
        except OfSizes:
            return parts
        if step.first_differs or all(isinstance(node, Constant) for node in nodes.values()):
            return parts
        texts = {
            name: self.flag(node, contexts, name) for name, node in nodes.items() if not isinstance(node, Constant)
        }
        applications = [self.file.application(visited.start) for _, visited in visits]
        return say(Use(applications, texts, self.text(channels, contexts)))

    def block_statement(self, step: BlockStep, visits: Visits, x: Val, scope: Scope, target: str) -> Val:
        """A block that takes several tensors or gives several, or whose weights are shared."""
        info = self.info(step)
        code, channels = self.made_block(step, info, visits, x.channels, scope)
        tensors = [self.tensor_value(step.given.get(name), scope) for name in info.tensors]
        if step.share is not None:
            if tensors:
                raise Unstructured("shared weights")
            return self.lent_call(step, x, channels, target)
        own = self.own_name(step)
        attribute = self.attributes.new(own or identifier(info.name[0].lower() + info.name[1:]))
        if own:
            self.lent[own] = attribute
        self.init.add(f"self.{attribute} = ", code)
        self.run.add(f"{target} = ", call(f"self.{attribute}", *[self.named(tensor) for tensor in (x, *tensors)]))
        return Val(target, channels)
