"""`cnnshape reconcile`"""

from collections.abc import Iterator
from shlex import join
from typing import Annotated

from cnnshape.api import Design, expand
from cnnshape.cli.command import Option, command
from cnnshape.cli.completion import complete_tool
from cnnshape.cli.options import DesignOptions, SpecArgument
from cnnshape.cli.output import Output
from cnnshape.cli.reading import read_graph
from cnnshape.cli.summary import checked_rule
from cnnshape.graph import Options
from cnnshape.render.reconcile import FORMATS
from cnnshape.report import Report, make_report
from cnnshape.study.counting.registry import RULES
from cnnshape.study.reconcile import Reconciliation, variant_figures
from cnnshape.study.reconcile import reconcile as reconcile_with


@command
def reconcile(
    spec: SpecArgument,
    *,
    tool: Annotated[
        list[str] | None,
        Option(
            "--tool",
            "-t",
            help="Only these tools, by the names in the first column: `fvcore`.",
            metavar="NAME",
            completion=complete_tool,
        ),
    ] = None,
    design: DesignOptions,
    output: Annotated[Output[Reconciliation], FORMATS],
) -> None:
    """Explain how other tools and papers count the same network, and how their figures differ from ours.

    Computes each tool's figure by a rule, for one sample in float32. Runs none of the tools.
    """
    rules = [checked_rule(name, "--tool") for name in tool] if tool else RULES
    options = design.for_graph()
    loaded, graph = read_graph(spec, options)
    report = make_report(graph)
    variants = () if options.variant else variant_figures(report, _variants(spec, loaded, options))
    output.write(reconcile_with(report, rules)._replace(variants=variants), [spec])


def _variants(spec: str, design: Design, options: Options) -> Iterator[tuple[str, str, Report]]:
    """The variants that can be built: the name, the command and the report of each."""
    for variant in design.spec.variants if design.spec else ():
        name = variant.name.text
        graph, problems = expand(design, options._replace(variant=name))
        if graph is not None and not problems:
            yield name, join(["cnnshape", "reconcile", spec, "--variant", name]), make_report(graph)
