"""Compares a network on a device with bounds: it fits, it doesn't, or that is unknown."""

from collections.abc import Mapping
from fractions import Fraction

from cnnshape.device.figures import DEVICE_FIGURES, DeviceFigure, Range
from cnnshape.device.savings import Saving, Savings
from cnnshape.device.target import Target
from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.graph import Graph, Options
from cnnshape.program import Program
from cnnshape.report import parse_wanted
from cnnshape.report.misses import missed, shares_of
from cnnshape.report.wanted import Wanted
from cnnshape.source import Span

_BOUNDS = ("<=", "<")


class Judge:
    """Judges one network on its target."""

    def __init__(self, program: Program, options: Options, graph: Graph, target: Target) -> None:
        self._program = program
        self._options = options
        self._graph = graph
        self._target = target
        self.deployment = target.deploy(graph)

    def budgets(self, limits: Mapping[str, str], file: str) -> list[Diagnostic]:
        """A diagnostic for each figure that exceeds its budget, or that is too close to it to tell. Raises ValueError."""
        problems = []
        for name, most in limits.items():
            wanted = parse_wanted(f"<= {most}")
            if wanted is None:
                raise ValueError(f"{name}: {most!r} is not a budget")
            problems += self.judged(name, wanted, "budget-exceeded", f"the budget is {wanted.text}", file=file)
        return problems

    def judged(
        self, name: str, wanted: Wanted, miss: str, expected: str, at: Span | None = None, file: str = ""
    ) -> list[Diagnostic]:
        """The diagnostic of a figure that isn't what is wanted: `miss` is its name. None if all is well."""
        figure = DEVICE_FIGURES[name]
        measured = figure.of(self.deployment)
        limits = wanted.text.startswith(_BOUNDS)
        if not wanted.test(measured.low if limits else measured.likely):
            return [self._missed(figure, measured, wanted, miss, expected, at, file)]
        if limits and (measured.high is None or not wanted.test(measured.high)):
            return [self._unsure(figure, measured, expected, at, file)]
        return []

    def _missed(
        self,
        figure: DeviceFigure,
        measured: Range,
        wanted: Wanted,
        miss: str,
        expected: str,
        at: Span | None,
        file: str,
    ) -> Diagnostic:
        parts = sorted(figure.parts(self.deployment), key=lambda part: -part[1])
        text = missed(figure.name, measured.likely, expected, wanted.target)
        notes = [self._on, *([_between(measured)] if not measured.is_exact else []), *shares_of(parts, figure.whole)]
        return diagnose(
            miss, text, at, file=file, notes=notes, help=_help(self._savings(figure, wanted.target), wanted)
        )

    def _unsure(self, figure: DeviceFigure, measured: Range, expected: str, at: Span | None, file: str) -> Diagnostic:
        """The warning for a figure whose error is larger than its distance from the bound."""
        about = f"about {measured.likely:,}" if measured.high is not None else f"at least {measured.low:,}"
        text = f"{figure.name} is {about}, {expected}: too close to tell whether it fits"
        if measured.high is None:
            text = f"{figure.name} is {about}, {expected}: whether it fits is unknown"
        return diagnose("too-close", text, at, file=file, notes=[self._on, _between(measured)])

    @property
    def _on(self) -> str:
        choices = self.deployment.choices
        paddings = ", explicit paddings" if choices.explicit_pads else ""
        kernels = f", {choices.kernels} kernels" if choices.kernels else ""
        return f"on {self._target.runtime} as {self._target.types}{kernels}{paddings}"

    def _savings(self, figure: DeviceFigure, target: "int | Fraction") -> list[Saving]:
        """What would help most, each way tried."""

        def measure(graph: Graph) -> int:
            return figure.of(self._target.deploy(graph)).likely

        savings = Savings(self._program, self._options, self._graph, measure)
        return savings.of(self._heaviest(figure), int(target))

    def _heaviest(self, figure: DeviceFigure) -> list[int]:
        """The nodes that hold most of a figure, the heaviest first."""
        if figure.name == "flash_bytes":
            rows = self.deployment.report.rows
            return sorted(
                (index for index, row in enumerate(rows) if row.params), key=lambda index: -rows[index].params
            )
        first = len(self._graph.inputs)
        highest = sorted(self.deployment.highest, key=lambda part: -part[1])
        return [held.value - first for held, _ in highest if held.value is not None and held.value >= first]


def _between(measured: Range) -> str:
    if measured.high is None:
        return f"at least {measured.low:,} bytes: {measured.missing}"
    return f"an estimate: between {measured.low:,} and {measured.high:,} bytes"


def _help(savings: list[Saving], wanted: Wanted) -> str | None:
    if not savings:
        return None
    tried = [
        f"{saving.text} needs {saving.bytes:,}{'' if wanted.test(saving.bytes) else ', still too many'}"
        for saving in savings
    ]
    return f"what helps most, as tried: {'; '.join(tried)}"
