"""Loops over modules in a row, and the local names for channels that change in them."""

from collections.abc import Sequence

from cnnshape.export.python import (
    binary,
    constant,
    identifier,
    names_of,
    variable,
)
from cnnshape.export.torch.structure.file import File, follower_roles, read_names
from cnnshape.export.torch.structure.header import Header, Made
from cnnshape.export.torch.structure.items import For, Item, Line, assigns
from cnnshape.export.torch.structure.model import (
    Context,
    Scope,
    Unstructured,
    same,
)
from cnnshape.export.torch.structure.uses import UseWriter
from cnnshape.graph.visits import Ran
from cnnshape.language.expression.lists import Items
from cnnshape.language.expression.tree import Binary, Constant, FunctionCall, Node, Variable
from cnnshape.program import BlockStep, Body, KindStep, LoopStep, ResolvedStep


class RoundWriter(UseWriter):
    """Writes loops."""

    round_result: Node | None = None
    """The channels after a round of the loop that was written last, unless they follow from those before it."""

    def __init__(self, file: File, contexts: Sequence[Context]) -> None:
        super().__init__(file, contexts)
        self.known: dict[str, Node] = {}
        """What local names for channels are after a loop that runs at least once."""

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
            wanted = [self.file.channels(one.ran.result) for one in header.rounds]
            self.entering_channels(name, header.rounds)
            items = [*items, Line(f"{name} = {self.argument(result, wanted, header.rounds)}")]
        last = self.round_result
        inner = {header.number, *(own for own, _ in header.columns)}
        runs = all(self.visits(step, [context]) for context in contexts)
        if last is not None and runs and not names_of(last) & inner:
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
            one.env[name] = self.file.channels(one.ran.entering)
        return variable(name)

    def assigned(self, name: str, step: ResolvedStep, contexts: Sequence[Context], before: Node) -> Node:
        """The name for the channels after a step, which some runs leave out, with its value in each run."""
        for context in contexts:
            visits = self.visits(step, [context])
            left = self.file.channels(visits[-1][1].result) if visits else self.value(before, context)
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


def _length(column: Node) -> Node:
    """The number of values of a column."""
    if isinstance(column, Constant) and isinstance(column.value, tuple):
        return constant(len(column.value))
    return constant(len(column.items)) if isinstance(column, Items) else FunctionCall("len", 0, (column,))


def _counts(step: ResolvedStep) -> bool:
    """Whether the arguments of a step read the number of the round."""
    differs = isinstance(step, KindStep | BlockStep) and step.first_differs
    return differs or bool(read_names(Body((step,))) & {"i", "last"})
