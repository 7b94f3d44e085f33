"""Collects the problems of one file, and formats the user's text for messages."""

from functools import lru_cache
from typing import TYPE_CHECKING

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.document import Node, Scalar, Sequence
from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.diagnostics import Fix


class Problems:
    """The problems of one file, in the order of reading."""

    def __init__(self) -> None:
        self.all: list[Diagnostic] = []

    def report(
        self, name: str, message: str, at: Span, *, label: str = "", related: list[Label] | None = None,
        help: str | None = None, fixes: "tuple[Fix, ...]" = (),
    ) -> None:  # fmt: skip
        """Adds a diagnostic of the catalogue's entry `name`."""
        self.all.append(diagnose(name, message, at, label=label, related=related or (), help=help, fixes=fixes))

    def withdraw(self, start: int, name: str) -> tuple[Diagnostic, ...]:
        """Removes the diagnostics called `name` from index `start` on, and returns them."""
        later = self.all[start:]
        self.all[start:] = [problem for problem in later if problem.name != name]
        return tuple(problem for problem in later if problem.name == name)


def describe_node(node: Node) -> str:
    """What a node is, in words for a message."""
    if isinstance(node, Scalar):
        return "nothing" if node.empty else "a single value"
    return "a list" if isinstance(node, Sequence) else "a mapping"


@lru_cache(maxsize=256)
def quoted(text: str) -> str:
    """A word of the user as the subject of a message. Cached, as each key is one, and few have a message."""
    return f"`{shown(text)}`"


def shown(text: str) -> str:
    """The user's text for a message: at most 60 characters, without control characters."""
    plain = text if text.isprintable() else ascii(text)[1:-1]
    return plain if len(plain) <= 60 else plain[:57] + "..."
