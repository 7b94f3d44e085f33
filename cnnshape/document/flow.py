"""Reads lists and mappings in flow style, in brackets."""

import re
from sys import intern

from cnnshape.diagnostics import Diagnostic
from cnnshape.document.fault import UNREADABLE, Fault, Place
from cnnshape.document.keys import add_entry, check_key
from cnnshape.document.node import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.document.texts import TextReader
from cnnshape.source import SourceText, Span

_CLOSING = {"[": "]", "{": "}"}
_SIMPLE = r"([\w.](?:[\w.+*/()<>=!%-]| (?=[\w.+*/()<>=!%-]))*) *"
# Matches most entries and items in one step, with the comma and the spaces after it: a word, and a value without signs
# of YAML.
_SIMPLE_ENTRY = re.compile(rf"(?!null:)([A-Za-z_][\w.-]*): +{_SIMPLE}(?:, *|(?=}}))")
_SIMPLE_ITEM = re.compile(rf"{_SIMPLE}(?:, *|(?=\]))")
_RESERVED = "%@`|>,]}"


class FlowReader(TextReader):
    """Reads values in brackets. If `lenient`, a bracket that is not closed ends with the rows that are read."""

    __slots__ = ("lenient", "problems")

    def __init__(self, source: SourceText) -> None:
        super().__init__(source)
        self.problems: list[Diagnostic] = []
        self.lenient = False

    def flow(self) -> Node:
        """The list or mapping whose bracket opens here."""
        outer, self.in_flow = self.in_flow, True
        start = (self.row, self.col)
        opening = self.text[self.col]
        self.enter()
        self.col += 1
        items: list[Node] = []
        entries: list[Entry] = []
        try:
            self._fill(start, opening, items, entries)
        except UNREADABLE:
            if not self.lenient:
                raise
            self.move(self.end - 1, len(self.lines[self.end - 1]))
        finally:
            self.in_flow = outer
        self.depth -= 1
        return Sequence(items, self.span(start)) if opening == "[" else Mapping(entries, self.span(start))

    def _fill(self, start: Place, opening: str, items: list[Node], entries: list[Entry]) -> None:
        """Reads entries up to and including the closing bracket."""
        keys: dict[str, Scalar] = {}
        while self._next_entry(start, opening):
            if opening == "[" and not self._simple_items(items):
                items.append(self._flow_item(start))
                self._separate(start)
            elif opening == "{" and not self._simple_entries(entries, keys):
                self._flow_entry(start, entries, keys)
                self._separate(start)

    def _simple_items(self, items: list[Node]) -> bool:
        """Reads simple items with the commas after them; whether there was one."""
        start = self.col
        while match := _SIMPLE_ITEM.match(self.text, self.col):
            self.col = match.end()
            items.append(self._simple(match, 1))
        return self.col > start

    def _simple_entries(self, entries: list[Entry], keys: dict[str, Scalar]) -> bool:
        """Reads simple entries with the commas after them; whether there was one."""
        start = self.col
        while match := _SIMPLE_ENTRY.match(self.text, self.col):
            self.col = match.end()
            add_entry(self.problems, entries, keys, self._simple(match, 1), self._simple(match, 2))
        return self.col > start

    def _next_entry(self, start: Place, opening: str) -> bool:
        """Whether another entry follows. If not, moves past the closing bracket."""
        sign = self._token(start)
        if not sign:
            return False
        if sign not in "]},":
            return True
        if sign == ",":
            raise Fault("value-missing", (self.row, self.col))
        if sign != _CLOSING[opening] and not self.lenient:
            raise Fault("wrong-closer", (self.row, self.col), start)
        self.col += 1
        return False

    def _token(self, start: Place) -> str:
        """Moves to the next token inside the bracket at `start`. Returns its first character; empty at a lenient
        end."""
        if not self.advance():
            if self.lenient:
                return ""
            raise Fault("unclosed", (self.row, self.col), start)
        return self.text[self.col]

    def _separate(self, start: Place) -> None:
        """Moves past the comma after an entry, or to the closing bracket."""
        sign = self._token(start)
        if sign == ",":
            self.col += 1
        elif sign not in "]}":
            raise Fault("flow-colon" if sign == ":" else "comma", (self.row, self.col), start)

    def _flow_item(self, start: Place) -> Node:
        """One item of a list; `key: value` without braces is a mapping of one entry."""
        place, explicit = (self.row, self.col), self._question(start)
        key = self.empty(*place) if self.text[self.col] == ":" else self.flow_node(start)
        after = (self.row, self.col)
        has_value = self._colon(place, start, explicit)
        if not has_value and not explicit:
            return key
        self.enter()
        value = self._flow_value(start) if has_value else self.empty(*after)
        self.depth -= 1
        span = self.span(place)._replace(end_line=value.span.end_line, end_column=value.span.end_column)
        return Mapping([Entry(check_key(key), value)], span)

    def _flow_entry(self, start: Place, entries: list[Entry], keys: dict[str, Scalar]) -> None:
        """One `key: value` of a mapping; a key alone has an empty value."""
        place, explicit = (self.row, self.col), self._question(start)
        node = self.empty(*place) if self.text[self.col] == ":" else self.flow_node(start)
        key = check_key(node)
        after = (self.row, self.col)
        value = self._flow_value(start) if self._colon(place, start, explicit) else self.empty(*after)
        add_entry(self.problems, entries, keys, key, value)

    def _simple(self, match: re.Match[str], group: int) -> Scalar:
        """A part of the row, as a plain value. Files repeat a few words: equal ones are one text."""
        self.counted()
        line, (start, end) = self.line, match.span(group)
        return Scalar(intern(match[group]), True, Span(self.source, line, start + 1, line, end + 1))

    def _question(self, start: Place) -> bool:
        """Moves past a `? `, which starts a key."""
        if not self.at_sign("?"):
            return False
        self.col += 1
        if not self._token(start):
            raise Fault("unclosed", (self.row, self.col), start)
        return True

    def _colon(self, place: Place, start: Place, explicit: bool) -> bool:
        """Moves past the colon after the key at `place`, if there is one; it must be on the line of the key."""
        row, col = self.row, self.col
        if self._token(start) != ":":
            self.move(row, col)
            return False
        if self.row != place[0] and not explicit:
            raise Fault("comma", (self.row, self.col), start)
        self.col += 1
        return True

    def _flow_value(self, start: Place) -> Node:
        after = (self.row, self.col)
        if self._token(start) in ",]}":
            return self.empty(*after)
        return self.flow_node(start)

    def flow_node(self, start: Place) -> Node:
        """The value that starts here, inside the bracket at `start`."""
        sign = self.text[self.col]
        if sign in "[{":
            return self.flow()
        if sign in "'\"":
            return self.quoted()
        if self.at_sign("-"):
            raise Fault("dash-in-brackets", (self.row, self.col), start)
        self.refuse_signs()
        if sign == ":":
            raise Fault("flow-colon", (self.row, self.col), start)
        node = self.plain(-1)
        after = self.text[self.col : self.col + 2]
        if after[:1] == ":" and after[1:] and after[1] in ",[]{}":
            raise Fault("no-space", (self.row, self.col), start)
        return node

    def refuse_signs(self) -> None:
        """Raises if an anchor, an alias, a tag, or a sign that can't start a value comes next."""
        sign = self.text[self.col]
        if sign in "&*!":
            from cnnshape.document.features import refuse_feature

            refuse_feature(self)
        if sign in _RESERVED or (sign == "?" and (self.in_flow or self.at_sign("?"))):
            raise Fault("sign", (self.row, self.col))
