"""Findings as a Code Quality report of GitLab, shown in merge requests."""

import json
from typing import Any

from cnnshape.diagnostics import Diagnostic, Severity
from cnnshape.render.findings.findings import Findings, forge_path
from cnnshape.render.findings.fingerprint import fingerprints

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def to_gitlab(findings: Findings) -> str:
    """A JSON array in ASCII, so that its bytes don't depend on the encoding of the output."""
    marks = fingerprints(findings.diagnostics)
    issues = [_issue(*pair) for pair in zip(findings.diagnostics, marks, strict=True)]
    return json.dumps(issues, indent=2) + "\n"


def _issue(diagnostic: Diagnostic, fingerprint: str) -> dict[str, Any]:
    return {
        "description": "; ".join(filter(None, (diagnostic.message, diagnostic.help))),
        "check_name": diagnostic.name,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {
            "path": forge_path(diagnostic.path),
            # GitLab requires a line: use the first one if there is no place.
            "lines": {"begin": diagnostic.at.span.line if diagnostic.at else 1},
        },
    }
