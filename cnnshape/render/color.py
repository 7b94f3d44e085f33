"""Colours by ANSI sequences alone: no command waits for a library to load."""

from collections.abc import Mapping

BOLD, DIM = "1", "2"


def wants_color(terminal: bool, environment: Mapping[str, str]) -> bool:
    """Whether to colour: on a terminal that can, unless `NO_COLOR` is set (no-color.org)."""
    return terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def paint(text: str, style: str) -> str:
    """The text between the sequences of a style, such as `1;31`; as it is for no style or no text."""
    return f"\x1b[{style}m{text}\x1b[0m" if style and text else text
