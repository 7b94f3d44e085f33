"""The faces of diagnostics: with excerpts of the source."""

from collections.abc import Iterable

from cnnshape.diagnostics import Diagnostic, Diagnostics
from cnnshape.render.diagnostics import full_lines
from cnnshape.render.faces.face import Face, parsed
from cnnshape.render.findings.findings import Findings
from cnnshape.render.findings.json import diagnostic_data, to_json
from cnnshape.render.findings.text import closing_line, to_full
from cnnshape.render.formats import Page
from cnnshape.render.html import block, marked, paragraphs, preformatted
from cnnshape.render.table import Column, Table

_BOLD = "font-weight:bold"
_STYLES = {
    "error": f"{_BOLD};color:#d73a49",
    "warning": f"{_BOLD};color:#a67c00",
    "message": _BOLD,
    "help": _BOLD,
}
"""Styles of roles. The colours have contrast on light and on dark pages."""
_COLUMNS = tuple(map(Column, ("code", "name", "severity", "message", "path", "line", "column", "help")))


def _findings(diagnostics: Diagnostics) -> Findings:
    return Findings(tuple(diagnostics), diagnostics.checked)


def diagnostics_text(diagnostics: Diagnostics) -> str:
    """What `cnnshape check` prints into a pipe."""
    return to_full(_findings(diagnostics), Page())


def diagnostics_parts(diagnostics: Diagnostics) -> list[str]:
    """The diagnostics as HTML, and a line with their number."""
    findings = _findings(diagnostics)
    shown = [diagnostic for own in findings.shown() for diagnostic in own]
    left = sum(findings.left_out().values())
    more = [f"and {left:,} more"] if left else []
    return [*([_excerpts(shown)] if shown else []), paragraphs([*more, closing_line(findings)])]


def _excerpts(diagnostics: Iterable[Diagnostic]) -> str:
    lines = [
        "".join(marked(piece.text, _STYLES.get(piece.role, "")) for piece in line)
        for diagnostic in diagnostics
        for line in full_lines(diagnostic)
    ]
    return preformatted(lines[:-1])


def _rows(diagnostics: Iterable[Diagnostic]) -> Table:
    return Table(_COLUMNS, map(_values, diagnostics))


def _values(diagnostic: Diagnostic) -> tuple[object, ...]:
    span = diagnostic.at.span if diagnostic.at else None
    place = (span.line, span.column) if span else (None, None)
    return (
        diagnostic.code,
        diagnostic.name,
        str(diagnostic.severity),
        diagnostic.message,
        diagnostic.path,
        *place,
        diagnostic.help,
    )


def _text(diagnostic: Diagnostic) -> str:
    return "\n".join("".join(piece.text for piece in line) for line in full_lines(diagnostic))


FACES = {
    "Diagnostic": Face(
        _text,
        lambda diagnostic: block(_excerpts([diagnostic])),
        diagnostic_data,
        lambda diagnostic: _rows([diagnostic]),
    ),
    "Diagnostics": Face(
        diagnostics_text,
        lambda diagnostics: block(*diagnostics_parts(diagnostics)),
        parsed(lambda diagnostics: to_json(_findings(diagnostics))),
        _rows,
    ),
}
