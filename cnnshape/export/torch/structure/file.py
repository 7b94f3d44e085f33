"""The classes of a file: each block is written once, for all its uses together."""

from collections.abc import Callable, Mapping

from cnnshape.export.python import Names
from cnnshape.export.torch.names import BUILTINS, FILE
from cnnshape.export.torch.structure.model import Unstructured
from cnnshape.graph import Graph, LayerValue
from cnnshape.graph.scope import Current
from cnnshape.graph.visits import Ran, Visited
from cnnshape.language import Expression, ListValue, Reference, Value, dotted
from cnnshape.language.expression.tree import Choice, Node, Variable
from cnnshape.layers import Application
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import BlockProgram, BlockStep, Body, KindStep, Program

IN_CHANNELS = "in_channels"


class ClassInfo(NamedTuple):
    """A class that is written.

    `params` are the arguments of its constructor, by Python's names, with the name of the spec or of the tensor whose
    channels they are. `optional` are those with a default. `tensors` are the params that `forward` takes after `x`,
    and `out` the channels of its output as an expression of names whose names in the spec are in `known`.
    """

    name: str
    text: str
    params: tuple[tuple[str, str], ...]
    optional: frozenset[str]
    tensors: tuple[str, ...]
    out: Node
    known: Mapping[str, str]


class File:
    """What the classes of one file share. `write` makes the class of a block."""

    def __init__(
        self, graph: Graph, program: Program, root: Ran, write: "Callable[[File, BlockProgram], ClassInfo]"
    ) -> None:
        self.graph = graph
        self.program = program
        self._write = write
        self.names = Names(FILE | BUILTINS)
        self.helpers: set[str] = set()
        self.classes: dict[str, ClassInfo] = {}
        self.rans: dict[Body, list[Ran]] = {}
        self.factories: dict[tuple[str, object], str] = {}
        """The code of the kinds that are passed as values of `norm` and `act`, by role and `layer_key`."""
        self._blocks: dict[str, ClassInfo | Unstructured] = {}
        self._given: dict[tuple[str, str], bool] = {}
        self._collect(root)

    def _collect(self, ran: Ran) -> None:
        if ran.body is not None:
            self.rans.setdefault(ran.body, []).append(ran)
        for visited in ran.visits:
            self._note(visited)
            for body in visited.bodies:
                self._collect(body)

    def _note(self, visited: Visited) -> None:
        step = visited.step
        if isinstance(step, BlockStep) and step.block is not None:
            for name in (*step.given, *step.first):
                self._given[step.block.name.text, name] = True

    def is_given(self, block: str, param: str) -> bool:
        """Whether a use of a block gives a param."""
        return self._given.get((block, param), False)

    def application(self, position: int) -> Application:
        """The application of a node."""
        return self.graph.nodes[position].application

    def channels(self, index: Current) -> int:
        """The channels of a value: a sound design has no guesses."""
        assert isinstance(index, int)
        return self.graph.value(index).shape[0]

    def block(self, block: BlockProgram) -> ClassInfo:
        """The class of a block; raises Unstructured."""
        name = block.name.text
        if name not in self._blocks:
            try:
                self._blocks[name] = self._write(self, block)
            except Unstructured as problem:
                self._blocks[name] = problem
        written = self._blocks[name]
        if isinstance(written, Unstructured):
            raise written
        return written


def read_names(body: Body) -> set[str]:
    """All names that the values and references of steps read, inside of the steps too, but not inside of blocks."""
    names: set[str] = set()
    for step in body.steps:
        for reference in (step.source, step.share):
            names |= names_of_reference(reference)
        for expression in (step.when, step.repeat, step.frozen, getattr(step, "shortcut", None)):
            if isinstance(expression, Expression):
                names |= expression.names | _with_dots(expression)
        for value in _values(step):
            names |= value.names | _with_dots(value)
        for operand in getattr(step, "operands", ()):
            names |= names_of_reference(operand)
        for inner in bodies_of(step):
            names |= read_names(inner)
    return names


def shared_names(body: Body) -> set[str]:
    """The names of the steps whose weights others use."""
    names = {step.share.text for step in body.steps if step.share is not None}
    return names.union(*[shared_names(inner) for step in body.steps for inner in bodies_of(step)])


def names_of_reference(reference: Reference | None) -> set[str]:
    """All names that a reference may read; one with a dot after it also with the dot."""
    if reference is None:
        return set()
    return set(reference.names) | (set() if reference.expression is None else _with_dots(reference.expression))


def _with_dots(value: Value) -> set[str]:
    """The names with a dot after them, each with a dot."""
    if isinstance(value, ListValue):
        return set().union(*map(_with_dots, value.items))
    return {f"{name}." for name in dotted(value.tree)} if isinstance(value, Expression) else set()


def _values(step: object) -> list[Value]:
    if isinstance(step, KindStep):
        plans = [plan for plan in (step.plan, step.first) if plan is not None]
        return [value for plan in plans for value in (*plan.values.values(), *[one.value for one in plan.followers])]
    if isinstance(step, BlockStep):
        return [*step.given.values(), *step.first.values()]
    return [column.values for column in getattr(step, "columns", ())]


def bodies_of(step: object) -> list[Body]:
    """The lists of steps inside of a step."""
    inner = [getattr(step, name, None) for name in ("do", "body", "shortcut")]
    branches = [body for _, body in getattr(step, "branches", ())]
    return [body for body in (*inner, *branches) if isinstance(body, Body)]


def follower_roles(body: Body) -> dict[str, str]:
    """The names whose values are layers, with `norm` or `act`: those of such keys, and those given to params that are."""
    roles: dict[str, str] = {}
    for step in body.steps:
        if isinstance(step, KindStep):
            plans = [plan for plan in (step.plan, step.first) if plan is not None]
            for follower in (one for plan in plans for one in plan.followers):
                roles |= dict.fromkeys(_chosen(follower.value), follower.role)
        if isinstance(step, BlockStep) and step.block is not None:
            wanted = follower_roles(step.block.body)
            for param, value in (*step.given.items(), *step.first.items()):
                roles |= dict.fromkeys(_chosen(value), wanted[param]) if param in wanted else {}
        for inner in bodies_of(step):
            roles |= follower_roles(inner)
    return roles


def _chosen(value: Value) -> set[str]:
    """The names among the results of a choice."""
    names: set[str] = set()
    pending = [value.tree] if isinstance(value, Expression) else []
    while pending:
        node = pending.pop()
        if isinstance(node, Choice):
            pending += [node.chosen, node.otherwise]
        elif isinstance(node, Variable):
            names.add(node.sign)
    return names


def layer_key(value: object) -> object:
    """What a layer as a value is: its kind and its arguments, wherever they are written."""
    if isinstance(value, LayerValue):
        return value.plan.kind.name, tuple(sorted(value.arguments.items()))
    return value
