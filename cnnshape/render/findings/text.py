"""Findings for people and for grep."""

from cnnshape.render.diagnostics import closing, colored, concise, full
from cnnshape.render.findings.findings import Findings
from cnnshape.render.formats import Page


def to_full(findings: Findings, page: Page) -> str:
    """The findings with excerpts of the source, and a line with their number."""
    text = colored if page.color else full
    return text(findings.diagnostics, page.width) + _closing(findings)


def _closing(findings: Findings) -> str:
    number = len(findings.checked)
    designs = f"{number} design{'' if number == 1 else 's'}"
    if not findings.diagnostics:
        return f"{designs} checked, nothing wrong\n"
    counts = closing(findings.diagnostics)
    return f"{counts} in {designs}\n" if number else f"{counts}\n"


def to_concise(findings: Findings) -> str:
    """One line per finding: `path:line:col: error[CS512] message`."""
    return "".join(f"{concise(diagnostic)}\n" for diagnostic in findings.diagnostics)
