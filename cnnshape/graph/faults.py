"""Collects the problems of an expansion: each fault once, however often its step is repeated."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from cnnshape.diagnostics import Diagnostic, Label
from cnnshape.language import Reference, Value, on_repaired_lines
from cnnshape.source import Span

MAX_TRACE = 6
_OF_VALUES = frozenset({"bad-argument", "bad-input", "expression-value"})
"""Faults of single values."""
MOST_VALUES = 12
Origin = Value | Reference


class Frame:
    """One step on the way from the file's `layers` to the current step.

    `values` are the values that the step gives to names. `origins` are the values of the file that they come from,
    needed only for a fault. A `closed` frame (a block) hides all others.
    """

    __slots__ = ("_given", "_origins", "at", "closed", "label", "values", "where")

    def __init__(
        self,
        at: Span,
        *,
        where: str,
        label: str,
        values: Mapping[str, object],
        origins: Callable[[], Mapping[str, Value]],
        closed: bool = False,
    ) -> None:
        self._origins = origins
        self._given: Mapping[str, Value] | None = None
        self.closed = closed
        self.at = at
        self.where = where
        self.label = label
        self.values = values

    def origins(self) -> Mapping[str, Value]:
        """The values that the step gives to names, computed once for all faults below it."""
        if self._given is None:
            self._given = self._origins()
        return self._given

    def describe(self) -> Label:
        """The frame as a related place: `in stage.0: Bottleneck (width=64, stride=1)`."""
        values = ", ".join(f"{name}={_value(value)}" for name, value in islice(self.values.items(), MOST_VALUES))
        values += ", ..." if len(self.values) > MOST_VALUES else ""
        where = f"in {self.where}: " if self.where else "in "
        return Label(self.at, f"{where}{self.label}" + (f" ({values})" if values else ""))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        return str(value)
    return "[...]" if type(value) is tuple else getattr(value, "description", "a tensor")


def _names_at(origin: Origin, at: Span) -> set[str]:
    """The names of a value or reference at the place of a fault."""
    return {name for name, span in origin.uses() if span == at or _within(span, at)}


def _within(part: Span, whole: Span) -> bool:
    start, end = (part.line, part.column), (part.end_line, part.end_column)
    return (whole.line, whole.column) <= start and end <= (whole.end_line, whole.end_column)


def _origins(
    names: set[str], trace: list[Frame], params: Mapping[str, Value], undefined: set[str] | None = None
) -> list[Label]:
    """The values that reach some names through params and loop variables, the nearest first.

    `params` are the values of the file's params. Adds the names that have no value in the file to `undefined`.
    """
    labels: list[Label] = []
    lost: set[str] = set()
    for frame in reversed(trace):
        given = frame.origins()
        hits = {name: given[name] for name in sorted(names) if name in given}
        labels += [Label(value.span, f"`{name}` is given here") for name, value in hits.items()]
        passed_on = {name for value in hits.values() for name in value.names}
        lost |= names - set(hits) if frame.closed else set()
        names = passed_on if frame.closed else (names - set(hits)) | passed_on
    lost |= names - params.keys()
    seen: set[str] = set()
    while names := (names & params.keys()) - seen:
        labels += [Label(params[name].span, f"`{name}` is given here") for name in sorted(names)]
        seen |= names
        names = {passed for name in names for passed in params[name].names}
        lost |= names - params.keys()
    if undefined is not None:
        undefined |= lost
    return labels


class _Fault:
    """The first instance of a fault with the number of all, and where its value comes from.

    `given` are the places of the values in the file that it is made of, `undefined` the names that have none there.
    `of_values` says that it depends on values alone, not on shapes. `scattered` instances are at several places.
    """

    __slots__ = ("count", "diagnostic", "given", "of_values", "scattered", "undefined")

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        self.count = 1
        self.scattered = False
        self.given: list[Span] = []
        self.undefined: set[str] = set()
        self.of_values = False

    def counted(self) -> Diagnostic:
        """The diagnostic, with a note of the further instances."""
        if self.count == 1:
            return self.diagnostic
        what = "from the same value" if self.scattered else "of the same step"
        return self.diagnostic._replace(notes=(*self.diagnostic.notes, f"and {self.count - 1:,} more {what}"))


class Faults:
    """Collects diagnostics. A fault at the same place, or from the same value, only increases a count."""

    def __init__(self, known: Iterable[Diagnostic]) -> None:
        self.params: dict[str, Value] = {}
        self._silenced: set[tuple[object, ...]] = set()
        self._unknown_names: set[str] = set()
        for diagnostic in known:
            self._silenced.add(_key(diagnostic))
            self._note_name(diagnostic)
        self._faults: dict[tuple[object, ...], _Fault] = {}
        self._origin_names: dict[object, tuple[Origin, set[str]]] = {}

    def add(
        self, diagnostic: Diagnostic, trace: list[Frame], origin: Origin | None = None, *, of_shapes: bool = False
    ) -> None:
        """Adds a diagnostic with the steps that lead to it.

        `origin` is the value or reference at fault; `of_shapes` says that the fault depends on shapes.
        """
        key = _key(diagnostic)
        if key in self._silenced:
            return
        names = self._names(origin, diagnostic.at.span) if origin is not None and diagnostic.at else set()
        origins = _origins(names, trace, self.params)
        if origins:
            key = (diagnostic.name, diagnostic.message, *_place(origins[-1].span))
        known = self._faults.get(key)
        if known is not None:
            known.count += 1
            known.scattered = known.scattered or diagnostic.at != known.diagnostic.at
            return
        way = [frame.describe() for frame in reversed(trace[-MAX_TRACE:])]
        fault = _Fault(diagnostic._replace(related=(*diagnostic.related, *origins[:MAX_TRACE], *way)))
        if origin is not None:
            given = _origins(set(origin.names), trace, self.params, fault.undefined)
            fault.given = [label.span for label in given]
            fault.of_values = not of_shapes and diagnostic.name in _OF_VALUES
        self._faults[key] = fault
        self._note_name(diagnostic)

    def _note_name(self, diagnostic: Diagnostic) -> None:
        """Remembers an undefined name, so that its consequences are not reported where the word is passed on."""
        if diagnostic.name == "unknown-name" and diagnostic.at is not None:
            self._unknown_names.add(diagnostic.at.span.text.strip("\"'"))

    def _names(self, origin: Origin, at: Span) -> set[str]:
        """The names at the place of a fault. Cached, as a long list may be at fault in each of many rounds."""
        key = id(origin), at
        if key not in self._origin_names:
            self._origin_names[key] = origin, _names_at(origin, at)
        return set(self._origin_names[key][1])

    def all(self) -> list[Diagnostic]:
        """All faults, with the number of further instances."""
        return [
            fault.counted()
            for fault in self._faults.values()
            if fault.diagnostic.name == "unknown-name" or self._unknown_names.isdisjoint(fault.undefined)
        ]

    def first(self) -> list[Diagnostic]:
        """The first instance of each fault, also of those that follow from another one."""
        return [fault.diagnostic for fault in self._faults.values()]

    def certain(self, repaired: Sequence[Span]) -> list[Diagnostic]:
        """The faults of values that the file states. They hold for any meaning of its repaired lines."""
        return [
            fault.counted()
            for fault in self._faults.values()
            if fault.of_values and not fault.undefined and not on_repaired_lines(fault.given, repaired)
        ]


def _key(diagnostic: Diagnostic) -> tuple[object, ...]:
    if diagnostic.at is None:
        return diagnostic.name, diagnostic.message
    return diagnostic.name, *_place(diagnostic.at.span)


def _place(span: Span) -> tuple[int, int, int]:
    return id(span.source), span.line, span.column
