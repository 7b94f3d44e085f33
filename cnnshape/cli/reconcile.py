"""`cnnshape reconcile`"""

from enum import StrEnum
from typing import Annotated

import typer

from cnnshape.cli.options import InputOption, OutputOption, ParamOption, SpecArgument, VariantOption, graph_options
from cnnshape.cli.reading import read_graph
from cnnshape.cli.summary import checked_rule
from cnnshape.cli.writing import terminal_width, write
from cnnshape.graph import MAX_LAYERS
from cnnshape.report import make_report


class Format(StrEnum):
    """How a reconciliation is printed."""

    TABLE = "table"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


def reconcile(
    spec: SpecArgument,
    tool: Annotated[
        list[str] | None,
        typer.Option("--tool", "-t", help="Only these, by the names in the first column: `fvcore`.", metavar="NAME"),
    ] = None,
    input: InputOption = None,
    param: ParamOption = None,
    variant: VariantOption = "",
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Tell how other tools and papers count the same network, and how to get from our figures to theirs.

    Each tool's figure is computed here by its rule, for one sample in float32; no tool is run.
    """
    from cnnshape.render import reconcile as face
    from cnnshape.study.counting.registry import RULES
    from cnnshape.study.reconcile import reconcile as study

    rules = [checked_rule(name, "--tool") for name in tool] if tool else RULES
    _, graph = read_graph(spec, graph_options(input, param, variant, MAX_LAYERS))
    found = study(make_report(graph), rules)
    if format is Format.TABLE:
        write(face.plain(found, terminal_width(output)), output)
        return
    faces = {Format.MARKDOWN: face.to_markdown, Format.CSV: face.to_csv, Format.JSON: face.to_json}
    write(faces[format](found), output)
