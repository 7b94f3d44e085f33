"""`cnnshape rule`"""

from typing import Annotated

import typer

from cnnshape.cli.completion import complete_rule
from cnnshape.cli.output import print_list, print_page, terminal_width
from cnnshape.diagnostics import did_you_mean
from cnnshape.lint import BY_NAME, RULES
from cnnshape.render.rules import rule_page, rules_overview


def rule(
    rule: Annotated[
        str | None,
        typer.Argument(
            metavar="RULE",
            help="A design rule: its name, or its code.",
            autocompletion=complete_rule,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print the design rules that `check` applies: all of them, or one rule's manual page."""
    if rule is None:
        print_list(rules_overview(terminal_width()))
        return
    known = next((known for known in RULES if rule in (known.name, known.code)), None)
    if known is None:
        help = did_you_mean(rule, [*BY_NAME, *(known.code for known in RULES)]) or "`cnnshape rule` lists them"
        raise typer.BadParameter(f"no rule is called {rule!r}; {help}", param_hint="RULE")
    print_page(rule_page(known, terminal_width()))
