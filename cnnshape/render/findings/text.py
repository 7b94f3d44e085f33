"""Findings for people and for grep."""

from cnnshape.render.diagnostics import concise, full
from cnnshape.render.findings.findings import Findings


def to_full(findings: Findings) -> str:
    """Each with excerpts of the source, in plain text."""
    return full(findings.diagnostics)


def to_concise(findings: Findings) -> str:
    """A line each: `path:line:col: error[CS512] message`."""
    return "".join(f"{concise(each)}\n" for each in findings.diagnostics)
