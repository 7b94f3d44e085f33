"""`cnnshape sizes`"""

from typing import Annotated

import typer

from cnnshape.api import Design, examine, expand
from cnnshape.cli.command import command
from cnnshape.cli.options import ParamOption, SpecArgument, VariantOption, graph_options
from cnnshape.cli.output import Screen
from cnnshape.cli.progress import Progress
from cnnshape.cli.reading import fail, read_design
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph, Options, given_inputs
from cnnshape.layers import Shape
from cnnshape.render.sizes import FORMATS, SizesView
from cnnshape.study.sizes import costs as costs_at
from cnnshape.study.sizes import find_sizes

MOST = 4096
"""The number of sizes in one job."""
LARGEST = 10**6
STEPS = 6


@command
def sizes(
    spec: SpecArgument,
    *,
    lowest: Annotated[
        int | None,
        typer.Option(
            "--from",
            help=f"The smallest size to try; by default 1, or the last {MOST:,} sizes.",
            min=1,
            max=LARGEST,
            metavar="N",
            show_default=False,
        ),
    ] = None,
    highest: Annotated[
        int | None,
        typer.Option(
            "--to",
            help="The largest size to try; by default twice the spec's, or that and 2,048 more.",
            min=1,
            max=LARGEST,
            metavar="N",
            show_default=False,
        ),
    ] = None,
    costs: Annotated[
        str,
        typer.Option(
            "--costs", help="Sizes to show the costs of, by comma: `224,256,384`.", metavar="SIZES", show_default=False
        ),
    ] = "",
    param: ParamOption = None,
    variant: VariantOption = "",
    screen: Annotated[Screen[SizesView], FORMATS],
) -> None:
    """Find the input sizes that work, those without rounding, why others fail, and what sizes cost.

    Tries every size of the range, on all axes of the first input together.
    """
    design = read_design(spec)
    options = graph_options(None, param, variant)
    channels, *spatial = _first_input(design, options)
    if not spatial:
        raise typer.BadParameter("the first input has no spatial axes")
    start = max(spatial)
    listed = _listed(costs)
    lowest, highest = _range(start, lowest, highest)

    examined = examine(design, options)
    with Progress(highest - lowest + 1, "sizes") as progress:

        def try_size(size: int) -> tuple[Graph | None, list[Diagnostic]]:
            progress.step()
            tried = examined.with_options(options._replace(inputs={"": (channels, *(size for _ in spatial))}))
            return (None if tried.problems else tried.graph), tried.problems

        tried = find_sizes(try_size, lowest, highest)
        seen = SizesView(design.name, tried, costs_at(try_size, listed or _steps_from(start)))
    screen.write(seen)


def _first_input(design: Design, options: Options) -> Shape:
    """The shape of the first input, even if the layers don't fit it: the command finds the sizes that fit."""
    graph, problems = expand(design, options)
    if graph is not None:
        return graph.inputs[0].tensor.shape
    misfit = all(problem.code.startswith("CS5") for problem in problems)
    inputs = given_inputs(design.spec, options) if design.spec is not None and misfit else ()
    if not inputs:
        fail(problems)
    return inputs[0].tensor.shape


def _range(start: int, lowest: int | None, highest: int | None) -> tuple[int, int]:
    """The range to try around a size."""
    highest = highest or max(start + min(start, MOST // 2), lowest or 1)
    lowest = lowest or max(1, highest - MOST + 1)
    if highest < lowest:
        raise typer.BadParameter(f"--to {highest} is below --from {lowest}")
    if highest - lowest >= MOST:
        raise typer.BadParameter(f"from {lowest} to {highest} are more than {MOST:,} sizes; narrow the range")
    return lowest, highest


def _steps_from(start: int) -> list[int]:
    """Sizes from the spec's own size upwards: 224, 256, 288, ..."""
    step = 16 * round(start / 112) if start >= 112 else max(start // 7, 1)
    return [start + number * step for number in range(STEPS)]


def _listed(costs: str) -> list[int]:
    words = [word.strip() for word in costs.split(",") if word.strip()]
    if not all(word.isascii() and word.isdigit() and 0 < int(word[:9]) <= 10**6 for word in words):
        raise typer.BadParameter(f"{costs!r} are not sizes; write 224,256,384", param_hint="--costs")
    return [int(word) for word in words]
