"""The page of a stream: its width, and whether it shows colours."""

import os
from shutil import get_terminal_size
from typing import TextIO

from cnnshape.cli.color import chosen_color
from cnnshape.render.color import wants_color
from cnnshape.render.formats import Page


def page_of(stream: TextIO) -> Page:
    """A terminal with its size, or a pipe or a file without; and whether it gets colours."""
    terminal = stream.isatty()
    color = wants_color(terminal, os.environ, chosen_color())
    if not terminal:
        return Page(color=color)
    size = get_terminal_size()
    return Page(size.columns, height=size.lines, color=color)
