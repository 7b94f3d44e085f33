"""`cnnshape sizes`"""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from cnnshape.api.design import expand
from cnnshape.cli.options import ParamOption, SpecArgument, VariantOption, graph_options
from cnnshape.cli.reading import graph_of, read_design
from cnnshape.cli.writing import terminal_width
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph
from cnnshape.graph.draft import MAX_LAYERS

MOST = 4096
STEPS = 6


class Format(StrEnum):
    """How sizes are printed."""

    TABLE = "table"
    JSON = "json"


def sizes(
    spec: SpecArgument,
    lowest: Annotated[int, typer.Option("--from", help="The smallest size to try.", min=1, max=MOST)] = 1,
    highest: Annotated[
        int | None,
        typer.Option(
            "--to", help="The largest size to try; twice the spec's by default.", min=1, max=MOST, show_default=False
        ),
    ] = None,
    costs: Annotated[
        str,
        typer.Option(
            "--costs", help="Sizes to tell the costs at, by comma: `224,256,384`.", metavar="SIZES", show_default=False
        ),
    ] = "",
    param: ParamOption = None,
    variant: VariantOption = "",
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print it.")] = Format.TABLE,
) -> None:
    """Find the input sizes that work, those without rounding, what forbids the others, and what sizes cost.

    Every size of the range is tried, on all axes of the first input together.
    """
    from cnnshape.render import sizes as face
    from cnnshape.study import sizes as study

    design = read_design(spec)
    options = graph_options(None, param, variant, MAX_LAYERS)
    channels, *spatial = graph_of(design, options).inputs[0].tensor.shape
    if not spatial:
        raise typer.BadParameter("the first input has no spatial axes")
    start = max(spatial)
    asked = _asked(costs)
    highest = highest or min(2 * start, MOST)
    if highest < lowest:
        raise typer.BadParameter(f"--to {highest} is below --from {lowest}")

    def tried(size: int) -> tuple[Graph | None, list[Diagnostic]]:
        return expand(design, options._replace(inputs={"": (channels, *(size for _ in spatial))}))

    found = study.find_sizes(tried, lowest, highest)
    told = study.costs(tried, asked or _steps_from(start))
    if format is Format.JSON:
        sys.stdout.write(face.to_json(design.name, found, told))
    else:
        sys.stdout.write(face.plain(design.name, found, told, terminal_width()))


def _steps_from(start: int) -> list[int]:
    """Sizes from the spec's own upwards: 224, 256, 288, ..."""
    step = 16 * round(start / 112) if start >= 112 else max(start // 7, 1)
    return [start + number * step for number in range(STEPS)]


def _asked(costs: str) -> list[int]:
    words = [word.strip() for word in costs.split(",") if word.strip()]
    if not all(word.isascii() and word.isdigit() and 0 < int(word[:9]) <= 10**6 for word in words):
        raise typer.BadParameter(f"{costs!r} are no sizes; write 224,256,384", param_hint="--costs")
    return [int(word) for word in words]
