"""Loops that are more than modules in a row: a list of modules, a class for a round, or the rounds one by one."""

from collections.abc import Sequence

from cnnshape.export.python import constant, names_of
from cnnshape.export.torch.structure.chain import Visits
from cnnshape.export.torch.structure.file import IN_CHANNELS
from cnnshape.export.torch.structure.forward import ForwardWriter
from cnnshape.export.torch.structure.header import Header, Made
from cnnshape.export.torch.structure.items import Item, has_modules, render, write_items
from cnnshape.export.torch.structure.model import (
    Context,
    Fixed,
    NotChain,
    Scope,
    Unstructured,
    Val,
    nodes,
)
from cnnshape.language import Expression, ListValue, Value
from cnnshape.language.expression.lists import Items
from cnnshape.language.expression.tree import Constant, Node
from cnnshape.program import LoopStep, ResolvedStep


class LoopWriter(ForwardWriter):
    """Writes all steps of a class."""

    def saved(self) -> tuple[object, ...]:
        """The state of the lines and names, for `back`."""
        names = [one.state() for one in (self.attributes, self.locals, self.tensors)]
        return list(self.init.lines), list(self.run.lines), names, set(self.used), set(self.mutable), dict(self.lent)

    def back(self, saved: tuple[object, ...]) -> None:
        """Forgets what was written since."""
        self.init.lines[:], self.run.lines[:], names, self.used, self.mutable, self.lent = saved  # type: ignore[assignment, call-overload]
        for one, state in zip((self.attributes, self.locals, self.tensors), names, strict=True):  # type: ignore[call-overload]
            one.restore(state)

    def rounds_of(self, step: ResolvedStep, contexts: Sequence[Context], x: Val, scope: Scope, target: str) -> Val:
        """A `repeat` whose rounds are read by number."""
        header = self.counted(step, contexts, scope)

        def made(entering: Node) -> tuple[list[Item], Node]:
            visits = [(one, one.ran.visits[0]) for one in header.rounds]
            return self.once(step, visits, entering, {**header.scope, IN_CHANNELS: entering})

        count = self.node(step.repeat, scope, contexts) if step.repeat is not None else constant(1)
        return self.listed(step, header, made, contexts, x, target, count)

    def loop_statement(self, step: LoopStep, visits: Visits, x: Val, scope: Scope, target: str) -> Val:
        """A `for`: as a list of modules, else round by round."""
        contexts = [context for context, _ in visits]
        saved = self.saved()
        try:
            return self.loop_of_modules(step, contexts, x, scope, target)
        except (Unstructured, NotChain) as problem:
            self.back(saved)
            if isinstance(problem, Fixed):
                raise
            return self.unrolled(step, contexts, x, scope, target)

    def loop_of_modules(self, step: LoopStep, contexts: Sequence[Context], x: Val, scope: Scope, target: str) -> Val:
        """A `for` as a list of modules. Raises Unstructured."""
        if (
            any(
                "." in name
                and name.split(".")[0] == step.name.text
                and not name.rpartition(".")[2].isdigit()
                and name.rpartition(".")[2] not in ("all", "")
                for name in self.read
            )
            if step.name
            else False
        ):
            raise Unstructured("names inside of rounds")
        header = self.header(step, contexts, scope)

        def made(entering: Node) -> tuple[list[Item], Node]:
            return self.steps(step.do, header.rounds, entering, header.scope)

        count = _length(self.node(step.columns[0].values, scope, contexts))
        columns = {column.name.text: self.node(column.values, scope, contexts) for column in step.columns}
        try:
            result = self.listed(step, header, made, contexts, x, target, count)
        except NotChain:
            raise Unstructured("a round that is more than modules in a row") from None
        result.columns = {
            own.sign: columns[name]
            for name, own in nodes(header.scope).items()
            if name in columns and hasattr(own, "sign")
        }
        return result

    def listed(
        self,
        step: ResolvedStep,
        header: Header,
        made: Made,
        contexts: Sequence[Context],
        x: Val,
        target: str,
        count: Node,
    ) -> Val:
        """Rounds as a list of modules, and a loop over it."""
        before, items, result = self.with_channels(step, header, made, x.channels, contexts)
        if not has_modules(items):
            raise Unstructured("rounds without modules")
        own = self.own_name(step) or "rounds"
        attribute = self.attributes.new(own)
        write_items(self.init, before)
        names, rows = header.written(items)
        self.init.line(f"self.{attribute} = nn.ModuleList()")
        self.init.add(f"for {names} in ", rows, ":")
        with self.init.indented():
            render(self.init, "", items, lambda: self.locals.new("layers"), within=f"self.{attribute}.append")
        outputs = ""
        if self.has_rounds_read(step):
            outputs = self.tensors.new(f"{own}_outputs")
            self.run.line(f"{outputs}: list[Tensor] = []")
        if target != self.named(x):
            self.run.line(f"{target} = {x.code}")
        self.run.line(f"for layer in self.{attribute}:")
        with self.run.indented():
            self.run.line(f"{target} = layer({target})")
            if outputs:
                self.run.line(f"{outputs}.append({target})")
        return Val(target, result, rounds=outputs or None, each=self.round_result, count=count)

    def unrolled(self, step: LoopStep, contexts: Sequence[Context], x: Val, scope: Scope, target: str) -> Val:
        """A `for` whose rounds are written one after the other."""
        runs = [[ran for _, visited in self.visits(step, [context]) for ran in visited.bodies] for context in contexts]
        if len({len(some) for some in runs}) > 1:
            raise Unstructured("rounds that differ in number")
        columns: dict[str, list[Node | Val]] = {}
        for column in step.columns:
            if self.is_tensor(column.values, scope):
                columns[column.name.text] = list(self.tensor_list(column.values, x, scope))
            else:
                columns[column.name.text] = list(self.listed_values(column.values, scope, contexts))
        if any(len(values) != len(runs[0]) for values in columns.values()):
            raise Unstructured("a column of another length")
        rounds: list[Val] = []
        current = x
        for number in range(len(runs[0])):
            inner: Scope = {**scope, **{name: values[number] for name, values in columns.items()}}
            inner |= {"i": constant(number), "last": constant(number == len(runs[0]) - 1), "prev": current}
            if step.name is not None:
                inner[step.name.text] = Val(current.code, current.channels, rounds=list(rounds))
            some = [context.inside(run[number]) for context, run in zip(contexts, runs, strict=True)]
            current = self.body(step.do, some, current, inner, target)
            if self.has_rounds_read(step) and current.code == target:
                local = self.tensors.new(f"{self.own_name(step)}_{number}")
                self.run.line(f"{local} = {target}")
                current = Val(local, current.channels)
            given = {name: value for name, value in inner.items() if name in step.do.names}
            rounds.append(Val(current.code, current.channels, current.rounds, {**current.parts, **given}))
        parts = rounds[-1].parts if rounds else {}
        return Val(current.code, current.channels, rounds, parts)

    def listed_values(self, values: Value, scope: Scope, contexts: Sequence[Context]) -> list[Node]:
        """The values of a column, one by one. Raises Fixed where a param gives their number."""
        node = self.node(values, scope, contexts)
        if isinstance(node, Constant) and isinstance(node.value, tuple):
            return [constant(value) for value in node.value]
        if isinstance(node, Items):
            return list(node.items)
        raise Fixed(names_of(node))

    def tensor_list(self, values: Value, x: Val, scope: Scope) -> Sequence[Val]:
        """The tensors of a column."""
        if isinstance(values, ListValue):
            return [self.tensor_value(item, scope) for item in values.items]
        if not isinstance(values, Expression):
            raise Unstructured("a column of layers")
        found = self.of_tree(values.tree, {**scope, "prev": x})
        if isinstance(found, Val) or found.code:
            raise Unstructured("a list of tensors that is computed")
        return found.items


def _length(column: Node) -> Node:
    if isinstance(column, Constant) and isinstance(column.value, tuple):
        return constant(len(column.value))
    if isinstance(column, Items):
        return constant(len(column.items))
    raise Unstructured("a number of rounds that a param gives")
