"""Expressions that YAML splits at a comma: `{out: min(a, b)}` has the keys `out` and `b)`.

The pieces are recognized by the brackets and quotes that they leave open, so that one mistake is one problem.
"""

import re
from collections.abc import Iterator

from cnnshape.document import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.language.expression import MAX_LENGTH
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import Span


class _Open(NamedTuple):
    """The brackets and quotes that the pieces of an expression have opened and not closed."""

    brackets: int = 0
    quotes: int = 0


_NOTHING = _Open()


def _open_after(text: str, before: _Open = _NOTHING) -> _Open | None:
    """What is open after another piece; None if the expression is whole, as nearly every one is."""
    if before is _NOTHING and "(" not in text and '"' not in text:
        return None
    brackets = before.brackets + text.count("(") - text.count(")")
    quotes = before.quotes + text.count('"')
    return _Open(brackets, quotes) if brackets > 0 or quotes % 2 else None


def is_open(text: str) -> bool:
    """Whether a text leaves a bracket or a quote open."""
    return _open_after(text) is not None


def is_split(node: Scalar) -> bool:
    """Whether YAML ended a value at a comma inside brackets."""
    return node.plain and is_open(node.text) and _comma_follows(node.span)


def _comma_follows(at: Span) -> bool:
    return at.source.line(at.end_line)[at.end_column - 1 :][:MAX_LENGTH].lstrip().startswith(",")


def whole(at: Span) -> str:
    """The expression that starts at a place, up to the character that closes it on the same line."""
    text = at.source.line(at.line)[at.column - 1 :][: 2 * MAX_LENGTH]
    ends = (position + 1 for position, sign in enumerate(text) if sign in ')"')
    closed = next((text[:end] for end in ends if not is_open(text[:end])), None)
    return closed or at.text + ", ...)"


def unsplit_items(node: Sequence) -> list[Node]:
    """The items of a list, without the remaining pieces of an expression that YAML split."""
    pieces: _Open | None = None
    kept: list[Node] = []
    for item in node.items:
        text = _plain_text(item)
        if pieces:
            pieces = _open_after(text, pieces)
            continue
        kept.append(item)
        pieces = _open_after(text)
    return kept


def unsplit_entries(node: Mapping) -> Iterator[Entry]:
    """The entries of a mapping, without the remaining pieces of an expression that YAML split."""
    pieces: _Open | None = None
    for entry in node.entries:
        lone = isinstance(entry.value, Scalar) and entry.value.empty
        if pieces and lone:
            pieces = _open_after(entry.key.text, pieces)
            continue
        pieces = _open_after(entry.key.text if lone else _plain_text(entry.value))
        yield entry


def _plain_text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) and node.plain else ""


def key_and_value(entry: Entry) -> tuple[str, str] | None:
    """The two parts of a key that lacks the space after its colon, `kernel:3`; None for any other entry."""
    if not isinstance(entry.value, Scalar) or not entry.value.empty:
        return None
    pair = re.fullmatch(r"\s*([\w.-]+)\s*[:=](.+)", entry.key.text, re.DOTALL)
    return (pair[1], pair[2]) if pair else None


def thousands(node: Mapping) -> Iterator[tuple[Entry, list[str]]]:
    """The entries of a mapping, each with the pieces of a number that YAML split at its commas: `params:
    25,557,032`."""
    entry: Entry | None = None
    pieces: list[str] = []
    for following in node.entries:
        value = following.value
        if pieces and isinstance(value, Scalar) and value.empty and _ends_in_digits(following.key.text, whole=True):
            pieces.append(following.key.text)
            continue
        if entry is not None:
            yield entry, pieces
        entry = following
        pieces = [value.text] if isinstance(value, Scalar) and _ends_in_digits(value.text) else []
    if entry is not None:
        yield entry, pieces


def _ends_in_digits(text: str, *, whole: bool = False) -> bool:
    """Whether a text is a group of 1 to 3 digits, possibly with a fraction and a unit, or ends in one."""
    pattern = r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]+)?\s*[A-Za-z]{0,3}\Z"
    search = re.match if whole else re.search
    return search(pattern, text, re.ASCII) is not None
