"""`cnnshape rf`"""

from typing import Annotated

from cnnshape.cli.command import Argument, BadParameter, Option, command
from cnnshape.cli.completion import complete_layer
from cnnshape.cli.options import DesignOptions, SpecArgument
from cnnshape.cli.output import Output, refuse_overwriting, write
from cnnshape.cli.reading import read_graph
from cnnshape.cli.refusing import refusing
from cnnshape.graph import Graph
from cnnshape.render.rf import FORMATS, FieldsView, region_text
from cnnshape.study.part import part_of
from cnnshape.study.rf import central_cells, region_at, regions, trace_to

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
    with refusing({"layer": "LAYER"}):
        end = len(graph.nodes) if layer is None else part_of(graph, layer).end
    if at is None:
        output.write(_fields(graph, end, ignore_gates=ignore_gates, drawn=output.format == "svg"), [spec])
        return
    if layer is None:
        raise BadParameter("--at needs a LAYER", param_hint="--at")
    refuse_overwriting(output.path, [spec])
    with refusing({}):
        seen = region_at(graph, end - 1, at, ignore_gates=ignore_gates)
    write(region_text(seen), output.path)


def _fields(graph: Graph, end: int, *, ignore_gates: bool, drawn: bool) -> FieldsView:
    """The fields of the first `end` layers, with regions if a picture is drawn."""
    traced = trace_to(graph, end, ignore_gates=ignore_gates)
    if not drawn:
        return FieldsView(traced)
    part = graph._replace(nodes=graph.nodes[:end])
    if len(traced.input) != 2:
        raise BadParameter("the picture is for inputs with height and width", param_hint="--format")
    seen = regions(part, central_cells(part, traced, DRAWN), ignore_gates=ignore_gates)
    return FieldsView(traced, [chosen for chosen in seen if chosen is not None])
