"""The application: its commands, and what happens around all of them."""

import gc
import os
import sys
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cnnshape.cli.exit_codes import BAD_USAGE
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
    _prepare_streams()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        sys.exit(141)
    except OSError as error:
        # Files are opened by name, and refused where they are: what has none is standard output.
        if error.filename is not None:
            raise
        _drop_output()
        sys.exit(_refused(f"can't write to standard output: {(error.strerror or 'unknown').lower()}"))


def _prepare_streams() -> None:
    """A stream that was closed before the start is None; one that isn't UTF-8 refuses signs that it lacks."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 -- it stays open until the end
    if sys.stdout is None:
        sys.exit(_refused("standard output is closed"))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """What is left to write goes nowhere, so that the interpreter doesn't try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refused(message: str) -> int:
    sys.stderr.write(f"cnnshape: {message}\n")
    return BAD_USAGE
