"""Applies the fixes of problems. A fix is kept only if it removes its problem and adds no new one."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import accumulate
from operator import itemgetter

from cnnshape.diagnostics import Diagnostic, Replace, Severity
from cnnshape.document.editing import replacements, rewritten, without_overlaps
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText

MOST_TRIES = 200
"""The most texts of one file to check."""

MOST_STEPS = 8
"""How deep fixes may depend on each other: one may reveal a problem whose fix reveals another."""

Check = Callable[[str], list[list[Diagnostic]]]
"""The problems of a file with another text, and after them those of each file that extends it."""


def most_tries(work: int, cost: int) -> int:
    """How many texts may be checked, where one check costs that part of all the work."""
    return min(MOST_TRIES, work // max(cost, 1))


class Fixed(NamedTuple):
    """A text with fixes, how many problems they fixed, and the problems of the file that remain.

    `complete` says whether all fixes were tried.
    """

    text: str
    number: int
    problems: list[Diagnostic]
    complete: bool = True


class _Candidate(NamedTuple):
    """A problem and the replacements of its fix."""

    problem: Diagnostic
    changes: list[Replace]

    @property
    def key(self) -> tuple[str, str, int]:
        line = self.problem.at.span.line if self.problem.at else 0
        return self.problem.name, self.problem.message, line


def fix_text(
    source: SourceText,
    check: Check,
    applied_by: Collection[str],
    pardoned: Collection[str] = (),
    most: int = MOST_TRIES,
) -> Fixed:
    """The text with all fixes that one of these options applies and that pass the check; at most `most` texts are checked.

    A fix may reveal problems that have fixes too: it is kept together with those. Problems whose names are
    `pardoned` may be new: another step of the same run takes care of them. Raises what `check` raises.
    """
    fixer = _Fixer(check, applied_by, pardoned, most)
    state = _State(source, check(source.text), 0)
    size = None
    refused: set[tuple[str, str, int]] = set()
    while batch := fixer.batch(source.name, state.problems[0], refused)[:size]:
        after = fixer.after(state, batch)
        if fixer.is_out_of_tries:
            break
        if after is not None:
            state, size = after, None
        elif len(batch) == 1:
            refused.add(batch[0].key)
            size = None
        else:
            size = len(batch) // 2
    return Fixed(state.source.text, state.fixed, state.problems[0], not batch)


class _State(NamedTuple):
    """A text with its problems, and how many were fixed so far."""

    source: SourceText
    problems: list[list[Diagnostic]]
    fixed: int


class _Fixer:
    def __init__(self, check: Check, applied_by: Collection[str], pardoned: Collection[str], most: int) -> None:
        self._check = check
        self._applied_by = applied_by
        self._pardoned = pardoned
        self._left = most

    @property
    def is_out_of_tries(self) -> bool:
        """Whether a text was not checked because it was one too many."""
        return self._left < 0

    def batch(
        self, name: str, problems: Sequence[Diagnostic], refused: Collection[tuple[str, str, int]] = ()
    ) -> list[_Candidate]:
        """The fixes of the file of that name that can be made together."""
        every = _candidates(name, problems, self._applied_by)
        candidates = [candidate for candidate in every if candidate.key not in refused]
        fitting = without_overlaps(candidate.changes for candidate in candidates)
        return [candidate for candidate, fits in zip(candidates, fitting, strict=True) if fits]

    def after(self, state: _State, batch: list[_Candidate], deeper: int = MOST_STEPS) -> _State | None:
        """The text with these fixes and those of the problems that they reveal; None if some can't be fixed."""
        self._left -= 1
        if self.is_out_of_tries:
            return None
        text = rewritten(state.source, [change for candidate in batch for change in candidate.changes])
        problems = self._check(text)
        if not _are_fixed(batch, state.problems[0], problems[0]):
            return None
        source = SourceText(state.source.name, text, state.source.path)
        after = _State(source, problems, state.fixed + len(batch))
        new = [problem for problem in _new(state.problems, problems, batch) if problem.name not in self._pardoned]
        if not new:
            return after
        following = self.batch(source.name, new)
        return self.after(after, following, deeper - 1) if deeper and len(following) == len(new) else None


def passing(source: SourceText, problems: list[Diagnostic], check: Check, most: int = MOST_TRIES) -> list[Diagnostic]:
    """The problems of a file with the fixes that pass the check alone. At most `most` are tried.

    A fix of an extended file is kept untried: the check of that file tries it.
    """
    tries = 0
    kept = []
    for problem in problems:
        fixes = []
        for fix in problem.fixes:
            changes = replacements(fix)
            own = changes is not None and _is_of(source.name, changes)
            tries += own
            if changes and (
                not own or (tries <= most and _passes(source, _Candidate(problem, changes), problems, check))
            ):
                fixes.append(fix)
        kept.append(problem._replace(fixes=tuple(fixes)))
    return kept


def _passes(source: SourceText, candidate: _Candidate, problems: list[Diagnostic], check: Check) -> bool:
    result = check(rewritten(source, candidate.changes))[:1]
    return _are_fixed([candidate], problems, result[0]) and not _new([problems], result, [candidate])


def _is_of(name: str, changes: Sequence[Replace]) -> bool:
    return all(change.at.source.name == name for change in changes)


def _candidates(name: str, problems: Sequence[Diagnostic], applied_by: Collection[str]) -> Iterator[_Candidate]:
    for problem in problems:
        fix = next((fix for fix in problem.fixes if fix.applied_by in applied_by), None)
        changes = replacements(fix) if fix else None
        if changes and _is_of(name, changes):
            yield _Candidate(problem, changes)


# What a fix may change


def _are_fixed(batch: Sequence[_Candidate], before: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> bool:
    """Whether each problem of the batch is gone: as many problems like it are gone as the batch fixes."""
    wanted = Counter(_like(candidate.problem) for candidate in batch)
    was, left = Counter(map(_like, before)), Counter(map(_like, after))
    return all(left[key] <= was[key] - number for key, number in wanted.items())


def _new(
    before: Sequence[list[Diagnostic]], after: Sequence[list[Diagnostic]], batch: Sequence[_Candidate]
) -> list[Diagnostic]:
    """The new problems of all files."""
    moved = _Lines(batch)
    return [problem for was, now in zip(before, after, strict=True) for problem in _new_in(was, now, moved)]


def _new_in(before: Sequence[Diagnostic], after: Sequence[Diagnostic], moved: "_Lines") -> list[Diagnostic]:
    """The new problems of one file. Warnings count only if there were no errors: rules don't run on files with errors.

    A problem with a new message is not new if one with its name is gone from its line, such as a missed figure.
    """
    had_errors = any(problem.severity is Severity.ERROR for problem in before)
    was = [problem for problem in before if problem not in moved.fixed]
    known, now = Counter(map(_like, was)), Counter(map(_like, after))
    gone: Counter[tuple[str, int]] = Counter()
    for problem in was:
        now[_like(problem)] -= 1
        gone[problem.name, moved.line_of(problem)] += now[_like(problem)] < 0
    new = []
    for problem in after:
        place = problem.name, _line(problem)
        if known[_like(problem)] > 0:
            known[_like(problem)] -= 1
        elif gone[place] > 0:
            gone[place] -= 1
        elif problem.severity is Severity.ERROR or not had_errors:
            new.append(problem)
    return new


def _like(problem: Diagnostic) -> tuple[str, str, str]:
    """The parts of a problem that stay the same when lines move."""
    return problem.path, problem.name, re.sub(r"\bline \d+", "line", problem.message)


def _line(problem: Diagnostic) -> int:
    return problem.at.span.line if problem.at else 0


class _Lines:
    """The numbers of lines after some replacements."""

    def __init__(self, batch: Sequence[_Candidate]) -> None:
        self.fixed = {candidate.problem for candidate in batch}
        moves: dict[str, list[tuple[tuple[int, int], int]]] = {}
        for change in {change for candidate in batch for change in candidate.changes}:
            at = change.at
            by = change.text.count("\n") + at.line - at.end_line
            if by:
                moves.setdefault(at.source.name, []).append(((at.end_line, at.end_column), by))
        self._moves = {name: sorted(own) for name, own in moves.items()}
        self._sums = {name: [0, *accumulate(by for _, by in own)] for name, own in self._moves.items()}

    def line_of(self, problem: Diagnostic) -> int:
        """The line of a problem after the replacements."""
        if problem.at is None:
            return 0
        span = problem.at.span
        own = self._moves.get(span.source.name)
        if own is None:
            return span.line
        above = bisect_right(own, (span.line, span.column), key=itemgetter(0))
        return span.line + self._sums[span.source.name][above]
