"""Findings as workflow commands of GitHub Actions, which annotate the lines of a pull request."""

from cnnshape.diagnostics import Diagnostic
from cnnshape.render.diagnostics import escaped
from cnnshape.render.findings.findings import Findings, advice, forge_path
from cnnshape.source import Span

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def to_github(findings: Findings) -> str:
    """One line per finding: `::error file=...,line=...,title=...::message`."""
    lines = [_command(finding) for own in findings.shown() for finding in own]
    lines += [_more(path, left) for path, left in findings.left_out().items()]
    return "".join(f"{line}\n" for line in lines)


def _more(path: str, left: int) -> str:
    properties = f"file={forge_path(path).translate(_PROPERTY)}," if path else ""
    return escaped(f"::notice {properties}title=cnnshape::and {left:,} more in this file")


def _command(diagnostic: Diagnostic) -> str:
    properties = {"file": forge_path(diagnostic.path)} if diagnostic.path else {}
    if diagnostic.at is not None:
        properties |= _region(diagnostic.at.span)
    properties["title"] = f"{diagnostic.code} {diagnostic.name}"
    listed = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
    text = "\n".join([diagnostic.message, *_related(diagnostic), *advice(diagnostic)])
    return escaped(f"::{diagnostic.severity} {listed}::{text.translate(_DATA)}")


def _region(span: Span) -> dict[str, str]:
    """The region of a finding. GitHub rejects columns if a region spans several lines."""
    lines = {"line": str(span.line), "endLine": str(span.end_line)}
    if span.line != span.end_line:
        return lines
    return {**lines, "col": str(span.column), "endColumn": str(span.end_column)}


def _related(diagnostic: Diagnostic) -> list[str]:
    return [
        f"{forge_path(label.span.source.name)}:{label.span.line}: {label.text}"
        for label in diagnostic.related
        if label.text
    ]
