"""Problems found while a design is expanded: each fault once, however often its step is repeated."""

import re
from collections.abc import Callable, Iterable
from itertools import islice

from cnnshape.diagnostics import Diagnostic, Label
from cnnshape.source import Span

MAX_TRACE = 6
MOST_VALUES = 12
_NAME = re.compile(r"[A-Za-z_]\w*")


class Frame:
    """One step of the way from the file's `layers` to the step that is being expanded.

    Only a fault needs the `origins` of the values that the step gives to names; a `closed` frame (a block) hides all
    others.
    """

    __slots__ = ("_origins", "_places", "at", "closed", "label", "values", "where")

    def __init__(
        self,
        at: Span,
        where: str,
        label: str,
        values: dict[str, object],
        origins: Callable[[], dict[str, Span]],
        *,
        closed: bool = False,
    ) -> None:
        self._origins = origins
        self._places: dict[str, Span] | None = None
        self.closed = closed
        self.at = at
        self.where = where
        self.label = label
        self.values = values

    def origins(self) -> dict[str, Span]:
        """Where the values stand that the step gives to names; worked out once, for all faults on the way."""
        if self._places is None:
            self._places = self._origins()
        return self._places

    def describe(self) -> Label:
        """The frame as a related place: `in stage.0: Bottleneck, width=64, stride=1`."""
        values = ", ".join(f"{name}={_value(value)}" for name, value in islice(self.values.items(), MOST_VALUES))
        values += ", ..." if len(self.values) > MOST_VALUES else ""
        where = f"in {self.where}: " if self.where else "in "
        return Label(self.at, f"{where}{self.label}" + (f" ({values})" if values else ""))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        return str(value)
    return "[...]" if isinstance(value, tuple) else "a tensor"


def _origins(diagnostic: Diagnostic, trace: list[Frame], params: dict[str, Span]) -> list[Label]:
    """Where the values stand that reach the primary place through params and loop variables, the nearest first.

    `params` are the places of the values of the file's params.
    """
    names = set(_NAME.findall(diagnostic.at.span.text)) if diagnostic.at else set()
    found: list[Label] = []
    for frame in reversed(trace):
        origins = frame.origins()
        hits = {name: origins[name] for name in sorted(names) if name in origins}
        found += [Label(span, f"`{name}` is given here") for name, span in hits.items()]
        passed_on = {name for span in hits.values() for name in _NAME.findall(span.text)}
        names = passed_on if frame.closed else (names - set(hits)) | passed_on
    seen: set[str] = set()
    while names := (names & params.keys()) - seen:
        found += [Label(params[name], f"`{name}` is given here") for name in sorted(names)]
        seen |= names
        names = {passed for name in names for passed in _NAME.findall(params[name].text)}
    return found


class Faults:
    """Collects diagnostics; the same fault at the same place, or from the same value, counts up instead."""

    def __init__(self, known: Iterable[Diagnostic]) -> None:
        self.params: dict[str, Span] = {}
        self._silenced = {_key(diagnostic) for diagnostic in known}
        self._found: dict[tuple[object, ...], Diagnostic] = {}
        self._counts: dict[tuple[object, ...], int] = {}
        self._scattered: set[tuple[object, ...]] = set()

    def add(self, diagnostic: Diagnostic, trace: list[Frame]) -> None:
        """Adds a diagnostic with the way to it."""
        key = _key(diagnostic)
        if key in self._silenced:
            return
        origins = _origins(diagnostic, trace, self.params)
        if origins:
            key = (diagnostic.name, diagnostic.message, *_place(origins[-1].span))
        self._counts[key] = self._counts.get(key, 0) + 1
        if key in self._found and diagnostic.at != self._found[key].at:
            self._scattered.add(key)
        if key not in self._found:
            way = [frame.describe() for frame in reversed(trace[-MAX_TRACE:])]
            self._found[key] = diagnostic._replace(related=(*diagnostic.related, *origins[:MAX_TRACE], *way))

    def all(self) -> list[Diagnostic]:
        """All faults, with the number of further instances."""
        return [self._counted(key, diagnostic) for key, diagnostic in self._found.items()]

    def _counted(self, key: tuple[object, ...], diagnostic: Diagnostic) -> Diagnostic:
        count = self._counts[key]
        if count == 1:
            return diagnostic
        what = "from the same value" if key in self._scattered else "of the same step"
        return diagnostic._replace(notes=(*diagnostic.notes, f"and {count - 1:,} more {what}"))


def _key(diagnostic: Diagnostic) -> tuple[object, ...]:
    if diagnostic.at is None:
        return diagnostic.name, diagnostic.message
    return diagnostic.name, *_place(diagnostic.at.span)


def _place(span: Span) -> tuple[int, int, int]:
    return id(span.source), span.line, span.column
