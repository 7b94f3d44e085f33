"""Why a text can't be read, as the readers of this room raise it."""

from typing import Literal

from cnnshape.diagnostics import Diagnostic

Kind = Literal[
    "after-value", "comma", "dash-in-brackets", "escape", "flow-colon", "indent", "item-among-keys", "key-among-items",
    "key-over-lines", "list-on-key-line", "no-colon", "no-space", "open-quote", "second-colon", "second-root", "sign", "tab",
    "unclosed", "value-missing", "wrong-closer",
]  # fmt: skip
"""What the reader met; `advice` says it in the author's words."""

Place = tuple[int, int]
"""A row and a column, from 0."""


class Fault(Exception):
    """The text is not YAML at `place`; `start` is where the part begins that was being read."""

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
"""Why a part of a text can't be read. The reader goes on after it."""
UNREADABLE = (Fault, Unsupported)


class LimitExceeded(Exception):
    """The text passes one of the reader's limits; nothing more of it is read."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
