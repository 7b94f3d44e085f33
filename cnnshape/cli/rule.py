"""`cnnshape rule`"""

from typing import Annotated

from cnnshape.cli.command import Argument, BadParameter, command
from cnnshape.cli.completion import complete_code
from cnnshape.cli.output import page_for, print_page, terminal_width, write
from cnnshape.diagnostics import CATALOGUE, Code, did_you_mean, lookup
from cnnshape.render.codes import code_page, codes_overview


@command
def rule(
    rule: Annotated[
        str | None,
        Argument(
            metavar="RULE",
            help="The code or the name of an error or a design rule; `CS5` lists a group.",
            completion=complete_code,
        ),
    ] = None,
) -> None:
    """Print the page of an error or a design rule, by its code or its name; without one, list them all."""
    entry = lookup(rule or "")
    if entry is None:
        page = page_for()
        write(codes_overview(_listed(rule or "CS"), page.width, color=page.color), None)
        return
    print_page(code_page(entry, terminal_width()))


def _listed(start: str) -> list[Code]:
    """The entries whose codes start with a text; raises BadParameter if there are none."""
    entries = [entry for entry in CATALOGUE.values() if entry.code.startswith(start.upper())]
    if not entries:
        words = [*CATALOGUE, *(entry.code for entry in CATALOGUE.values())]
        help = did_you_mean(start, words) or "`cnnshape rule` lists them all"
        raise BadParameter(f"no error and no rule is called {start!r}; {help}", param_hint="RULE")
    return entries
