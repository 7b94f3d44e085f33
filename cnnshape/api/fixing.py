"""Applies the fixes of problems. A fix is kept only if it removes its problem and adds no new one."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

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


class Fixed(NamedTuple):
    """A text with fixes, how many problems they fixed, and the problems of the file that remain."""

    text: str
    number: int
    problems: list[Diagnostic]


class _Candidate(NamedTuple):
    """A problem and the replacements of its fix."""

    problem: Diagnostic
    changes: list[Replace]

    @property
    def key(self) -> tuple[str, str, int]:
        line = self.problem.at.span.line if self.problem.at else 0
        return self.problem.name, self.problem.message, line


def fix_text(source: SourceText, check: Check, applied_by: Collection[str], pardoned: Collection[str] = ()) -> Fixed:
    """The text with all fixes that one of these options applies and that pass the check.

    A fix may reveal problems that have fixes too: it is kept together with those. Problems whose names are
    `pardoned` may be new: another step of the same run takes care of them. Raises what `check` raises.
    """
    fixer = _Fixer(check, applied_by, pardoned)
    state = _State(source, check(source.text), 0)
    size = MOST_TRIES
    refused: set[tuple[str, str, int]] = set()
    for _ in range(MOST_TRIES):
        batch = fixer.batch(source.name, state.problems[0], refused)[:size]
        if not batch:
            break
        after = fixer.after(state, batch)
        if after is not None:
            state, size = after, MOST_TRIES
        elif len(batch) == 1:
            refused.add(batch[0].key)
            size = MOST_TRIES
        else:
            size = len(batch) // 2
    return Fixed(state.source.text, state.fixed, state.problems[0])


class _State(NamedTuple):
    """A text with its problems, and how many were fixed so far."""

    source: SourceText
    problems: list[list[Diagnostic]]
    fixed: int


class _Fixer:
    def __init__(self, check: Check, applied_by: Collection[str], pardoned: Collection[str]) -> None:
        self._check = check
        self._applied_by = applied_by
        self._pardoned = pardoned

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


def passing(source: SourceText, problems: list[Diagnostic], check: Check) -> list[Diagnostic]:
    """The problems of a file with the fixes that pass the check alone. At most `MOST_TRIES` are tried.

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
                not own or (tries <= MOST_TRIES and _passes(source, _Candidate(problem, changes), problems, check))
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
        self._changes = {change for candidate in batch for change in candidate.changes}

    def line_of(self, problem: Diagnostic) -> int:
        """The line of a problem after the replacements."""
        if problem.at is None:
            return 0
        span = problem.at.span
        above = [
            change
            for change in self._changes
            if change.at.source.name == span.source.name
            and (change.at.end_line, change.at.end_column) <= (span.line, span.column)
        ]
        return span.line + sum(change.text.count("\n") + change.at.line - change.at.end_line for change in above)
