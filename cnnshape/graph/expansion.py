"""The state of an expansion: the draft, the budget of steps, the names in scope, and the faults with what is left after
them."""

from collections.abc import Sequence
from itertools import islice

from cnnshape.diagnostics import Label, diagnose
from cnnshape.graph.applications import Applications, Chain, Memory
from cnnshape.graph.blocks import BlockScopes
from cnnshape.graph.draft import Draft, Exhausted, exhausted
from cnnshape.graph.evaluation import Refused, Unfit, Values
from cnnshape.graph.faults import Faults, Frame
from cnnshape.graph.guess import UNKNOWN, Guess, exactly
from cnnshape.graph.joins import Joins, few_operands
from cnnshape.graph.model import GraphInput, Misfit
from cnnshape.graph.naming import Labels, ReservedNames
from cnnshape.graph.recovery import after_failure
from cnnshape.graph.references import References, conflict
from cnnshape.graph.scope import Current, Handle, Inside, Rounds, Scope, Uncertain
from cnnshape.graph.template import Recording, Template
from cnnshape.language import Contract, Name, Reference
from cnnshape.lazy import TYPE_CHECKING
from cnnshape.program import Body, JoinStep, KindStep, Plan, Program, ResolvedStep
from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.graph.inferred import Comparisons

MAX_NESTING = 48
VISITS_PER_LAYER = 6
VISITS_PER_LISTS = 5
"""The visits of steps that cost as much as an operation on lists, which may be as long as a list can be."""
VISITS_PER_APPLICATION = 30
"""The visits of steps that cost as much as a layer that is unlike all others: it has arguments, shapes and figures of its
own, so that it takes three times as long as a layer that is repeated, and several times as much memory."""
FREE_APPLICATIONS = 5_000
"""The layers unlike all others that are not charged for: more than any published network has."""
BLOCKS_PER_APPLICATION = 6
"""The blocks that cost as much as such a layer, if an earlier use of them can't be repeated."""
VISITS_PER_CONTRACT = 20
VALUES_PER_VISIT = 4
"""The number of params, list items or inputs of a join that cost as much as a visit of a step."""
ITEMS_PER_VISIT = 20
"""The number of items in the lists that a block is given that cost as much as a visit of a step."""
NAMES_PER_VISIT = 200
"""The number of copied names of a scope that cost as much as a visit of a step."""
MOST_NAMED = 12
REMEMBERED_VISITS = 400_000


Part = ResolvedStep | Body
"""A part of a program that may be left out: a step, by its `when` or `repeat`; or the steps of a `for` or a block."""


class ExpansionMemory:
    """The cache of all expansions of one program, such as those of its variants: applied layers and expanded blocks.

    `ran` are the parts of the program that may be left out, and that ran. `tried` are the steps whose values may be others,
    and that are right with each of them.
    """

    __slots__ = ("_visits", "layers", "ran", "templates", "tried")

    def __init__(self) -> None:
        self.ran: set[Part] = set()
        self.tried: set[ResolvedStep] = set()
        self._forget()

    def _forget(self) -> None:
        self._visits = 0
        self.layers = Memory()
        self.templates: dict[object, Recording | Template | None] = {}

    def charge(self, visits: int) -> None:
        """Counts the steps of a finished expansion. Empties the cache after many, so that its size stays bounded."""
        self._visits += visits
        if self._visits > REMEMBERED_VISITS:
            self._forget()


class LeftOut:
    """Where a part of a program was left out first: the names in scope there, and the steps that lead to it.

    The names are the first `count` of `scope`, which may get more later, and `further` ones, whose values are those of
    the part itself.
    """

    __slots__ = ("count", "further", "scope", "trace")

    def __init__(self, scope: Scope, trace: list[Frame], further: tuple[str, ...] = ()) -> None:
        self.scope = scope
        self.count = len(scope)
        self.further = further
        self.trace = list(trace)

    def names(self) -> list[str]:
        """The names in scope."""
        return [*islice(self.scope, self.count), *self.further]


class Visit:
    """The context of a step: the tensor that enters, the scope, and the labels of its layers.

    `suffix` is the number of a repeat in the names of its layers; `first` marks the first repeat. A block that can be
    read from outside leaves its names in `inside`.
    """

    __slots__ = ("current", "first", "inside", "labels", "scope", "suffix")

    def __init__(self, current: Current, scope: Scope, labels: Labels) -> None:
        self.current = current
        self.scope = scope
        self.labels = labels
        self.inside: Inside | None = None
        self.suffix = ""
        self.first = False


class Expansion:
    """An expansion in progress: everything that its steps need."""

    def __init__(
        self,
        program: Program,
        faults: Faults,
        draft: Draft,
        memory: ExpansionMemory,
        inputs: Sequence[GraphInput] = (),
    ) -> None:
        self._inputs = inputs
        self._program = program
        self._faults = faults
        self._draft = draft
        self._values = Values(draft.tensors, program.settings)
        self._applications = Applications(self._values, draft.tensors, memory.layers)
        self._blocks = BlockScopes(self._values)
        self._joins = Joins(draft, self._applications)
        self._trace: list[Frame] = []
        self._references = References(self._values, program.outside, self._trace)
        self._most = VISITS_PER_LAYER * draft.max_layers
        self._reserved: dict[Body, ReservedNames] = {}
        self._templates = memory.templates
        self._params = {param.name.text: param.name.span for param in program.spec.params}
        self.visits = 0
        self.holes = 0
        self._opened = 0
        """The blocks that were expanded, and not repeated."""
        self._ran = memory.ran
        self._tried = memory.tried
        self._flat_inputs: set[int] = set()
        self.left_out: dict[Part, LeftOut] = {}
        """The parts that were left out somewhere. They may have run elsewhere."""
        self.choosing: dict[ResolvedStep, LeftOut] = {}
        """The steps of which a part of a value may not be computed, each with the place where it came first."""
        self.misfits: dict[object, Misfit] = {}
        self.comparisons: Comparisons | None = None

    # Faults, and what is left after them

    def _report(self, refused: Refused) -> None:
        self.holes += 1
        self._faults.add(refused.diagnostic, self._trace, refused.origin, of_shapes=isinstance(refused, Unfit))

    def _compare(self, plan: Plan, chain: Chain, visit: Visit) -> None:
        """Compares what a step states of its input, if it does so, with its input."""
        if plan.inferred or any(follower.plan and follower.plan.inferred for follower in plan.followers):
            # Sound designs state nothing.
            from cnnshape.graph.inferred import Comparisons

            self.holes += 1
            self.comparisons = self.comparisons or Comparisons(self._faults)
            self.comparisons.compare(plan, chain, self._values, visit.current, visit.scope, self._trace)

    def _pass_over(self, part: Part, scope: Scope, further: tuple[str, ...] = ()) -> None:
        """Remembers where a part of the program was left out first."""
        if part not in self._ran and part not in self.left_out:
            self.left_out[part] = LeftOut(scope, self._trace, further)

    def _stays_out(self, step: ResolvedStep, current: Current, scope: Scope) -> bool:
        """Whether a step without a name is left out whatever enters it: its `from` may name a round that isn't there."""
        if step.name is not None or step.when is None or step.when.dynamic:
            return False
        try:
            wanted = self._values.truth(step.when, "when", current, scope)
        except (Refused, Uncertain):
            return False
        if not wanted:
            self._pass_over(step, scope)
        return not wanted

    def _check_contract(self, contract: Contract, entering: Current, leaving: Current, scope: Scope) -> None:
        """Compares the tensors that enter and leave a step with its contract."""
        # Most designs state none.
        from cnnshape.graph.contracts import Contracts

        self.visits += VISITS_PER_CONTRACT
        try:
            problems = Contracts(self._draft, self._values, self._inputs).problems(contract, entering, leaving, scope)
        except Uncertain:
            self.holes += 1
            return
        for problem in problems:
            self._report(problem)

    def check_named_contracts(self, scope: Scope) -> None:
        """Checks the contracts that the file's `expect` states for steps of its layers."""
        for named in self._program.spec.contracts:
            try:
                value = self._references.value(named.step, None, scope)
                last = self._references.tensor(named.step, None, scope)
            except Refused as refused:
                self._report(refused)
            except Uncertain:
                self.holes += 1
            else:
                first = value[0] if isinstance(value, Rounds) else last
                if not last.left_out:
                    self._check_contract(named.contract, first.entering, last.value, scope)

    def _guess(self, current: Current) -> Guess:
        return current if isinstance(current, Guess) else exactly(self._draft.tensors[current].shape)

    def _left(self, step: ResolvedStep, entering: Current, scope: Scope, problem: Refused | Uncertain) -> Guess:
        """What is left after a failed step. Reports the fault, unless an earlier fault caused it."""
        self.holes += 1
        if isinstance(problem, Unfit) and problem.diagnostic.name == "wrong-rank":
            lacking = self._without_axes(step, entering, scope)
            if lacking is not None:
                return lacking
        if isinstance(problem, Refused):
            self._report(problem)
            self._draft.fail(step.word, problem.diagnostic.message, entering)
            if problem.left is not None:
                return problem.left
        if isinstance(step, KindStep) and step.kind is not None:
            stated = self._applications.stated_channels(step.plan, entering, scope) if step.plan else None
            return after_failure(step.kind, stated, self._guess(entering))
        return UNKNOWN

    def _without_axes(self, step: ResolvedStep, entering: Current, scope: Scope) -> Guess | None:
        """What is left after a step whose tensor is flat because an input of the file is. Reports the input once.

        None if the tensor is flat for another reason.
        """
        # Only a design with this problem pays for the search.
        from cnnshape.graph.flat_input import flat_source, left_with_axes, without_axes

        given = self._program.spec.inputs
        if isinstance(entering, Guess) or not isinstance(step, KindStep) or len(given) > self._draft.inputs:
            return None
        source = flat_source(self._draft, entering)
        if source is None or given[source].boxes is not None or step.plan is None:
            return None
        if source not in self._flat_inputs:
            self._flat_inputs.add(source)
            channels = self._draft.tensors[source].shape[0]
            self._report(Refused(without_axes(given[source], channels, step.plan)))
        return left_with_axes(self._applications.stated_channels(step.plan, entering, scope))

    def _visit(self, step: ResolvedStep) -> None:
        self._charge(step, 1 + step.lists * VISITS_PER_LISTS)
        if len(self._trace) > MAX_NESTING:
            message = f"blocks and rounds nest more than {MAX_NESTING} levels deep"
            raise Exhausted(diagnose("expansion-budget", message, step.word.span))

    def _charge(self, step: ResolvedStep, visits: int) -> None:
        """Charges the budget for work that costs as much as these visits of steps. Raises Exhausted beyond the
        budget."""
        self.visits += visits
        charged = self._applications.made + self._opened // BLOCKS_PER_APPLICATION - FREE_APPLICATIONS
        if self.visits + (VISITS_PER_APPLICATION * charged if charged > 0 else 0) > self._most:
            raise self._beyond(step)

    def _beyond(self, step: ResolvedStep) -> Exhausted:
        """The exception for a design beyond its budget, which says what it has too many of."""
        made = self._applications.made
        if VISITS_PER_APPLICATION * made < self.visits:
            return exhausted("too many steps", step.word.span)
        return exhausted(f"more than {made:,} layers that all differ, in shapes or in arguments", step.word.span)

    # Names

    def _reference(self, reference: Reference, current: Current, scope: Scope) -> Current:
        """The tensor that a reference gives."""
        try:
            return self._references.tensor(reference, current, scope).value
        except Refused as refused:
            self._report(refused)
        except Uncertain:
            self.holes += 1
        return UNKNOWN

    def _operands(self, step: JoinStep, current: Current, scope: Scope) -> list[Current]:
        """The tensors that a join names, those of lists among the others. Raises Refused if it joins nothing."""
        values: list[Current] = []
        lists = holes = 0
        for operand in step.operands:
            try:
                handles, is_list = self._references.tensors(operand, current, scope)
            except Refused as refused:
                self._report(refused)
                values.append(UNKNOWN)
                holes += 1
            except Uncertain:
                self.holes += 1
                values.append(UNKNOWN)
                holes += 1
            else:
                lists += is_list
                values += [handle.value for handle in handles]
                # A few characters can splice a thousand tensors.
                self._charge(step, len(handles) if is_list else 0)
        if len(values) < 2 and not holes and not (lists and values):
            raise few_operands(step, len(values), scope)
        return values

    def _share(self, reference: Reference, borrower: Current, scope: Scope, start: int) -> None:
        try:
            lender = self._references.tensor(reference, None, scope)
            if isinstance(borrower, int):
                self._draft.share(reference, lender, start)
        except Refused as refused:
            self._report(refused)
        except Uncertain:
            self.holes += 1

    def _define(self, name: Name, rounds: Rounds | None, handle: Handle, scope: Scope) -> None:
        clash = conflict(name.text, rounds, scope)
        if clash:
            message = f"`{clash}` is already the name of something else here"
            first = self._first_place(clash, scope)
            related = [Label(first, "first defined here")] if first else []
            help = "choose another name"
            problem = diagnose("duplicate-name", message, name.span, related=related, help=help)
            self._report(Refused(problem, Reference(name.text, name.span)))
            return
        for named in (handle, *(rounds or ())):
            named.at = name.span
        scope[name.text] = handle if rounds is None else rounds

    def _first_place(self, name: str, scope: Scope) -> Span | None:
        """The place where a name in scope was defined; None if the trace shows it, as for a param or a loop
        variable."""
        if any(name in frame.origins() for frame in self._trace):
            return None
        named = scope.get(name) or scope.get(name.rpartition(".")[0])
        if isinstance(named, Rounds):
            named = named[-1]
        return named.at if isinstance(named, Handle) else self._params.get(name)
