"""JSON documents that programs rely on: within a version, keys stay and keep their meaning."""

from typing import Any

VERSION = 1
"""Increase it when a key is removed or changes its meaning, in any of the documents."""


def to_contract(data: dict[str, Any]) -> str:
    """The data as a JSON document that states its version first."""
    from cnnshape.render.layout import document

    return document({"version": VERSION, **data})
