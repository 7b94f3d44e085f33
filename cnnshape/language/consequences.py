"""Filters out problems that only follow from the repair of a broken text."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from cnnshape.diagnostics import Diagnostic
from cnnshape.language.expression import DYNAMIC
from cnnshape.source import SourceText, Span

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
_OF_NAMES = frozenset(("foreign-spelling", "unknown-block", "unknown-name", "unknown-param", "unknown-tensor"))
"""Those of a name that stands at their place."""
_WORD = r"[^\W\d]\w*"
_OF_SHAPES = ("CS5", "CS6")


def without_consequences(problems: Iterable[Diagnostic], repaired: Sequence[Span]) -> list[Diagnostic]:
    """The problems that are real whatever the repaired lines were meant to be.

    Removes problems on repaired lines or of values that are given there, of names that may be defined there, and of
    shapes, which a step that could not be read may change.
    """
    if not repaired:
        return list(problems)
    uses = SingleUses()
    return [problem for problem in problems if not _may_follow(problem, repaired, uses)]


class SingleUses:
    """The words that a text has only once. Such a word has no definition in the text, readable or not."""

    def __init__(self) -> None:
        self._words: dict[int, set[str]] = {}

    def words(self, source: SourceText) -> set[str]:
        """The words that a text has only once, without the names of sizes. Counted once per text."""
        key = id(source)
        if key not in self._words:
            counts = Counter(re.findall(_WORD, source.text))
            self._words[key] = {word for word, count in counts.items() if count == 1} - DYNAMIC
        return self._words[key]

    def __contains__(self, problem: Diagnostic) -> bool:
        """Whether a problem is about a name that occurs nowhere else in the file."""
        if problem.name not in _OF_NAMES or problem.at is None:
            return False
        span = problem.at.span
        return not self.words(span.source).isdisjoint(re.findall(_WORD, span.text))


def _may_follow(problem: Diagnostic, repaired: Sequence[Span], uses: SingleUses) -> bool:
    lost = problem.name in _LOST_NAMES or _is_block(problem)
    if problem.code.startswith(_OF_SHAPES) or (lost and problem not in uses):
        return True
    places = [label.span for label in (problem.at, *problem.related) if label is not None]
    return any(_overlap(span, lines) for span in places for lines in repaired)


def _is_block(problem: Diagnostic) -> bool:
    """Whether another framework's word looks like the name of a block, such as `Conv`."""
    return problem.name == "foreign-spelling" and problem.at is not None and problem.at.span.text[:1].isupper()


def _overlap(span: Span, lines: Span) -> bool:
    return span.source is lines.source and span.line <= lines.end_line and lines.line <= span.end_line
