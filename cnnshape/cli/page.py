"""The page of a stream: its size, and its colours as the user chose them."""

import os
from enum import StrEnum
from typing import Annotated, Any, TextIO

from cnnshape.cli.command import Command, Option, parameter_of
from cnnshape.render.formats import Page
from cnnshape.render.wrapping import wants_color


class Color(StrEnum):
    """When to print colours."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


ColorOption = Annotated[
    Color,
    Option(
        "--color",
        help=f"Print colours: {Color.AUTO} (on a terminal unless NO_COLOR is set), {Color.ALWAYS} or {Color.NEVER}.",
        metavar="WHEN",
    ),
]
_chosen = [Color.AUTO]


def chosen_color() -> str:
    """What the user chose for this run."""
    return _chosen[0].value


def with_color(command: Command) -> Command:
    """The command with the option `--color` as its last parameter."""

    def run(color: Color = Color.AUTO, **values: Any) -> None:
        _chosen[0] = color
        command.run(**values)

    color = parameter_of("color", ColorOption, Color.AUTO)
    return command._replace(parameters=(*command.parameters, color), run=run)


def page_of(stream: TextIO) -> Page:
    """A terminal with its size, or a pipe or a file without; and whether it gets colours."""
    terminal = stream.isatty()
    color = wants_color(terminal, os.environ, chosen_color())
    if not terminal:
        return Page(color=color)
    # Pipes have no size, and the module imports all of Python's compressions.
    from shutil import get_terminal_size

    size = get_terminal_size()
    return Page(size.columns, height=size.lines, color=color)
