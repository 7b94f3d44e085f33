"""Turns the edits of a fix into replacements of text, and applies them. Everything else keeps its place and layout."""

from bisect import bisect_left
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
    parts, position = [], 0
    for change in sorted(set(changes), key=_start):
        at = change.at
        start, end = starts[at.line - 1] + at.column - 1, starts[at.end_line - 1] + at.end_column - 1
        parts += [source.text[position:start], change.text]
        position = end
    return "".join([*parts, source.text[position:]])


def without_overlaps(groups: Iterable[list[Replace]]) -> list[bool]:
    """For each group of replacements in one text, whether it can be made together with the groups before it."""
    taken: list[Replace] = []
    fitting = []
    for group in groups:
        fits = all(_is_free(change, taken) for change in group)
        fitting.append(fits)
        for change in group if fits else ():
            index = bisect_left(taken, _start(change), key=_start)
            if taken[index : index + 1] != [change]:
                taken.insert(index, change)
    return fitting


def _is_free(change: Replace, taken: list[Replace]) -> bool:
    """Whether a replacement overlaps none of those in the order of the text, apart from an equal one."""
    index = bisect_left(taken, _start(change), key=_start)
    if taken[index : index + 1] == [change]:
        return True
    before, after = taken[max(index - 1, 0) : index], taken[index : index + 1]
    return not any(_overlap(other, change) for other in before) and not any(_overlap(change, other) for other in after)


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


class _Place(NamedTuple):
    """What is at a place: an entry and the entries around it, outermost first, or an item of a list.

    `flow` says whether the item is in brackets.
    """

    homes: tuple[Home, ...]
    flow: bool = False


def _worked_out(edit: Remove | Give) -> Replace | None:
    place = _places(edit.at.source).get((edit.at.line, edit.at.column))
    if place is None:
        return None
    if isinstance(edit, Remove):
        return removal(edit.at.source, place.homes, whole=edit.whole) if place.homes else None
    return _given(edit, place.homes[-1]) if place.homes else _given_to_word(edit, flow=place.flow)


@lru_cache(maxsize=1)
def _places(source: SourceText) -> dict[tuple[int, int], _Place]:
    """The keys and list items of a text by line and column. Cached, as the fixes of one text usually come one after the
    other."""
    places: dict[tuple[int, int], _Place] = {}
    root = read_document(source).root
    if root is not None:
        _collect(root, (), places, flow=False)
    return places


def _collect(node: Node, homes: tuple[Home, ...], places: dict[tuple[int, int], _Place], *, flow: bool) -> None:
    """Adds the keys and the items of lists below a node; of several at one place, the outermost counts."""
    flow = flow or _opens(node)
    if isinstance(node, Mapping):
        for index, (key, value) in enumerate(node.entries):
            home = Home(node, index, flow)
            places.setdefault((key.span.line, key.span.column), _Place((*homes, home)))
            _collect(value, (*homes, home), places, flow=flow)
    if isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar):
                places.setdefault((item.span.line, item.span.column), _Place((), flow))
            _collect(item, (), places, flow=flow)


def _opens(node: Node) -> bool:
    return not isinstance(node, Scalar) and node.span.text[:1] in ("[", "{")


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
