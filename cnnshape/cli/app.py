"""The application: its commands, and what happens around all of them."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cnnshape.cli import block, check, compare, explain, layers, list_, rule, show, summary
from cnnshape.version import __version__

app = typer.Typer(
    name="cnnshape",
    help="Shapes, parameters, MACs, FLOPs, memory and receptive fields of convolutional networks, from a YAML spec.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.command("summary")(summary.summary)
app.command("check")(check.check)
app.command("block")(block.block)
app.command("compare")(compare.compare)
app.command("explain")(explain.explain)
app.command("list")(list_.list_)
app.command("show")(show.show)
app.command("layers")(layers.layers)
app.command("rule")(rule.rule)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"cnnshape {__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the program itself; `--version` acts in its callback."""


def main() -> None:
    """Runs the command line; a reader that closes the pipe early ends it quietly."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
