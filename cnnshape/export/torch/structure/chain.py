"""Steps that are modules in a row: what `nn.Sequential` holds."""

from collections.abc import Mapping, Sequence

from cnnshape.export.python import (
    Group,
    Untranslatable,
    binary,
    call,
    constant,
    flat,
    identifier,
    names_of,
    resolved,
    variable,
)
from cnnshape.export.torch.kinds import say
from cnnshape.export.torch.structure.file import IN_CHANNELS, ClassInfo, File, follower_roles, layer_key, read_names
from cnnshape.export.torch.structure.header import Header, Made
from cnnshape.export.torch.structure.items import For, If, Item, Line, Mod, assigns
from cnnshape.export.torch.structure.model import (
    Context,
    Fixed,
    NotChain,
    OfSizes,
    Scope,
    Unstructured,
    Val,
    Vals,
    merged,
    negated,
    same,
)
from cnnshape.export.torch.structure.outputs import out_channels
from cnnshape.export.torch.structure.values import ValueWriter
from cnnshape.export.torch.use import Module, Parts, Unsayable, Use, Varies
from cnnshape.graph import LayerValue
from cnnshape.graph.evaluation import evaluate
from cnnshape.graph.scope import Handle, Rounds
from cnnshape.graph.visits import Ran, Visited
from cnnshape.language import Expression, Setting, Value
from cnnshape.language.expression.lists import Items
from cnnshape.language.expression.tree import Binary, Choice, Constant, FunctionCall, Node, Variable
from cnnshape.layers import Application
from cnnshape.program import BlockStep, Body, Follower, KindStep, LoopStep, Plan, ResolvedStep

Visits = list[tuple[Context, Visited]]


class ChainWriter(ValueWriter):
    """Writes steps as items of a list of modules."""

    frozen: Node | None = None
    round_result: Node | None = None
    """The channels after a round of the loop that was written last, unless they follow from those before it."""

    def __init__(self, file: File, contexts: Sequence[Context]) -> None:
        super().__init__(file, contexts)
        self.known: dict[str, Node] = {}
        """What local names for channels are after a loop that runs at least once."""

    def visits(self, step: ResolvedStep, contexts: Sequence[Context]) -> Visits:
        """The runs of a step: several in a context for a step that repeats."""
        return [(context, visited) for context in contexts for visited in context.ran.visits if visited.step is step]

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

    # Rounds

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

    def looped(
        self, step: ResolvedStep, header: Header, made: Made, channels: Node, contexts: Sequence[Context]
    ) -> tuple[list[Item], Node]:
        """A loop. Its channels stay as they are, or are kept in a local name."""
        before, items, result = self.with_channels(step, header, made, channels, contexts)
        names, rows = header.written(items)
        return [*before, For(names, rows, tuple(items))], result

    def with_channels(
        self, step: ResolvedStep, header: Header, made: Made, channels: Node, contexts: Sequence[Context]
    ) -> tuple[list[Item], list[Item], Node]:
        """The items before a loop, those of a round, and the channels after it."""
        state = self.locals.state()
        try:
            items, result = made(channels)
            self.round_result = result
            if same(result, channels) and not assigns(items, names_of(channels) & self.mutable):
                return [], items, channels
        except Unstructured:
            pass
        self.locals.restore(state)
        name, before = self.kept_channels(channels, contexts)
        items, result = made(self.entering_channels(name, header.rounds))
        if isinstance(result, Variable) and result.sign in self.known:
            self.round_result = self.known[result.sign]
        else:
            self.round_result = None if name in names_of(result) else result
        self.known.pop(name, None)
        if not same(result, variable(name)):
            wanted = [self.file.channels(one.ran.result) for one in header.rounds]  # type: ignore[arg-type]
            self.entering_channels(name, header.rounds)
            items = [*items, Line(f"{name} = {self.argument(result, wanted, header.rounds)}")]
        last = self.round_result
        if last is not None and not names_of(last) & {header.number, *(own for own, _ in header.columns)}:
            if all(self.visits(step, [context]) for context in contexts):
                self.known[name] = last
                if header.length.isdigit() and not names_of(last) & self.mutable:
                    self.assigned(name, step, contexts, channels)
                    return before, items, last
        return before, items, self.assigned(name, step, contexts, channels)

    def kept_channels(self, channels: Node, contexts: Sequence[Context]) -> tuple[str, list[Item]]:
        """A local name for channels that change, and the statement that sets it."""
        if isinstance(channels, Variable) and channels.sign in self.mutable:
            return channels.sign, []
        name = self.locals.new("channels")
        self.mutable.add(name)
        return name, [Line(f"{name} = {self.text(channels, contexts, whole=True)}")]

    def entering_channels(self, name: str, rounds: Sequence[Context]) -> Node:
        """The name for the channels that enter each round."""
        for one in rounds:
            one.env[name] = self.file.channels(one.ran.entering)  # type: ignore[arg-type]
        return variable(name)

    def assigned(self, name: str, step: ResolvedStep, contexts: Sequence[Context], before: Node) -> Node:
        """The name for the channels after a step, which some runs leave out, with its value in each run."""
        for context in contexts:
            visits = self.visits(step, [context])
            left = self.file.channels(visits[-1][1].result) if visits else self.value(before, context)  # type: ignore[arg-type]
            context.env[name] = left
        return variable(name)

    def counted(self, step: ResolvedStep, contexts: Sequence[Context], scope: Scope) -> Header:
        """The header of a `repeat`."""
        assert step.repeat is not None
        count = self.node(step.repeat, scope, contexts)
        name = self.locals.new("i") if _counts(step) else "_"
        rounds = []
        for context in contexts:
            for index, (_, visited) in enumerate(self.visits(step, [context])):
                ran = Ran(context.ran.body, visited.scope, visited.entering)
                ran.visits, ran.result = [visited], visited.result
                rounds.append(context.inside(ran, **{name: index}))
        last = Binary("==", 0, variable(name), binary(count, "-", constant(1)))
        inner = {**scope, "i": variable(name), "last": last}
        return Header(name, (), self.text(count, contexts, whole=True), inner, rounds)

    def header(self, step: LoopStep, contexts: Sequence[Context], scope: Scope) -> Header:
        """The header of a `for`."""
        columns = {column.name.text: self.node(column.values, scope, contexts) for column in step.columns}
        if set(columns) & set(follower_roles(step.do)):
            raise Unstructured("a column of layers")
        names = {name: self.locals.new(identifier(name)) for name in columns}
        index = self.locals.new("i") if read_names(step.do) & {"i", "last"} else "_"
        rounds = []
        for context in contexts:
            runs = [ran for _, visited in self.visits(step, [context]) for ran in visited.bodies]
            for position, ran in enumerate(runs):
                own = {names[name]: ran.scope[name] for name in columns}
                rounds.append(context.inside(ran, **{**own, index: position}))
        length = _length(next(iter(columns.values())))
        last = Binary("==", 0, variable(index), binary(length, "-", constant(1)))
        own_names = {name: variable(own) for name, own in names.items()}
        inner: Scope = {**scope, **own_names, "i": variable(index), "last": last}
        pairs = tuple([(names[name], self.code(node, contexts)) for name, node in columns.items()])
        return Header(index, pairs, self.text(length, contexts), inner, rounds)

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

    # Kinds and blocks

    def once(self, step: ResolvedStep, visits: Visits, channels: Node, scope: Scope) -> tuple[list[Item], Node]:
        """A step without its modifiers."""
        if isinstance(step, KindStep):
            return self.kind(step, visits, channels, scope)
        if isinstance(step, BlockStep):
            return self.block(step, visits, channels, scope)
        if isinstance(step, LoopStep):
            return self.loop(step, [context for context, _ in visits], channels, scope)
        raise NotChain

    def kind(self, step: KindStep, visits: Visits, channels: Node, scope: Scope) -> tuple[list[Item], Node]:
        """A layer and those that follow it."""
        assert step.plan is not None
        parts, result = self.parts(step, visits, channels, scope)
        weighs = any(self.file.application(visited.start).params for _, visited in visits)
        items = self.modules(parts, step.plan.kind.name, weighs=weighs)
        return [*items, *self.following(step, visits, result, scope)], result

    def modules(self, parts: Parts, word: str, *, weighs: bool) -> list[Item]:
        """The items of the parts of a layer; raises NotChain if one is a function."""
        items: list[Item] = []
        for part in parts:
            if not isinstance(part, Module):
                raise NotChain
            items.append(Mod(self.wrapped(part.code, weighs=weighs and not part.role), word))
        return items

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

    def block(self, step: BlockStep, visits: Visits, channels: Node, scope: Scope) -> tuple[list[Item], Node]:
        """A block as a module."""
        info = self.info(step)
        if info.tensors or info.parts:
            raise NotChain
        code, result = self.made_block(step, info, visits, channels, scope)
        return [Mod(code, step.block.name.text)], result  # type: ignore[union-attr]

    def wanted(self, visited: Visited, source: str) -> object:
        """The value of an argument of a block's constructor in a use."""
        if source == IN_CHANNELS:
            return self.file.channels(visited.entering)  # type: ignore[arg-type]
        if source.endswith(".channels"):
            handle = _inner(visited, source.removesuffix(".channels"))
            last = handle[-1] if isinstance(handle, Rounds) else handle
            assert isinstance(last, Handle)
            return self.file.channels(last.value)  # type: ignore[arg-type]
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
            text = self.given_text(node, source, wanted, contexts, step, visits)
            if name in info.optional:
                named[name] = text
            else:
                positional.append(text)
        weighs = any(visited.end > visited.start for _, visited in visits)
        code = self.wrapped(call(info.name, *positional, **named), weighs=weighs)
        own = {name: given[source] for name, source in info.params if source in given}
        out = resolved(info.out, {**self.defaults(step, info, given), **own})
        self.argument(out, [self.file.channels(visited.result) for _, visited in visits], contexts)  # type: ignore[arg-type]
        return code, out

    def defaults(self, step: BlockStep, info: ClassInfo, given: Mapping[str, Node]) -> dict[str, Node]:
        """The values of the constructor's params that a use leaves out."""
        assert step.block is not None
        values: dict[str, Node] = {}
        for name, source in info.params:
            param = next((one for one in step.block.params if one.name.text == source), None)
            if source not in given and param is not None and param.default is not None:
                values[name] = self._resolved(param.default, {})
        return values

    def given_text(
        self,
        node: Node,
        source: str,
        wanted: list[object],
        contexts: Sequence[Context],
        step: BlockStep,
        visits: Visits,
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
                found = self.tensor_value(value, scope)
                given[f"{name}.channels"] = found.channels
                continue
            default = None if param.default is None else self.default_node(param.default, given, visits, name)
            try:
                node = default if value is None else self.node(value, scope, contexts)
            except OfSizes:
                known = [_inner(visited, name) for _, visited in visits]
                if any(one != known[0] for one in known):
                    raise
                node = constant(known[0])
            if step.first_differs and first is not value:
                opening = default if first is None else self.node(first, scope, contexts)
                node = self.chosen(opening, node, None, scope)
            if node is None:
                raise Unstructured("a required param without a value")
            if _equal(default, node):
                continue
            given[name] = node
        return given

    def default_node(self, default: Value, given: Mapping[str, Node], visits: Visits, name: str) -> Node | None:
        """A default in the words of a use; None for one that depends on sizes, and isn't the same everywhere."""
        try:
            return self._resolved(default, dict(given))
        except Untranslatable:
            pass
        scope = visits[0][1].bodies[0].scope
        if isinstance(default, Setting):
            return constant(evaluate(default, scope, None, self.file.program.settings))
        values = [_inner(visited, name) for _, visited in visits]
        return constant(values[0]) if all(value == values[0] for value in values) else None

    def is_tensor(self, value: Value | None, scope: Scope) -> bool:
        """Whether a value is a tensor or a list of tensors."""
        return value is not None and any(isinstance(scope.get(name), Val | Vals) for name in value.names)

    def tensor_value(self, value: Value | None, scope: Scope) -> Val:
        """The tensor that a param gets."""
        if not isinstance(value, Expression):
            raise Unstructured("a list of tensors as a param")
        whole = scope.get(value.text.strip())
        found = whole if isinstance(whole, Val) else self.of_tree(value.tree, scope)
        if isinstance(found, Vals):
            raise Unstructured("a list of tensors as a param")
        return found


def _equal(default: Node | None, node: Node) -> bool:
    """Whether a value is that of a default."""
    if not isinstance(default, Constant) or not isinstance(node, Constant):
        return False
    return layer_key(default.value) == layer_key(node.value)


class _Freezing:
    def __init__(self, writer: ChainWriter, frozen: Node | None) -> None:
        self._writer, self._frozen, self._outer = writer, frozen, writer.frozen

    def __enter__(self) -> None:
        if self._frozen is not None and not (isinstance(self._frozen, Constant) and not self._frozen.value):
            self._writer.frozen = self._frozen

    def __exit__(self, *_: object) -> None:
        self._writer.frozen = self._outer


def _length(column: Node) -> Node:
    """The number of values of a column."""
    if isinstance(column, Constant) and isinstance(column.value, tuple):
        return constant(len(column.value))
    return constant(len(column.items)) if isinstance(column, Items) else FunctionCall("len", 0, (column,))


def _counts(step: ResolvedStep) -> bool:
    """Whether the arguments of a step read the number of the round."""
    differs = isinstance(step, KindStep | BlockStep) and step.first_differs
    return differs or bool(read_names(Body((step,))) & {"i", "last"})


def _inner(visited: Visited, name: str) -> object:
    """The value of a param in a use of a block."""
    return visited.bodies[0].scope.get(name)
