"""Expanding steps into nodes: blocks, rounds and repeats opened, names resolved, every shape inferred on the way.

Expansion and shape inference are one pass, because a spec may ask for `in_channels` anywhere.
"""

from collections.abc import Iterable
from itertools import islice

from cnnshape.diagnostics import Label, diagnose, nearest
from cnnshape.graph.applications import Applications, Chain
from cnnshape.graph.binding import Refused
from cnnshape.graph.draft import Draft, Exhausted, exhausted
from cnnshape.graph.faults import Faults, Frame
from cnnshape.graph.mismatch import residual_mismatch
from cnnshape.graph.params import block_scope, given_params, param_places
from cnnshape.graph.references import conflict, tensor_of
from cnnshape.graph.scope import Handle, Place, Rounds, Scope, Taken
from cnnshape.graph.values import Poisoned, Values
from cnnshape.graph.vocabulary import MOST_NAMED, Vocabulary
from cnnshape.language import (
    Broken,
    Call,
    Expression,
    Join,
    ListValue,
    Loop,
    Modifiers,
    Name,
    Reference,
    Residual,
    Step,
    describe,
    walk,
)
from cnnshape.layers import BY_NAME, Layer, show
from cnnshape.source import Span

MAX_NESTING = 48
VISITS_PER_LAYER = 6
VALUES_PER_VISIT = 4
"""How many params, items of lists or inputs of a join take as long as visiting a step."""
NAMES_PER_VISIT = 200
"""How many names of a scope are copied in that time."""

_SHORTCUTS = ("identity", "none")


class Expander:
    """Turns steps into the nodes of a draft. A value is an index into the draft's tensors, None after a fault."""

    def __init__(self, vocabulary: Vocabulary, faults: Faults, draft: Draft) -> None:
        self._vocabulary = vocabulary
        self._faults = faults
        self._draft = draft
        self._values = Values(draft.tensors)
        self._applications = Applications(vocabulary, self._values, draft.tensors)
        self._trace: list[Frame] = []
        self._most = VISITS_PER_LAYER * draft.max_layers
        self.visits = 0
        self._taken: dict[int, Taken] = {}

    def steps(self, steps: tuple[Step, ...], current: int | None, scope: Scope, place: Place) -> int | None:
        """Expands steps one after the other; gives the value that comes out, None after a fault."""
        for step in steps:
            current = self.step(step, current, scope, place)
        return current

    def step(self, step: Step, current: int | None, scope: Scope, place: Place) -> int | None:
        """Expands one step with its modifiers."""
        if isinstance(step, Broken):
            for name in step.names:
                scope.setdefault(name.text, Handle(None, at=name.span))
            return None
        self._visit(step)
        modifiers = step.modifiers
        start = len(self._draft.nodes)
        rounds: Rounds | None = None
        skipped = False
        self._values.previous = None
        try:
            entering = current
            if modifiers.source is not None:
                entering = self._reference(modifiers.source, current, scope)
                self._values.previous = Handle(current)
            if modifiers.when is not None and not self._values.truth(modifiers.when, "when", entering, scope):
                result, skipped = current, True
            elif modifiers.repeat is None and modifiers.frozen is None:
                result, rounds = self._once(step, entering, scope, place, "", False)
            else:
                result, rounds = self._repeated(step, modifiers, entering, scope, place)
            if rounds is not None and not rounds:
                result, rounds, skipped = current, None, True
            if modifiers.share is not None and not skipped and result is not None:
                self._draft.share(modifiers.share, self._tensor(modifiers.share, scope), start)
        except Refused as refused:
            self._faults.add(refused.diagnostic, self._trace)
            result = None
        except Poisoned:
            result = None
        if modifiers.name is not None:
            handle = Handle(result, start, len(self._draft.nodes), skipped=skipped)
            self._define(modifiers.name, rounds, handle, scope)
        return result

    def _visit(self, step: Step) -> None:
        self._charge(step, 1)
        if len(self._trace) > MAX_NESTING:
            message = f"blocks and rounds nest more than {MAX_NESTING} levels deep"
            raise Exhausted(diagnose("expansion-budget", message, step.word.span))

    def _charge(self, step: Step, visits: int) -> None:
        """Counts what takes as long as visiting so many steps; raises Exhausted beyond the budget."""
        self.visits += visits
        if self.visits > self._most:
            raise exhausted("too many steps", step.word.span)

    def _repeated(
        self, step: Step, modifiers: Modifiers, current: int | None, scope: Scope, place: Place
    ) -> tuple[int | None, Rounds | None]:
        outer = self._draft.frozen
        try:
            if modifiers.frozen is not None:
                self._draft.frozen = self._values.truth(modifiers.frozen, "frozen", current, scope) or outer
            if modifiers.repeat is None:
                return self._once(step, current, scope, place, "", False)
            count = self._values.count(modifiers.repeat, current, scope)
            handles = []
            for index in range(count):
                self._charge(step, len(scope) // NAMES_PER_VISIT)
                inner = {**scope, "i": index, "last": index == count - 1}
                start = len(self._draft.nodes)
                suffix = f".{index}" if modifiers.name else ""
                current, _ = self._once(step, current, inner, place, suffix, index == 0)
                handles.append(Handle(current, start, len(self._draft.nodes)))
                self._values.previous = None
            return current, Rounds(handles)
        finally:
            self._draft.frozen = outer

    def _once(
        self, step: Step, current: int | None, scope: Scope, place: Place, suffix: str,
        first: bool,
    ) -> tuple[int | None, Rounds | None]:  # fmt: skip
        self._visit(step)
        if isinstance(step, Call):
            expand = self._block if self._vocabulary.is_block(step) else self._kind
            return expand(step, current, scope, place, suffix, first), None
        if isinstance(step, Loop):
            return self._loop(step, current, scope, place, suffix)
        if isinstance(step, Residual):
            return self._residual(step, current, scope, place, suffix), None
        if isinstance(step, Join):
            return self._join(step, current, scope, place, suffix), None
        raise AssertionError(step)

    def _reference(self, name: Reference, current: int | None, scope: Scope) -> int | None:
        """The value that a reference names: `prev`, a step, a round of a `for`, an input."""
        if name.text == "prev":
            return self._values.previous.index if self._values.previous else current
        return self._tensor(name, scope).index

    def _tensor(self, name: Reference, scope: Scope) -> Handle:
        in_block = any(frame.closed for frame in self._trace)
        return tensor_of(name, scope, self._vocabulary, in_block=in_block)

    def _define(self, name: Name, rounds: Rounds | None, handle: Handle, scope: Scope) -> None:
        taken = conflict(name.text, rounds, scope)
        if taken:
            message = f"`{taken}` is the name of something else here already"
            first = self._first_place(taken, scope)
            related = [Label(first, "first named here")] if first else []
            help = "choose another name"
            self._faults.add(diagnose("duplicate-name", message, name.span, related=related, help=help), self._trace)
            return
        for each in (handle, *(rounds or ())):
            each.at = name.span
        scope[name.text] = handle if rounds is None else rounds

    def _first_place(self, name: str, scope: Scope) -> Span | None:
        """Where a name of the scope was given; None where the trace tells it: to a param, or to a loop's variable."""
        if any(name in frame.origins() for frame in self._trace):
            return None
        found = scope.get(name) or scope.get(name.rpartition(".")[0])
        if isinstance(found, Rounds):
            found = found[-1]
        return found.at if isinstance(found, Handle) else self._vocabulary.params.get(name)

    # Layers

    def _kind(
        self, call: Call, current: int | None, scope: Scope, place: Place, suffix: str, first: bool
    ) -> int | None:
        plan = self._vocabulary.plan(call, first and bool(call.modifiers.first))
        if plan is None or current is None:
            return None
        self._charge(call, plan.size // VALUES_PER_VISIT)
        chain, extra = self._applications.of_kind(plan, current, scope)
        return self._draft.append(chain, (current, *extra), call.word.span, self._labels(call, chain, place, suffix))

    def _labels(self, call: Call, chain: Chain, place: Place, suffix: str) -> list[str]:
        name = call.modifiers.name
        if name is None:
            return [place.label(application.layer.name) for application in chain]
        own = self._draft.unique(place.prefix + name.text + suffix)
        return [own, *(f"{own}.{application.layer.name}" for application in chain[1:])]

    # Blocks and rounds

    def _block(
        self, call: Call, current: int | None, scope: Scope, place: Place, suffix: str, first: bool
    ) -> int | None:
        block = self._vocabulary.block(call)
        if block is None:
            return None
        self._charge(call, len(block.params) // VALUES_PER_VISIT)
        name = call.modifiers.name
        label = place.prefix + name.text + suffix if name else place.label(block.name.text)
        given = given_params(call, block, first)
        inner = block_scope(call, block, given, self._values, current, scope)
        where = place.prefix.rstrip(".")
        frame = Frame(
            call.word.span, where, block.name.text, dict(inner), lambda: param_places(block, given), closed=True
        )
        taken = self._taken_names(block.steps)
        with self._values.sharing(None):
            return self._grouped(frame, block.name.text, label, block.steps, current, inner, taken)

    def _grouped(
        self, frame: Frame, word: str, label: str, steps: tuple[Step, ...], current: int | None, scope: Scope,
        taken: Taken,
    ) -> int | None:  # fmt: skip
        self._trace.append(frame)
        try:
            with self._draft.group(label, word, frame.values):
                return self.steps(steps, current, scope, Place(label + ".", taken))
        finally:
            self._trace.pop()

    def _taken_names(self, steps: tuple[Step, ...]) -> Taken:
        if id(steps) not in self._taken:
            self._taken[id(steps)] = taken_names(steps)
        return self._taken[id(steps)]

    def _loop(
        self, loop: Loop, current: int | None, scope: Scope, place: Place, suffix: str
    ) -> tuple[int | None, Rounds]:
        self._charge(loop, sum(column.values.size for column in loop.columns) // VALUES_PER_VISIT)
        columns = {column.name.text: self._values.column(column.values, current, scope) for column in loop.columns}
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            listed = ", ".join(f"`{name}` has {len(columns[name])}" for name in islice(columns, MOST_NAMED))
            listed += ", ..." if len(columns) > MOST_NAMED else ""
            raise Refused(
                diagnose("unequal-columns", f"the columns of `for` differ in length: {listed}", loop.word.span)
            )
        count = lengths.pop() if lengths else 0
        handles = []
        for index in range(count):
            self._charge(loop, len(columns) // VALUES_PER_VISIT + len(scope) // NAMES_PER_VISIT)
            values = {name: column[index] for name, column in columns.items()}
            inner: Scope = {**scope, **values, "i": index, "last": index == count - 1}
            start = len(self._draft.nodes)
            current = self._round_of(loop, index, values, current, inner, place, suffix)
            handles.append(Handle(current, start, len(self._draft.nodes)))
        return current, Rounds(handles)

    def _round_of(
        self, loop: Loop, index: int, values: Scope, current: int | None, scope: Scope, place: Place, suffix: str
    ) -> int | None:
        name = loop.modifiers.name
        where = place.prefix.rstrip(".")
        if name is not None:
            label = f"{place.prefix}{name.text}{suffix}.{index}"
            frame = Frame(loop.word.span, where, f"{name.text}.{index}", values, lambda: _column_places(loop, index))
            return self._grouped(frame, name.text, label, loop.do, current, scope, self._taken_names(loop.do))
        label = f"round {index} of `for`"
        self._trace.append(Frame(loop.word.span, where, label, values, lambda: _column_places(loop, index)))
        self.visits += 1
        try:
            return self.steps(loop.do, current, scope, place)
        finally:
            self._trace.pop()

    # Joins

    def _residual(self, step: Residual, current: int | None, scope: Scope, place: Place, suffix: str) -> int | None:
        with self._values.sharing(None):
            body = self.steps(step.body, current, scope, place)
        start = len(self._draft.nodes)
        shortcut = current
        with self._values.sharing(current):
            if isinstance(step.shortcut, tuple):
                inner = Place(place.label("shortcut") + ".") if step.shortcut else place
                shortcut = self.steps(step.shortcut, current, scope, inner)
            elif step.shortcut is not None and self._shortcut_word(step.shortcut, current, scope) == "none":
                return body
        if body is None or shortcut is None:
            return None
        paths = self._draft.tensors[body], self._draft.tensors[shortcut]
        if paths[0] != paths[1]:
            raise Refused(residual_mismatch(step, *paths, len(self._draft.nodes) > start))
        label = self._join_label(step.modifiers, "add", place, suffix)
        added = self._joined(BY_NAME["add"](), (body, shortcut), step.word, label)
        self._draft.mark_shortcut(start)
        return added

    def _shortcut_word(self, shortcut: Expression, current: int | None, scope: Scope) -> str:
        word = self._values.at(shortcut, current, scope)
        if isinstance(word, str) and word in _SHORTCUTS:
            return str(word)
        message = f"`shortcut` is `identity`, `none` or a list of steps, got {describe(word)}"
        close = nearest(word, _SHORTCUTS) if isinstance(word, str) else None
        help = (
            f"did you mean `{close}`?" if close else "a projection is a list of steps: `- conv: {out: ..., kernel: 1}`"
        )
        raise Refused(diagnose("bad-argument", message, shortcut.span, help=help))

    def _join(self, step: Join, current: int | None, scope: Scope, place: Place, suffix: str) -> int | None:
        self._charge(step, len(step.branches) + len(step.operands) // VALUES_PER_VISIT)
        if step.branches:
            found = [
                self.steps(branch.steps, current, scope, Place(place.label(branch.name.text) + "."))
                for branch in step.branches
            ]
        else:
            found = [self._reference(reference, current, scope) for reference in step.operands]
        inputs = [index for index in found if index is not None]
        if len(inputs) < len(found):
            return None
        if step.crop is not None:
            inputs = self._cropped(inputs, step.crop, place)
        label = self._join_label(step.modifiers, step.word.text, place, suffix)
        try:
            return self._joined(BY_NAME[step.word.text](), tuple(inputs), step.word, label)
        except Refused as refused:
            paths: tuple[Name | Reference, ...] = step.operands or tuple([branch.name for branch in step.branches])
            related = [
                Label(path.span, f"`{path.text}` is {show(self._draft.tensors[index].shape)}")
                for path, index in islice(zip(paths, inputs, strict=True), MOST_NAMED)
            ]
            raise Refused(refused.diagnostic._replace(related=tuple(related))) from None

    def _join_label(self, modifiers: Modifiers, word: str, place: Place, suffix: str) -> str:
        return place.prefix + modifiers.name.text + suffix if modifiers.name else place.label(word)

    def _cropped(self, inputs: list[int], crop: Name, place: Place) -> list[int]:
        """Cuts all tensors to the smallest, about their centre; an odd rest goes after."""
        shapes = [self._draft.tensors[index].shape for index in inputs]
        if len({len(shape) for shape in shapes}) > 1 or len(shapes[0]) < 2:
            return inputs
        least = tuple(map(min, *(shape[1:] for shape in shapes)))
        found = []
        for index, shape in zip(inputs, shapes, strict=True):
            over = tuple(size - small for size, small in zip(shape[1:], least, strict=True))
            if any(over):
                cut = tuple((each // 2, each - each // 2) for each in over)
                index = self._joined(BY_NAME["crop"](cut=cut), (index,), crop, place.label("crop"))
            found.append(index)
        return found

    def _joined(self, layer: Layer, inputs: tuple[int, ...], word: Name, label: str) -> int:
        return self._draft.append(self._applications.of_layer(layer, inputs, word), inputs, word.span, [label])


def _column_places(loop: Loop, index: int) -> dict[str, Span]:
    """Where the values of a round stand."""
    return {
        column.name.text: column.values.items[index].span
        if isinstance(column.values, ListValue)
        else column.values.span
        for column in loop.columns
    }


def taken_names(steps: tuple[Step, ...], inputs: Iterable[str] = ()) -> Taken:
    """The names that a scope's steps give themselves, and those of the inputs."""
    named = (step.modifiers.name for step in walk(steps) if not isinstance(step, Broken))
    return Taken(frozenset([*inputs, *(name.text for name in named if name is not None)]))
