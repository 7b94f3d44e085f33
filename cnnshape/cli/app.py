"""The application: its commands, and the handling of errors and streams around them."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cnnshape.cli.examples import epilog
from cnnshape.cli.exit_codes import BAD_USAGE, CLOSED_PIPE, INTERRUPTED
from cnnshape.cli.page import with_color
from cnnshape.version import __version__

_FUNCTIONS = (
    "summary", "check", "rule", "compare", "block", "explain", "rf", "sizes", "memory", "reconcile", "list_", "show",
    "layers", "schema", "import_",
)  # fmt: skip
COMMANDS = {function.rstrip("_"): function for function in _FUNCTIONS}
"""The commands in the order of the help, and the function of each; its module has the same name."""


class Commands(TyperGroup):
    """Imports and builds a command on first use, so that a start loads only that command."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": dict.fromkeys(COMMANDS)})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; None if there is none."""
        if cmd_name in COMMANDS and not self.commands[cmd_name]:
            self.commands[cmd_name] = _command(cmd_name)
        return super().get_command(ctx, cmd_name)

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """The context of a run. Prints the help or the version if asked for."""
        with _quiet_end():
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: Any) -> Any:
        """Runs the command."""
        with _quiet_end():
            return super().invoke(ctx)


@contextmanager
def _quiet_end() -> Iterator[None]:
    """Exits quietly when the output is closed or the user interrupts, before typer reports an error."""
    try:
        yield
    except BrokenPipeError:
        _end_quietly(CLOSED_PIPE)
    except KeyboardInterrupt:
        _end_quietly(INTERRUPTED)


def _command(name: str) -> Any:
    alone = typer.Typer(add_completion=False)
    function = getattr(import_module(f"cnnshape.cli.{COMMANDS[name]}"), COMMANDS[name])
    alone.command(name, epilog=epilog(name))(with_color(function))
    built: Any = get_command(alone)
    for param in built.params:
        _clear_help(param)
    return built


def _clear_help(param: Any) -> None:
    """Leaves out of the help what some releases of typer add to it: the type of an argument, `<str>` or `TEXT`, and a
    default that is none."""
    if param.default is None or param.default == "":
        param.show_default = False
    if param.param_type_name == "argument":
        param.type = copy(param.type)
        param.type.name = ""
        param.type.get_metavar = lambda *_arguments, **_settings: ""


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
    """Runs the command line. A reader that closes the pipe early ends it quietly, and so does an interrupt."""
    _tune_collector()
    _prepare_streams()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _end_quietly(CLOSED_PIPE)
    except OSError as error:
        # Errors of files have a name and are handled there: an error without a name comes from standard output.
        if error.filename is not None:
            raise
        _drop_output()
        sys.exit(_refused(f"can't write to standard output: {(error.strerror or 'unknown').lower()}"))


def _tune_collector() -> None:
    """Makes garbage collection rare, which still bounds long runs, and excludes everything imported."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()


def _prepare_streams() -> None:
    """Replaces streams that were closed before the start, which are None, and escapes characters that stdout lacks."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 -- it stays open until the end
    if sys.stdout is None:
        sys.exit(_refused("standard output is closed"))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _end_quietly(code: int) -> NoReturn:
    _drop_output()
    sys.exit(code)


def _drop_output() -> None:
    """Discards the remaining output, so that the interpreter doesn't try to write it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refused(message: str) -> int:
    sys.stderr.write(f"cnnshape: {message}\n")
    return BAD_USAGE
