"""`cnnshape sizes`"""

import sys
from functools import partial
from typing import Annotated

from cnnshape.api import Design, examine, expand
from cnnshape.cli.command import BadParameter, Option, command
from cnnshape.cli.options import ParamOption, SpecArgument, VariantOption, graph_options
from cnnshape.cli.output import Screen
from cnnshape.cli.progress import Progress
from cnnshape.cli.reading import fail, read_design
from cnnshape.cli.whole_numbers import whole_number
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph, Options, given_inputs
from cnnshape.layers import Shape, format_shape
from cnnshape.render.sizes import FORMATS, SizesView
from cnnshape.study.sizes import AxisSizes, axis_name, filled, find_sizes, starred
from cnnshape.study.sizes import costs as costs_at

MOST = 4096
"""The number of sizes in one job."""
LARGEST = 10**6
LARGEST_SIZE = 10**9
STEPS = 6


@command
def sizes(
    spec: SpecArgument,
    *,
    lowest: Annotated[
        int | None,
        whole_number(
            "--from",
            help=f"The smallest size to try, {{range}}; by default 1, or the last {MOST:,} sizes.",
            least=1,
            most=LARGEST,
        ),
    ] = None,
    highest: Annotated[
        int | None,
        whole_number(
            "--to",
            help=f"The largest size to try, {{range}}; by default twice the spec's, or that and {MOST // 2:,} more.",
            least=1,
            most=LARGEST,
        ),
    ] = None,
    input: Annotated[
        str,
        Option(
            "--input",
            "-i",
            help="Try each starred axis by itself, and keep the other sizes: `1x64x*`.",
            metavar="CxHxW",
        ),
    ] = "",
    costs: Annotated[
        str,
        Option("--costs", help="Sizes to show the costs of, by comma: `224,256,384`.", metavar="SIZES"),
    ] = "",
    param: ParamOption = None,
    variant: VariantOption = "",
    screen: Annotated[Screen[SizesView], FORMATS],
) -> None:
    """Find the input sizes that work, those without rounding, why others fail, and what sizes cost.

    Tries every size of the range, on all axes of the first input together, or on each axis with a star in `--input`.
    """
    design = read_design(spec)
    options = graph_options(None, param, variant)
    own, stated = _first_input(design, options)
    _refuse_opaque(stated)
    if len(own) == 1:
        raise BadParameter("the first input has no spatial axes")
    shape, together = _axes_to_try(input, own)
    listed = _listed(costs)

    if stated is not None and shape[0] != own[0]:
        stated = None  # weights for other channels are those of another design

    tries = [(axes, *_range(max(shape[axis] for axis in axes), lowest, highest)) for axes in together]
    examined = examine(design, options, explain=False)
    with Progress(sum(last - first + 1 for _, first, last in tries), "sizes") as progress:

        def try_size(axes: Axes, size: int) -> tuple[Graph | None, list[Diagnostic]]:
            progress.step()
            tried = examined.with_options(options._replace(inputs={"": filled(shape, axes, size)}))
            return (None if tried.problems else tried.graph), tried.problems

        runs = []
        for axes, first, last in tries:
            sizes_of_axis = find_sizes(partial(try_size, axes), first, last, design.spec, stated)
            runs.append(AxisSizes(axis_name(shape, axes[0]) if input else "", starred(shape, axes), sizes_of_axis))
        every = tuple([axis for axes in together for axis in axes])
        at = listed or _steps_from(max(shape[axis] for axis in every))
        view = SizesView(design.name, runs, costs_at(partial(try_size, every), at))
    screen.write(view)
    if not input and stated is not None and not runs[0].sizes.working:
        _note_own(own)


def _note_own(own: Shape) -> None:
    """Says on stderr that the spec's own size works, which has unequal axes where no size of equal axes does."""
    tried = starred(own, (len(own) - 1,))
    sys.stderr.write(f"note: the spec's own {format_shape(own)} works; `--input {tried}` tries one axis by itself\n")


def _refuse_opaque(graph: Graph | None) -> None:
    """Raises BadParameter for a design with an opaque layer: nothing says at which sizes it works."""
    opaque = next((node for node in graph.nodes if node.application.layer.stated), None) if graph else None
    if opaque is not None:
        message = f"{opaque.name} (line {opaque.at.line}) is opaque: nothing says at which sizes it works"
        raise BadParameter(message, param_hint="SPEC")


Axes = tuple[int, ...]
"""Axes of a shape that get one size."""


def _axes_to_try(given: str, own: Shape) -> tuple[Shape, list[Axes]]:
    """The input and the axes that are tried together: all of them, or each that has a star; raises BadParameter."""
    if not given:
        return own, [tuple(range(1, len(own)))]
    words = given.lower().replace(",", "x").split("x")
    hint = "--input"
    if not all(
        word == "*" or (word.isascii() and word.isdigit() and 0 < int(word[:10]) < LARGEST_SIZE) for word in words
    ):
        raise BadParameter(f"{given!r} is no shape; write {starred(own, (len(own) - 1,))}", param_hint=hint)
    if len(words) != len(own):
        message = f"{given!r} has {len(words)} axes, but the input is {format_shape(own)}"
        raise BadParameter(message, param_hint=hint)
    stars = [axis for axis, word in enumerate(words) if word == "*"]
    if not stars or stars[0] == 0:
        message = f"{given!r} needs a star on an axis of sizes, such as {starred(own, (len(own) - 1,))}"
        raise BadParameter(message, param_hint=hint)
    shape = tuple(size if word == "*" else int(word) for word, size in zip(words, own, strict=True))
    return shape, [(axis,) for axis in stars]


def _first_input(design: Design, options: Options) -> tuple[Shape, Graph | None]:
    """The shape of the first input, even if the layers don't fit it: the command finds the sizes that fit; and the graph
    if they do."""
    graph, problems = expand(design, options)
    if graph is not None:
        return graph.inputs[0].tensor.shape, graph
    misfit = all(problem.code.startswith("CS5") for problem in problems)
    inputs = given_inputs(design.spec, options) if design.spec is not None and misfit else ()
    if not inputs:
        fail(problems)
    return inputs[0].tensor.shape, None


def _range(start: int, lowest: int | None, highest: int | None) -> tuple[int, int]:
    """The range to try around a size."""
    highest = highest or max(start + min(start, MOST // 2), lowest or 1)
    lowest = lowest or max(1, highest - MOST + 1)
    if highest < lowest:
        raise BadParameter(f"--to {highest} is below --from {lowest}")
    if highest - lowest >= MOST:
        raise BadParameter(f"from {lowest} to {highest} are more than {MOST:,} sizes; narrow the range")
    return lowest, highest


def _steps_from(start: int) -> list[int]:
    """Sizes from the spec's own size upwards: 224, 256, 288, ..."""
    step = 16 * round(start / 112) if start >= 112 else max(start // 7, 1)
    return [start + number * step for number in range(STEPS)]


def _listed(costs: str) -> list[int]:
    words = [word.strip() for word in costs.split(",") if word.strip()]
    if not all(word.isascii() and word.isdigit() and 0 < int(word[:9]) <= LARGEST for word in words):
        raise BadParameter(f"{costs!r} are not sizes; write 224,256,384", param_hint="--costs")
    return [int(word) for word in words]
