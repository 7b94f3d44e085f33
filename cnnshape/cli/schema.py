"""`cnnshape schema`"""

import sys
from typing import TYPE_CHECKING, Annotated

from cnnshape.cli.command import Argument, command
from cnnshape.cli.completion import complete_spec

if TYPE_CHECKING:
    from cnnshape.language import Spec


@command
def schema(
    specs: Annotated[
        list[str] | None,
        Argument(
            metavar="SPECS...",
            help="Files, folders, globs, `-` or shipped architectures whose blocks, params and names the schema knows; "
            "without any, the schema fits all files.",
            completion=complete_spec,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print a JSON Schema of specs (draft-07), for completion, hover texts and error marks in editors."""
    from cnnshape.render.schema import to_schema

    sys.stdout.write(to_schema(_read(specs) if specs else ()))


def _read(patterns: list[str]) -> "list[Spec]":
    """The specs that the patterns match. Exits if one matches nothing or can't be read at all."""
    from cnnshape.cli.exit_codes import BAD_DESIGN, BAD_USAGE
    from cnnshape.cli.files import find_files
    from cnnshape.cli.reading import fail, missing, read_design

    matched = find_files(patterns)
    if matched.unmatched:
        fail([missing(pattern) for pattern in matched.unmatched], BAD_USAGE)
    designs = [read_design(file) for file in matched.files]
    unread = [problem for design in designs if design.spec is None for problem in design.diagnostics]
    if unread:
        fail(unread, BAD_DESIGN)
    return [design.spec for design in designs if design.spec is not None]
