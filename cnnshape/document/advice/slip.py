"""The text around a fault, for the rules."""

import re

from cnnshape.diagnostics import Diagnostic, Fix, Label, Replace, diagnose
from cnnshape.document.fault import shortened
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText, Span

LONGEST_LINE = 400
MOST_LINES = 1000
"""The number of lines above a fault that the rules read."""


class Slip(NamedTuple):
    """Where reading stopped, 1-based. `start` is where the value that was being read begins."""

    source: SourceText
    kind: str
    line: int
    column: int
    start: tuple[int, int]

    def text(self, line: int = 0) -> str:
        """The beginning of a line, by default of the one where reading stopped."""
        return self.source.line(line or self.line)[:LONGEST_LINE]

    @property
    def before(self) -> str:
        """The line up to the place."""
        return self.text()[: self.column - 1]

    @property
    def rest(self) -> str:
        """The line from the place on."""
        return self.text()[self.column - 1 :]

    @property
    def opening(self) -> str:
        """The character at the start."""
        return self.text(self.start[0])[self.start[1] - 1 :][:1]

    def span(self, line: int = 0, column: int = 0, length: int = 1) -> Span:
        """A place in the text, by default where reading stopped."""
        line, column = line or self.line, column or self.column
        return Span(self.source, line, column, line, column + length)

    def above(self) -> range:
        """The numbers of the lines above, the next one first."""
        return range(self.line - 1, max(self.line - MOST_LINES, 0), -1)

    def previous(self) -> int:
        """The number of the closest line above that is not blank or a comment; 0 if there is none."""
        return next((number for number in self.above() if without_comment(self.text(number))), 0)


def syntax(
    message: str, at: Span, help: str | None = None, related: tuple[Label, ...] = (), fixes: tuple[Fix, ...] = ()
) -> Diagnostic:
    """The diagnostic of a text that is not YAML."""
    return diagnose("yaml-syntax", message, at, help=help, related=related, fixes=fixes)


def inserting(text: str, at: Span) -> tuple[Fix, ...]:
    """The fix that inserts a text at the start of a place."""
    return replacing(at._replace(end_line=at.line, end_column=at.column), text)


def replacing(at: Span, text: str) -> tuple[Fix, ...]:
    """The fix that replaces what is at a place by a text."""
    return (Fix((Replace(at, text),)),)


def without_comment(text: str) -> str:
    """A line without its comment and surrounding spaces."""
    return re.split(r"(?:^|[ \t])#", text, maxsplit=1)[0].strip()


def quote(text: str) -> str:
    """A part of a line, printable and shortened for a message."""
    return shortened(without_comment(text))


def indent_of(text: str) -> int:
    """The spaces that a line begins with."""
    return len(text) - len(text.lstrip(" "))
