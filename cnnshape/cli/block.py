"""`cnnshape block`"""

from typing import Annotated

import typer

from cnnshape.api import block_alone
from cnnshape.cli.options import (
    BatchOption,
    DtypeOption,
    OutputOption,
    ParamOption,
    SpecArgument,
    checked_dtype,
    graph_options,
)
from cnnshape.cli.reading import graph_of, read_design
from cnnshape.cli.summary import (
    DEFAULT_COLUMNS,
    ColumnsOption,
    ExpandOption,
    Format,
    FormatOption,
    checked_columns,
    print_report,
)
from cnnshape.graph import MAX_LAYERS
from cnnshape.report import Settings, make_report


def block(
    spec: SpecArgument,
    name: Annotated[str, typer.Argument(metavar="BLOCK", help="A block that the spec defines.", show_default=False)],
    input: Annotated[
        list[str],
        typer.Option(
            "--input", "-i", help="Shape that enters the block; `param=64x28x28` for a tensor param.", metavar="CxHxW"
        ),
    ],
    param: ParamOption = None,
    batch: BatchOption = 1,
    dtype: DtypeOption = "float32",
    columns: ColumnsOption = DEFAULT_COLUMNS,
    expand: ExpandOption = False,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Summarize one block of a design by itself: `cnnshape block resnet50 Bottleneck -p width=64 -i 256x56x56`."""
    names = checked_columns(columns)
    given = graph_options(input, param, "", MAX_LAYERS)
    design, options = block_alone(read_design(spec), name, given.params, given.inputs)
    report = make_report(graph_of(design, options), "", Settings(batch, checked_dtype(dtype)))
    print_report(report, names, format, output, expand=expand, depth=None)
