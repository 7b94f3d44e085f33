"""Findings for people and for grep."""

from cnnshape.render.diagnostics import closing, colored, concise, escaped, full, pointer
from cnnshape.render.findings.findings import Findings
from cnnshape.render.formats import Page
from cnnshape.render.wrapping import wrapped


def to_full(findings: Findings, page: Page) -> str:
    """The findings with excerpts of the source, and a line with their number and how to look them up."""
    first, *rest = wrapped("", closing_line(findings), page.width)
    text = colored if page.color else full
    left = findings.left_out()
    parts = [text(own, page.width) + _more(left.get(own[0].path, 0), own[0].path) for own in findings.shown()]
    return "\n".join(["".join(parts) + first, *rest, ""])


def _more(left: int, path: str) -> str:
    return f"and {left:,} more in {escaped(path)}; `--format concise` lists all\n\n" if left else ""


def closing_line(findings: Findings) -> str:
    """How many designs were checked, what is wrong, and how to look it up."""
    number = len(findings.checked)
    designs = f"{number:,} design{'' if number == 1 else 's'}"
    fixed = f"{findings.fixed:,} fixed, " if findings.fixed else ""
    if not findings.diagnostics:
        return f"{designs} checked, {fixed}nothing wrong"
    counts = closing(findings.diagnostics)
    counts = f"{counts} in {designs}" if number else counts
    return fixed + counts + _fixable(*findings.fixable) + pointer(findings.diagnostics)


def _fixable(number: int, complete: bool) -> str:
    if not number:
        return "" if complete else "; `--fix` may fix some"
    return f"; `--fix` fixes {number:,}{'' if complete else ' or more'}"


def to_concise(findings: Findings) -> str:
    """One line per finding: `path:line:col: error[CS512] message`."""
    return "".join(f"{concise(diagnostic)}\n" for diagnostic in findings.diagnostics)
