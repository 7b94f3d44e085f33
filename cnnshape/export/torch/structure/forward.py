"""Steps as statements of `forward`: what is more than modules in a row."""

from collections.abc import Sequence

from cnnshape.export.python import (
    Code,
    Operation,
    binary,
    call,
    constant,
    flat,
    identifier,
    listing,
    names_of,
    variable,
)
from cnnshape.export.torch.kinds import say
from cnnshape.export.torch.structure.chain import ChainWriter, Visits
from cnnshape.export.torch.structure.file import IN_CHANNELS, File, bodies_of
from cnnshape.export.torch.structure.items import Item, Mod, has_modules, render, words
from cnnshape.export.torch.structure.model import (
    Context,
    Fixed,
    NotChain,
    Scope,
    Unstructured,
    Val,
    Vals,
    merged,
    negated,
)
from cnnshape.export.torch.use import Function, Parts, Use
from cnnshape.language import Expression
from cnnshape.language.expression.tree import Binary, Choice, Constant, Node
from cnnshape.program import BlockStep, Body, JoinStep, KindStep, LoopStep, ResidualStep, ResolvedStep

_LONGEST = 40
"""The columns of a call inside of an expression; a longer one gets a line of its own."""


class ForwardWriter(ChainWriter):
    """Writes lists of steps: runs of modules as one attribute, and the rest as statements."""

    shared: frozenset[str] = frozenset()
    """The names of the steps whose weights others use: each is an attribute of its own."""
    read: frozenset[str] = frozenset()
    """The names that steps of this class read."""

    def __init__(self, file: File, contexts: Sequence[Context]) -> None:
        super().__init__(file, contexts)
        self.lent: dict[str, str] = {}

    sections = False
    """Whether loops, blocks and other layers are attributes of their own."""

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

    def stem(self) -> str:
        """A name for the first layers of a network."""
        return "stem" if not self.init.lines else ""

    def head(self, body: Body) -> str:
        """A name for the last layers of a network."""
        return "head" if self.sections and body is self.file.program.layers and self.init.lines else ""

    def hint(self, step: ResolvedStep) -> str:
        """A name for what begins with a step."""
        return identifier(step.name.text) if step.name is not None and isinstance(step, LoopStep) else ""

    def is_read(self, step: ResolvedStep) -> bool:
        """Whether another step reads the output of a step by its name."""
        return step.name is not None and (
            step.name.text in self.read
            or f"{step.name.text}." in self.read
            or any(name.startswith(f"{step.name.text}.") for name in self.read)
        )

    def has_rounds_read(self, step: ResolvedStep) -> bool:
        """Whether another step reads a round or a part of a step."""
        name = "" if step.name is None else f"{step.name.text}."
        return bool(name) and any(read.startswith(name) for read in self.read)

    def chained(
        self, step: ResolvedStep, contexts: Sequence[Context], channels: Node, scope: Scope
    ) -> tuple[list[Item], Node]:
        """The step as items; raises NotChain."""
        if self.has_rounds_read(step) or any(self.reads_inside(body) for body in bodies_of(step)):
            raise NotChain
        return self.item(step, contexts, channels, scope)

    def reads_inside(self, body: Body) -> bool:
        """Whether the output of a step in a list is read by its name."""
        return any(self.is_read(step) or any(map(self.reads_inside, bodies_of(step))) for step in body.steps)

    # Attributes

    attribute = ""
    result: Code | None = None
    """What `forward` returns, if that is no tensor alone."""

    def flush(self, items: list[Item], x: Val, channels: Node, target: str, hint: str) -> Val:
        """Makes modules one attribute, and writes its call."""
        self.run.add(f"{target} = ", self.called(items, x, hint))
        return Val(target, channels)

    def called(self, items: list[Item], x: Val, hint: str) -> Code:
        """Makes modules one attribute. Gives its call."""
        self.attribute = self.attributes.new(hint or _name(items))
        self.init_attribute(self.attribute, items)
        return call(f"self.{self.attribute}", self.named(x))

    def init_attribute(self, name: str, items: list[Item]) -> None:
        """Writes an attribute of modules."""
        render(self.init, f"self.{name} = ", items, lambda: self.locals.new(name))

    def named(self, x: Val) -> str:
        """The code of a tensor; raises Unstructured for one that is known only on a condition."""
        if not x.code:
            raise Unstructured("a tensor that depends on a condition")
        return x.code

    # Statements

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

    # Kinds and blocks

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

    def own_name(self, step: ResolvedStep) -> str:
        """The name of a step for its attribute."""
        return "" if step.name is None else identifier(step.name.text)

    def lent_call(self, step: ResolvedStep, x: Val, channels: Node, target: str) -> Val:
        """A call of the module whose weights a step shares."""
        assert step.share is not None
        if step.share.text not in self.lent:
            raise Unstructured("shared weights")
        attribute = self.lent[step.share.text]
        if step.name is not None:
            self.lent[step.name.text] = attribute
        self.run.add(f"{target} = ", call(f"self.{attribute}", self.named(x)))
        return Val(target, channels)

    def flagged(self, step: KindStep, visits: Visits, parts: Parts, channels: Node, scope: Scope) -> Parts:
        """The parts of a layer with the numbers of `__init__` as attributes, which functions in `forward` read."""
        assert step.plan is not None
        contexts = [context for context, _ in visits]
        nodes = self.argument_nodes(step.plan, scope, contexts)
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
            if tensors or info.parts:
                raise Unstructured("shared weights")
            return self.lent_call(step, x, channels, target)
        own = self.own_name(step)
        attribute = self.attributes.new(own or identifier(info.name[0].lower() + info.name[1:]))
        if own:
            self.lent[own] = attribute
        self.init.add(f"self.{attribute} = ", code)
        locals_ = [self.tensors.new(f"{own or attribute}_{identifier(part)}") for part in info.parts]
        made = call(f"self.{attribute}", *[self.named(tensor) for tensor in (x, *tensors)])
        self.run.add(f"{', '.join([target, *locals_])} = ", made)
        given = {name: given for name, given in self.given_nodes(step, x.channels, scope, visits).items()}
        if info.parts and given:
            raise Unstructured("parts of a block")
        return Val(target, channels)

    # Joins

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
            found = self.tensors_of(operand, x, scope)
            if isinstance(found, Val):
                vals.append(found)
            elif found.code and step.word.text != "concat":
                raise Unstructured("a sum of a list")
            elif found.code:
                vals.append(Val(f"*{found.code}", self.total(found.items[0])))
            else:
                vals += found.items
        return vals

    def total(self, loop: Val) -> Node:
        """The channels of all rounds of a loop together."""
        if loop.each is None or loop.count is None or set(loop.columns) & names_of(loop.each):
            raise Unstructured("channels of a list")
        return binary(loop.count, "*", loop.each)

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


def _section(step: ResolvedStep) -> str:
    if isinstance(step, LoopStep) or step.repeat is not None:
        return f"loop {step.span.line}"
    return "block" if isinstance(step, BlockStep) else "kind"


def _name(items: Sequence[Item]) -> str:
    """A name for modules in a row."""
    listed = words(items)
    if len(items) == 1 and len(listed) == 1:
        return identifier(listed[0][0].lower() + listed[0][1:])
    return "layers"


_ = (Mod, Vals, listing, variable)
