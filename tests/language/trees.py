"""Trees of specs as plain data, without the places in them, so that two of them can be compared."""

from __future__ import annotations

from typing import Any

from cnnshape.language import Expression, Name, Reference
from cnnshape.source import SourceText, Span

DERIVED = {
    "comments",
    "constant",
    "dynamic",
    "names",
    "repaired",
    "run",
    "size",
    "source",
    "span",
    "shortcut_span",
    "tree",
}


def plain(value: Any) -> Any:
    """The tree below a value; equal for equal trees."""
    if value is None or isinstance(value, str | int | bool):
        return value
    assert not isinstance(value, Span | SourceText), "a place is no part of a tree"
    if type(value) in (Expression, Name, Reference):
        return type(value).__name__, value.text
    fields = fields_of(value)
    if not fields:
        return [plain(item) for item in value]
    return type(value).__name__, {field: plain(getattr(value, field)) for field in fields}


def fields_of(value: Any) -> list[str]:
    """The fields of a node of the tree; none for a plain tuple."""
    named = getattr(value, "_fields", ())
    slots = [slot for kind in type(value).__mro__ for slot in getattr(kind, "__slots__", ())]
    # `source` is a text in a Spec, and the reference of `from` in modifiers.
    hidden = DERIVED - {"source"} if type(value).__name__ == "Modifiers" else DERIVED
    return [field for field in (*named, *slots) if field not in hidden]
