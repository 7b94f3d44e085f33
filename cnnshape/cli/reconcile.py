"""`cnnshape reconcile`"""

from typing import Annotated

import typer

from cnnshape.cli.command import command
from cnnshape.cli.completion import complete_tool
from cnnshape.cli.options import DesignOptions, SpecArgument
from cnnshape.cli.output import Output
from cnnshape.cli.reading import read_graph
from cnnshape.cli.summary import checked_rule
from cnnshape.render.reconcile import FORMATS
from cnnshape.report import make_report
from cnnshape.study.counting.registry import RULES
from cnnshape.study.reconcile import Reconciliation
from cnnshape.study.reconcile import reconcile as reconcile_with


@command
def reconcile(
    spec: SpecArgument,
    *,
    tool: Annotated[
        list[str] | None,
        typer.Option(
            "--tool",
            "-t",
            help="Only these tools, by the names in the first column: `fvcore`.",
            metavar="NAME",
            autocompletion=complete_tool,
        ),
    ] = None,
    design: DesignOptions,
    output: Annotated[Output[Reconciliation], FORMATS],
) -> None:
    """Explain how other tools and papers count the same network, and how their figures differ from ours.

    Computes each tool's figure by a rule, for one sample in float32. Runs none of the tools.
    """
    rules = [checked_rule(name, "--tool") for name in tool] if tool else RULES
    _, graph = read_graph(spec, design.for_graph())
    output.write(reconcile_with(make_report(graph), rules), [spec])
