"""`cnnshape draw`"""

import sys
from pathlib import Path
from typing import Annotated

from cnnshape.api.examination import examine
from cnnshape.cli.command import BadParameter, Option, command
from cnnshape.cli.exit_codes import BAD_DESIGN
from cnnshape.cli.options import CountOptions, DesignOptions, SpecArgument
from cnnshape.cli.output import refuse_overwriting, write, write_bytes
from cnnshape.cli.own_file import own_file, show, stem_of
from cnnshape.cli.reading import fail, read_design, report
from cnnshape.cli.whole_numbers import whole_number
from cnnshape.render.picture.formats import FORMATS, MARK, FormatName, MissingConverter, PictureFormat
from cnnshape.study.picture.forms import picture_of
from cnnshape.study.picture.model import Style


@command
def draw(
    spec: SpecArgument,
    *,
    design: DesignOptions,
    counts: CountOptions,
    style: Annotated[
        Style, Option("--style", help="What is drawn: folded, or volumes as in lectures.", metavar="STYLE")
    ] = Style.FOLDED,
    depth: Annotated[
        int, whole_number("--depth", "-d", help="Open stages and blocks to this depth, {range}.", least=0)
    ] = 0,
    format: Annotated[
        FormatName | None,
        Option("--format", "-f", help=f"How to write it: {', '.join(FORMATS)}.", metavar="FORMAT"),
    ] = None,
    output: Annotated[
        str | None,
        Option("--output", "-o", help="The file to write, `-` for standard output.", metavar="FILE"),
    ] = None,
    open: Annotated[bool, Option("--open", help="Show the picture in the browser.")] = False,
) -> None:
    """Draw the network: its stages with shapes, MACs and params, every skip, and each block once.

    Without --output, the picture is NAME.svg in the current folder. The ending of FILE says the format.

    A design with errors is drawn as far as it goes, with the errors in their places.
    """
    examined = examine(read_design(spec), design.for_graph())
    if examined.graph is None:
        fail(examined.problems)
    chosen = _format(format, output)
    path = (
        None
        if output == "-"
        else Path(output)
        if output
        else own_file(stem_of(spec, examined.design.name), chosen.ending, MARK, "draw")
    )
    refuse_overwriting(path, [spec])
    picture = picture_of(examined.report(counts.settings()), depth, style)
    try:
        drawn = chosen.write(picture)
    except MissingConverter as error:
        raise BadParameter(
            f"PNG and PDF need `pip install cairosvg`, and cairo: {error}", param_hint="--format"
        ) from None
    _write(drawn, path)
    if output is None:
        sys.stdout.write(f"wrote {path}\n")
    if open and path is not None:
        show(path)
    if examined.problems:
        report(examined.problems)
        sys.exit(BAD_DESIGN)


def _format(name: FormatName | None, output: str | None) -> PictureFormat:
    """The format that the user names, or that the file's ending says."""
    if name is not None:
        return FORMATS[name]
    ending = Path(output).suffix.lower() if output else ""
    known = {chosen.ending: chosen for chosen in FORMATS.values()}
    if ending and ending not in known:
        endings = ", ".join(known)
        raise BadParameter(f"{output!r}: the ending is none of {endings}; name the format with --format", "--output")
    return known.get(ending, FORMATS[FormatName.SVG])


def _write(drawn: str | bytes, path: Path | None) -> None:
    """Writes the picture to standard output or to a file. Raises BadParameter if that fails."""
    if isinstance(drawn, str):
        write(drawn, path)
    else:
        write_bytes(drawn, path)
