"""One problem of the input: what is wrong, where, and how to fix it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnshape.diagnostics.severity import Severity
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.diagnostics.fix import Fix


class Label(NamedTuple):
    """A place with a few words about it."""

    span: Span
    text: str


class Diagnostic(NamedTuple):
    """One problem. `at` is the primary place; `file` replaces it if there is no text to point at.

    `fixes` are alternatives: each one is enough.
    """

    code: str
    name: str
    severity: Severity
    message: str
    at: Label | None = None
    related: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    file: str = ""
    fixes: "tuple[Fix, ...]" = ()

    @property
    def path(self) -> str:
        """The name of the file that the problem is in."""
        return self.at.span.source.name if self.at else self.file

    @property
    def place(self) -> tuple[str, int, int, str, str]:
        """The sort key of diagnostics."""
        if self.at is None:
            return self.file, 0, 0, self.code, self.message
        span = self.at.span
        return span.source.name, span.line, span.column, self.code, self.message


def diagnose(
    name: str,
    message: str,
    at: Span | None = None,
    *,
    label: str = "",
    related: Sequence[Label] = (),
    notes: Sequence[str] = (),
    help: str | None = None,
    file: str = "",
    severity: Severity | None = None,
    fixes: "tuple[Fix, ...]" = (),
) -> Diagnostic:
    """A diagnostic of the catalogue's entry `name`, by default with its severity; raises KeyError for an unknown name."""
    # A sound design needs no catalogue.
    from cnnshape.diagnostics.catalogue import CATALOGUE

    entry = CATALOGUE[name]
    where = Label(at, label) if at is not None else None
    return Diagnostic(
        entry.code, name, severity or entry.severity, message, where, tuple(related), tuple(notes), help, file, fixes
    )
