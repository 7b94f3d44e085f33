"""The application: its commands, and what happens around all of them."""

import gc
import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cnnshape.version import __version__

_FUNCTIONS = (
    "summary", "check", "rule", "compare", "block", "explain", "rf", "sizes", "memory", "reconcile", "list_", "show",
    "layers", "schema",
)  # fmt: skip
COMMANDS = {function.rstrip("_"): function for function in _FUNCTIONS}
"""The commands in the order of the help, and the function of each; its module has the same name."""


class Commands(TyperGroup):
    """Imports and builds a command when it is asked for, so that a start pays for one of them alone."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": dict.fromkeys(COMMANDS)})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; None where there is none."""
        if cmd_name in COMMANDS and not self.commands[cmd_name]:
            self.commands[cmd_name] = _command(cmd_name)
        return super().get_command(ctx, cmd_name)


def _command(name: str) -> Any:
    alone = typer.Typer(add_completion=False)
    alone.command(name)(getattr(import_module(f"cnnshape.cli.{COMMANDS[name]}"), COMMANDS[name]))
    return get_command(alone)


app = typer.Typer(
    name="cnnshape",
    cls=Commands,
    help="Shapes, parameters, MACs, FLOPs, memory and receptive fields of convolutional networks, from a YAML spec.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


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
