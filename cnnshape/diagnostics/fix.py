"""Edits that fix a problem, as values: what they change is worked out on the text when they are used."""

from cnnshape.named_tuple import NamedTuple
from cnnshape.source import Span

BY_FIX = "--fix"
BY_UPDATE = "--update-expect"
BY_CHOICE = ""
"""No option applies such a fix: it changes the design, and is one of several ways."""


class Replace(NamedTuple):
    """Replaces what is at a place by `text`; at a place without an extent, inserts it."""

    at: Span
    text: str


class Remove(NamedTuple):
    """Removes the entry whose key is at a place; with `whole`, also the key above it if nothing else is below that."""

    at: Span
    whole: bool = False


class Give(NamedTuple):
    """Adds `argument: text` to the kind or block whose word is at a place; `main` is the name of its bare value."""

    at: Span
    argument: str
    text: str
    main: str = ""


Edit = Replace | Remove | Give


class Fix(NamedTuple):
    """Edits of one file that fix a problem together, and the option of `check` that applies them, if any does."""

    edits: tuple[Edit, ...]
    applied_by: str = BY_FIX
