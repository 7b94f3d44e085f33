"""Reads blocks of text: `|` keeps their lines, `>` folds them."""

import re
from functools import cache

from cnnshape.document.fault import Fault
from cnnshape.document.node import Scalar
from cnnshape.document.scalars import ScalarReader
from cnnshape.named_tuple import NamedTuple


class Header(NamedTuple):
    """The header of a block, such as `|2-`: whether lines are folded, the digit, and the sign."""

    folded: bool
    digit: int
    sign: str


class TextReader(ScalarReader):
    """Reads blocks of text."""

    __slots__ = ()

    def block_text(self, indent: int) -> Scalar:
        """The text below this `|` or `>`, whose lines are indented by more than `indent`."""
        self.counted()
        start = (self.row, self.col)
        header = self._header()
        width = max(indent, 0) + header.digit if header.digit else self._detected(indent)
        pieces, last_row, tail = self._rows(width, header.folded)
        self.move(last_row, len(self.lines[last_row]))
        end = {"-": "", "": tail[:1] if pieces else "", "+": tail}[header.sign]
        return Scalar("".join(pieces) + end, False, self.span(start))

    def _header(self) -> Header:
        match = _pattern().match(self.text, self.col)
        if match is None:
            raise Fault("sign", (self.row, self.col))
        if match["comment"]:
            self.comments.append((self.row, match.start("comment")))
        return Header(match["style"] == ">", int(match["before"] or match["after"] or 0), match["sign"] or "")

    def _detected(self, indent: int) -> int:
        """The indentation of the first row that is not blank, or of a blank row before it with a larger indentation."""
        most = max(indent + 1, 1)
        for row in range(self.row + 1, self.end):
            text = self.lines[row]
            rest = text.lstrip(" ")
            most = max(most, len(text) - len(rest))
            if rest:
                break
        return most

    def _rows(self, width: int, folded: bool) -> tuple[list[str], int, str]:
        """The parts of the text, the last row with text, and the number of line breaks after it."""
        pieces: list[str] = []
        last, breaks, blank_before = self.row, 0, True
        for row in range(self.row + 1, self.end):
            text = self.lines[row]
            spaces = len(text) - len(text.lstrip(" "))
            final = row == len(self.lines) - 1
            if spaces < width and text[spaces : spaces + 1] == "\t":
                raise Fault("tab", (row, spaces))
            if spaces < width and spaces < len(text):
                break
            content = text[width:]
            if not content:
                breaks += int(not final)
                continue
            blank = content[0] in " \t"
            pieces.append(_joint(breaks, folded and not blank and not blank_before, first=not pieces))
            pieces.append(content)
            last, breaks, blank_before = row, int(not final), blank
        return pieces, last, "\n" * breaks


def _joint(breaks: int, folded: bool, *, first: bool) -> str:
    """The white space for line breaks between two rows of a text."""
    if first or not folded:
        return "\n" * breaks
    return " " if breaks == 1 else "\n" * (breaks - 1)


@cache
def _pattern() -> re.Pattern[str]:
    digit_last, digit_first = r"(?P<sign>[+-])?(?P<after>[1-9])?", r"(?P<before>[1-9])(?=[+-])"
    return re.compile(rf"(?P<style>[|>])(?:{digit_first})?{digit_last}[ \t]*(?P<comment>#.*)?$")
