"""Expanding steps into nodes: blocks, rounds and repeats opened, names resolved, every shape inferred on the way.

Expansion and shape inference are one pass, because a spec may ask for `in_channels` anywhere. After a fault the walk
goes on with a guess of what comes out, so that independent faults are found in one run.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from cnnshape.diagnostics import Label, diagnose
from cnnshape.graph.applications import Applications, Chain, Memory
from cnnshape.graph.blocks import BlockScopes, param_values
from cnnshape.graph.draft import Draft, Exhausted, exhausted
from cnnshape.graph.evaluation import Refused, Uncertain, Values
from cnnshape.graph.faults import Faults, Frame
from cnnshape.graph.guess import UNKNOWN, Guess, exactly
from cnnshape.graph.joins import Joins
from cnnshape.graph.labels import Labels, ReservedNames
from cnnshape.graph.recovery import after_failure
from cnnshape.graph.references import conflict, tensor_of
from cnnshape.graph.scope import UNSETTLED, Current, Handle, Rounds, Scope, Unsettled
from cnnshape.graph.template import Recording, Template
from cnnshape.language import ListValue, Name, Reference, Value
from cnnshape.program import (
    BlockProgram,
    BlockStep,
    Body,
    BrokenStep,
    JoinStep,
    KindStep,
    LoopStep,
    Plan,
    Program,
    ResidualStep,
    ResolvedStep,
)
from cnnshape.source import Span

MAX_NESTING = 48
VISITS_PER_LAYER = 6
VALUES_PER_VISIT = 4
"""How many params, items of lists or inputs of a join take as long as visiting a step."""
NAMES_PER_VISIT = 200
"""How many names of a scope are copied in that time."""
MOST_NAMED = 12


class ExpansionMemory:
    """What expansions of one program remember, such as those of its variants: layers applied, and blocks opened."""

    __slots__ = ("layers", "templates")

    def __init__(self) -> None:
        self.layers = Memory()
        self.templates: dict[object, Recording | Template | None] = {}


class Visit:
    """Where a step is expanded: what enters it, what it sees, and how its layers are named.

    `suffix` is the number of a repeat in the names of its layers; `first` marks the first repeat.
    """

    __slots__ = ("current", "first", "labels", "scope", "suffix")

    def __init__(self, current: Current, scope: Scope, labels: Labels) -> None:
        self.current = current
        self.scope = scope
        self.labels = labels
        self.suffix = ""
        self.first = False


class Expander:
    """Turns the steps of a program into the nodes of a draft."""

    def __init__(self, program: Program, faults: Faults, draft: Draft, memory: ExpansionMemory) -> None:
        self._program = program
        self._faults = faults
        self._draft = draft
        self._values = Values(draft.tensors)
        self._applications = Applications(self._values, draft.tensors, memory.layers)
        self._blocks = BlockScopes(self._values, self._report)
        self._joins = Joins(draft, self._applications)
        self._trace: list[Frame] = []
        self._most = VISITS_PER_LAYER * draft.max_layers
        self._reserved: dict[Body, ReservedNames] = {}
        self._templates = memory.templates
        self._params = {param.name.text: param.name.span for param in program.spec.params}
        self._expand: dict[type[ResolvedStep], Callable[[Any, Visit], tuple[Current, Rounds | None]]] = {
            KindStep: self._kind,
            BlockStep: self._block,
            LoopStep: self._loop,
            ResidualStep: self._residual,
            JoinStep: self._join,
        }
        self.visits = 0
        self.holes = 0

    def layers(self, current: Current, scope: Scope) -> Current:
        """Expands the file's layers; gives the value that comes out."""
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
            return self._broken(step, scope)
        self._visit(step)
        self._values.previous = None
        start = len(self._draft.nodes)
        skipped = False
        if step.plain:
            result, rounds = self._once(step, Visit(current, scope, labels))
        else:
            result, rounds, skipped = self._modified(step, current, scope, labels)
        if rounds is not None and not rounds:
            result, rounds, skipped = current, None, True
        if step.share is not None and not skipped and isinstance(result, int):
            self._share(step.share, scope, start)
        if step.name is not None:
            self._define(step.name, rounds, Handle(result, start, len(self._draft.nodes), skipped=skipped), scope)
        return result

    def _broken(self, step: BrokenStep, scope: Scope) -> Guess:
        self.holes += 1
        for name in step.names:
            scope.setdefault(name.text, Handle(UNKNOWN, at=name.span))
        return UNKNOWN

    # Modifiers

    def _modified(
        self, step: ResolvedStep, current: Current, scope: Scope, labels: Labels
    ) -> tuple[Current, Rounds | None, bool]:
        """A step with `from`, `when`, `repeat`, `frozen` or `share`; also whether it is left out."""
        entering = current
        if step.source is not None:
            entering = self._reference(step.source, current, scope)
            self._values.previous = Handle(current)
        try:
            if step.when is not None and not self._values.truth(step.when, "when", entering, scope):
                return current, None, True
        except (Refused, Uncertain) as problem:
            left = self._left(step, entering, scope, problem)
            return left.or_else(self._guess(current)), None, False
        result, rounds = self._frozen(step, Visit(entering, scope, labels))
        return result, rounds, False

    def _frozen(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        if step.frozen is None:
            return self._repeated(step, visit)
        outer = self._draft.frozen
        try:
            self._draft.frozen = self._values.truth(step.frozen, "frozen", visit.current, visit.scope) or outer
        except Refused as refused:
            self._report(refused)
        except Uncertain:
            self.holes += 1
        try:
            return self._repeated(step, visit)
        finally:
            self._draft.frozen = outer

    def _repeated(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        if step.repeat is None:
            return self._once(step, visit)
        try:
            count = self._values.count(step.repeat, visit.current, visit.scope)
        except (Refused, Uncertain) as problem:
            return self._left(step, visit.current, visit.scope, problem), None
        handles = []
        current = visit.current
        for index in range(count):
            self._charge(step, len(visit.scope) // NAMES_PER_VISIT)
            repeat = Visit(current, {**visit.scope, "i": index, "last": index == count - 1}, visit.labels)
            repeat.suffix = f".{index}" if step.name else ""
            repeat.first = index == 0
            start = len(self._draft.nodes)
            try:
                current, _ = self._expanded(step, repeat)
            except (Refused, Uncertain) as problem:
                # What is wrong with the step is wrong with its further repeats.
                return self._left(step, current, visit.scope, problem), None
            handles.append(Handle(current, start, len(self._draft.nodes)))
            self._values.previous = None
        return current, Rounds(handles)

    def _once(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        try:
            return self._expanded(step, visit)
        except (Refused, Uncertain) as problem:
            return self._left(step, visit.current, visit.scope, problem), None

    def _expanded(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        """Expands a step without its modifiers; raises Refused or Uncertain where nothing certain comes out."""
        self._visit(step)
        return self._expand[type(step)](step, visit)

    # Faults and what is left after them

    def _report(self, refused: Refused) -> None:
        self.holes += 1
        self._faults.add(refused.diagnostic, self._trace, refused.origin)

    def _guess(self, current: Current) -> Guess:
        return current if isinstance(current, Guess) else exactly(self._draft.tensors[current].shape)

    def _left(self, step: ResolvedStep, entering: Current, scope: Scope, problem: Refused | Uncertain) -> Guess:
        """What is left after a step that failed; reports why, unless an earlier fault is to blame."""
        self.holes += 1
        if isinstance(problem, Refused):
            self._report(problem)
            if problem.left is not None:
                return problem.left
        if isinstance(step, KindStep) and step.kind is not None:
            stated = self._applications.stated_channels(step.plan, entering, scope) if step.plan else None
            return after_failure(step.kind, stated, self._guess(entering))
        return UNKNOWN

    def _visit(self, step: ResolvedStep) -> None:
        self._charge(step, 1)
        if len(self._trace) > MAX_NESTING:
            message = f"blocks and rounds nest more than {MAX_NESTING} levels deep"
            raise Exhausted(diagnose("expansion-budget", message, step.word.span))

    def _charge(self, step: ResolvedStep, visits: int) -> None:
        """Counts what takes as long as visiting so many steps; raises Exhausted beyond the budget."""
        self.visits += visits
        if self.visits > self._most:
            raise exhausted("too many steps", step.word.span)

    # Names

    def _reference(self, reference: Reference, current: Current, scope: Scope) -> Current:
        """The tensor that a reference names: `prev`, a step, a round of a `for`, an input."""
        if reference.text == "prev":
            return self._values.previous.value if self._values.previous else current
        try:
            return self._tensor(reference, scope).value
        except Refused as refused:
            self._report(refused)
        except Uncertain:
            self.holes += 1
        return UNKNOWN

    def _tensor(self, reference: Reference, scope: Scope) -> Handle:
        in_block = any(frame.closed for frame in self._trace)
        return tensor_of(reference, scope, self._program.outside, in_block=in_block)

    def _share(self, reference: Reference, scope: Scope, start: int) -> None:
        try:
            self._draft.share(reference, self._tensor(reference, scope), start)
        except Refused as refused:
            self._report(refused)
        except Uncertain:
            self.holes += 1

    def _define(self, name: Name, rounds: Rounds | None, handle: Handle, scope: Scope) -> None:
        clash = conflict(name.text, rounds, scope)
        if clash:
            message = f"`{clash}` is the name of something else here already"
            first = self._first_place(clash, scope)
            related = [Label(first, "first named here")] if first else []
            help = "choose another name"
            problem = diagnose("duplicate-name", message, name.span, related=related, help=help)
            self._report(Refused(problem, Reference(name.text, name.span)))
            return
        for named in (handle, *(rounds or ())):
            named.at = name.span
        scope[name.text] = handle if rounds is None else rounds

    def _first_place(self, name: str, scope: Scope) -> Span | None:
        """Where a name of the scope was given; None where the trace shows it: at a param, or a loop's variable."""
        if any(name in frame.origins() for frame in self._trace):
            return None
        named = scope.get(name) or scope.get(name.rpartition(".")[0])
        if isinstance(named, Rounds):
            named = named[-1]
        return named.at if isinstance(named, Handle) else self._params.get(name)

    def _reserved_names(self, body: Body) -> ReservedNames:
        if body not in self._reserved:
            self._reserved[body] = ReservedNames(body.names)
        return self._reserved[body]

    # Layers

    def _kind(self, step: KindStep, visit: Visit) -> tuple[Current, None]:
        plan = step.first if visit.first else step.plan
        if plan is None:
            raise Uncertain
        self._charge(step, plan.size // VALUES_PER_VISIT)
        current = visit.current
        if isinstance(current, Guess):
            return self._guessed(step, plan, current, visit), None
        chain, further = self._applications.of_kind(plan, current, visit.scope)
        labels = self._labels(step, chain, visit)
        return self._draft.append(chain, (current, *further), step.word.span, labels), None

    def _guessed(self, step: KindStep, plan: Plan, current: Guess, visit: Visit) -> Guess:
        """A layer on an uncertain tensor: a hole in the graph. Its name is used up, so that others keep theirs."""
        self.holes += 1
        outcome = self._applications.of_guess(plan, current, visit.scope)
        if step.name is None:
            visit.labels.next(plan.kind.name)
        if outcome.problem is not None:
            raise Refused(outcome.problem.diagnostic, outcome.problem.origin, outcome.left)
        return outcome.left

    def _labels(self, step: KindStep, chain: Chain, visit: Visit) -> list[str]:
        if step.name is None:
            return [visit.labels.next(application.layer.name) for application in chain]
        own = self._draft.unique(visit.labels.prefix + step.name.text + visit.suffix)
        return [own, *[f"{own}.{application.layer.name}" for application in chain[1:]]]

    # Blocks and rounds

    def _block(self, step: BlockStep, visit: Visit) -> tuple[Current, None]:
        block = step.block
        if block is None:
            raise Uncertain
        self._charge(step, len(block.params) // VALUES_PER_VISIT)
        label = visit.labels.prefix + step.name.text + visit.suffix if step.name else visit.labels.next(block.name.text)
        given = step.first if visit.first else step.given
        inner = self._blocks.open(step, block, given, visit.current, visit.scope)
        key = self._template_key(block, inner, visit.current)
        repeated = self._replayed(key, label, visit.current)
        if repeated is not None:
            return repeated, None
        frame = Frame(
            step.word.span,
            where=visit.labels.prefix.rstrip("."),
            label=block.name.text,
            values=self._shown(inner) if key is None else dict(inner),
            origins=lambda: param_values(block, given),
            closed=True,
        )
        shared, self._values.shared = self._values.shared, None
        try:
            return self._recorded(key, frame, block, label, visit.current, inner), None
        finally:
            self._values.shared = shared

    def _shown(self, scope: Scope) -> dict[str, object]:
        """The values of params as groups and traces keep them: a tensor by its shape."""
        return {name: self._shown_value(value) for name, value in scope.items() if value is not UNSETTLED}

    def _shown_value(self, value: object) -> object:
        last = value[-1] if isinstance(value, Rounds) and value else value
        if isinstance(last, Handle) and isinstance(last.value, int):
            return self._draft.tensors[last.value]
        return value

    def _template_key(self, block: BlockProgram, inner: Scope, current: Current) -> object:
        """What a block's expansion depends on; None where it can't be repeated."""
        values = tuple(inner.values())
        types = tuple(map(type, values))
        if isinstance(current, Guess) or Handle in types or Rounds in types or Unsettled in types:
            return None
        return block, self._draft.tensors[current], self._draft.frozen, values, types

    def _replayed(self, key: object, label: str, current: Current) -> int | None:
        """The value that comes out of a block that was expanded before; None where it must be expanded."""
        template = self._template(key)
        if template is None or isinstance(current, Guess) or len(self._trace) > template.depth:
            return None
        fits = len(self._draft.nodes) + template.size <= self._draft.max_layers
        if not fits or self.visits + template.visits > self._most:
            return None
        repeated = template.repeat(self._draft, label, current)
        self.visits += template.visits if repeated is not None else 0
        return repeated

    def _template(self, key: object) -> Template | None:
        known = self._templates.get(key)
        if isinstance(known, Recording):
            known = self._templates[key] = known.template()
        return known

    def _recorded(
        self, key: object, frame: Frame, block: BlockProgram, label: str, current: Current, inner: Scope
    ) -> Current:
        """Expands a block, and keeps what came out if it can be repeated: without faults and without renamed layers."""
        if key is None or isinstance(current, Guess) or key in self._templates:
            return self._grouped(frame, block.name.text, label, block.body, current, inner)
        recording = Recording(self._draft, label, current)
        holes, visits, renamed = self.holes, self.visits, self._draft.renamed
        outer = self._draft.current_group
        before = len(outer.children)
        result = self._grouped(frame, block.name.text, label, block.body, current, inner)
        if self.holes == holes and self._draft.renamed == renamed and isinstance(result, int):
            recording.end, recording.result = len(self._draft.nodes), result
            recording.children = outer.children[before:]
            recording.visits, recording.depth = self.visits - visits, len(self._trace)
            self._templates[key] = recording
        return result

    def _grouped(self, frame: Frame, word: str, label: str, body: Body, current: Current, scope: Scope) -> Current:
        self._trace.append(frame)
        outer = self._draft.open_group(label, word, frame.values, frame.at)
        try:
            return self._steps(body, current, scope, Labels(label + ".", self._reserved_names(body)))
        finally:
            self._draft.close_group(outer)
            self._trace.pop()

    def _loop(self, step: LoopStep, visit: Visit) -> tuple[Current, Rounds]:
        self._charge(step, step.size // VALUES_PER_VISIT)
        columns = {
            column.name.text: self._values.column(column.values, visit.current, visit.scope) for column in step.columns
        }
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            raise _unequal_columns(step, columns)
        count = lengths.pop() if lengths else 0
        handles = []
        current = visit.current
        for index in range(count):
            self._charge(step, len(columns) // VALUES_PER_VISIT + len(visit.scope) // NAMES_PER_VISIT)
            values = {name: column[index] for name, column in columns.items()}
            scope: Scope = {**visit.scope, **values, "i": index, "last": index == count - 1}
            start = len(self._draft.nodes)
            current = self._round(step, index, values, current, scope, visit)
            handles.append(Handle(current, start, len(self._draft.nodes)))
        return current, Rounds(handles)

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
        """Joins tensors; gives a guess where one of them is uncertain. Raises Refused where they don't fit together."""
        word = "add" if isinstance(step, ResidualStep) else step.word.text
        if any(isinstance(value, Guess) for value in values):
            self.holes += 1
            if step.name is None:
                visit.labels.next(word)
            return self._joins.guessed(word, values)
        inputs = [value for value in values if isinstance(value, int)]
        label = None if step.name is None else visit.labels.prefix + step.name.text + visit.suffix
        try:
            if isinstance(step, ResidualStep):
                return self._joins.residual(step, inputs, start, label, visit.labels)
            return self._joins.join(step, inputs, label, visit.labels)
        except Refused as refused:
            raise Refused(refused.diagnostic, refused.origin, self._joins.failed(values)) from None

    def _join(self, step: JoinStep, visit: Visit) -> tuple[Current, None]:
        self._charge(step, len(step.branches) + len(step.operands) // VALUES_PER_VISIT)
        if step.branches:
            values = [
                self._steps(body, visit.current, visit.scope, Labels(visit.labels.next(name.text) + "."))
                for name, body in step.branches
            ]
        else:
            values = [self._reference(operand, visit.current, visit.scope) for operand in step.operands]
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
