"""JSON documents that programs rely on: versioned, keys stay and keep their meaning within a version."""

from typing import Any

VERSION = 1
"""Raised when a key goes or changes its meaning, in any of the documents."""


def to_contract(data: dict[str, Any]) -> str:
    """The data as a JSON document that states its version first."""
    from cnnshape.render.layout import document

    return document({"version": VERSION, **data})
