"""`cnnshape block`"""

from typing import Annotated

import typer

from cnnshape.api import block_alone
from cnnshape.cli.command import command
from cnnshape.cli.options import CountOptions, ParamOption, SpecArgument, graph_options
from cnnshape.cli.output import Output
from cnnshape.cli.reading import graph_of, read_design
from cnnshape.cli.summary import DEFAULT_COLUMNS, ColumnsOption, ExpandOption, checked_columns
from cnnshape.render.summary import FORMATS, Summary
from cnnshape.report import make_report


@command
def block(
    spec: SpecArgument,
    name: Annotated[str, typer.Argument(metavar="BLOCK", help="A block that the spec defines.", show_default=False)],
    *,
    input: Annotated[
        list[str],
        typer.Option(
            "--input", "-i", help="Shape that enters the block; `param=64x28x28` for a tensor param.", metavar="CxHxW"
        ),
    ],
    param: ParamOption = None,
    counts: CountOptions,
    columns: ColumnsOption = DEFAULT_COLUMNS,
    expand: ExpandOption = False,
    output: Annotated[Output[Summary], FORMATS],
) -> None:
    """Summarize one block of a design by itself: `cnnshape block resnet50 Bottleneck -p width=64 -i 256x56x56`."""
    names = checked_columns(columns)
    given = graph_options(input, param)
    design, options = block_alone(read_design(spec), name, given.params, given.inputs)
    report = make_report(graph_of(design, options), "", counts.settings())
    output.write(Summary(report, names, expand=expand), [spec])
