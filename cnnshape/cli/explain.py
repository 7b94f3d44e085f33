"""`cnnshape explain`"""

import sys
from typing import Annotated

from cnnshape.cli.command import Argument, command
from cnnshape.cli.completion import complete_layer
from cnnshape.cli.options import CountOptions, DesignOptions, SpecArgument
from cnnshape.cli.output import page_for
from cnnshape.cli.reading import read_graph
from cnnshape.report import make_report


@command
def explain(
    spec: SpecArgument,
    layer: Annotated[
        str | None,
        Argument(
            metavar="LAYER",
            help="A layer, stage or block, by its name in `summary` or the end of it: `stage.0`, `Bottleneck.conv_2`.",
            completion=complete_layer,
        ),
    ] = None,
    *,
    design: DesignOptions,
    counts: CountOptions,
) -> None:
    """Explain the figures of a layer, stage or block with the arithmetic; without LAYER, how sizes change through the network."""
    _, graph = read_graph(spec, design.for_graph())
    from cnnshape.cli.refusing import refusing
    from cnnshape.render import explain as face
    from cnnshape.study import explain as study
    from cnnshape.study.explain_group import explain_group
    from cnnshape.study.part import part_of

    if layer is None:
        sys.stdout.write(face.size_chain(study.chain_of(graph), page_for()))
        return
    with refusing({"layer": "LAYER"}):
        part = part_of(graph, layer)
    report = make_report(graph, "", counts.settings())
    explained = explain_group(graph, report, part.group) if part.group else study.explain(graph, report, part.start)
    sys.stdout.write(face.explanation(explained, page_for()))
