"""Checks the parts of a program that never run: steps that are left out, blocks that nothing uses, and values that are not
chosen, such as the -4 of `64 if wide else -4`.

Each part is expanded on a tensor of any shape, and the names in scope have no values, because a value may be wrong only
where the part doesn't run: `{conv: {groups: n}, when: n > 0}`. A fault of such an expansion is certain: it comes from
constants, or from values that the part itself passes to a block or a loop in it. A step with a choice is expanded once
with each constant that may be chosen.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph.alternatives import alternative_steps, expressions, values_of
from cnnshape.graph.draft import Draft, Exhausted
from cnnshape.graph.evaluation import Refused, evaluate
from cnnshape.graph.expand import Expander
from cnnshape.graph.expansion import ExpansionMemory, LeftOut, Part, Visit
from cnnshape.graph.faults import Faults, Frame
from cnnshape.graph.guess import UNKNOWN, Guess
from cnnshape.graph.naming import Labels
from cnnshape.graph.recovery import UNCERTAIN_INPUT
from cnnshape.graph.scope import UNSETTLED, Handle, Scope, Uncertain
from cnnshape.language import Expression, grammar
from cnnshape.language.expression.alternatives import alternatives, operands
from cnnshape.program import BlockProgram, BlockStep, Body, KindStep, Program, ResidualStep, ResolvedStep

MOST_VISITS = 20_000
MOST_VISITS_OF_PART = 2_000
"""A part that expands to more steps, such as a large `repeat`, is checked as far as that."""


def faults_left_out(
    program: Program,
    parts: Mapping[Part, LeftOut],
    choosing: Mapping[ResolvedStep, LeftOut],
    memory: ExpansionMemory,
    known: list[Diagnostic],
) -> Faults:
    """The faults of parts that didn't run, of blocks that weren't used, and of values that weren't chosen, without those
    that are known."""
    faults = Faults([*program.covered, *known])
    expander = _IdleExpander(program, faults, Draft([], MOST_VISITS), memory)
    expander.check(parts)
    for block in program.blocks.values():
        expander.check_block(block)
    tried = expander.check_choices({**choosing, **expander.choosing}, [*known, *faults.first()])
    if not faults.all():
        memory.ran |= expander.checked
        memory.tried |= tried
    return faults


def _scope(place: LeftOut) -> Scope:
    """The names in scope, without values: those of steps are tensors of any shape."""
    given = set(place.further).union(*[frame.values for frame in place.trace])
    return {name: UNSETTLED if name in given else _unknown(place.scope[name]) for name in place.names()}


def _unknown(value: object) -> object:
    """What is known of a name whatever its value is: that of a step may mean one tensor, or those of rounds."""
    if isinstance(value, Handle) and isinstance(value.value, int) and not value.left_out:
        return Handle(UNKNOWN, at=value.at)
    return UNSETTLED


class _IdleExpander(Expander):
    """Expands parts that never run, each once."""

    def __init__(self, program: Program, faults: Faults, draft: Draft, memory: ExpansionMemory) -> None:
        super().__init__(program, faults, draft, memory)
        self.checked = self._ran = set(memory.ran)
        likely = len(program.spec.inputs[0].shape) if program.spec.inputs else 0
        self._entering = Guess(sorted(UNKNOWN.patterns, key=lambda pattern: len(pattern) != likely))
        """A tensor of any shape. The first of its patterns is that of messages about its axes."""

    def check(self, parts: Mapping[Part, LeftOut]) -> None:
        """Checks the parts that didn't run, and the parts that are left out in them."""
        while parts:
            for part, place in parts.items():
                if part not in self._ran:
                    self._ran.add(part)
                    self._check(part, _scope(place), place.trace)
            parts, self.left_out = self.left_out, {}

    def check_block(self, block: BlockProgram) -> None:
        """Checks a block that wasn't used."""
        if block.usable and block.body not in self._ran:
            at = block.name.span
            frame = Frame(at, where="", label=block.name.text, values={}, origins=dict, closed=True)
            names: Scope = {grammar.ENTERING: UNSETTLED, **{param.name.text: UNSETTLED for param in block.params}}
            self.check({block.body: LeftOut(names, [frame])})

    def check_choices(self, choosing: Mapping[ResolvedStep, LeftOut], known: list[Diagnostic]) -> set[ResolvedStep]:
        """Checks the values that steps may have had. Returns these steps.

        A step with a faulty choice is left out: the fault may be that of the value that was chosen.
        """
        wrong = [problem.at.span for problem in known if problem.at is not None]
        for step, place in choosing.items():
            chosen = [expression for value in values_of(step) for expression in expressions(value)]
            if any(expression.span.overlaps(span) for expression in chosen for span in wrong):
                continue
            self._trace = place.trace
            scope = _scope(place)
            checks = [check for expression in chosen for check in self._operand_checks(expression)]
            if self._passed([*checks, *self._modifier_checks(step, scope)]):
                for other in alternative_steps(step, scope):
                    self._check(other, dict(scope), place.trace)
        return {*choosing}

    def _operand_checks(self, expression: Expression) -> list[Callable[[], object]]:
        """Each constant part of an expression has a value."""
        return [partial(evaluate, operand, {}) for operand in operands(expression)]

    def _modifier_checks(self, step: ResolvedStep, scope: Scope) -> Iterator[Callable[[], object]]:
        """A step's modifiers, and the word of its shortcut, are right with each constant that they may be."""
        for value, what in ((step.when, "when"), (step.frozen, "frozen")):
            for other in alternatives(value, scope) if value is not None else ():
                yield partial(self._values.truth, other, what, UNKNOWN, scope)
        for other in alternatives(step.repeat, scope) if step.repeat is not None else ():
            yield partial(self._values.count, other, UNKNOWN, scope)
        if isinstance(step, ResidualStep) and isinstance(step.shortcut, Expression):
            for other in alternatives(step.shortcut, scope):
                yield partial(self._check_shortcut, other)

    def _check_shortcut(self, word: Expression) -> None:
        self._joins.shortcut_word(word, evaluate(word, {}))

    def _passed(self, checks: Iterable[Callable[[], object]]) -> bool:
        """Whether no check is refused. Reports all that are."""
        before = self._faults.first()
        for check in checks:
            try:
                check()
            except Refused as refused:
                self._report(refused)
            except Uncertain:
                continue
        return len(self._faults.first()) == len(before)

    def _check(self, part: Part, scope: Scope, trace: list[Frame]) -> None:
        if self.visits > MOST_VISITS:
            return
        self._trace = trace
        self._most = self.visits + MOST_VISITS_OF_PART
        self._values.previous = self._values.shared = None
        visit = Visit(self._entering, scope, Labels())
        try:
            if isinstance(part, Body):
                self._steps(part, self._entering, scope, visit.labels)
            else:
                self._check_step(part, visit)
        except Exhausted:
            # Its faults beyond the budget show when it runs.
            return

    def _check_step(self, step: ResolvedStep, visit: Visit) -> None:
        """Checks a step as if its `when` were true and its `repeat` not 0."""
        if step.share is not None:
            self._share(step.share, UNKNOWN, visit.scope, 0)
        self._frozen(step, visit)
        if step.repeat is not None and not self._repeats(step.repeat, visit):
            visit.scope.update(i=UNSETTLED, last=UNSETTLED)
            differ = isinstance(step, KindStep | BlockStep) and step.first_differs
            for visit.first in (True, False) if differ else (False,):
                self._once(step, visit)

    def _repeats(self, repeat: Expression, visit: Visit) -> bool:
        """Whether a `repeat` is known not to be 0."""
        try:
            return self._values.count(repeat, visit.current, visit.scope) > 0
        except (Refused, Uncertain):
            return False

    def _report(self, refused: Refused) -> None:
        problem = refused.diagnostic
        notes = tuple([note for note in problem.notes if note != UNCERTAIN_INPUT])
        refused.diagnostic = problem._replace(notes=notes)
        super()._report(refused)
