"""Colours by ANSI sequences alone: no command waits for a library to load."""

from collections.abc import Iterable, Mapping

from cnnshape.diagnostics import Diagnostic
from cnnshape.render.diagnostics import full_lines

_STYLES = {"error": "1;31", "warning": "1;33", "message": "1", "place": "34", "related": "36", "help": "32"}


def wants_color(terminal: bool, environment: Mapping[str, str]) -> bool:
    """Whether to colour: on a terminal that can, unless `NO_COLOR` is set (no-color.org)."""
    return terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def colored(diagnostics: Iterable[Diagnostic], width: int | None = None) -> str:
    """All diagnostics with excerpts, coloured; without the colours it is the text of `full`."""
    lines = [line for diagnostic in diagnostics for line in full_lines(diagnostic, width)]
    return "".join("".join(paint(piece.text, _STYLES.get(piece.role, "")) for piece in line) + "\n" for line in lines)


def paint(text: str, style: str) -> str:
    """The text between the sequences of a style, such as `1;31`; as it is for no style or no text."""
    return f"\x1b[{style}m{text}\x1b[0m" if style and text else text
