"""`cnnshape sizes`"""

import sys
from typing import Annotated

from cnnshape.cli.command import Option, command
from cnnshape.cli.options import ParamOption, SpecArgument, VariantOption, graph_options
from cnnshape.cli.output import Screen
from cnnshape.cli.progress import Progress
from cnnshape.cli.reading import read_design
from cnnshape.cli.refusing import refusing
from cnnshape.cli.whole_numbers import whole_number
from cnnshape.layers import format_shape
from cnnshape.render.sizes import FORMATS
from cnnshape.study.size_search import LARGEST, MOST, SizeSearch, listed_sizes
from cnnshape.study.sizes import SizeStudy, starred


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
    screen: Annotated[Screen[SizeStudy], FORMATS],
) -> None:
    """Find the input sizes that work, those without rounding, why others fail, and what sizes cost.

    Tries every size of the range, on all axes of the first input together, or on each axis with a star in `--input`.
    """
    options = graph_options(None, param, variant)
    with refusing({"from_": "--from", "spec": "SPEC"}):
        listed = listed_sizes(costs)
        search = SizeSearch(read_design(spec), options, lowest, highest, input, listed)
    with Progress(search.count, "sizes") as progress:
        study = search.run(progress.step)
    screen.write(study)
    # Sizes of equal axes may all fail where the design's own, unequal ones work.
    if not input and search.own_works and not study.axes[0].sizes.working:
        own, tried = format_shape(search.own), starred(search.own, (len(search.own) - 1,))
        sys.stderr.write(f"note: the spec's own {own} works; `--input {tried}` tries one axis by itself\n")
