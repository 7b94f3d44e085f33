"""The declaration of a rule, and what it checks."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cnnshape.diagnostics import CATALOGUE, Diagnostic, Label, diagnose
from cnnshape.graph import Application, Graph, Node
from cnnshape.language import Spec
from cnnshape.layers import Layer
from cnnshape.lint.readers import readers
from cnnshape.lint.sliding import Sliding, sliding
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import Program
from cnnshape.report import Report
from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.diagnostics import Fix


class Subject:
    """A design, as rules see it. For a design with errors, the part that could be built.

    Equal layers on equal shapes are one application. A rule that judges a layer by itself judges each application once,
    and looks at nodes only if it has something to say: a deep design has many nodes of few applications.
    """

    def __init__(self, program: Program, graph: Graph, report: Report) -> None:
        self.program = program
        self.graph = graph
        self.report = report

    @property
    def spec(self) -> Spec:
        """The file as it was written."""
        return self.program.spec

    @cached_property
    def applications(self) -> Collection[Application]:
        """The distinct applications, in the order of the graph."""
        return dict.fromkeys([node.application for node in self.graph.nodes])

    @cached_property
    def sliding(self) -> dict[Application, Sliding]:
        """The applications that slide windows, for the many rules that look at them."""
        return sliding(self.applications)

    def nodes_of(self, applications: Collection[Application]) -> list[Node]:
        """The nodes that have one of these applications, in the order of the graph."""
        return [node for node in self.graph.nodes if node.application in applications] if applications else []

    @cached_property
    def readers(self) -> list[list[int]]:
        """The indices of the nodes that read each value, and OUTSIDE for an output."""
        return readers(self.graph)


class Rule(NamedTuple):
    """A design rule. `page` is its manual page; a rule that is not `default` runs only when it is selected."""

    name: str
    page: str
    check: Callable[[Subject], Iterable[Diagnostic]]
    default: bool = True

    @property
    def code(self) -> str:
        """The stable code."""
        return CATALOGUE[self.name].code


def warned(nodes: Iterable[Node], make: Callable[[Node], Diagnostic]) -> Iterator[Diagnostic]:
    """A warning for each node. The nodes of a step share that of the first, as the others are only counted."""
    made: dict[Span, Diagnostic] = {}
    for node in nodes:
        if node.at not in made:
            made[node.at] = make(node)
        yield made[node.at]


def repetition(
    subject: Subject, rule: str, is_kind: Callable[[Layer], bool], allowed: Collection[tuple[str, str]] = ()
) -> Iterator[Diagnostic]:
    """Warns of layers of a sort that directly follow another of that sort, if their kinds are no `allowed` pair."""
    alike = {application for application in subject.applications if is_kind(application.layer)}

    def repeats(node: Node) -> bool:
        maker = subject.graph.maker(node.inputs[0])
        return maker is not None and maker.application in alike and _kinds(maker, node) not in allowed

    def warning(node: Node) -> Diagnostic:
        maker = subject.graph.nodes[node.inputs[0] - len(subject.graph.inputs)]
        before, kind = _kinds(maker, node)
        message, label = f"{kind} directly after {before}", f"{node.name} follows {maker.name}"
        return warn(rule, message, node.at, label=label, help="remove one of the two")

    return warned(filter(repeats, subject.nodes_of(alike)), warning)


def _kinds(maker: Node, node: Node) -> tuple[str, str]:
    return maker.application.layer.name, node.application.layer.name


def warn(
    name: str,
    message: str,
    at: Span,
    *,
    label: str = "",
    related: Sequence[Label] = (),
    notes: Sequence[str] = (),
    help: str | None = None,
    fixes: "tuple[Fix, ...]" = (),
) -> Diagnostic:
    """A warning of the rule of that name."""
    return diagnose(name, message, at, label=label, related=related, notes=notes, help=help, fixes=fixes)


def removed(name: Span) -> "tuple[Fix, ...]":
    """The fix that removes the declaration of a name, and the key above it if it is the only one there."""
    # Most designs have no such warning.
    from cnnshape.diagnostics import Fix, Remove

    return (Fix((Remove(name, whole=True),)),)
