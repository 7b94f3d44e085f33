"""Exceptions for text that can't be read, and how messages quote a text."""

from typing import Literal

from cnnshape.diagnostics import Diagnostic

LONGEST_SHOWN = 60


def printable(text: str) -> str:
    """The text with all control characters escaped."""
    return text if text.isprintable() else ascii(text)[1:-1]


def shortened(text: str, most: int = LONGEST_SHOWN) -> str:
    """The printable text, cut to a number of characters."""
    plain = printable(text)
    return plain if len(plain) <= most else plain[: most - 3] + "..."


Kind = Literal[
    "after-value", "comma", "dash-in-brackets", "escape", "flow-colon", "indent", "item-among-keys", "key-among-items",
    "key-over-lines", "list-on-key-line", "no-colon", "no-space", "open-quote", "second-colon", "second-root", "sign", "tab",
    "unclosed", "value-missing", "wrong-closer",
]  # fmt: skip
"""The kinds of faults. `advice` turns each into a message for the author."""

Place = tuple[int, int]
"""A row and a column, from 0."""


class Fault(Exception):
    """The text is not YAML at `place`. `start` is where the value that was being read begins."""

    def __init__(self, kind: Kind, place: Place, start: Place | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.place = place
        self.start = start or place


class Unsupported(Exception):
    """YAML that specs don't use; `diagnostic` says what."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


Unreadable = Fault | Unsupported
"""Why a part of a text can't be read. The reader continues after that part."""
UNREADABLE = (Fault, Unsupported)


class LimitExceeded(Exception):
    """The text exceeds a limit of the reader, which stops there."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
