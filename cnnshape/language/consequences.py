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
    """The problems that hold for any meaning of the repaired lines.

    Removes problems on repaired lines, of values given there, of names that may be defined there, and of shapes, which
    a step that could not be read may change.
    """
    if not repaired:
        return list(problems)
    return [problem for problem in problems if not _may_follow(problem, repaired)]


def on_repaired_lines(places: Iterable[Span], repaired: Sequence[Span]) -> bool:
    """Whether one of the places is on a line that was completed or left out."""
    return any(_overlap(span, lines) for span in places for lines in repaired)


def _may_follow(problem: Diagnostic, repaired: Sequence[Span]) -> bool:
    if problem.name in _LOST_NAMES or _is_block(problem) or problem.code.startswith(_OF_SHAPES):
        return True
    return on_repaired_lines([label.span for label in (problem.at, *problem.related) if label is not None], repaired)


def _is_block(problem: Diagnostic) -> bool:
    """Whether another framework's word looks like the name of a block, such as `Conv`."""
    return problem.name == "foreign-spelling" and problem.at is not None and problem.at.span.text[:1].isupper()


def _overlap(span: Span, lines: Span) -> bool:
    return span.source is lines.source and span.line <= lines.end_line and lines.line <= span.end_line
