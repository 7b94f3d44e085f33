"""Turns the edits of a fix into replacements of text, and applies them. Everything else keeps its place and layout."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from cnnshape.diagnostics import Fix, Give, Remove, Replace
from cnnshape.document.node import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.document.reader import read_document
from cnnshape.document.removal import Home, end_of, removal
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText, Span


def replacements(fix: Fix) -> list[Replace] | None:
    """The replacements of a fix in the order of the text; None if the text has no place for one of its edits."""
    written: list[Replace] = []
    for edit in fix.edits:
        replacement = edit if isinstance(edit, Replace) else _worked_out(edit)
        if replacement is None:
            return None
        written.append(replacement)
    written.sort(key=_start)
    return None if any(_overlap(*pair) for pair in pairwise(written)) else written


def rewritten(source: SourceText, changes: Iterable[Replace]) -> str:
    """The text with these replacements, which don't overlap; equal ones are made once."""
    starts = _line_starts(source)
    text = source.text
    for change in sorted(set(changes), key=_start, reverse=True):
        at = change.at
        start, end = starts[at.line - 1] + at.column - 1, starts[at.end_line - 1] + at.end_column - 1
        text = text[:start] + change.text + text[end:]
    return text


def without_overlaps(groups: Iterable[list[Replace]]) -> list[bool]:
    """For each group of replacements in one text, whether it can be made together with the groups before it."""
    taken: list[Replace] = []
    fitting = []
    for group in groups:
        fits = not any(_overlap(*sorted((one, other), key=_start)) for one in group for other in taken if one != other)
        fitting.append(fits)
        taken += group if fits else ()
    return fitting


def _start(change: Replace) -> tuple[int, int]:
    return change.at.line, change.at.column


def _overlap(first: Replace, second: Replace) -> bool:
    """Whether two replacements in the order of the text touch the same characters, or insert at one place."""
    return (first.at.end_line, first.at.end_column) > _start(second) or _start(first) == _start(second)


def _line_starts(source: SourceText) -> list[int]:
    """The offset of each line's first character. A line break is one character, or two on Windows."""
    starts, position = [], 0
    for line in source.lines:
        starts.append(position)
        position += len(line)
        position += 2 if source.text.startswith("\r\n", position) else 1
    return starts


@lru_cache(maxsize=1)
def _root(source: SourceText) -> Node | None:
    """The tree of a text. Cached, as the fixes of one text usually come one after the other."""
    return read_document(source).root


class _Place(NamedTuple):
    """What is at a place: an entry and the entries around it, outermost first, or an item of a list.

    `flow` says whether the item is in brackets.
    """

    homes: tuple[Home, ...]
    flow: bool = False


def _worked_out(edit: Remove | Give) -> Replace | None:
    root = _root(edit.at.source)
    place = _find(root, edit.at, (), flow=False) if root is not None else None
    if place is None:
        return None
    if isinstance(edit, Remove):
        return removal(edit.at.source, place.homes, whole=edit.whole) if place.homes else None
    return _given(edit, place.homes[-1]) if place.homes else _given_to_word(edit, flow=place.flow)


def _find(node: Node, at: Span, homes: tuple[Home, ...], *, flow: bool) -> _Place | None:
    """The key, or the item of a list, that starts at a place."""
    flow = flow or _opens(node)
    if isinstance(node, Mapping):
        for index, (key, value) in enumerate(node.entries):
            home = Home(node, index, flow)
            if _same(key.span, at):
                return _Place((*homes, home))
            if place := _find(value, at, (*homes, home), flow=flow):
                return place
    if isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar) and _same(item.span, at):
                return _Place((), flow)
            if place := _find(item, at, (), flow=flow):
                return place
    return None


def _opens(node: Node) -> bool:
    return not isinstance(node, Scalar) and node.span.text[:1] in ("[", "{")


def _same(one: Span, other: Span) -> bool:
    return (one.line, one.column) == (other.line, other.column)


def _given_to_word(edit: Give, *, flow: bool) -> Replace:
    """`- batch_norm` with an argument; a list in brackets needs braces around it."""
    step = f"{edit.at.text}: {{{edit.argument}: {edit.text}}}"
    return Replace(edit.at, f"{{{step}}}" if flow else step)


def _given(edit: Give, home: Home) -> Replace | None:
    """The insertion of the argument after the existing ones, in their layout."""
    value = home.entry.value
    written = f"{edit.argument}: {edit.text}"
    if isinstance(value, Mapping):
        return _added(value, written)
    raw = value.span.text
    if not edit.main or not raw or value.span.line != value.span.end_line:
        return None
    if isinstance(value, Sequence) and not _opens(value):
        return None
    if isinstance(value, Scalar) and value.plain and any(sign in raw for sign in ",[]{}"):
        raw = f'"{raw}"'
    return Replace(value.span, f"{{{edit.main}: {raw}, {written}}}")


def _added(mapping: Mapping, written: str) -> Replace:
    span = mapping.span
    if not mapping.entries:
        return Replace(span, f"{{{written}}}")
    last: Entry = mapping.entries[-1]
    line, column = end_of(last)
    if _opens(mapping):
        return Replace(Span(span.source, line, column, line, column), f", {written}")
    column = len(span.source.line(line)) + 1
    indent = " " * (mapping.entries[0].key.span.column - 1)
    line_break = "\r\n" if "\r\n" in span.source.text else "\n"
    return Replace(Span(span.source, line, column, line, column), f"{line_break}{indent}{written}")
