"""How a program was expanded: which steps ran in which scopes, on which tensors, and which nodes they made.

For what needs the program and its graph side by side, such as code that keeps the blocks and loops of a spec.
"""

from cnnshape.graph.build import Builder
from cnnshape.graph.draft import Draft
from cnnshape.graph.expand import Expander
from cnnshape.graph.expansion import ExpansionMemory, Visit
from cnnshape.graph.faults import Faults
from cnnshape.graph.model import Graph, GraphInput
from cnnshape.graph.naming import Labels
from cnnshape.graph.scope import Current, Rounds, Scope
from cnnshape.graph.settle import Options
from cnnshape.program import Body, Program, ResolvedStep


class Ran:
    """A list of steps that ran once: in a block, a round, a branch, or of the file.

    `scope` has all names that the steps see, also those that they gave. `entering` and `result` are indices of values.
    """

    __slots__ = ("body", "entering", "result", "scope", "visits")

    def __init__(self, body: Body | None, scope: Scope, entering: Current) -> None:
        self.body = body
        self.scope = scope
        self.entering = entering
        self.result: Current = entering
        self.visits: list[Visited] = []


class Visited:
    """A step that ran once; each of its repeats is one. `bodies` are the lists of steps in it that ran.

    Its nodes are those from `start` to `end` (exclusive). `first` marks the first repeat.
    """

    __slots__ = ("bodies", "end", "entering", "first", "result", "scope", "start", "step")

    def __init__(self, step: ResolvedStep, visit: Visit, start: int) -> None:
        self.step = step
        self.scope = visit.scope
        self.first = visit.first
        self.entering = visit.current
        self.result: Current = visit.current
        self.start = start
        self.end = start
        self.bodies: list[Ran] = []


def visits_of(program: Program, options: Options) -> tuple[Graph | None, Ran]:
    """The graph of a program, and how its steps ran."""
    builder = _Builder(program, options, ExpansionMemory())
    graph = builder.build().graph
    return graph, builder.tracer.root


class _Tracer(Expander):
    """An expander that expands each use of a block and each repeat, and writes down what it does."""

    root: Ran

    def __init__(
        self, program: Program, faults: Faults, draft: Draft, memory: ExpansionMemory, inputs: tuple[GraphInput, ...]
    ) -> None:
        super().__init__(program, faults, draft, memory, inputs)
        self._open: list[Ran] = []
        self._visited: list[Visited] = []

    def _steps(self, body: Body, current: Current, scope: Scope, labels: Labels) -> Current:
        ran = Ran(body, scope, current)
        if self._visited:
            self._visited[-1].bodies.append(ran)
        else:
            self.root = ran
        self._open.append(ran)
        ran.result = super()._steps(body, current, scope, labels)
        self._open.pop()
        return ran.result

    def _expanded(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        visited = Visited(step, visit, len(self._draft.nodes))
        self._open[-1].visits.append(visited)
        self._visited.append(visited)
        result = super()._expanded(step, visit)
        self._visited.pop()
        visited.result, visited.end = result[0], len(self._draft.nodes)
        return result

    def _template_key(self, *_: object) -> object:
        return None

    def _is_steady(self, *_: object) -> bool:
        return False


class _Builder(Builder):
    tracer: _Tracer

    def expander(self, draft: Draft, inputs: tuple[GraphInput, ...]) -> Expander:
        self.tracer = _Tracer(self.program, self.faults, draft, self.memory, inputs)
        return self.tracer
