"""Reads single values: plain words, and texts in quotes."""

import re
from functools import cache

from cnnshape.document.cursor import Cursor
from cnnshape.document.fault import Fault, Place
from cnnshape.document.node import Scalar
from cnnshape.source import Span

# A plain value ends at `: `, at ` #`, or at the end of the line; inside brackets also at a comma or bracket.
_PLAIN = re.compile(r"(?:[^ \t:#]+|:(?![ \t]|$)|(?<![ \t])#|[ \t]+(?=[^ \t#:]|:(?![ \t]|$)))*")
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b", " ": " ",
    '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_AFTER_QUOTE = ("", " ", "\t", ",", "]", "}", ":", "#")
_LAST_CHARACTER = 0x10FFFF


class ScalarReader(Cursor):
    """Reads plain and quoted values. A value may continue on lines that are indented by more than `indent`."""

    __slots__ = ()

    def plain(self, indent: int) -> Scalar:
        """The value without quotes that starts here."""
        self.counted()
        row, col, line = self.row, self.col, self.line
        text, end = self._plain_part()
        last = row
        if self._goes_on() and (breaks := self._continue_plain(indent)) is not None:
            text, last, end = self._plain_rows(text, breaks, indent)
        self.col = end
        return Scalar(text, True, Span(self.source, line, col + 1, line if last == row else last + 1, end + 1))

    def _plain_rows(self, text: str, breaks: int | None, indent: int) -> tuple[str, int, int]:
        """A plain value over several rows: its text, and the row and column where it ends."""
        parts, row, end = [text], self.row, self.col
        while breaks is not None:
            text, end = self._plain_part()
            parts += [_fold(breaks), text]
            row = self.row
            breaks = self._continue_plain(indent) if self._goes_on() else None
        self.move(row, end)
        return "".join(parts), row, end

    def _plain_part(self) -> tuple[str, int]:
        """The part of a plain value on this row, and the column after it."""
        col = self.col
        match = (_plain_in_flow() if self.in_flow else _PLAIN).match(self.text, col)
        end = match.end() if match else col
        self.col = end
        return self.text[col:end], end

    def _goes_on(self) -> bool:
        """Whether nothing else follows on the row, so that the next row may continue the value."""
        text, col = self.text, self.col
        return col == len(text) or (text[col] in " \t" and self.skip_blanks() == len(text))

    def _continue_plain(self, indent: int) -> int | None:
        """Moves to the next row of a plain value. Returns the number of line breaks up to there; None if the value has
        ended."""
        row = self.row
        while row + 1 < self.end:
            row += 1
            text = self.lines[row]
            rest = text.lstrip(" ")
            if rest[:1] == "\t":
                rest = self._after_tab(row, indent)
            if rest:
                return self._step_to(row, len(text) - len(rest), indent)
        return None

    def _after_tab(self, row: int, indent: int) -> str:
        text = self.lines[row]
        spaces = len(text) - len(text.lstrip(" "))
        if spaces <= indent and not self.in_flow:
            raise Fault("tab", (row, spaces))
        return text.lstrip(" \t")

    def _step_to(self, row: int, col: int, indent: int) -> int | None:
        text = self.lines[row]
        if (col <= indent and not self.in_flow) or text[col] == "#" or self._ends_plain(text, col):
            return None
        breaks = row - self.row
        self.move(row, col)
        return breaks

    def _ends_plain(self, text: str, col: int) -> bool:
        """Whether a row begins with a sign that can't occur in a plain value."""
        after = text[col + 1 : col + 2]
        if text[col] == ":":
            return after in ("", " ", "\t") or (self.in_flow and after in ",[]{}")
        return self.in_flow and text[col] in ",[]{}"

    def quoted(self) -> Scalar:
        """The value in single or double quotes that starts here."""
        self.counted()
        start = (self.row, self.col)
        double = self.text[self.col] == '"'
        match = _quoted(double).match(self.text, self.col)
        if match is None:
            return self._quoted_over_rows(start, double)
        self.col = match.end()
        inner = match[1]
        text = self._unescaped(inner, (self.row, start[1] + 1)) if double else inner.replace("''", "'")
        return Scalar(text, False, self.span(start))

    def _quoted_over_rows(self, start: Place, double: bool) -> Scalar:
        self.col += 1
        parts: list[str] = []
        breaks, escaped = 0, False
        while True:
            end = self._end_of_quote(double)
            piece, cut = self._piece(end, double)
            if (piece or cut or end is not None) and self.row > start[0]:
                parts.append("\n" * (breaks - 1) if escaped or breaks > 1 else " ")
                breaks = 0
            parts.append(piece)
            if end is not None:
                self.col = end + 1
                self._check_end(start)
                return Scalar("".join(parts), False, self.span(start))
            escaped = cut if piece or cut or self.row == start[0] else escaped
            breaks += 1
            if not self.next_row():
                raise Fault("open-quote", start, start)
            self.col = len(self.text) - len(self.text.lstrip(" \t"))

    def _check_end(self, start: Place) -> None:
        """Raises if text follows the closing quote: that quote opens another text, and the text at `start` is not
        closed."""
        if self.text[self.col : self.col + 1] not in _AFTER_QUOTE:
            raise Fault("open-quote", start)

    def _end_of_quote(self, double: bool) -> int | None:
        """The column of the quote that closes the text on this row, if there is one."""
        match = _closing(double).match(self.text, self.col)
        return match.end() - 1 if match else None

    def _piece(self, end: int | None, double: bool) -> tuple[str, bool]:
        """The part of a quoted text on a row, and whether a backslash joins it to the next row."""
        raw = self.text[self.col : end]
        place = (self.row, self.col)
        if end is not None:
            return (self._unescaped(raw, place) if double else raw.replace("''", "'")), False
        if not double:
            return raw.rstrip(" \t").replace("''", "'"), False
        kept = raw.rstrip(" \t")
        if (len(kept) - len(kept.rstrip("\\"))) % 2 == 0:
            return self._unescaped(kept, place), False
        if len(kept) < len(raw):
            return self._unescaped(raw[: len(kept) + 1], place), False
        return self._unescaped(kept[:-1], place), True

    def _unescaped(self, raw: str, place: Place) -> str:
        """A text of double quotes with its escapes replaced; `place` is where it starts."""
        if "\\" not in raw:
            return raw

        def replace(match: re.Match[str]) -> str:
            character = _unescape(match[0])
            if character is None:
                raise Fault("escape", (place[0], place[1] + match.start()))
            return character

        return _escape().sub(replace, raw)


def _fold(breaks: int) -> str:
    """The white space for line breaks inside a value: a space for one break, and a line break for each further one."""
    return " " if breaks == 1 else "\n" * (breaks - 1)


# Few texts need all of these patterns, and each takes long to compile.
@cache
def _plain_in_flow() -> re.Pattern[str]:
    return re.compile(
        r"(?:[^ \t:#,\[\]{}]+|:(?![ \t,\[\]{}]|$)|(?<![ \t])#|[ \t]+(?=[^ \t#:,\[\]{}]|:(?![ \t,\[\]{}]|$)))*"
    )


@cache
def _quoted(double: bool) -> re.Pattern[str]:
    return re.compile(r'"((?:[^"\\]|\\.)*)"' if double else r"'((?:[^']|'')*)'(?!')")


@cache
def _closing(double: bool) -> re.Pattern[str]:
    return re.compile(r'(?:[^"\\]|\\.)*"' if double else r"(?:[^']|'')*'(?!')")


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)")


def _unescape(escape: str) -> str | None:
    """The character of an escape sequence; None if the sequence is unknown."""
    if len(escape) == 2:
        return _ESCAPES.get(escape[1])
    code = int(escape[2:], 16)
    return None if code > _LAST_CHARACTER or 0xD800 <= code < 0xE000 else chr(code)
