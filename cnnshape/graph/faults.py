"""Problems found while a design is expanded: each fault once, however often its step is repeated."""

from __future__ import annotations

from collections.abc import Iterable

from cnnshape.diagnostics import Diagnostic, Label
from cnnshape.source import Span

MAX_TRACE = 6


class Frame:
    """One step of the way from the file's `layers` to the step that is being expanded."""

    __slots__ = ("at", "label", "values", "where")

    def __init__(self, at: Span, where: str, label: str, values: dict[str, object]) -> None:
        self.at = at
        self.where = where
        self.label = label
        self.values = values

    def describe(self) -> Label:
        """The frame as a related place: `in stage.0: Bottleneck, width=64, stride=1`."""
        values = ", ".join(f"{name}={_value(value)}" for name, value in self.values.items())
        where = f"in {self.where}: " if self.where else "in "
        return Label(self.at, f"{where}{self.label}" + (f" ({values})" if values else ""))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        return str(value)
    return "[...]" if isinstance(value, tuple) else "a tensor"


class Faults:
    """Collects diagnostics; the same fault at the same place counts up instead."""

    def __init__(self, known: Iterable[Diagnostic]) -> None:
        self._silenced = {_key(diagnostic) for diagnostic in known}
        self._found: dict[tuple[object, ...], Diagnostic] = {}
        self._counts: dict[tuple[object, ...], int] = {}

    def add(self, diagnostic: Diagnostic, trace: list[Frame]) -> None:
        """Adds a diagnostic with the way to it."""
        key = _key(diagnostic)
        if key in self._silenced:
            return
        self._counts[key] = self._counts.get(key, 0) + 1
        if key not in self._found:
            way = tuple(frame.describe() for frame in reversed(trace[-MAX_TRACE:]))
            self._found[key] = diagnostic._replace(related=diagnostic.related + way)

    def all(self) -> list[Diagnostic]:
        """All faults, with the number of further instances."""
        return [self._counted(diagnostic, self._counts[key]) for key, diagnostic in self._found.items()]

    def _counted(self, diagnostic: Diagnostic, count: int) -> Diagnostic:
        if count == 1:
            return diagnostic
        return diagnostic._replace(notes=(*diagnostic.notes, f"and {count - 1:,} more of the same step"))


def _key(diagnostic: Diagnostic) -> tuple[object, ...]:
    if diagnostic.at is None:
        return diagnostic.name, diagnostic.message
    span = diagnostic.at.span
    return diagnostic.name, id(span.source), span.line, span.column
