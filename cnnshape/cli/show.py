"""`cnnshape show`"""

import sys
from typing import Annotated

import typer

from cnnshape.cli.completion import complete_shipped
from cnnshape.cli.exit_codes import BAD_USAGE
from cnnshape.cli.reading import fail, missing
from cnnshape.source import shipped_path


def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The name of a shipped architecture.",
            autocompletion=complete_shipped,
            show_default=False,
        ),
    ],
) -> None:
    """Print the YAML of a shipped architecture, to start from: `cnnshape show resnet50 > mine.yaml`."""
    path = shipped_path(name)
    if path is None:
        fail([missing(name)], BAD_USAGE)
    sys.stdout.write(path.read_text(encoding="utf-8"))
