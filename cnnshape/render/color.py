"""Colours by ANSI sequences alone: no command waits for a library to load."""

from collections.abc import Mapping

BOLD, DIM, NAME = "1", "2", "36"


def wants_color(terminal: bool, environment: Mapping[str, str], choice: str = "auto") -> bool:
    """Whether to colour: as the user chose, `always` or `never`; else as the environment says.

    `NO_COLOR` forbids colours (no-color.org), `FORCE_COLOR` demands them (force-color.org); without either, a terminal
    that can show colours gets them.
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    return bool(environment.get("FORCE_COLOR")) or (terminal and environment.get("TERM") != "dumb")


def paint(text: str, style: str) -> str:
    """The text between the sequences of a style, such as `1;31`; as it is for no style or no text."""
    return f"\x1b[{style}m{text}\x1b[0m" if style and text else text
