"""Text for people: readable numbers, colours, and lines broken between words."""

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


_DECIMAL = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def count(number: int) -> str:
    """`25,557,032`"""
    return f"{number:,}"


def rounded(number: int) -> str:
    """`4.09 G`: three digits or four, and a decimal prefix."""
    for unit, prefix in _DECIMAL:
        if number >= unit:
            value = number / unit
            return f"{value:.2f} {prefix}" if value < 100 else f"{value:.1f} {prefix}"
    return str(number)


def size(number: int) -> str:
    """`102.23 MB`: bytes with a decimal prefix."""
    text = rounded(number)
    return f"{text}B" if " " in text else f"{text} B"


LEAST = 20
"""The least width of a text."""


def wrapped(start: str, text: str, width: int | None) -> list[str]:
    """`start` followed by the text, wrapped at `width`. Further lines are indented to the beginning of the text."""
    if width is None or len(start) + len(text) <= width:
        return [start + text]
    from textwrap import wrap

    room = max(width, len(start) + LEAST)
    indent = " " * len(start)
    return wrap(text, room, initial_indent=start, subsequent_indent=indent, break_long_words=False)


def painted(start: str, text: str, width: int | None, style: str) -> list[str]:
    """The lines of `wrapped`, with the words of `start` in a style."""
    words = start.rstrip()
    first, *further = wrapped(start, text, width) or [words]
    return [paint(words, style) + first[len(words) :], *further]
