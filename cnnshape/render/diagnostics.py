"""Diagnostics as text: with source excerpts, or one per line."""

from collections.abc import Iterable, Sequence

from cnnshape.diagnostics import Diagnostic, Label, Severity
from cnnshape.named_tuple import NamedTuple
from cnnshape.render.wrapping import paint, wrapped
from cnnshape.source import SourceText

MAX_EXCERPT = 160


class Piece(NamedTuple):
    """A part of a line and its role: `error`, `warning`, `place`, `related`, `help`, or none."""

    text: str
    role: str = ""


Line = tuple[Piece, ...]


def full(diagnostics: Iterable[Diagnostic], width: int | None = None) -> str:
    """All diagnostics with excerpts, as plain text."""
    lines = [line for diagnostic in diagnostics for line in full_lines(diagnostic, width)]
    return "".join("".join(piece.text for piece in line) + "\n" for line in lines)


_STYLES = {"error": "1;31", "warning": "1;33", "message": "1", "place": "34", "related": "36", "help": "32"}


def colored(diagnostics: Iterable[Diagnostic], width: int | None = None) -> str:
    """All diagnostics with excerpts, coloured; without the colours it is the text of `full`."""
    lines = [line for diagnostic in diagnostics for line in full_lines(diagnostic, width)]
    return "".join("".join(paint(piece.text, _STYLES.get(piece.role, "")) for piece in line) + "\n" for line in lines)


def full_lines(diagnostic: Diagnostic, width: int | None = None) -> list[Line]:
    """One diagnostic with its excerpts, and an empty line after it; source lines are cut to `width`, sentences
    broken."""
    role = str(diagnostic.severity)
    lines = _sentence((Piece(f"{role}[{diagnostic.code}]", role), Piece(": ", "message")), diagnostic.message, width)
    margin = _margin(diagnostic)
    if diagnostic.at is None and diagnostic.file:
        lines.append((Piece(" " * margin + "--> ", "place"), Piece(escaped(diagnostic.file))))
    for source, labels in _by_source(diagnostic):
        lines += _excerpts(diagnostic, source, labels, margin, _room(width, margin))
    for kind, text in (*(("note", note) for note in diagnostic.notes), ("help", diagnostic.help)):
        if text:
            lines += _sentence(
                (Piece(" " * (margin + 1) + "= ", "place"), Piece(kind, "help"), Piece(": ")), text, width
            )
    return [*lines, ()]


def _sentence(head: Line, text: str, width: int | None) -> list[Line]:
    """A text after its head, in the role of the head's end; a long one is broken between words."""
    start, role = "".join(piece.text for piece in head), head[-1].role
    first, *further = wrapped(start, escaped(text), width)
    return [(*head, Piece(first[len(start) :], role)), *((Piece(line, role),) for line in further)]


def concise(diagnostic: Diagnostic) -> str:
    """`path:line:col: error[CS512] message`, without a line break."""
    place = escaped(diagnostic.path or "cnnshape")
    if diagnostic.at is not None:
        place += f":{diagnostic.at.span.line}:{diagnostic.at.span.column}"
    return f"{place}: {diagnostic.severity}[{diagnostic.code}] {escaped(diagnostic.message)}"


def closing(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`"""
    counts = {Severity.ERROR: 0, Severity.WARNING: 0}
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
    parts = [f"{number:,} {severity}{'s' if number > 1 else ''}" for severity, number in counts.items() if number]
    return ", ".join(parts)


def pointer(diagnostics: Sequence[Diagnostic]) -> str:
    """How to look up what the diagnostics mean: ``; `cnnshape rule CS512` explains it``."""
    codes = {diagnostic.code for diagnostic in diagnostics}
    if len(codes) > 1:
        return "; `cnnshape rule CODE` explains each"
    return f"; `cnnshape rule {codes.pop()}` explains {'it' if len(diagnostics) == 1 else 'them'}"


def escaped(text: str) -> str:
    """The text without control sequences for a terminal."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def _margin(diagnostic: Diagnostic) -> int:
    labels = ([diagnostic.at] if diagnostic.at else []) + list(diagnostic.related)
    return max((len(str(label.span.line)) for label in labels), default=1)


def _by_source(diagnostic: Diagnostic) -> list[tuple[SourceText, list[Label]]]:
    """The labels of each text, the label of the primary place first."""
    groups: dict[int, tuple[SourceText, list[Label]]] = {}
    for label in ([diagnostic.at] if diagnostic.at else []) + list(diagnostic.related):
        groups.setdefault(id(label.span.source), (label.span.source, []))[1].append(label)
    return list(groups.values())


def _room(width: int | None, margin: int) -> int:
    """Code points of a source line that are shown."""
    return MAX_EXCERPT if width is None else max(min(width - margin - 3, MAX_EXCERPT), 20)


def _excerpts(diagnostic: Diagnostic, source: SourceText, labels: list[Label], margin: int, room: int) -> list[Line]:
    first = labels[0]
    arrow = "--> " if first is diagnostic.at else "::: "
    place = f"{escaped(source.name)}:{first.span.line}:{first.span.column}"
    bar = (Piece(" " * (margin + 1) + "|", "place"),)
    lines: list[Line] = [(Piece(" " * margin + arrow, "place"), Piece(place)), bar]
    shown = 0
    for label in sorted(labels, key=lambda label: (label.span.line, label is not diagnostic.at)):
        if label.span.line != shown:
            lines.append(_source_line(label, margin, room))
        shown = label.span.line
        lines.append(_underline(label, margin, room, label is diagnostic.at, str(diagnostic.severity)))
    return lines


def _window(label: Label, room: int) -> tuple[int, str]:
    """Where the shown part of a line starts, and the part: long lines are cut around the place."""
    text = label.span.source.line(label.span.line)
    start = 0
    if len(text) > room:
        start = max(0, min(label.span.column - 1 - room // 2, len(text) - room))
    return start, "".join(sign if sign.isprintable() else " " for sign in text[start : start + room])


def _source_line(label: Label, margin: int, room: int) -> Line:
    _, text = _window(label, room)
    return Piece(f"{label.span.line:>{margin}} | ", "place"), Piece(text)


def _underline(label: Label, margin: int, room: int, primary: bool, severity: str) -> Line:
    span = label.span
    start, text = _window(label, room)
    before = text[: span.column - 1 - start]
    end = span.end_column - 1 - start if span.end_line == span.line else len(text)
    marked = text[len(before) : end]
    sign = "^" if primary else "-"
    words = f" {escaped(label.text)}" if label.text else ""
    role = severity if primary else "related"
    bar = Piece(" " * (margin + 1) + "| ", "place")
    return bar, Piece(" " * _cells(before)), Piece(sign * max(_cells(marked), 1) + words, role)


def _cells(text: str) -> int:
    """The number of terminal columns of a text."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
