"""`cnnshape rf`"""

from enum import StrEnum
from typing import Annotated

import typer

from cnnshape.cli.options import InputOption, OutputOption, ParamOption, SpecArgument, VariantOption, graph_options
from cnnshape.cli.reading import layer_index, read_graph
from cnnshape.cli.writing import terminal_width, write
from cnnshape.graph import MAX_LAYERS, Graph
from cnnshape.report import make_report
from cnnshape.study.rf import Region

DRAWN = 8


class Format(StrEnum):
    """How receptive fields are printed."""

    TABLE = "table"
    JSON = "json"
    SVG = "svg"


def rf(
    spec: SpecArgument,
    layer: Annotated[
        str | None,
        typer.Argument(metavar="LAYER", help="Trace up to this layer, or with --at look at it.", show_default=False),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", help="A cell of LAYER's output: the region of the input that it sees.", metavar="Y,X"),
    ] = None,
    input: InputOption = None,
    param: ParamOption = None,
    variant: VariantOption = "",
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Print the receptive field through a network: size, stride, centre, padding, and where it covers the input."""
    from cnnshape.render import rf as face
    from cnnshape.study import rf as study

    _, graph = read_graph(spec, graph_options(input, param, variant, MAX_LAYERS))
    end = len(graph.nodes) if layer is None else layer_index(graph, layer) + 1
    if at is not None:
        if layer is None:
            raise typer.BadParameter("--at needs a LAYER", param_hint="--at")
        found_region = _region(graph, end - 1, at)
        write(face.region(found_region), output)
        return
    upto = graph._replace(nodes=graph.nodes[:end])
    found = study.trace(upto, make_report(upto._replace(outputs={})))
    if format is Format.SVG:
        if len(found.input) != 2:
            raise typer.BadParameter("the picture is for inputs with height and width", param_hint="--format")
        chosen = [study.region(upto, index, cell) for index, cell in study.central_cells(upto, found, DRAWN)]
        write(face.to_svg(found, [each for each in chosen if each is not None]), output)
    else:
        write(face.to_json(found) if format is Format.JSON else face.plain(found, terminal_width(output)), output)


def _region(graph: Graph, index: int, at: str) -> Region:
    from cnnshape.layers import show
    from cnnshape.study import rf as study

    words = [word.strip() for word in at.split(",")]
    cell = tuple(int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 10)
    output = graph.nodes[index].application.output.shape
    try:
        found = study.region(graph, index, cell if len(cell) == len(words) else ())
    except IndexError:
        message = f"{at!r} is no cell of an output of {show(output)}; cells count from 0"
        raise typer.BadParameter(message, param_hint="--at") from None
    if found is None:
        raise typer.BadParameter(f"no receptive field of {graph.nodes[index].name} can be stated", param_hint="--at")
    return found
