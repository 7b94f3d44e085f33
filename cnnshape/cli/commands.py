"""The commands, each of which is imported when it is used."""

from importlib import import_module

from cnnshape.cli.command import Command
from cnnshape.cli.page import with_color

_FUNCTIONS = (
    "summary", "draw", "report", "check", "rule", "compare", "block", "explain", "rf", "sizes", "sweep", "memory", "reconcile", "list_", "show",
    "import_", "export", "layers", "schema",
)  # fmt: skip
COMMANDS = {function.rstrip("_"): function for function in _FUNCTIONS}
"""The commands in the order of the help, and the function of each; its module has the same name."""


def command_of(name: str) -> Command:
    """The command of a name, with the option that all commands have."""
    command: Command = getattr(import_module(f"cnnshape.cli.{COMMANDS[name]}"), COMMANDS[name])
    return with_color(command)
