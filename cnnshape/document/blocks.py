"""Reads lists and mappings in block style, one entry per line."""

import re
from sys import intern

from cnnshape.document.fault import UNREADABLE, Fault, Place, Unreadable
from cnnshape.document.keys import add_entry, check_key
from cnnshape.document.node import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.document.recovery import RecoveringReader
from cnnshape.source import Span

_KEY = re.compile(r"([A-Za-z_][\w.-]*):(?=[ \t]|$)")
_SPECIAL = frozenset("&*!%@`|>,]}?")


class BlockReader(RecoveringReader):
    """Reads the tree of a text."""

    __slots__ = ()

    def tree(self, *, fresh: bool) -> Node | None:
        """The value from here to the end; `fresh` if it begins on a row of its own."""
        root: Node | None = None
        start = (self.row, self.col)
        while True:
            try:
                self.check_indent()
                if not self.advance():
                    return root
                start = (self.row, self.col)
                if root is not None:
                    raise Fault("after-value" if self.row < root.span.end_line else "second-root", start)
                root = self._node(-1, fresh=fresh)
            except UNREADABLE as fault:
                self.depth = 0
                root = self._recovered_root(root, fault, start)
            fresh = True

    def _recovered_root(self, root: Node | None, fault: Unreadable, start: Place) -> Node | None:
        """The readable part of a tree that starts there: brackets include all that follows, other rows are left out."""
        if root is None and isinstance(fault, Fault) and self.lines[start[0]][start[1] : start[1] + 1] in ("[", "{"):
            return self.salvage(fault, start[0], start, -1)
        self.drop(fault, start[0], 0)
        return root

    def _node(self, indent: int, *, fresh: bool) -> Node:
        """The value that starts here, inside a list or mapping that is indented by `indent`.

        A list or mapping may start only at a `fresh` place: first on its row, or after a dash.
        """
        text, start = self.text, (self.row, self.col)
        if fresh and (match := _KEY.match(text, self.col)):
            return self._mapping(start, indent, self._word(match))
        if text[self.col] in "-?:" and self.at_sign(text[self.col]):
            return self._block(indent, fresh=fresh)
        value = self._single(indent)
        if not self._before_colon():
            return value
        return self._keyed(value, start, indent, fresh=fresh)

    def _word(self, match: re.Match[str]) -> Scalar:
        """A key that is a plain word. Moves the cursor past its colon."""
        self.counted()
        line, col = self.line, self.col + 1
        self.col = match.end()
        key = Scalar(intern(match[1]), True, Span(self.source, line, col, line, self.col))
        return check_key(key) if match[1] == "null" else key

    def _single(self, indent: int) -> Node:
        """A scalar, or a list or mapping in brackets."""
        sign = self.text[self.col]
        if sign in "[{":
            return self.flow()
        if sign in "'\"":
            return self.quoted()
        if sign in "|>":
            return self.block_text(indent)
        if sign in _SPECIAL:
            self.refuse_signs()
        return self.plain(indent)

    def _before_colon(self) -> bool:
        """Skips the colon of a key, if one comes next on the row."""
        col = self.skip_blanks()
        if col == len(self.text) or not self.at_sign(":"):
            return False
        self.col = col + 1
        return True

    def _keyed(self, value: Node, start: Place, indent: int, *, fresh: bool) -> Mapping:
        """The mapping whose first key is `value`."""
        colon = (self.row, self.col - 1)
        if self.row == start[0] and fresh:
            return self._mapping(start, indent, check_key(value))
        if self.row == start[0]:
            raise Fault("second-colon", colon, start)
        fault = Fault("key-over-lines", colon, start)
        if fresh and isinstance(value, Scalar) and value.plain:
            return self._mapping(start, indent, self._without_colon(fault, start))
        raise fault

    def _without_colon(self, fault: Fault, start: Place) -> Scalar:
        """The words up to the end of the row at `start`, as a key."""
        self.record(fault, start[0], start[0])
        # What is indented below belongs to the key. It may be text, whose colons are no keys.
        below = self.last_row(start[0], self.indent_of(start[0]))
        self.faults[-1] = self.faults[-1]._replace(last=below)
        self.move(*start)
        text = self.text[start[1] :].split(" #", 1)[0].rstrip()
        self.col += len(text)
        return Scalar(text, True, self.span(start))

    def _block(self, indent: int, *, fresh: bool) -> Node:
        """The list or mapping that starts with this dash, question mark or colon."""
        here, sign = (self.row, self.col), self.text[self.col]
        if sign == "-" and fresh:
            return self._sequence(self.col, indent)
        if sign == "-":
            raise Fault("list-on-key-line", here)
        if sign == ":" and not fresh:
            raise Fault("second-colon", here)
        if not fresh:
            raise Fault("sign", here)
        return self._mapping(here, indent, self._signed_key(sign, here))

    # Mappings

    def _mapping(self, start: Place, indent: int, key: Scalar) -> Mapping:
        """The mapping that starts there, inside an entry that is indented by `indent`. The cursor is past its first
        colon."""
        self.enter()
        col = start[1]
        entries: list[Entry] = []
        keys: dict[str, Scalar] = {}
        following: Scalar | None = key
        while following is not None:
            value = self._value(min(col, following.span.column - 1))
            add_entry(self.problems, entries, keys, following, value)
            end = value.span
            following = self._next_key(col, indent, end.end_line - 1, start)
        self.depth -= 1
        return Mapping(entries, Span(self.source, start[0] + 1, col + 1, end.end_line, end.end_column))

    def _value(self, col: int) -> Node:
        """The value after a colon."""
        row, after, depth = self.row, self.col, self.depth
        start = (row, after)
        try:
            if self.advance():
                start = (self.row, self.col)
                if self.row == row:
                    # Only the colon after `? key` is first on its row.
                    return self._node(col, fresh=after - 1 == col)
                if self.col > col or (self.col == col and self.at_sign("-")):
                    return self._node(col, fresh=True)
            return self.empty(row, after)
        except UNREADABLE as fault:
            self.depth = depth
            return self.salvage(fault, row, start, col)

    def _next_key(self, col: int, indent: int, row: int, start: Place) -> Scalar | None:
        """The next key, or None at the end of the mapping. Moves past its colon. `row` is where the last value ends.

        A key in another column than the others is a fault. It is read as a key of the innermost mapping around it.
        """
        while True:
            begin = self.row
            try:
                if not self.advance() or self._is_outside(col, indent, row, inside=not self.at_sign("-")):
                    return None
                begin = self.row
                if self.row == row:
                    raise Fault("after-value", (self.row, self.col), start)
                self._check_column(col, start)
                return self._key(start)
            except UNREADABLE as fault:
                self.drop(fault, max(begin, row), col)

    def _is_outside(self, col: int, indent: int, row: int, *, inside: bool) -> bool:
        """Whether the next token ends the value at a column; `inside` if it could be part of the value."""
        return self.col < col and self.row > row and (self.col <= indent or not inside)

    def _key(self, start: Place) -> Scalar:
        if match := _KEY.match(self.text, self.col):
            return self._word(match)
        here, sign = (self.row, self.col), self.text[self.col]
        if sign in "-?:" and self.at_sign(sign):
            return self._signed_key(sign, start)
        node = self._single(self.col)
        if not self._before_colon():
            return self._without_colon(Fault("no-colon", (self.row, self.col), here), here)
        if self.row == here[0]:
            return check_key(node)
        return self._without_colon(Fault("key-over-lines", (self.row, self.col - 1), here), here)

    def _signed_key(self, sign: str, start: Place) -> Scalar:
        """A key after `? `, or none before a colon."""
        here = (self.row, self.col)
        if sign == "-":
            raise Fault("item-among-keys" if here[1] == start[1] else "indent", here, start)
        return self._explicit_key() if sign == "?" else check_key(self.empty(*here))

    def _explicit_key(self) -> Scalar:
        """The key after `? `. Moves past its colon, which is first on a later row and may be missing."""
        start = (self.row, self.col)
        self.col += 1
        self.enter()
        end = (self.row, self.col)
        node: Node = self.empty(*end)
        if self.advance() and (self.row == start[0] or self.col > start[1]):
            node = self._node(start[1], fresh=True)
            end = (self.row, self.col)
        self.depth -= 1
        self._past_late_colon(start, end)
        return check_key(node)

    def _past_late_colon(self, start: Place, end: Place) -> None:
        if not self.advance() or self.col < start[1]:
            self.move(*end)
        elif self.row == end[0] or self.col > start[1]:
            raise Fault("sign", start)
        elif self.at_sign(":"):
            self.col += 1
        else:
            self.move(*end)

    # Lists

    def _sequence(self, col: int, indent: int) -> Sequence:
        """The list whose first dash is here, inside an entry that is indented by `indent`; below a key, `indent` may
        equal `col`."""
        self.enter()
        start = (self.row, col)
        items = [self._item(col)]
        while self._next_item(col, indent, items[-1].span.end_line - 1, start):
            items.append(self._item(min(col, self.col)))
        self.depth -= 1
        end = items[-1].span
        return Sequence(items, Span(self.source, start[0] + 1, col + 1, end.end_line, end.end_column))

    def _item(self, col: int) -> Node:
        """The value after a dash."""
        self.col += 1
        row, after, depth = self.row, self.col, self.depth
        start = (row, after)
        try:
            if self.advance():
                start = (self.row, self.col)
                self._check_blanks(row, after)
                if self.row == row or self.col > col:
                    return self._node(col, fresh=True)
            return self.empty(row, after)
        except UNREADABLE as fault:
            self.depth = depth
            return self.salvage(fault, row, start, col)

    def _check_blanks(self, row: int, after: int) -> None:
        """Raises on tabs after a dash, as they may indent what follows."""
        if self.row == row and "\t" in self.text[after : self.col]:
            raise Fault("tab", (row, self.text.index("\t", after)))

    def _next_item(self, col: int, indent: int, row: int, start: Place) -> bool:
        """Moves to the next dash; False at the end of the list. `row` is where the last item ends."""
        while True:
            begin = self.row
            try:
                if not self.advance() or self._is_outside(col, indent, row, inside=self.at_sign("-")):
                    return False
                begin = self.row
                if self.row > row and self.at_sign("-"):
                    self._check_column(col, start)
                    return True
                if self.row > row and self.col == col == indent:
                    return False
                raise self._misplaced(col, row, start)
            except UNREADABLE as fault:
                self.drop(fault, max(begin, row), col)

    def _check_column(self, col: int, start: Place) -> None:
        """Records a key or dash in another column than the others of its mapping or list."""
        if self.col != col:
            self.record(Fault("indent", (self.row, self.col), start), self.row, self.row)

    def _misplaced(self, col: int, row: int, start: Place) -> Fault:
        here = (self.row, self.col)
        if self.row == row:
            return Fault("after-value", here, start)
        return Fault("indent" if self.col > col else "key-among-items", here, start)
