"""How the steps of a design ran, by step: one piece of code is written for all of its runs."""

from cnnshape.graph import Graph, Node
from cnnshape.graph.visits import Ran, Visited
from cnnshape.layers import Tensor
from cnnshape.program import BlockProgram, BlockStep, Body, ResolvedStep


class Unstructured(Exception):
    """A design that this writer has no functions and loops for."""


class Decides(Exception):
    """A param that decides what there is in a way that code can't leave open: it keeps its value."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Runs:
    """The visits of each step, and the runs of each list of steps."""

    def __init__(self, graph: Graph, root: Ran) -> None:
        self.graph = graph
        self._visits: dict[ResolvedStep, list[Visited]] = {}
        self._runs: dict[Body, list[Ran]] = {}
        self._add(root)

    def _add(self, ran: Ran) -> None:
        """Adds a run with all that is in it. Nesting is limited, so recursion is safe."""
        if ran.body is not None:
            self._runs.setdefault(ran.body, []).append(ran)
        for visited in ran.visits:
            self._visits.setdefault(visited.step, []).append(visited)
            for inner in visited.bodies:
                self._add(inner)

    def of(self, step: ResolvedStep) -> list[Visited]:
        """The times that a step ran."""
        return self._visits.get(step, [])

    def of_body(self, body: Body) -> list[Ran]:
        """The times that a list of steps ran."""
        return self._runs.get(body, [])

    def uses(self, block: BlockProgram) -> list[BlockStep]:
        """The steps that use a block, and ran."""
        return [step for step in self._visits if isinstance(step, BlockStep) and step.block is block]

    def nodes(self, visited: Visited) -> tuple[Node, ...]:
        """The nodes that a step made when it ran."""
        return self.graph.nodes[visited.start : visited.end]

    def entering(self, visited: Visited) -> Tensor:
        """The tensor that entered a step."""
        if not isinstance(visited.entering, int):
            raise Unstructured
        return self.graph.value(visited.entering)
