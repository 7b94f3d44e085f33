"""`cnnshape block`"""

import sys
from typing import Annotated

from cnnshape.api import Design, block_alone, expand
from cnnshape.api.block_use import first_use, use_alone
from cnnshape.cli.command import Argument, Option, command
from cnnshape.cli.completion import complete_block
from cnnshape.cli.exit_codes import BAD_DESIGN, BAD_USAGE
from cnnshape.cli.options import CountOptions, ParamOption, SpecArgument, graph_options
from cnnshape.cli.output import Output, page_for
from cnnshape.cli.reading import fail, graph_of, read_design
from cnnshape.cli.summary import DEFAULT_COLUMNS, ColumnsOption, ExpandOption, checked_columns, needs_main_fields
from cnnshape.diagnostics import diagnose
from cnnshape.graph import Options
from cnnshape.render.summary import FORMATS, Summary
from cnnshape.report import make_report


@command
def block(
    spec: SpecArgument,
    name: Annotated[
        str | None,
        Argument(
            metavar="BLOCK",
            help="A block that the spec defines; without it, all are listed.",
            completion=complete_block,
        ),
    ] = None,
    *,
    input: Annotated[
        list[str] | None,
        Option(
            "--input",
            "-i",
            help="Shape that enters the block, `param=64x28x28` for a tensor param; without it, those of the first use.",
            metavar="CxHxW",
        ),
    ] = None,
    param: ParamOption = None,
    counts: CountOptions,
    columns: ColumnsOption = DEFAULT_COLUMNS,
    expand: ExpandOption = False,
    output: Annotated[Output[Summary], FORMATS],
) -> None:
    """Summarize one block of a design by itself.

    Without --input it has the params and shapes of its first use in the network, except for those that -p sets.
    """
    names = checked_columns(columns)
    read = read_design(spec)
    if name is None:
        _list_blocks(spec, read)
        return
    main_fields = needs_main_fields(names, output.format)
    given = graph_options(input, param)
    if given.inputs:
        design, options = block_alone(read, name, given.params, given.inputs)
    else:
        design, options = _used(read, name, given)
    report = make_report(graph_of(design, options), "", counts.settings(main_fields=main_fields))
    output.write(Summary(report, names, expand=expand), [spec])


def _list_blocks(spec: str, design: Design) -> None:
    """Prints the blocks of a design, also of one whose network has errors; exits if it has none."""
    from cnnshape.render.blocks import blocks_text

    graph, problems = expand(design, Options())
    blocks = design.spec.blocks if design.spec else ()
    if not blocks:
        none = diagnose("unknown-block", "the file defines no blocks", file=design.source.name)
        fail(problems or [none], BAD_DESIGN if problems else BAD_USAGE)
    sys.stdout.write(blocks_text(spec, blocks, graph, page_for()))


def _used(design: Design, name: str, given: Options) -> tuple[Design, Options]:
    """The design of the block's first use; exits if the network has errors or doesn't use it."""
    if design.spec is None or name not in {block.name.text for block in design.spec.blocks}:
        return block_alone(design, name, given.params, given.inputs)
    use = first_use(design, graph_of(design, Options()), name)
    if use is None:
        help = "give what enters it: `--input 64x56x56`"
        problem = diagnose("bad-input", f"the network doesn't use `{name}`", file=design.source.name, help=help)
        fail([problem], BAD_USAGE)
    return use_alone(design, name, use, given.params)
