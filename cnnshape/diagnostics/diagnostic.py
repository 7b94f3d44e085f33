"""One problem of the input: what is wrong, where, and how to fix it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cnnshape.diagnostics.severity import Severity
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.diagnostics.fix import Fix


class Label(NamedTuple):
    """A place with a few words about it."""

    span: Span
    text: str


class _DiagnosticFields(NamedTuple):
    """The fields of a diagnostic. Type checkers let no named tuple have a second parent."""

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


class Diagnostic(Data, _DiagnosticFields):
    """One problem. `at` is the primary place; `file` replaces it if there is no text to point at.

    `fixes` are alternatives: each one is enough. `str` is the problem as `cnnshape check` prints it, with the line.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        place = f" {self.path}:{self.at.span.line}:{self.at.span.column}" if self.at else f" {self.path}".rstrip()
        return f"<{brief(f'{self.code}{place}: {self.message}')}>"

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


class Diagnostics(Data, list[Diagnostic]):
    """The problems of some designs, as a list. `checked` are the names of the designs. `str` is what `check` prints."""

    __slots__ = ("checked",)

    def __init__(self, problems: Iterable[Diagnostic] = (), checked: tuple[str, ...] = ()) -> None:
        super().__init__(problems)
        self.checked = checked

    def __repr__(self) -> str:
        counts = [(severity, sum(problem.severity is severity for problem in self)) for severity in Severity]
        words = [f"{number:,} {severity}{'s' if number > 1 else ''}" for severity, number in counts if number]
        return f"<Diagnostics: {', '.join(words) or 'none'}>"


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
