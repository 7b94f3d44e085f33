"""Expanding steps into nodes: blocks, rounds and repeats opened, names resolved, every shape inferred on the way.

Expansion and shape inference are one pass, because a spec may ask for `in_channels` anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cnnshape.diagnostics import MOST_CANDIDATES, Diagnostic, Label, diagnose, did_you_mean
from cnnshape.graph.binding import Refused, bind, evaluate, follower_kind, layer_problem
from cnnshape.graph.faults import Faults, Frame
from cnnshape.graph.mismatch import residual_mismatch
from cnnshape.graph.model import Application, Group, Node
from cnnshape.graph.scope import DYNAMIC, Handle, Place, Rounds, sizes_in_scope
from cnnshape.graph.vocabulary import Plan, Vocabulary, names_in, walk
from cnnshape.layers import BY_NAME, Layer, LayerProblem, Tensor, show
from cnnshape.source import Span
from cnnshape.spec import (
    Block,
    Broken,
    Call,
    Expression,
    Join,
    ListValue,
    Loop,
    Modifiers,
    Name,
    Residual,
    Setting,
    Step,
    Unresolved,
    Value,
    describe,
    shown,
)

MAX_LAYERS = 100_000
MAX_NESTING = 48
MAX_ELEMENTS = 10**15
VISITS_PER_LAYER = 6

Scope = dict[str, object]
_SHORTCUTS = ("identity", "none")


class Exhausted(Exception):
    """The design expands beyond its budget; the diagnostic names the step where it was passed."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class _Poisoned(Exception):
    """A step needs something that an earlier fault has left unknown."""


class _Follower(NamedTuple):
    plan: Plan
    values: tuple[object, ...]


class Expander:
    """Turns steps into nodes. `tensors` are the graph's values: its inputs, then one per node."""

    def __init__(self, vocabulary: Vocabulary, faults: Faults, tensors: list[Tensor], max_layers: int) -> None:
        self.vocabulary = vocabulary
        self.faults = faults
        self.tensors = tensors
        self.nodes: list[Node] = []
        self.root = Group("", "design", 0)
        self._group = self.root
        self._trace: list[Frame] = []
        self._frozen = False
        self._max_layers = max_layers
        self._visits = VISITS_PER_LAYER * max_layers
        self._inputs = len(tensors)
        self._applications: dict[object, tuple[Application, ...] | Diagnostic] = {}
        self._bound: dict[object, tuple[Application, ...]] = {}
        self._bare: dict[str, Plan] = {}
        self._names: set[str] = set()
        self._taken: dict[int, frozenset[str]] = {}

    def steps(self, steps: tuple[Step, ...], current: int | None, scope: Scope, place: Place) -> int | None:
        """Expands steps one after the other; gives the value that comes out, None after a fault."""
        for step in steps:
            current = self.step(step, current, scope, place)
        return current

    def step(self, step: Step, current: int | None, scope: Scope, place: Place) -> int | None:
        """Expands one step with its modifiers."""
        if isinstance(step, Broken):
            if step.name is not None:
                scope.setdefault(step.name.text, Handle(None))
            return None
        self._visit(step)
        modifiers = step.modifiers
        start = len(self.nodes)
        rounds: Rounds | None = None
        skipped = False
        try:
            entering = self.reference(modifiers.source, current, scope) if modifiers.source else current
            if modifiers.when is not None and not self._truth(modifiers.when, "when", entering, scope):
                result, skipped = current, True
            elif modifiers.repeat is None and modifiers.frozen is None:
                result, rounds = self._once(step, entering, scope, place, "", False)
            else:
                result, rounds = self._repeated(step, modifiers, entering, scope, place)
            if rounds is not None and not rounds:
                result, rounds, skipped = current, None, True
            if modifiers.share is not None and not skipped and result is not None:
                self._share(modifiers.share, start, scope)
        except Refused as refused:
            self.faults.add(refused.diagnostic, self._trace)
            result = None
        except _Poisoned:
            result = None
        if modifiers.name is not None:
            handle = Handle(result, start, len(self.nodes), skipped=skipped)
            self._define(modifiers.name, rounds, handle, scope)
        return result

    def _visit(self, step: Call | Loop | Residual | Join) -> None:
        self._visits -= 1
        if self._visits < 0:
            raise self._exhausted("too many steps", step.word.span)
        if len(self._trace) > MAX_NESTING:
            message = f"blocks and rounds nest more than {MAX_NESTING} levels deep"
            raise Exhausted(diagnose("expansion-budget", message, step.word.span))

    def _exhausted(self, what: str, at: Span) -> Exhausted:
        help = "is a `repeat` or a `for` too large? `--max-layers` raises the budget"
        return Exhausted(diagnose("expansion-budget", f"the design expands to {what}", at, help=help))

    def _repeated(
        self, step: Call | Loop | Residual | Join, modifiers: Modifiers, current: int | None, scope: Scope, place: Place
    ) -> tuple[int | None, Rounds | None]:
        outer = self._frozen
        try:
            if modifiers.frozen is not None:
                self._frozen = self._truth(modifiers.frozen, "frozen", current, scope) or outer
            if modifiers.repeat is None:
                return self._once(step, current, scope, place, "", False)
            count = self._count(modifiers.repeat, current, scope)
            handles = []
            for index in range(count):
                inner = {**scope, "i": index, "last": index == count - 1}
                start = len(self.nodes)
                suffix = f".{index}" if modifiers.name else ""
                current, _ = self._once(step, current, inner, place, suffix, index == 0)
                handles.append(Handle(current, start, len(self.nodes)))
            return current, Rounds(handles)
        finally:
            self._frozen = outer

    def _once(
        self, step: Call | Loop | Residual | Join, current: int | None, scope: Scope, place: Place, suffix: str,
        first: bool,
    ) -> tuple[int | None, Rounds | None]:  # fmt: skip
        self._visit(step)
        if isinstance(step, Call):
            expand = self._block if self.vocabulary.is_block(step) else self._kind
            return expand(step, current, scope, place, suffix, first), None
        if isinstance(step, Loop):
            return self._loop(step, current, scope, place, suffix)
        if isinstance(step, Residual):
            return self._residual(step, current, scope, place, suffix), None
        return self._join(step, current, scope, place, suffix), None

    # Values and names

    def _scope_at(self, current: int | None, scope: Scope, names: frozenset[str]) -> Mapping[str, object]:
        """The scope of an expression, with the sizes of the tensor that enters where it asks for them."""
        if names.isdisjoint(DYNAMIC):
            return scope
        if current is None:
            raise _Poisoned
        return {**scope, **sizes_in_scope(self.tensors[current]), "prev": Handle(current)}

    def value(self, value: Value, current: int | None, scope: Scope) -> object:
        """A value at a step; raises Refused, or _Poisoned where it depends on a failed step."""
        return evaluate(value, self._scope_at(current, scope, names_in(value)))

    def _truth(self, condition: Expression, what: str, current: int | None, scope: Scope) -> bool:
        found = self.value(condition, current, scope)
        if isinstance(found, bool):
            return found
        self._refuse_unresolved(condition, found, scope)
        message = f"`{what}` is true or false, got {describe(found)}"
        raise Refused(diagnose("bad-argument", message, condition.span, help="compare: `stride != 1`"))

    def _count(self, expression: Expression, current: int | None, scope: Scope) -> int:
        found = self.value(expression, current, scope)
        if isinstance(found, int | float) and not isinstance(found, bool) and found == int(found) and found >= 0:
            return int(found)
        self._refuse_unresolved(expression, found, scope)
        message = f"`repeat` is a whole number, 0 or more, got {describe(found)}"
        raise Refused(diagnose("bad-argument", message, expression.span))

    def _refuse_unresolved(self, expression: Expression, found: object, scope: Scope) -> None:
        if isinstance(found, Unresolved):
            help = did_you_mean(found, scope)
            raise Refused(diagnose("unknown-name", f"nothing is called `{found}` here", expression.span, help=help))

    def reference(self, name: Name, current: int | None, scope: Scope) -> int | None:
        """The value that a reference names: `prev`, a step, a round of a `for`, an input."""
        if name.text == "prev":
            return current
        return self.handle(name, scope).index

    def handle(self, name: Name, scope: Scope) -> Handle:
        """The tensor of that name; raises Refused where there is none."""
        found = scope.get(name.text)
        if found is None and "." in name.text:
            found = self._round(name, scope)
        if isinstance(found, Rounds):
            found = found[-1] if found else Handle(None)
        if isinstance(found, Handle):
            return found
        if found is not None:
            message = f"`{shown(name.text)}` is {describe(found)}, not a tensor"
            raise Refused(diagnose("unknown-tensor", message, name.span))
        few = scope if len(scope) <= MOST_CANDIDATES else {}
        tensors = [known for known, value in few.items() if isinstance(value, Handle | Rounds)]
        help = did_you_mean(name.text, tensors if name.text == "prev" else [*tensors, "prev"])
        message = f"no step or input before this one is called `{shown(name.text)}`"
        raise Refused(diagnose("unknown-tensor", message, name.span, help=help))

    def _round(self, name: Name, scope: Scope) -> object:
        stem, _, number = name.text.rpartition(".")
        rounds = scope.get(stem)
        if not isinstance(rounds, Rounds) or not (number.isascii() and number.isdigit()):
            return None
        if int(number[:9]) >= len(rounds):
            message = f"`{stem}` has {len(rounds)} rounds, counted from 0; there is no round {number[:9]}"
            raise Refused(diagnose("unknown-tensor", message, name.span))
        return rounds[int(number)]

    def _define(self, name: Name, rounds: Rounds | None, handle: Handle, scope: Scope) -> None:
        taken = _conflict(name.text, rounds, scope)
        if taken:
            message = f"`{taken}` is the name of something else here already"
            self.faults.add(diagnose("duplicate-name", message, name.span, help="choose another name"), self._trace)
            return
        scope[name.text] = handle if rounds is None else rounds

    # Layers

    def _kind(
        self, call: Call, current: int | None, scope: Scope, place: Place, suffix: str, first: bool
    ) -> int | None:
        plan = self.vocabulary.plan(call, first and bool(call.modifiers.first))
        if plan is None or current is None:
            return None
        # All that a layer of one input depends on: rounds seldom differ, and looking up is cheaper than working out.
        # The types belong to it too: `true` equals 1.
        given = [scope.get(name) for name in plan.variables]
        key = (plan, self.tensors[current], *given, *map(type, given))
        chain = self._bound.get(key)
        extra: tuple[int, ...] = ()
        if chain is None:
            chain, extra = self._bind(plan, current, scope)
            if not extra:
                self._bound[key] = chain
        return self._append(chain, (current, *extra), call.word.span, self._labels(call, chain, place, suffix))

    def _bind(self, plan: Plan, current: int, scope: Scope) -> tuple[tuple[Application, ...], tuple[int, ...]]:
        """A kind's layer, and those that follow it, on a tensor; and which further tensors it takes."""
        values: tuple[object, ...] = ()
        extra: tuple[int, ...] = ()
        if not plan.constant:
            values = tuple([self.value(value, current, scope) for value in plan.values.values()])
            values, extra = self._tensor_arguments(plan, values)
        followers = tuple([self._follower(value, current, scope) for value in plan.followers.values()])
        inputs = (self.tensors[current], *[self.tensors[index] for index in extra])
        key = (plan, values, tuple(map(type, values)), followers, inputs)
        chain = self._applications.get(key)
        if chain is None:
            chain = self._applications[key] = self._applied(plan, values, followers, inputs, scope)
        if isinstance(chain, Diagnostic):
            raise Refused(chain)
        return chain, extra

    def _tensor_arguments(self, plan: Plan, values: tuple[object, ...]) -> tuple[tuple[object, ...], tuple[int, ...]]:
        """Handles become tensors, and further inputs of the layer."""
        if not any(isinstance(value, Handle | Rounds) for value in values):
            return values, ()
        found: list[object] = []
        extra: list[int] = []
        for name, value in zip(plan.values, values, strict=True):
            if isinstance(value, Rounds):
                value = value[-1]
            if isinstance(value, Handle) and plan.kind.arguments[name].type.form == "tensor":
                if value.index is None:
                    raise _Poisoned
                extra.append(value.index)
                value = self.tensors[value.index]
            found.append(value)
        return tuple(found), tuple(extra)

    def _follower(self, value: Value, current: int | None, scope: Scope) -> _Follower | None:
        """What `norm` or `act` brings along."""
        if isinstance(value, Setting):
            plan = self.vocabulary.follower(value)
            if plan is None:
                raise _Poisoned
            return _Follower(plan, tuple([self.value(each, current, scope) for each in plan.values.values()]))
        word = follower_kind(value, self._scope_at(current, scope, names_in(value)))
        return None if word == "none" else _Follower(self._plan_of(word, value.span), ())

    def _plan_of(self, word: str, at: Span) -> Plan:
        """The plan of a bare kind, which must do without arguments."""
        if word not in self._bare:
            if BY_NAME[word].joins:
                raise Refused(diagnose("bad-argument", f"{word} joins tensors, and can't follow a layer", at))
            needed = [name for name, argument in BY_NAME[word].arguments.items() if argument.required]
            if needed:
                message = f"{word} needs {' and '.join(f'`{name}`' for name in needed)}"
                help = f"write `{{{word}: {{{needed[0]}: ...}}}}`"
                raise Refused(diagnose("missing-argument", message, at, help=help))
            self._bare[word] = Plan(BY_NAME[word], at)
        return self._bare[word]

    def _applied(
        self, plan: Plan, values: tuple[object, ...], followers: tuple[_Follower | None, ...],
        inputs: tuple[Tensor, ...], scope: Scope,
    ) -> tuple[Application, ...] | Diagnostic:  # fmt: skip
        """A layer and those that follow it, applied; or what is wrong with them."""
        if plan.constant:
            values = tuple(evaluate(value, scope) for value in plan.values.values())
        given = dict(zip(plan.values, values, strict=True))
        if "norm" in plan.followers and followers[0] is not None:
            given.setdefault("bias", False)
        try:
            chain = [self._apply(plan, given, inputs, scope)]
            for follower in followers:
                if follower is not None:
                    following = dict(zip(follower.plan.values, follower.values, strict=True))
                    chain.append(self._apply(follower.plan, following, (chain[-1].output,), scope))
        except Refused as refused:
            return refused.diagnostic
        return tuple(chain)

    def _apply(self, plan: Plan, values: dict[str, object], inputs: tuple[Tensor, ...], scope: Scope) -> Application:
        tensors = {name: value for name, value in values.items() if isinstance(value, Tensor)}
        layer = bind(plan, {name: value for name, value in values.items() if name not in tensors}, tensors, scope)
        return _application(plan, layer, inputs)

    def _labels(self, call: Call, chain: tuple[Application, ...], place: Place, suffix: str) -> list[str]:
        name = call.modifiers.name
        if name is None:
            return [place.label(application.layer.name) for application in chain]
        own = self._unique(place.prefix + name.text + suffix)
        return [own, *(f"{own}.{application.layer.name}" for application in chain[1:])]

    def _unique(self, label: str) -> str:
        """The label, numbered where a layer has it already: a name given in a loop, or one with dots in it."""
        if label not in self._names:
            return label
        number = 2
        while f"{label}_{number}" in self._names:
            number += 1
        return f"{label}_{number}"

    def _append(self, chain: tuple[Application, ...], inputs: tuple[int, ...], at: Span, labels: list[str]) -> int:
        for position, application in enumerate(chain):
            label = self._unique(labels[position])
            self._names.add(label)
            self.nodes.append(Node(label, application, inputs, at, position > 0, None, self._frozen))
            self.tensors.append(application.output)
            inputs = (len(self.tensors) - 1,)
        if len(self.nodes) > self._max_layers:
            raise self._exhausted(f"more than {self._max_layers:,} layers", at)
        return inputs[0]

    def _share(self, name: Name, start: int, scope: Scope) -> None:
        """Lets the weights since `start` be those of the step of that name."""
        source = self.handle(name, scope)
        lenders = [i for i in range(source.start, source.end) if self._owns_weights(i)]
        borrowers = [i for i in range(start, len(self.nodes)) if self._owns_weights(i)]
        if source.index is None:
            raise _Poisoned
        rounds = max(len(borrowers) // max(len(lenders), 1), 1)
        if [self._weight_shapes(i) for i in lenders] * rounds != [self._weight_shapes(i) for i in borrowers]:
            message = f"the weights of `{shown(name.text)}` don't fit here: other layers or other shapes"
            help = "both steps need the same layers on inputs of the same channels"
            raise Refused(diagnose("share-mismatch", message, name.span, help=help))
        for lender, borrower in zip(lenders * rounds, borrowers, strict=True):
            owner = self.nodes[lender].shares
            self.nodes[borrower] = self.nodes[borrower]._replace(shares=lender if owner is None else owner)

    def _owns_weights(self, index: int) -> bool:
        application = self.nodes[index].application
        return bool(application.layer.weights(application.inputs))

    def _weight_shapes(self, index: int) -> tuple[object, ...]:
        application = self.nodes[index].application
        return application.layer.name, application.layer.weights(application.inputs)

    # Blocks and rounds

    def _block(
        self, call: Call, current: int | None, scope: Scope, place: Place, suffix: str, first: bool
    ) -> int | None:
        block = self.vocabulary.block(call)
        if block is None:
            return None
        name = call.modifiers.name
        label = place.prefix + name.text + suffix if name else place.label(block.name.text)
        given = _given(call, block, first)
        inner = self._block_scope(call, block, given, current, scope)
        where = place.prefix.rstrip(".")
        frame = Frame(
            call.word.span, where, block.name.text, dict(inner), lambda: _param_places(block, given), closed=True
        )
        return self._grouped(frame, block.name.text, label, block.steps, current, inner, self._taken_names(block.steps))

    def _block_scope(
        self, call: Call, block: Block, given: dict[str, Value], current: int | None, scope: Scope
    ) -> Scope:
        inner: Scope = {}
        for param in block.params:
            text = param.name.text
            if text in given:
                argument = given[text]
                value = self.value(argument, current, scope)
                if value == text and isinstance(argument, Expression):
                    # `width: width` means a variable, never a word of that name
                    self._refuse_unresolved(argument, value, scope)
                inner[text] = settled(value)
            elif param.default is not None:
                inner[text] = settled(self.value(param.default, current, inner))
            else:
                message = f"`{block.name.text}` needs `{text}`"
                related = [Label(param.name.span, "required here")]
                raise Refused(diagnose("missing-param", message, call.word.span, related=related))
        return inner

    def _grouped(
        self, frame: Frame, word: str, label: str, steps: tuple[Step, ...], current: int | None, scope: Scope,
        taken: frozenset[str],
    ) -> int | None:  # fmt: skip
        outer, group = self._group, Group(label, word, len(self.nodes))
        self._group = group
        self._trace.append(frame)
        try:
            return self.steps(steps, current, scope, Place(label + ".", taken))
        finally:
            self._trace.pop()
            self._group = outer
            group.end = len(self.nodes)
            if group.end > group.start:
                outer.children.append(group)

    def _taken_names(self, steps: tuple[Step, ...]) -> frozenset[str]:
        if id(steps) not in self._taken:
            self._taken[id(steps)] = taken_names(steps)
        return self._taken[id(steps)]

    def _loop(
        self, loop: Loop, current: int | None, scope: Scope, place: Place, suffix: str
    ) -> tuple[int | None, Rounds]:
        columns = {column.name.text: self._column(column.values, current, scope) for column in loop.columns}
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            listed = ", ".join(f"`{name}` has {len(values)}" for name, values in columns.items())
            raise Refused(
                diagnose("unequal-columns", f"the columns of `for` differ in length: {listed}", loop.word.span)
            )
        count = lengths.pop() if lengths else 0
        handles = []
        for index in range(count):
            values = {name: column[index] for name, column in columns.items()}
            inner: Scope = {**scope, **values, "i": index, "last": index == count - 1}
            start = len(self.nodes)
            current = self._round_of(loop, index, values, current, inner, place, suffix)
            handles.append(Handle(current, start, len(self.nodes)))
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
        self._visits -= 1
        try:
            return self.steps(loop.do, current, scope, place)
        finally:
            self._trace.pop()

    def _column(self, values: Value, current: int | None, scope: Scope) -> tuple[object, ...]:
        if isinstance(values, ListValue):
            return tuple([settled(self.value(item, current, scope)) for item in values.items])
        found = self.value(values, current, scope)
        if isinstance(found, tuple):
            return found
        if isinstance(values, Expression):
            self._refuse_unresolved(values, found, scope)
        message = f"a column of `for` is a list, got {describe(found)}"
        raise Refused(diagnose("bad-argument", message, values.span, help="write `[64, 128]`, or the name of a list"))

    # Joins

    def _residual(self, step: Residual, current: int | None, scope: Scope, place: Place, suffix: str) -> int | None:
        body = self.steps(step.body, current, scope, place)
        start = len(self.nodes)
        shortcut = current
        if isinstance(step.shortcut, tuple):
            inner = Place(place.label("shortcut") + ".") if step.shortcut else place
            shortcut = self.steps(step.shortcut, current, scope, inner)
        elif step.shortcut is not None and self._shortcut_word(step.shortcut, current, scope) == "none":
            return body
        if body is None or shortcut is None:
            return None
        paths = self.tensors[body], self.tensors[shortcut]
        if paths[0] != paths[1]:
            raise Refused(residual_mismatch(step, *paths, len(self.nodes) > start))
        label = self._join_label(step.modifiers, "add", place, suffix)
        added = self._joined(BY_NAME["add"](), (body, shortcut), step.word, label)
        self.nodes[-1] = self.nodes[-1]._replace(shortcut=self._shortcut_kind(start, len(self.nodes) - 1))
        return added

    def _shortcut_word(self, shortcut: Expression, current: int | None, scope: Scope) -> str:
        word = self.value(shortcut, current, scope)
        if isinstance(word, str) and word in _SHORTCUTS:
            return str(word)
        message = f"`shortcut` is `identity`, `none` or a list of steps, got {describe(word)}"
        help = did_you_mean(word, _SHORTCUTS) if isinstance(word, str) else None
        raise Refused(diagnose("bad-argument", message, shortcut.span, help=help))

    def _shortcut_kind(self, start: int, end: int) -> str:
        if start == end:
            return "identity"
        return "projection" if any(self._owns_weights(index) for index in range(start, end)) else "parameter-free"

    def _join(self, step: Join, current: int | None, scope: Scope, place: Place, suffix: str) -> int | None:
        if step.branches:
            found = [
                self.steps(branch.steps, current, scope, Place(place.label(branch.name.text) + "."))
                for branch in step.branches
            ]
        else:
            found = [self.reference(reference, current, scope) for reference in step.references]
        inputs = [index for index in found if index is not None]
        if len(inputs) < len(found):
            return None
        if step.crop is not None:
            inputs = self._cropped(inputs, step.crop, place)
        label = self._join_label(step.modifiers, step.word.text, place, suffix)
        try:
            return self._joined(BY_NAME[step.word.text](), tuple(inputs), step.word, label)
        except Refused as refused:
            paths = [branch.name for branch in step.branches] or list(step.references)
            ends = [show(self.tensors[index].shape) for index in inputs]
            related = [Label(path.span, f"`{path.text}` is {end}") for path, end in zip(paths, ends, strict=True)]
            raise Refused(refused.diagnostic._replace(related=tuple(related))) from None

    def _join_label(self, modifiers: Modifiers, word: str, place: Place, suffix: str) -> str:
        return place.prefix + modifiers.name.text + suffix if modifiers.name else place.label(word)

    def _cropped(self, inputs: list[int], crop: Name, place: Place) -> list[int]:
        """Cuts all tensors to the smallest, about their centre; an odd rest goes after."""
        shapes = [self.tensors[index].shape for index in inputs]
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
        tensors = tuple(self.tensors[index] for index in inputs)
        key = (layer, tensors)
        chain = self._applications.get(key)
        if chain is None:
            plan = Plan(type(layer), word.span)
            chain = self._applications[key] = (_application(plan, layer, tensors),)
        assert not isinstance(chain, Diagnostic)
        return self._append(chain, inputs, word.span, [label])


def _application(plan: Plan, layer: Layer, inputs: tuple[Tensor, ...]) -> Application:
    """A layer applied; raises Refused where it can't be, or where its output is beyond any memory."""
    try:
        output = layer.output(inputs)
    except LayerProblem as problem:
        raise Refused(layer_problem(plan, problem)) from None
    if output.elements > MAX_ELEMENTS:
        message = f"a tensor of {show(output.shape)} is larger than any machine's memory"
        raise Refused(diagnose("size-limit", message, plan.at))
    return Application(layer, inputs, output)


def _conflict(name: str, rounds: Rounds | None, scope: Scope) -> str:
    """The name, or the round of a loop, that a new name would stand for as well; empty where there is none."""
    if name in scope:
        return name
    stem, _, number = name.rpartition(".")
    if number.isdigit() and isinstance(scope.get(stem), Rounds):
        return name
    return next((f"{name}.{index}" for index in range(len(rounds or ())) if f"{name}.{index}" in scope), "")


def _given(call: Call, block: Block, first: bool) -> dict[str, Value]:
    """The arguments that a step gives to its block, by param."""
    given = {argument.name.text: argument.value for argument in call.arguments}
    if call.main is not None and block.params:
        given[block.params[0].name.text] = call.main
    if first:
        given.update({argument.name.text: argument.value for argument in call.modifiers.first})
    return given


def _param_places(block: Block, given: dict[str, Value]) -> dict[str, Span]:
    """Where the values of a block's params stand."""
    defaults = {param.name.text: param.default.span for param in block.params if param.default is not None}
    return {**defaults, **{name: value.span for name, value in given.items()}}


def _column_places(loop: Loop, index: int) -> dict[str, Span]:
    """Where the values of a round stand."""
    return {
        column.name.text: column.values.items[index].span
        if isinstance(column.values, ListValue)
        else column.values.span
        for column in loop.columns
    }


def settled(value: object) -> object:
    """A value that a parameter holds: a bare word becomes a word like any other."""
    if isinstance(value, Unresolved):
        return str(value)
    if type(value) is tuple:
        return tuple(settled(item) for item in value)
    return value


def taken_names(steps: tuple[Step, ...]) -> frozenset[str]:
    """The names that a scope's steps give themselves."""
    named = (step.modifiers.name for step in walk(steps) if not isinstance(step, Broken))
    return frozenset(name.text for name in named if name is not None)
