"""Builds the graph of a program: settles parameters, binds inputs, expands steps, finds outputs."""

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.graph.draft import Draft, Exhausted
from cnnshape.graph.evaluation import Refused, Values
from cnnshape.graph.expand import Expander
from cnnshape.graph.expansion import ExpansionMemory, LeftOut, Part
from cnnshape.graph.faults import Faults
from cnnshape.graph.guess import UNKNOWN, Guess
from cnnshape.graph.input_option import doubtful_inputs, with_inputs
from cnnshape.graph.model import Graph, GraphInput, Misfit
from cnnshape.graph.recovery import UNCERTAIN_INPUT
from cnnshape.graph.references import References
from cnnshape.graph.scope import Current, Handle, Scope, Uncertain
from cnnshape.graph.settle import Options, Settled, check_input_names
from cnnshape.language import Input, Reference, Spec, shown
from cnnshape.layers import Tensor
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import Program, ResolvedStep, resolve
from cnnshape.source import Span


class Built(NamedTuple):
    """The graph of everything that could be built, all problems, and the number of steps and params visited.

    The graph is None only if no input has a shape. It is complete if there are no problems. `misfits` are the joins that
    failed: the first instance of each step.
    """

    graph: Graph | None
    problems: list[Diagnostic]
    visits: int
    misfits: tuple[Misfit, ...] = ()


def build(design: Spec | Program, options: Options | None = None, memory: ExpansionMemory | None = None) -> Built:
    """The graph of a spec, or of one that is resolved already, and all its problems.

    Builds of one program, such as those of its variants, are faster if they share a `memory`.
    """
    program = design if isinstance(design, Program) else resolve(design)
    return Builder(program, options or Options(), memory or ExpansionMemory()).build()


def given_inputs(design: Spec | Program, options: Options) -> tuple[GraphInput, ...]:
    """The inputs of a sound spec, whether or not its layers fit them; empty if their shapes can't be settled."""
    program = design if isinstance(design, Program) else resolve(design)
    settled = Settled(program, options, Faults([]))
    whole = [tensor for tensor in settled.inputs if isinstance(tensor, Tensor)]
    if settled.failed or len(whole) < len(program.spec.inputs):
        return ()
    rows = zip(program.spec.inputs, whole, settled.places, strict=True)
    return tuple(_graph_input(given, tensor, at) for given, tensor, at in rows)


def _graph_input(given: Input, tensor: Tensor, at: Span) -> GraphInput:
    return GraphInput(given.name.text, tensor, at, given.boxes is not None)


class Builder:
    """Builds one graph."""

    def __init__(self, program: Program, options: Options, memory: ExpansionMemory) -> None:
        self.program = program
        self.spec = program.spec
        self.options = options
        self.memory = memory
        self.faults = Faults(program.covered)
        self.idle: Faults | None = None

    def build(self) -> Built:
        """The graph, and all problems."""
        settled = Settled(self.program, self.options, self.faults)
        scope = dict(settled.params)
        check_input_names(self.spec, scope, self.faults)
        inputs, first = self.inputs(settled, scope)
        draft = Draft([given.tensor for given in inputs], self.options.max_layers)
        expander = self.expander(draft, inputs)
        outputs: dict[str, int] = {}
        try:
            last = expander.layers(first, scope)
            references = References(Values(draft.tensors), self.program.outside, ())
            outputs = self.outputs(references, last, scope)
            expander.check_named_contracts(scope)
        except Exhausted as exhausted:
            self.faults.add(exhausted.diagnostic, [])
        else:
            self.idle = self.faults_left_out(expander.left_out, expander.choosing)
        self.memory.charge(expander.visits)
        draft.root.end = len(draft.nodes)
        problems = self.problems(doubtful_inputs(inputs))
        if expander.comparisons is not None:
            problems = expander.comparisons.applied(problems)
        complete = not problems and self.spec.sound and expander.holes == 0
        holes = tuple(draft.holes.values())
        graph = (
            Graph(self.spec.name, inputs, tuple(draft.nodes), outputs, draft.root, complete, holes) if inputs else None
        )
        return Built(graph, problems, self.program.size + expander.visits, tuple(expander.misfits.values()))

    def expander(self, draft: Draft, inputs: tuple[GraphInput, ...]) -> Expander:
        """What turns steps into nodes."""
        return Expander(self.program, self.faults, draft, self.memory, inputs)

    def inputs(self, settled: Settled, scope: Scope) -> tuple[tuple[GraphInput, ...], Current]:
        """The inputs with settled shapes, and the tensor that enters the first step. Adds their names to the scope."""
        inputs: list[GraphInput] = []
        entering: list[Current] = []
        for given, tensor, at in zip(self.spec.inputs, settled.inputs, settled.places, strict=True):
            value: Current = tensor if isinstance(tensor, Guess) else len(inputs)
            if isinstance(tensor, Tensor):
                inputs.append(_graph_input(given, tensor, at))
            scope[given.name.text] = Handle(value, at=given.name.span)
            entering.append(value)
        return tuple(inputs), entering[0] if entering else UNKNOWN

    def problems(self, doubtful: list[Label]) -> list[Diagnostic]:
        """The problems of the program and of its expansion, without those that depend on text that couldn't be read."""
        own = self.certain(self.faults)
        if doubtful:
            # Other sizes may have been meant, so problems with these sizes are not certain.
            own = with_inputs([fault for fault in own if UNCERTAIN_INPUT not in fault.notes], doubtful)
        return [*self.program.problems, *own, *(self.certain(self.idle) if self.idle else ())]

    def certain(self, faults: Faults) -> list[Diagnostic]:
        """The faults that don't depend on text that couldn't be read."""
        return faults.all() if self.spec.sound else faults.certain(self.spec.repaired)

    def faults_left_out(self, parts: dict[Part, LeftOut], choosing: dict[ResolvedStep, LeftOut]) -> Faults | None:
        """The faults of what didn't run, or wasn't computed; None if there is nothing like that."""
        ran = self.memory.ran
        idle = {part: place for part, place in parts.items() if part not in ran}
        if not idle and not choosing and all(block.body in ran for block in self.program.blocks.values()):
            return None
        # Most designs run as a whole, and don't pay for it.
        from cnnshape.graph.left_out import faults_left_out

        return faults_left_out(self.program, idle, choosing, self.memory, self.faults.first())

    def outputs(self, references: References, last: Current, scope: Scope) -> dict[str, int]:
        """The outputs of the network: those that the file names, or the last tensor."""
        if not self.spec.outputs:
            return {"output": last} if isinstance(last, int) else {}
        handles = {reference.text: self.output(references, reference, last, scope) for reference in self.spec.outputs}
        if all(handle is not None and handle.left_out == "when" for handle in handles.values()):
            self.faults.add(_no_output(self.spec.outputs[0]), [])
        present = [(name, handle) for name, handle in handles.items() if handle is not None and not handle.left_out]
        return {name: handle.value for name, handle in present if isinstance(handle.value, int)}

    def output(self, references: References, reference: Reference, last: Current, scope: Scope) -> Handle | None:
        """The tensor of an output, which the network doesn't have if `when` leaves its step out."""
        try:
            handle = references.tensor(reference, last, scope)
        except Refused as refused:
            self.faults.add(refused.diagnostic, [], refused.origin)
            return None
        except Uncertain:
            return None
        if handle.left_out in _NEVER_RUN:
            self.faults.add(_missing_output(reference, handle), [])
        return handle


_NEVER_RUN = {"repeat": "its `repeat` is 0", "for": "its `for` has no rounds"}


def _missing_output(reference: Reference, handle: Handle) -> Diagnostic:
    """An output whose step runs no times."""
    message = f"the step of the output `{shown(reference.text)}` is left out: {_NEVER_RUN[handle.left_out]}"
    related = [Label(handle.at, "this step")] if handle.at else []
    help = "let it run at least once; an output that is optional has a `when`"
    return diagnose("unknown-tensor", message, reference.span, related=related, help=help)


def _no_output(first: Reference) -> Diagnostic:
    """Outputs that all have a `when` that is false."""
    help = "name an output whose step always runs"
    return diagnose("unknown-tensor", "no output is left: `when` leaves out the steps of all", first.span, help=help)
