"""A position in a text that moves from token to token."""

from cnnshape.diagnostics import diagnose
from cnnshape.document.fault import Fault, LimitExceeded, Place
from cnnshape.document.node import Scalar
from cnnshape.source import SourceText, Span

MAX_DEPTH = 64
MAX_NODES = 100_000


class Cursor:
    """The row and column to read next, from 0. Rows from `end` on are not read.

    `line` is the number of the row in spans. All spans share the object: a large text has several on each line.
    """

    __slots__ = ("col", "comments", "count", "depth", "end", "in_flow", "line", "lines", "row", "source", "text")

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.lines = source.lines
        self.end = len(self.lines)
        self.comments: list[Place] = []
        self.depth = 0
        self.count = 0
        self.in_flow = False
        self.move(0, 0)

    def move(self, row: int, col: int) -> None:
        """Moves to a place."""
        self.row = row
        self.line = row + 1
        self.col = col
        self.text = self.lines[row]

    def advance(self) -> bool:
        """Moves to the next token, past spaces, comments and line ends; False if no token is left."""
        text = self.text
        col = self.skip_blanks()
        while col == len(text) or text[col] == "#":
            if col < len(text):
                self.comments.append((self.row, col))
            if not self.next_row():
                self.col = len(text)
                return False
            text = self.text
            col = len(text) - len(text.lstrip(" "))
            if col < len(text) and text[col] == "\t":
                col = self._after_tabs(col)
        self.col = col
        return True

    def check_indent(self) -> None:
        """Raises if the row begins with a tab."""
        spaces = len(self.text) - len(self.text.lstrip(" "))
        if self.col == 0 and self.text[spaces : spaces + 1] == "\t":
            raise Fault("tab", (self.row, spaces))

    def skip_blanks(self) -> int:
        """Moves past spaces and tabs on the row; returns the column."""
        text, col = self.text, self.col
        while col < len(text) and text[col] in " \t":
            col += 1
        self.col = col
        return col

    def next_row(self) -> bool:
        """Moves to the next row; False if it must not be read."""
        if self.row + 1 >= self.end:
            return False
        self.move(self.row + 1, 0)
        return True

    def _after_tabs(self, col: int) -> int:
        """Moves past tabs, which may indent a line inside brackets."""
        if not self.in_flow:
            raise Fault("tab", (self.row, col))
        return len(self.text) - len(self.text.lstrip(" \t"))

    def finish_row(self) -> None:
        """Moves to the end of the row."""
        self.col = len(self.text)

    def at_sign(self, sign: str) -> bool:
        """Whether a dash, colon or question mark with a space after it comes next."""
        text, col = self.text, self.col
        return text[col] == sign and (col + 1 == len(text) or text[col + 1] in " \t")

    def indent_of(self, row: int) -> int:
        """The number of spaces that a row begins with; -1 for a blank row, or one with only a comment."""
        text = self.lines[row]
        rest = text.lstrip(" ")
        return -1 if not rest or rest[0] == "#" or not rest.strip(" \t") else len(text) - len(rest)

    def span(self, start: Place, end: Place | None = None) -> Span:
        """The span from one place to another, by default to the cursor."""
        row, col = end or (self.row, self.col)
        last = self.line if row == self.row else row + 1
        return Span(self.source, last if row == start[0] else start[0] + 1, start[1] + 1, last, col + 1)

    def empty(self, row: int, col: int) -> Scalar:
        """The empty value, at the place where a value would begin."""
        self.counted()
        return Scalar("", True, Span(self.source, row + 1, col + 1, row + 1, col + 1))

    def counted(self) -> None:
        """Counts a value; raises if there are too many."""
        self.count += 1
        if self.count > MAX_NODES:
            message = f"the file has more than {MAX_NODES:,} values"
            raise LimitExceeded(diagnose("limit-exceeded", message, self._here()))

    def enter(self) -> None:
        """Counts an opened collection; raises if it is nested too deeply."""
        self.counted()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            raise LimitExceeded(diagnose("limit-exceeded", message, self._here()))

    def _here(self) -> Span:
        return Span(self.source, self.row + 1, self.col + 1, self.row + 1, self.col + 2)
