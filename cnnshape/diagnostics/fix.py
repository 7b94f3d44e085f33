"""Edits that fix a problem, as values. They become changes of the text only when they are used."""

from cnnshape.named_tuple import NamedTuple
from cnnshape.source import Span

BY_FIX = "--fix"
BY_UPDATE = "--update-expect"
BY_CHOICE = ""
"""Marks a fix that no option applies, because it changes the design and is one of several ways."""


class Replace(NamedTuple):
    """Replaces the text at a place with `text`; at an empty place, inserts it."""

    at: Span
    text: str


class Remove(NamedTuple):
    """Removes the entry whose key is at a place; with `whole`, also the key above it if that has no other entry."""

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
    """Edits of one file that fix a problem together, and the option of `check` that applies them, if there is one."""

    edits: tuple[Edit, ...]
    applied_by: str = BY_FIX
