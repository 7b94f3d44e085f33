"""One examination of a design: its program, its graph as far as it can be built, and all errors, in one pass."""

from cnnshape.api.design import Design, paused_collection, seen_from
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Built, ExpansionMemory, Graph, Options, build
from cnnshape.language import without_consequences
from cnnshape.program import Program, resolve
from cnnshape.report import Report, Settings, make_report


class Examination:
    """The result of an examination: everything that could be built of a design, and its problems.

    `program` is None if the text could not be read, `graph` also if no input has a shape. `problems` are
    all errors, sorted by place; if there are none, the graph is complete. `visits` counts the steps that were
    visited.
    """

    __slots__ = ("_explain", "_memory", "_report", "design", "graph", "options", "problems", "program", "visits")

    def __init__(
        self,
        design: Design,
        options: Options,
        program: Program | None,
        memory: ExpansionMemory,
        *,
        explain: bool = True,
    ) -> None:
        self.design = design
        self.options = options
        self.program = program
        self.graph: Graph | None = None
        self.problems: list[Diagnostic] = design.diagnostics
        self.visits = 0
        self._memory = memory
        self._explain = explain
        self._report: tuple[Settings, Report] | None = None
        if program is not None:
            self._build(program)

    def _build(self, program: Program) -> None:
        with paused_collection():
            built = build(program, self.options, self._memory)
        self.visits = built.visits
        explained = _explained(program, self.options, built) if self._explain and built.misfits else built.problems
        own = without_consequences(explained, program.spec.repaired)
        problems = self.design.diagnostics + seen_from(self.design.source, own)
        self.problems = sorted(problems, key=lambda problem: problem.place)
        self.graph = built.graph
        if built.graph is not None and self.problems:
            self.graph = built.graph._replace(complete=False)

    def report(self, settings: Settings | None = None) -> Report:
        """The report of what could be built; raises ValueError if there is no graph."""
        settings = settings or Settings()
        if self.graph is None or self.program is None:
            raise ValueError("a design without a graph has no report")
        if self._report is None or self._report[0] != settings:
            with paused_collection():
                self._report = (
                    settings,
                    make_report(self.graph, self.program.spec.origin, settings, complete=self.graph.complete),
                )
        return self._report[1]

    def variant(self, name: str) -> "Examination":
        """The same design in another variant."""
        return self.with_options(self.options._replace(variant=name))

    def with_options(self, options: Options) -> "Examination":
        """The same design with other options. Its program is resolved already; layers applied before are reused."""
        return Examination(self.design, options, self.program, self._memory, explain=self._explain)


def _explained(program: Program, options: Options, built: Built) -> list[Diagnostic]:
    # Most designs have no such problem, so the import is late.
    from cnnshape.causes import explain_misfits

    return explain_misfits(program, options, built)


def examine(design: Design, options: Options, *, explain: bool = True) -> Examination:
    """Examines a design; if its joins fail, `explain` looks for the cause."""
    with paused_collection():
        program = None if design.spec is None else resolve(design.spec)
    return Examination(design, options, program, ExpansionMemory(), explain=explain)


def expand(design: Design, options: Options, *, explain: bool = True) -> tuple[Graph | None, list[Diagnostic]]:
    """The graph of a design and all its problems, sorted by place; no graph if there are errors.

    Where joins fail, `explain` looks for the cause.
    """
    examination = examine(design, options, explain=explain)
    return (None if examination.problems else examination.graph), examination.problems
