"""`cnnshape summary`"""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnshape.cli.options import (
    BatchOption,
    DtypeOption,
    InputOption,
    MaxLayersOption,
    OutputOption,
    ParamOption,
    SpecArgument,
    VariantOption,
    checked_dtype,
    graph_options,
)
from cnnshape.cli.reading import read_graph
from cnnshape.cli.writing import terminal_width, write
from cnnshape.diagnostics import did_you_mean
from cnnshape.graph import MAX_LAYERS
from cnnshape.render.color import wants_color
from cnnshape.render.summary import plain
from cnnshape.render.table import BY_NAME, COLUMNS, DEFAULT, Table, lines_of, make_table
from cnnshape.report import Line, Report, Settings, make_report

if TYPE_CHECKING:
    from cnnshape.study.counting.rule import Rule

_COLUMNS_HELP = "Columns, by comma: " + ", ".join(column.name for column in COLUMNS) + "."


class Format(StrEnum):
    """How a summary is printed."""

    TABLE = "table"
    PLAIN = "plain"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


# With spaces, so that `--help` can wrap it.
DEFAULT_COLUMNS = ", ".join(DEFAULT)
ColumnsOption = Annotated[str, typer.Option("--columns", "-c", help=_COLUMNS_HELP, metavar="NAMES")]
ExpandOption = Annotated[bool, typer.Option("--expand", "-e", help="One line per layer, nothing folded.")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print it.")]


def summary(
    spec: SpecArgument,
    input: InputOption = None,
    param: ParamOption = None,
    variant: VariantOption = "",
    batch: BatchOption = 1,
    dtype: DtypeOption = "float32",
    columns: ColumnsOption = DEFAULT_COLUMNS,
    expand: ExpandOption = False,
    depth: Annotated[
        int | None, typer.Option("--depth", "-d", help="Open stages and blocks to this depth; 0 closes all.", min=0)
    ] = None,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    inplace_activations: Annotated[
        bool, typer.Option("--inplace-activations", help="Peak memory: activations overwrite their input.")
    ] = False,
    inplace_adds: Annotated[
        bool, typer.Option("--inplace-adds", help="Peak memory: joins overwrite their first input.")
    ] = False,
    max_layers: MaxLayersOption = MAX_LAYERS,
    tool: Annotated[
        str | None,
        typer.Option(
            "--count", help="Also what another tool counts: `fvcore`; `cnnshape reconcile` has all.", metavar="TOOL"
        ),
    ] = None,
) -> None:
    """Print every layer's shape, parameters, MACs and receptive field, and the totals.

    params: learned weights; buffers (running statistics) apart; a weight used twice counts once.
    MACs: multiply-accumulates of convolutions and linear layers, without bias.
    FLOPs: 2 x MACs, and bias, normalization, activation, pooling and joins by the formulas of `cnnshape layers`.
    weights: params in bytes of --dtype. activations: bytes of all layers' outputs.
    peak memory: the most bytes of activations alive at once, in the order of the layers.
    RF: input cells per axis that one output cell depends on; `all` after a global pool or a linear layer.
    """
    names = checked_columns(columns)
    rule = _checked_count(tool, batch, format)
    settings = Settings(batch, checked_dtype(dtype), inplace_activations, inplace_adds)
    design, graph = read_graph(spec, graph_options(input, param, variant, max_layers))
    report = make_report(graph, design.spec.origin if design.spec else "", settings)
    print_report(report, names, format, output, expand=expand, depth=depth, rule=rule)


def _checked_count(tool: str | None, batch: int, format: Format) -> "Rule | None":
    if tool is None:
        return None
    if batch != 1 or format in (Format.CSV, Format.JSON):
        message = "a tool's count is a column of tables, of one sample; `cnnshape reconcile` has CSV and JSON"
        raise typer.BadParameter(message, param_hint="--count")
    return checked_rule(tool, "--count")


def checked_rule(name: str, option: str) -> "Rule":
    """The rule of that name; raises typer.BadParameter where there is none."""
    from cnnshape.study.counting.registry import BY_NAME as RULES

    if name in RULES:
        return RULES[name]
    help = did_you_mean(name, RULES) or f"known: {', '.join(RULES)}"
    raise typer.BadParameter(f"no tool is called {name!r}; {help}", param_hint=option)


def checked_columns(columns: str) -> list[str]:
    """The names of columns; raises typer.BadParameter for one that isn't known."""
    names = [name.strip() for name in columns.split(",") if name.strip()]
    unknown = [name for name in names if name not in BY_NAME]
    if unknown or not names:
        known = ", ".join(BY_NAME)
        raise typer.BadParameter(
            f"{unknown[0] if unknown else columns!r} is no column; known: {known}", param_hint="--columns"
        )
    return names


def print_report(
    report: Report,
    columns: list[str],
    format: Format,
    output: Path | None,
    *,
    expand: bool,
    depth: int | None,
    rule: "Rule | None" = None,
) -> None:
    """Prints a report in that format, or writes it to a file; with a rule, also what that tool counts."""
    if format is Format.JSON:
        from cnnshape.render.json import to_json

        write(to_json(report), output)
        return
    if format is Format.CSV:
        from cnnshape.render.csv import to_csv

        write(to_csv(report), output)
        return
    width = terminal_width(output) if format is Format.TABLE else None
    table = _table(report, lines_of(report, expand=expand, depth=depth), columns, width, rule)
    if format is Format.MARKDOWN:
        from cnnshape.render.markdown import to_markdown

        write(to_markdown(report, table), output)
    elif width is not None and wants_color(True, os.environ):
        _print_in_color(report, table, width)
    else:
        write(plain(report, table, width), output)


def _table(report: Report, lines: list[Line], columns: list[str], width: int | None, rule: "Rule | None") -> Table:
    if rule is None:
        return make_table(report, lines, columns, width)
    from cnnshape.render.count_column import count_column

    counted = count_column(report, rule)
    room = None if width is None else width - counted.width
    return counted.beside(make_table(report, lines, columns, room), lines)


def _print_in_color(report: Report, table: Table, width: int) -> None:
    from rich.console import Console

    from cnnshape.render.terminal import print_summary

    print_summary(report, table, Console(width=width))
