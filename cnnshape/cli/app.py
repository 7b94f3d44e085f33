"""The application: its commands, and what happens around all of them."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer

from cnnshape.cli.block import block
from cnnshape.cli.check import check
from cnnshape.cli.compare import compare
from cnnshape.cli.explain import explain
from cnnshape.cli.layers import layers
from cnnshape.cli.list_ import list_
from cnnshape.cli.memory import memory
from cnnshape.cli.reconcile import reconcile
from cnnshape.cli.rf import rf
from cnnshape.cli.rule import rule
from cnnshape.cli.schema import schema
from cnnshape.cli.show import show
from cnnshape.cli.sizes import sizes
from cnnshape.cli.summary import summary
from cnnshape.version import __version__

app = typer.Typer(
    name="cnnshape",
    help="Shapes, parameters, MACs, FLOPs, memory and receptive fields of convolutional networks, from a YAML spec.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
for name, command in (
    ("summary", summary),
    ("check", check),
    ("rule", rule),
    ("compare", compare),
    ("block", block),
    ("explain", explain),
    ("rf", rf),
    ("sizes", sizes),
    ("memory", memory),
    ("reconcile", reconcile),
    ("list", list_),
    ("show", show),
    ("layers", layers),
    ("schema", schema),
):
    app.command(name)(command)


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
    # What has been imported lives until the end: the collector needn't look at it again.
    gc.freeze()
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
