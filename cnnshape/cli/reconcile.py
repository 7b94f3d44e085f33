"""`cnnshape reconcile`"""

from typing import Annotated

from cnnshape.cli.command import Option, command
from cnnshape.cli.completion import complete_tool
from cnnshape.cli.options import DesignOptions, SpecArgument
from cnnshape.cli.output import Output
from cnnshape.cli.reading import read_graph
from cnnshape.cli.refusing import refusing
from cnnshape.render.reconcile import FORMATS
from cnnshape.study.reconcile import Reconciliation, reconcile_design, rules_of


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
    with refusing({}):
        rules = rules_of(tool or ())
    options = design.for_graph()
    loaded, graph = read_graph(spec, options)
    output.write(reconcile_design(loaded, graph, options, rules, spec), [spec])
