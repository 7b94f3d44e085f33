"""Findings as JSON: a contract, versioned. Lines and columns are 1-based code points, ends are exclusive."""

import json
from typing import Any

from cnnshape.diagnostics import Diagnostic, Fix, Replace, Severity
from cnnshape.document.editing import replacements
from cnnshape.render.findings.findings import Findings
from cnnshape.source import Span

VERSION = 1


def to_json(findings: Findings) -> str:
    """A JSON object in ASCII, so that its bytes don't depend on the encoding of the output."""
    data = {
        "version": VERSION,
        "checked": list(findings.checked),
        "diagnostics": [diagnostic_data(finding) for finding in findings.diagnostics],
        "counts": {str(severity): len(findings.of(severity)) for severity in Severity},
    }
    return json.dumps(data, indent=2) + "\n"


def diagnostic_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as data: its place, its notes and its fixes."""
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        **(_place(diagnostic.at.span) if diagnostic.at else _nowhere(diagnostic.file)),
        "text": diagnostic.at.text if diagnostic.at else "",
        "related": [{**_place(label.span), "text": label.text} for label in diagnostic.related],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fixes": [_fix(fix, changes) for fix in diagnostic.fixes if (changes := replacements(fix))],
    }


def _fix(fix: Fix, changes: list[Replace]) -> dict[str, Any]:
    return {
        "applied_by": fix.applied_by or None,
        "edits": [{**_place(change.at), "text": change.text} for change in changes],
    }


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _nowhere(file: str) -> dict[str, Any]:
    return {"file": file, **dict.fromkeys(("line", "column", "end_line", "end_column"))}
