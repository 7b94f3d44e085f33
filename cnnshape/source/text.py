"""A text with a name, and a place in it."""

import re
from functools import cache
from pathlib import Path

from cnnshape.named_tuple import NamedTuple

_RARE_BREAKS = "\r\x85\u2028\u2029"


class SourceText:
    """A source text. `name` is the name in messages; `path` is its file, if it comes from one."""

    __slots__ = ("_lines", "name", "path", "text")

    def __init__(self, name: str, text: str, path: Path | None = None) -> None:
        self.name = name
        self.text = text
        self.path = path
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """All lines without their breaks, including an empty one after the last break. Do not change the list."""
        if self._lines is None:
            self._lines = _split_lines(self.text)
        return self._lines

    def line(self, number: int) -> str:
        """The line with a 1-based number, without its break; empty past the end."""
        lines = self.lines
        return lines[number - 1] if 0 < number <= len(lines) else ""

    @property
    def line_count(self) -> int:
        """The number of lines, including an empty one after the last break."""
        return len(self.lines)

    def place(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column of a code point."""
        before = _split_lines(self.text[:offset])
        return len(before), len(before[-1]) + 1

    def __repr__(self) -> str:
        return f"SourceText({self.name!r})"


def _split_lines(text: str) -> list[str]:
    """The lines of a text, by the line breaks of YAML 1.1."""
    rare = any(mark in text for mark in _RARE_BREAKS)
    return _line_break().split(text) if rare else text.split("\n")


@cache
def _line_break() -> re.Pattern[str]:
    return re.compile(f"\r\n|[\n{_RARE_BREAKS}]")


class Span(NamedTuple):
    """A place in a text: 1-based lines and columns, counted in code points; the end is exclusive."""

    source: SourceText
    line: int
    column: int
    end_line: int
    end_column: int

    def part(self, offset: int, length: int) -> "Span":
        """The span of `length` code points that starts `offset` after the start of this one, on its first line."""
        start = self.column + offset
        return Span(self.source, self.line, start, self.line, start + max(length, 1))

    def overlaps(self, other: "Span") -> bool:
        """Whether a code point is in both places."""
        starts, ends = (self.line, self.column), (self.end_line, self.end_column)
        return self.source is other.source and starts < other[3:] and other[1:3] < ends

    @property
    def text(self) -> str:
        """The text at this place, up to the end of its first line."""
        end = self.end_column - 1 if self.end_line == self.line else None
        return self.source.line(self.line)[self.column - 1 : end]
