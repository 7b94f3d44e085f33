"""Expands steps into nodes: opens blocks, rounds and repeats, resolves names, and infers every shape on the way.

Expansion and shape inference are one pass, because a spec may use `in_channels` anywhere. After a fault the walk
continues with a guess of the output, so that one run finds independent faults.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from cnnshape.diagnostics import diagnose
from cnnshape.graph.evaluation import BadFollower, Refused, Unfit
from cnnshape.graph.expansion import MOST_NAMED, NAMES_PER_VISIT, VALUES_PER_VISIT, VISITS_PER_LISTS, LeftOut, Visit
from cnnshape.graph.faults import Frame
from cnnshape.graph.guess import UNKNOWN, Guess
from cnnshape.graph.model import Misfit
from cnnshape.graph.modifiers import NOT_WANTED, ModifierExpander
from cnnshape.graph.naming import Labels, ReservedNames
from cnnshape.graph.scope import Current, Finished, Handle, Inside, Rounds, Scope, Uncertain
from cnnshape.language import ListValue, Reference, Value
from cnnshape.program import (
    BlockStep,
    Body,
    BrokenStep,
    JoinStep,
    KindStep,
    LoopStep,
    Plan,
    ResidualStep,
    ResolvedStep,
)


class Expander(ModifierExpander):
    """Turns the steps of a program into the nodes of a draft."""

    def layers(self, current: Current, scope: Scope) -> Current:
        """Expands the file's layers. Returns the value that comes out."""
        body = self._program.layers
        inputs = [given.name.text for given in self._program.spec.inputs]
        return self._steps(body, current, scope, Labels(reserved=ReservedNames(body.names.union(inputs))))

    def _steps(self, body: Body, current: Current, scope: Scope, labels: Labels) -> Current:
        """Expands steps one after the other."""
        for step in body.steps:
            current = self._step(step, current, scope, labels)
        return current

    def _step(self, step: ResolvedStep, current: Current, scope: Scope, labels: Labels) -> Current:
        """Expands one step with its modifiers."""
        if isinstance(step, BrokenStep):
            return self._broken(step, current, scope)
        self._visit(step)
        if step.chooses and step not in self.choosing and step not in self._tried:
            self.choosing[step] = LeftOut(scope, self._trace)
        self._values.previous = None
        if step.source is not None and self._stays_out(step, current, scope):
            return current
        start = len(self._draft.nodes)
        entering = current if step.source is None else self._source(step.source, current, scope)
        visit = Visit(entering, scope, labels)
        if step.plain:
            result, rounds = self._once(step, visit)
        else:
            result, rounds = self._modified(step, current, visit)
        if rounds is not None and not rounds:
            self._leave_out(step, rounds, Handle(entering, start, start), scope)
            return current
        if step.share is not None:
            self._share(step.share, result, scope, start)
        if step.expect is not None:
            self._check_contract(step.expect, entering, result, scope)
        if step.name is not None:
            handle = Handle(result, start, len(self._draft.nodes), inside=visit.inside, entering=entering)
            self._define(step.name, rounds, handle, scope)
        return result

    def _leave_out(self, step: ResolvedStep, rounds: Rounds, handle: Handle, scope: Scope) -> None:
        """Binds the name of a step that doesn't run to the tensor that enters the step."""
        if rounds is NOT_WANTED or step.repeat is not None:
            self._pass_over(step, scope)
        if step.name is not None:
            handle.left_out = "when" if rounds is NOT_WANTED else "repeat" if step.repeat is not None else "for"
            self._define(step.name, None, handle, scope)

    def _source(self, source: Reference, current: Current, scope: Scope) -> Current:
        """The tensor that `from` names; `prev` is still the output of the step before."""
        entering = self._reference(source, current, scope)
        self._values.previous = Handle(current)
        return entering

    def _broken(self, step: BrokenStep, current: Current, scope: Scope) -> Guess:
        self.holes += 1
        self._draft.fail(step.word, "the step could not be read", current)
        for name in step.names:
            scope.setdefault(name.text, Handle(UNKNOWN, at=name.span))
        return UNKNOWN

    # Layers

    def _expanded(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        """Expands a step without its modifiers. Raises Refused or Uncertain if nothing certain comes out."""
        self._visit(step)
        return _EXPANSIONS[type(step)](self, step, visit)

    def _kind(self, step: KindStep, visit: Visit) -> tuple[Current, None]:
        plan = step.first if visit.first else step.plan
        if plan is None:
            raise Uncertain
        self._charge(step, plan.size // VALUES_PER_VISIT + plan.lists * VISITS_PER_LISTS)
        while True:
            try:
                return self._planned(step, plan, visit), None
            except BadFollower as refused:
                self._report(refused)
                plan = self._applications.partial(plan, refused.follower)

    def _planned(self, step: KindStep, plan: Plan, visit: Visit) -> Current:
        current = visit.current
        if plan.kind.by_name:
            chain, inputs = self._applications.of_named(plan, current, visit.scope)
        elif isinstance(current, Guess):
            return self._guessed(step, plan, current, visit)
        else:
            chain, inputs = self._applications.of_kind(plan, current, visit.scope)
        self.holes += plan.partial
        self._compare(plan, chain, visit)
        labels = self._labels(step, chain, visit)
        return self._draft.append(chain, inputs, step.word.span, labels)

    def _guessed(self, step: KindStep, plan: Plan, current: Guess, visit: Visit) -> Guess:
        """Adds a layer on an uncertain tensor: a hole in the graph. It still uses up its name, so that other layers
        keep theirs."""
        self.holes += 1
        outcome = self._applications.of_guess(plan, current, visit.scope)
        if step.name is None:
            visit.labels.next(plan.kind.name)
        if outcome.problem is not None:
            raise Unfit(outcome.problem.diagnostic, outcome.problem.origin, outcome.left)
        return outcome.left

    # Rounds

    def _loop(self, step: LoopStep, visit: Visit) -> tuple[Current, Rounds]:
        self._charge(step, step.size // VALUES_PER_VISIT)
        if step.do not in self._ran:
            self._pass_over(step.do, visit.scope, (*[column.name.text for column in step.columns], "i", "last"))
        columns = {
            column.name.text: self._values.column(column.values, visit.current, visit.scope) for column in step.columns
        }
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            raise _unequal_columns(step, columns)
        count = lengths.pop() if lengths else 0
        if count:
            self._ran.add(step.do)
        handles: list[Handle] = []
        current = visit.current
        for index in range(count):
            self._charge(step, len(columns) // VALUES_PER_VISIT + len(visit.scope) // NAMES_PER_VISIT)
            values = {name: column[index] for name, column in columns.items()}
            scope: Scope = {**visit.scope, **values, "i": index, "last": index == count - 1}
            if step.reads_itself and step.name is not None:
                self._charge(step, len(handles) // NAMES_PER_VISIT)
                scope[step.name.text] = Finished(handles)
            start, entering = len(self._draft.nodes), current
            current = self._round(step, index, values, current, scope, visit)
            if step.name is not None or not handles:
                inside = self._inside(step, scope, visit.scope) if step.name is not None else None
                handles.append(Handle(current, start, len(self._draft.nodes), inside=inside, entering=entering))
        return current, Rounds(handles)

    def _inside(self, step: LoopStep, scope: Scope, outer: Scope) -> Inside:
        """The names that the steps of a round gave."""
        self._charge(step, len(step.do.names) // NAMES_PER_VISIT)
        given = {name: scope[name] for name in step.do.names if name in scope and scope[name] is not outer.get(name)}
        return Inside({name: value for name, value in given.items() if not isinstance(value, Finished)})

    def _round(
        self, step: LoopStep, index: int, values: Scope, current: Current, scope: Scope, visit: Visit
    ) -> Current:
        name = step.name
        frame = Frame(
            step.word.span,
            where=visit.labels.prefix.rstrip("."),
            label=f"{name.text}.{index}" if name else f"round {index} of `for`",
            values=self._shown(values),
            origins=lambda: _column_values(step, index),
        )
        if name is not None:
            label = f"{visit.labels.prefix}{name.text}{visit.suffix}.{index}"
            return self._grouped(frame, name.text, label, step.do, current, scope)
        self._trace.append(frame)
        self.visits += 1
        try:
            return self._steps(step.do, current, scope, visit.labels)
        finally:
            self._trace.pop()

    # Joins

    def _residual(self, step: ResidualStep, visit: Visit) -> tuple[Current, None]:
        with self._values.sharing(None):
            body = self._steps(step.body, visit.current, visit.scope, visit.labels)
        start = len(self._draft.nodes)
        shortcut = visit.current
        with self._values.sharing(visit.current):
            if isinstance(step.shortcut, Body):
                inner = Labels(visit.labels.next("shortcut") + ".") if step.shortcut.steps else visit.labels
                shortcut = self._steps(step.shortcut, visit.current, visit.scope, inner)
            elif step.shortcut is not None:
                word = self._values.at(step.shortcut, visit.current, visit.scope)
                if self._joins.shortcut_word(step.shortcut, word) == "none":
                    return body, None
        return self._joined(step, visit, [body, shortcut], start), None

    def _joined(self, step: ResidualStep | JoinStep, visit: Visit, values: list[Current], start: int) -> Current:
        """Joins tensors. Returns a guess if one of them is uncertain. Raises Refused if they don't fit together."""
        word = "add" if isinstance(step, ResidualStep) else step.word.text
        if any(isinstance(value, Guess) for value in values):
            self.holes += 1
            if step.name is None:
                visit.labels.next(word)
            broadcast = isinstance(step, JoinStep) and step.broadcast is not None
            return self._joins.guessed(word, values, broadcast=broadcast)
        inputs = [value for value in values if isinstance(value, int)]
        label = None if step.name is None else visit.labels.prefix + step.name.text + visit.suffix
        try:
            if isinstance(step, ResidualStep):
                return self._joins.residual(step, inputs, start, label, visit.labels)
            return self._joins.join(step, inputs, label, visit.labels)
        except Refused as refused:
            if isinstance(step, JoinStep) and step.broadcast is not None:
                # The search for other shapes knows joins of equal ones.
                raise Refused(refused.diagnostic, refused.origin, self._joins.failed(values)) from None
            entering = visit.current if isinstance(step, ResidualStep) and isinstance(visit.current, int) else None
            misfit = Misfit(step.word.span, word=word, inputs=tuple(inputs), entering=entering)
            self.misfits.setdefault(step, misfit)
            raise Refused(refused.diagnostic, refused.origin, self._joins.failed(values)) from None

    def _join(self, step: JoinStep, visit: Visit) -> tuple[Current, None]:
        self._charge(step, len(step.branches) + len(step.operands) // VALUES_PER_VISIT)
        if step.branches:
            values = [
                self._steps(body, visit.current, visit.scope, Labels(visit.labels.next(name.text) + "."))
                for name, body in step.branches
            ]
        else:
            values = self._operands(step, visit.current, visit.scope)
            if len(values) == 1:
                return values[0], None
        return self._joined(step, visit, values, len(self._draft.nodes)), None


def _unequal_columns(step: LoopStep, columns: Mapping[str, tuple[object, ...]]) -> Refused:
    listed = ", ".join(f"`{name}` has {len(columns[name])}" for name in islice(columns, MOST_NAMED))
    listed += ", ..." if len(columns) > MOST_NAMED else ""
    message = f"the columns of `for` differ in length: {listed}"
    return Refused(diagnose("unequal-columns", message, step.word.span))


def _column_values(step: LoopStep, index: int) -> dict[str, Value]:
    """The values of a round as the file states them."""
    return {
        column.name.text: column.values.items[index] if isinstance(column.values, ListValue) else column.values
        for column in step.columns
    }


# Functions, not bound methods: an expander that held its own methods would be garbage only the collector could free.
_EXPANSIONS: dict[type[ResolvedStep], Callable[[Any, Any, Visit], tuple[Current, Rounds | None]]] = {
    KindStep: Expander._kind,
    BlockStep: Expander._block,
    LoopStep: Expander._loop,
    ResidualStep: Expander._residual,
    JoinStep: Expander._join,
}
