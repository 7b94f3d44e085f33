"""The application of typer: help, completion, errors of usage, and the command lines that are not plain."""

import sys
from collections.abc import Callable
from copy import copy
from functools import partial
from inspect import Parameter, Signature
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cnnshape.cli import command as declared
from cnnshape.cli.commands import COMMANDS, command_of
from cnnshape.cli.examples import epilog
from cnnshape.cli.streams import quiet_end
from cnnshape.version import __version__

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Commands(TyperGroup):
    """Imports and builds a command on first use, so that a start loads only that command.

    A context with a BadParameter as its object is of a plain line whose command has raised it: typer prints the error.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": dict.fromkeys(COMMANDS)})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; None if there is none."""
        if cmd_name in COMMANDS and not self.commands[cmd_name]:
            self.commands[cmd_name] = typer_command(command_of(cmd_name))
        if ctx is not None and ctx.obj is not None:
            self.commands[cmd_name].callback = partial(_refuse, ctx.obj)
        return super().get_command(ctx, cmd_name)

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """The context of a run. Prints the help or the version if asked for."""
        with quiet_end():
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: Any) -> Any:
        """Runs the command."""
        with quiet_end():
            return super().invoke(ctx)


def typer_command(command: declared.Command) -> Any:
    """The command as typer knows it."""

    def run(**values: Any) -> None:
        _for_typer(command.run)(**values)

    described: dict[str, Any] = {
        "__doc__": command.help,
        "__annotations__": {},
        "__signature__": Signature([_parameter(parameter) for parameter in command.parameters]),
    }
    for name, value in described.items():
        setattr(run, name, value)
    alone = typer.Typer(add_completion=False)
    name = command.name.rstrip("_")
    alone.command(name, epilog=epilog(name))(run)
    built: Any = get_command(alone)
    for param in built.params:
        _clear_help(param)
    return built


def _parameter(parameter: declared.Parameter) -> Parameter:
    """A parameter as typer reads it from a function."""
    stated = parameter.declared
    info: Any
    if isinstance(stated, declared.Option):
        info = typer.Option(
            *stated.names,
            help=stated.help,
            metavar=stated.metavar,
            autocompletion=stated.completion,
            parser=stated.parser and _for_typer(stated.parser),
            rich_help_panel=stated.panel,
        )
    else:
        info = typer.Argument(
            help=stated.help,
            metavar=stated.metavar,
            autocompletion=stated.completion,
            show_default=stated.show_default,
        )
    default = Parameter.empty if parameter.default is declared.REQUIRED else parameter.default
    return Parameter(
        parameter.name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[parameter.type, info]
    )


def _for_typer(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The function, whose BadParameter is typer's."""

    def run(*arguments: Arguments.args, **values: Arguments.kwargs) -> Result:
        try:
            return function(*arguments, **values)
        except declared.BadParameter as bad:
            raise typer.BadParameter(bad.message, param_hint=bad.param_hint) from None

    return run


def _refuse(bad: declared.BadParameter, **_values: Any) -> None:
    raise typer.BadParameter(bad.message, param_hint=bad.param_hint)


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
