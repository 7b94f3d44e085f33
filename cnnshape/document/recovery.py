"""Continues reading after a fault.

The innermost list or mapping around a fault continues with the next line that is indented no deeper than its entries.
The part of the broken entry that was read is kept: a bracket or quote that is not closed ends with the lines of its
entry, and a word without a colon is a key.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from cnnshape.document.fault import Fault, Place, Unreadable, Unsupported
from cnnshape.document.flow import FlowReader
from cnnshape.document.node import Node, Scalar
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText, Span

MAX_FAULTS = 20
"""The number of faults after which reading stops: each fault may need a scan of the rest of the text."""
MOST_ROWS = 1000
"""The number of rows above a fault that are searched."""


_OUT_OF_LINE = frozenset(
    ("indent", "item-among-keys", "key-among-items", "no-colon", "key-over-lines", "second-root", "tab")
)
"""Faults in how lines relate to each other, which may follow from an earlier fault."""


class Break(NamedTuple):
    """A fault, and the rows in which further faults may follow from it."""

    fault: Unreadable
    first: int
    last: int


def independent(breaks: list[Break]) -> list[Unreadable]:
    """The first fault, and those after it that don't follow from others."""
    faults: list[Unreadable] = []
    last = -1
    for fault, first, end in breaks:
        own = isinstance(fault, Unsupported) or fault.kind not in _OUT_OF_LINE
        if not faults or (own and first > last):
            faults.append(fault)
        last = max(last, end)
    return faults


class RecoveringReader(FlowReader):
    """Records the faults of a text, and the lines that were completed or left out because of them."""

    __slots__ = ("faults", "repaired")

    def __init__(self, source: SourceText) -> None:
        super().__init__(source)
        self.faults: list[Break] = []
        self.repaired: list[Span] = []

    def record(self, fault: Unreadable, first: int, last: int) -> None:
        """Records a fault, and the rows in which further faults may follow from it."""
        if isinstance(fault, Fault) and fault.kind == "indent":
            first = self._first_deeper(first)
        self.faults.append(Break(fault, first, last))
        self._doubt(first, last)
        if last == self.last_row(last, -1):
            # The text ends here: an open value may continue.
            self._doubt_all(self._owners(first))
        if len(self.faults) >= MAX_FAULTS:
            self.end = last + 1

    def _doubt(self, first: int, last: int) -> None:
        self.repaired.append(self.span((first, 0), (last, len(self.lines[last]))))

    def _doubt_all(self, rows: Iterable[int]) -> None:
        for row in rows:
            self._doubt(row, row)

    def _owners(self, row: int) -> Iterator[int]:
        """The rows above that a row belongs to, closest first: each is indented by less than those below it."""
        own = self.indent_of(row)
        for above in range(row - 1, max(row - MOST_ROWS, -1), -1):
            level = self.indent_of(above)
            if 0 <= level < own:
                own = level
                yield above

    def _first_deeper(self, row: int) -> int:
        """The first of the rows directly above a row that are indented by more: one of them may be at fault."""
        own, first = self.indent_of(row), row
        for above in range(row - 1, max(row - MOST_ROWS, -1), -1):
            level = self.indent_of(above)
            if 0 <= level <= own:
                break
            first = above if level >= 0 else first
        return first

    def last_row(self, row: int, indent: int) -> int:
        """The last row of an entry that begins on a row, among others that are indented by `indent`."""
        last = row
        for following in range(row + 1, self.end):
            level = self.indent_of(following)
            if 0 <= level <= indent:
                break
            last = following if level >= 0 else last
        return last

    def drop(self, fault: Unreadable, row: int, indent: int) -> None:
        """Leaves out the entry that begins on a row. The entry around it may then be incomplete."""
        if isinstance(fault, Fault) and fault.kind == "tab":
            row = fault.place[0]
        last = self.last_row(row, indent)
        self.record(fault, row, last)
        self._doubt_all(islice(self._owners(row), 1))
        self.move(last, len(self.lines[last]))

    def salvage(self, fault: Unreadable, row: int, start: Place, indent: int) -> Node:
        """The readable part of the value that starts at `start` and belongs to the key or dash on a row."""
        over_lines = isinstance(fault, Fault) and fault.kind == "key-over-lines"
        last = start[0] if over_lines else self.last_row(start[0], indent)
        self.record(fault, row, last)
        self.move(*start)
        value = self._partial(fault, last)
        self.move(last, len(self.lines[last]))
        return value

    def _partial(self, fault: Unreadable, last: int) -> Node:
        """The bracket or text that starts here, up to the row `last`; an empty value if it can't be read."""
        start = (self.row, self.col)
        sign = self.text[self.col : self.col + 1]
        if sign and sign in "[{":
            return self._partial_flow(last)
        self.finish_row()
        if sign and sign in "'\"":
            return Scalar(self.text[start[1] + 1 :].rstrip("'\" \t"), False, self.span(start))
        if isinstance(fault, Fault) and fault.kind == "key-over-lines":
            return Scalar(self.text[start[1] :].rstrip(), True, self.span(start))
        return self.empty(*start)

    def _partial_flow(self, last: int) -> Node:
        end, depth = self.end, self.depth
        self.end, self.lenient = last + 1, True
        node = self.flow()
        self.end, self.depth, self.lenient = end, depth, False
        return node
