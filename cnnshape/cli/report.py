"""`cnnshape report`"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cnnshape.api.design import Design
from cnnshape.api.examination import Examination, examine
from cnnshape.api.verdict import Checks, judge
from cnnshape.cli.command import Argument, BadParameter, Option, command
from cnnshape.cli.completion import complete_side
from cnnshape.cli.config import BadConfig, config_for
from cnnshape.cli.exit_codes import BAD_DESIGN, BAD_USAGE
from cnnshape.cli.options import CountOptions, DesignOptions
from cnnshape.cli.output import refuse_overwriting, write
from cnnshape.cli.own_file import own_file, show, stem_of
from cnnshape.cli.reading import fail, note_input, read_design
from cnnshape.cli.reading import report as print_problems
from cnnshape.cli.runtime_options import RuntimeOptions
from cnnshape.cli.side import SideText, designed, parse_side, settings_of
from cnnshape.diagnostics import Diagnostic
from cnnshape.lint import Selection
from cnnshape.render.diagnostics import escaped
from cnnshape.render.report_page.page import MARK, to_html
from cnnshape.report import Settings
from cnnshape.study.compare import Comparison, Side, compare
from cnnshape.study.sheet import Sheet, sheet_of

MOST_SIDES = 2


@command
def report(
    sides: Annotated[
        list[str],
        Argument(
            metavar="SPEC [SPEC]",
            help="A design, or two to compare: a YAML file, `-` for standard input, or a shipped architecture, with "
            "settings after colons: `resnet50:batch=8`.",
            completion=complete_side,
        ),
    ],
    *,
    design: DesignOptions,
    counts: CountOptions,
    runtime: RuntimeOptions,
    output: Annotated[
        str | None,
        Option("--output", "-o", help="The file to write, `-` for standard output.", metavar="FILE"),
    ] = None,
    open: Annotated[bool, Option("--open", help="Show the page in the browser.")] = False,
) -> None:
    """Write a report as one HTML page that works offline: picture, layers, memory, receptive fields, findings, source.

    Without --output, the page is NAME.html in the current folder. Two designs are shown side by side, with what changed.

    With --runtime, its memory is that of a device, with the tensors alive at the peak.

    A design with errors has a page as far as it goes, with the errors at its start.
    """
    if len(sides) > MOST_SIDES:
        raise BadParameter("report shows one design, or two side by side; `cnnshape compare` takes more")
    parsed = list(map(parse_side, sides))
    settings = [settings_of(side, counts.settings()) for side in parsed]
    examined = [_examined(side, design) for side in parsed]
    names = [stem_of(side.spec, own.design.name) for side, own in zip(parsed, examined, strict=True)]
    path = None if output == "-" else Path(output) if output else own_file("-".join(names), ".html", MARK, "write")
    refuse_overwriting(path, [side.spec for side in parsed])
    sheets = [_sheet(*side, runtime) for side in zip(sides, examined, settings, strict=True)]
    write(to_html(sheets, _comparison(sheets)), path)
    if output is None:
        sys.stdout.write(f"wrote {path}\n")
    if open and path is not None:
        show(path)
    problems = [problem for own in examined for problem in own.problems]
    if problems:
        print_problems(problems)
        sys.exit(BAD_DESIGN)


def _examined(side: SideText, given: DesignOptions) -> Examination:
    """The examination of a side, whose own settings go before those of the command."""
    read = read_design(side.spec)
    examined = examine(*designed(side, read, given.input or (), given.param or (), given.variant))
    if examined.graph is not None:
        note_input(read, examined.options, examined.graph)
    return examined


def _sheet(text: str, examined: Examination, settings: Settings, runtime: RuntimeOptions) -> Sheet:
    return sheet_of(escaped(text), examined, settings, _findings(parse_side(text), examined), runtime.deployment)


def _findings(side: SideText, examined: Examination) -> list[Diagnostic]:
    """What `check` finds. Design rules are for whole designs: a block on its own leaves much of its file unused."""
    return examined.problems if side.block else judge(examined, _checks(examined.design))


def _checks(design: Design) -> Checks:
    """The rules and budgets of the configuration. Exits if that is invalid."""
    path = design.source.path
    if path is None:
        return Checks()
    try:
        config = config_for(path)
    except BadConfig as bad:
        fail(bad.diagnostics, BAD_USAGE)
    return Checks(Selection(config.select, config.ignored_in(path)), dict(config.budgets))


def _comparison(sheets: Sequence[Sheet]) -> Comparison | None:
    """The comparison of two designs that could be built."""
    sides = tuple(Side(sheet.label, sheet.network.report) for sheet in sheets if sheet.network)
    return compare(sides) if len(sides) == MOST_SIDES else None
