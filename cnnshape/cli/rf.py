"""`cnnshape rf`"""

from typing import Annotated

from cnnshape.cli.command import Argument, BadParameter, Option, command
from cnnshape.cli.completion import complete_layer
from cnnshape.cli.options import DesignOptions, SpecArgument
from cnnshape.cli.output import Output, refuse_overwriting, write
from cnnshape.cli.reading import part_of, read_graph
from cnnshape.graph import Graph
from cnnshape.layers import format_shape
from cnnshape.render.rf import FORMATS, FieldsView, region_text
from cnnshape.report import Settings, make_report
from cnnshape.study.rf import Region, central_cells, region, regions, trace

DRAWN = 8
"""Regions in the picture."""


@command
def rf(
    spec: SpecArgument,
    layer: Annotated[
        str | None,
        Argument(
            metavar="LAYER",
            help="Trace up to this layer, stage or block; with --at, look at its output.",
            completion=complete_layer,
        ),
    ] = None,
    *,
    at: Annotated[
        str | None,
        Option("--at", help="A cell of LAYER's output: the region of the input that it sees.", metavar="Y,X"),
    ] = None,
    ignore_gates: Annotated[
        bool,
        Option(
            "--ignore-gates", help="Follow the main path past gates that see the whole input, as in squeeze-excite."
        ),
    ] = False,
    design: DesignOptions,
    output: Annotated[Output[FieldsView], FORMATS],
) -> None:
    """Print the receptive field through a network: size, stride, centre, padding, and where it covers the input."""
    _, graph = read_graph(spec, design.for_graph())
    end = len(graph.nodes) if layer is None else part_of(graph, layer).end
    if at is None:
        output.write(_fields(graph, end, ignore_gates=ignore_gates, drawn=output.format == "svg"), [spec])
        return
    if layer is None:
        raise BadParameter("--at needs a LAYER", param_hint="--at")
    refuse_overwriting(output.path, [spec])
    write(region_text(_region(graph, end - 1, at, ignore_gates=ignore_gates)), output.path)


def _fields(graph: Graph, end: int, *, ignore_gates: bool, drawn: bool) -> FieldsView:
    """The fields of the first `end` layers, with regions if a picture is drawn."""
    part = graph._replace(nodes=graph.nodes[:end])
    traced = trace(part, make_report(part._replace(outputs={}), settings=Settings(ignore_gates=ignore_gates)))
    if not drawn:
        return FieldsView(traced)
    if len(traced.input) != 2:
        raise BadParameter("the picture is for inputs with height and width", param_hint="--format")
    seen = regions(part, central_cells(part, traced, DRAWN), ignore_gates=ignore_gates)
    return FieldsView(traced, [chosen for chosen in seen if chosen is not None])


def _region(graph: Graph, index: int, at: str, *, ignore_gates: bool) -> Region:
    words = [word.strip() for word in at.split(",")]
    cell = tuple(int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 10)
    node = graph.nodes[index]
    try:
        seen = region(graph, index, cell if len(cell) == len(words) else (), ignore_gates=ignore_gates)
    except IndexError:
        message = (
            f"{at!r} is not a cell of an output of {format_shape(node.application.output.shape)}; cells count from 0"
        )
        raise BadParameter(message, param_hint="--at") from None
    if seen is None:
        opaque = trace(graph, make_report(graph)).opaque
        reason = f": it comes after {opaque}, an opaque layer" if opaque else ""
        raise BadParameter(f"{node.name} has no receptive field{reason}", param_hint="--at")
    return seen
