"""The page that a stream is: how wide, and whether in colours."""

import os
from shutil import get_terminal_size
from typing import TextIO

from cnnshape.render.color import wants_color
from cnnshape.render.formats import Page


def page_of(stream: TextIO) -> Page:
    """A terminal with its width and colours, or a pipe or a file without."""
    if not stream.isatty():
        return Page()
    size = get_terminal_size()
    return Page(size.columns, height=size.lines, color=wants_color(True, os.environ))
