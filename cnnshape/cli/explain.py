"""`cnnshape explain`"""

import sys
from typing import Annotated

import typer

from cnnshape.cli.command import command
from cnnshape.cli.options import CountOptions, DesignOptions, SpecArgument
from cnnshape.cli.output import terminal_width
from cnnshape.cli.reading import layer_index, read_graph
from cnnshape.layers import format_shape
from cnnshape.report import make_report


@command
def explain(
    spec: SpecArgument,
    layer: Annotated[
        str | None,
        typer.Argument(metavar="LAYER", help="A layer by its name in `summary --expand`.", show_default=False),
    ] = None,
    *,
    design: DesignOptions,
    counts: CountOptions,
) -> None:
    """Explain a layer's figures with the arithmetic; without LAYER, the chain of sizes through the network."""
    _, graph = read_graph(spec, design.for_graph())
    from cnnshape.render import explain as face
    from cnnshape.study import explain as study

    if layer is None:
        start = ", ".join(format_shape(given.tensor.shape) for given in graph.inputs)
        sys.stdout.write(face.size_chain(graph.name, f"input {start}", study.size_chain(graph), terminal_width()))
        return
    index = layer_index(graph, layer)
    report = make_report(graph, "", counts.settings())
    sys.stdout.write(face.explanation(study.explain(graph, report, index), terminal_width()))
