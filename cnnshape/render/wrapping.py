"""Lines that are too long for a terminal, broken between words."""

from cnnshape.render.color import paint

LEAST = 20
"""The room that a text gets in any case."""


def wrapped(start: str, text: str, width: int | None) -> list[str]:
    """`start` with the text behind it, in lines of `width`; those after the first begin below the text's beginning."""
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
