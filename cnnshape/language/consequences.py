"""Filters out problems that only follow from the repair of a broken text."""

from collections.abc import Iterable, Sequence

from cnnshape.diagnostics import Diagnostic
from cnnshape.source import Span

_LOST_NAMES = frozenset(
    (
        "missing-key",
        "missing-param",
        "unknown-block",
        "unknown-name",
        "unknown-param",
        "unknown-tensor",
        "unknown-variant",
    )
)
"""Diagnostics of names whose definition may be on a line that could not be read."""
_OF_SHAPES = ("CS5", "CS6")


def without_consequences(problems: Iterable[Diagnostic], repaired: Sequence[Span]) -> list[Diagnostic]:
    """The problems that are real whatever the repaired lines were meant to be.

    Removes problems on repaired lines, of names that may be defined there, and of shapes, which a step that could not
    be read may change.
    """
    return [problem for problem in problems if not repaired or not _may_follow(problem, repaired)]


def _may_follow(problem: Diagnostic, repaired: Sequence[Span]) -> bool:
    if problem.name in _LOST_NAMES or problem.code.startswith(_OF_SHAPES) or _is_block(problem):
        return True
    return problem.at is not None and any(_overlap(problem.at.span, lines) for lines in repaired)


def _is_block(problem: Diagnostic) -> bool:
    """Whether another framework's word looks like the name of a block, such as `Conv`."""
    return problem.name == "foreign-spelling" and problem.at is not None and problem.at.span.text[:1].isupper()


def _overlap(span: Span, lines: Span) -> bool:
    return span.source is lines.source and span.line <= lines.end_line and lines.line <= span.end_line
