"""Lines that are too long for a terminal, broken between words."""

from cnnshape.render.color import paint

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
