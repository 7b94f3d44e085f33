"""Formats: how a value is written, and where the text goes."""

from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Page:
    """Where a text goes: columns and lines of a terminal, and whether it shows colours. Pipes and files have no size."""

    __slots__ = ("color", "height", "width")

    def __init__(self, width: int | None = None, *, height: int | None = None, color: bool = False) -> None:
        self.width = width
        self.height = height
        self.color = color


class Format(Generic[Value]):
    """One way to write a value of a command. `write` gets the value and the page, and returns the whole text."""

    __slots__ = ("write",)

    def __init__(self, write: Callable[[Value, Page], str]) -> None:
        self.write = write

    @classmethod
    def fixed(cls, write: Callable[[Value], str]) -> "Format[Value]":
        """A format whose text does not depend on the page."""
        return cls(lambda value, _: write(value))


Formats = dict[str, Format[Value]]
"""The formats of a command by name, the default first."""
