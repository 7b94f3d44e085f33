"""The page of a stream: its width, and whether it shows colours."""

import os
from shutil import get_terminal_size
from typing import TextIO

from cnnshape.render.color import wants_color
from cnnshape.render.formats import Page


def page_of(stream: TextIO) -> Page:
    """A terminal with its width and colours, or a pipe or a file without."""
    if not stream.isatty():
        return Page()
    return Page(get_terminal_size().columns, color=wants_color(True, os.environ))
