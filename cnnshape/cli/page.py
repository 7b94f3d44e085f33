"""The page of a stream: its size, and its colours as the user chose them."""

import os
from collections.abc import Callable
from enum import StrEnum
from inspect import Parameter, signature
from shutil import get_terminal_size
from typing import Annotated, Any, TextIO

import typer

from cnnshape.cli.command import presented
from cnnshape.render.formats import Page
from cnnshape.render.wrapping import wants_color


class Color(StrEnum):
    """When to print colours."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


ColorOption = Annotated[
    Color,
    typer.Option(
        "--color",
        help=f"Print colours: {Color.AUTO} (on a terminal unless NO_COLOR is set), {Color.ALWAYS} or {Color.NEVER}.",
        metavar="WHEN",
    ),
]
_chosen = [Color.AUTO]


def chosen_color() -> str:
    """What the user chose for this run."""
    return _chosen[0].value


def with_color(function: Callable[..., None]) -> Callable[..., None]:
    """The function of a command with the option `--color` as its last parameter."""
    color = Parameter("color", Parameter.KEYWORD_ONLY, default=Color.AUTO, annotation=ColorOption)

    def run(color: Color = Color.AUTO, **values: Any) -> None:
        _chosen[0] = color
        function(**values)

    return presented(run, function, [*signature(function).parameters.values(), color])


def page_of(stream: TextIO) -> Page:
    """A terminal with its size, or a pipe or a file without; and whether it gets colours."""
    terminal = stream.isatty()
    color = wants_color(terminal, os.environ, chosen_color())
    if not terminal:
        return Page(color=color)
    size = get_terminal_size()
    return Page(size.columns, height=size.lines, color=color)
