"""`cnnshape explain`"""

import sys
from typing import Annotated

import typer

from cnnshape.cli.options import (
    BatchOption,
    DtypeOption,
    InputOption,
    ParamOption,
    SpecArgument,
    VariantOption,
    checked_dtype,
    graph_options,
)
from cnnshape.cli.reading import layer_index, read_graph
from cnnshape.cli.writing import terminal_width
from cnnshape.graph import MAX_LAYERS
from cnnshape.layers import format_shape
from cnnshape.report import Settings, make_report


def explain(
    spec: SpecArgument,
    layer: Annotated[
        str | None,
        typer.Argument(metavar="LAYER", help="A layer by its name in `summary --expand`.", show_default=False),
    ] = None,
    input: InputOption = None,
    param: ParamOption = None,
    variant: VariantOption = "",
    batch: BatchOption = 1,
    dtype: DtypeOption = "float32",
) -> None:
    """Explain a layer's figures with the arithmetic; without LAYER, the chain of sizes through the network."""
    _, graph = read_graph(spec, graph_options(input, param, variant, MAX_LAYERS))
    from cnnshape.render import explain as face
    from cnnshape.study import explain as study

    if layer is None:
        start = ", ".join(format_shape(given.tensor.shape) for given in graph.inputs)
        sys.stdout.write(face.size_chain(graph.name, f"input {start}", study.size_chain(graph), terminal_width()))
        return
    index = layer_index(graph, layer)
    report = make_report(graph, "", Settings(batch, checked_dtype(dtype)))
    sys.stdout.write(face.explanation(study.explain(graph, report, index), terminal_width()))
