"""`cnnshape layers`"""

from typing import Annotated

from cnnshape.cli.command import Argument, command
from cnnshape.cli.exit_codes import BAD_USAGE
from cnnshape.cli.output import print_list, print_page, terminal_width
from cnnshape.cli.reading import fail
from cnnshape.layers import BY_NAME, foreign_kind
from cnnshape.program import explain_unknown_kind
from cnnshape.render.reference import kind_page, kinds_overview


def _complete(incomplete: str) -> list[str]:
    return [name for name in BY_NAME if name.startswith(incomplete)]


@command
def layers(
    kind: Annotated[str | None, Argument(metavar="KIND", help="A layer kind.", completion=_complete)] = None,
) -> None:
    """Print the vocabulary: all layer kinds, or one with its arguments and formulas."""
    if kind is None:
        print_list(kinds_overview(terminal_width()))
        return
    known = BY_NAME.get(kind) or foreign_kind(kind)
    if known is None:
        fail([explain_unknown_kind(kind)], BAD_USAGE)
    print_page(kind_page(known, terminal_width()))
