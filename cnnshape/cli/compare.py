"""`cnnshape compare`"""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from cnnshape.cli.exit_codes import BAD_DESIGN
from cnnshape.cli.options import OutputOption
from cnnshape.cli.side import design_at, parse_side, report_of
from cnnshape.cli.writing import terminal_width, write
from cnnshape.render.diagnostics import escaped


class Format(StrEnum):
    """How a comparison is printed."""

    TABLE = "table"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


def compare(
    sides: Annotated[
        list[str],
        typer.Argument(
            metavar="SIDE...",
            help="Two or more: a SPEC, or `SPEC@Block`, with settings behind colons: `resnet50:batch=8`, "
            "`resnet50@Bottleneck:width=64:input=256x56x56`.",
            show_default=False,
        ),
    ],
    against: Annotated[
        str | None,
        typer.Option("--against", help="Compare one file with its version in git: `main`, `HEAD~1`.", metavar="REV"),
    ] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option("--fail-if", help="Exit with 1 if so: `macs > +5%`, `params > 26M`.", metavar="CONDITION"),
    ] = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.TABLE,
    output: OutputOption = None,
) -> None:
    """Compare designs or blocks: totals, stages, and the layers that differ."""
    from cnnshape.render import compare as face
    from cnnshape.study.compare import Side
    from cnnshape.study.compare import compare as study
    from cnnshape.study.condition import parse_condition, violations

    parsed = [parse_condition(text) for text in fail_if or ()]
    conditions = tuple(condition for condition in parsed if condition is not None)
    if len(conditions) < len(parsed):
        wrong = (fail_if or [])[parsed.index(None)]
        raise typer.BadParameter(
            f"{wrong!r} is no condition; write `macs > +5%` or `params > 26M`", param_hint="--fail-if"
        )
    if len(sides) < 2 and against is None:
        raise typer.BadParameter("compare needs two sides, or one and --against")
    if against is not None and len(sides) != 1:
        raise typer.BadParameter("--against compares one file with itself", param_hint="--against")
    found = [Side(escaped(text), report_of(parse_side(text))) for text in sides]
    if against is not None:
        side = parse_side(sides[0])
        found.insert(0, Side(escaped(f"{against}:{sides[0]}"), report_of(side, design_at(against, side.spec))))
    comparison = study(tuple(found))
    if format is Format.TABLE:
        write(face.plain(comparison, terminal_width(output)), output)
    else:
        faces = {Format.MARKDOWN: face.to_markdown, Format.CSV: face.to_csv, Format.JSON: face.to_json}
        write(faces[format](comparison), output)
    refused = violations(comparison, conditions)
    if refused:
        sys.stderr.write("".join(f"refused: {sentence}\n" for sentence in refused))
        raise typer.Exit(BAD_DESIGN)
