"""Problems that follow from a broken text, and not from what its author wrote."""

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
"""What is reported of a name whose definition may be among the lines that could not be read."""
_OF_SHAPES = ("CS5", "CS6")


def without_consequences(problems: Iterable[Diagnostic], repaired: Sequence[Span]) -> list[Diagnostic]:
    """The problems that hold whatever the repaired lines of a text were meant to say.

    A problem on such a line goes, one of a name that may be defined there, and one of a shape: a step that could not be
    read may have changed it.
    """
    return [problem for problem in problems if not repaired or not _may_follow(problem, repaired)]


def _may_follow(problem: Diagnostic, repaired: Sequence[Span]) -> bool:
    if problem.name in _LOST_NAMES or problem.code.startswith(_OF_SHAPES) or _is_block(problem):
        return True
    return problem.at is not None and any(_overlap(problem.at.span, lines) for lines in repaired)


def _is_block(problem: Diagnostic) -> bool:
    """Whether a word of another framework has the form of a block's name, such as `Conv`."""
    return problem.name == "foreign-spelling" and problem.at is not None and problem.at.span.text[:1].isupper()


def _overlap(span: Span, lines: Span) -> bool:
    return span.source is lines.source and span.line <= lines.end_line and lines.line <= span.end_line
