"""`cnnshape check`"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnnshape.api import check as check_design
from cnnshape.cli.options import complete_spec
from cnnshape.cli.reading import BAD_DESIGN, read_design, report
from cnnshape.diagnostics import Diagnostic


def check(
    specs: Annotated[
        list[str],
        typer.Argument(
            metavar="SPEC...",
            help="YAML files, `-` for standard input, or names of shipped architectures.",
            autocompletion=complete_spec,
            show_default=False,
        ),
    ],
) -> None:
    """Check designs: every error in every file, and what each file expects of itself.

    Exits with 0 where all is well, 1 where a design is wrong, 2 for bad usage or an unreadable file.
    """
    found: list[Diagnostic] = []
    for spec in specs:
        found += check_design(read_design(spec))
    if found:
        report(found)
        raise typer.Exit(BAD_DESIGN)
    sys.stdout.write(f"{len(specs)} design{'s' if len(specs) > 1 else ''} checked, nothing wrong\n")
