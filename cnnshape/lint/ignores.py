"""`# cnnshape: ignore[name] reason`: on the line of a warning, or alone on the line above it.

On the line of `extends` it covers warnings in the extended files, which may be clean by themselves.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from cnnshape.diagnostics import CATALOGUE, Diagnostic, Severity, diagnose, did_you_mean, misspelt
from cnnshape.lint.registry import BY_NAME
from cnnshape.lint.run import Selection
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText, Span

if TYPE_CHECKING:
    from cnnshape.diagnostics import Fix

MOST_NAMES = 100
"""The number of names in a comment that are read."""


class Ignore(NamedTuple):
    """One name of one comment, and the line of warnings that it covers: in its file, or `below` it in all others.

    `names` is the number of names in the comment if there are too many to read.
    """

    name: str
    line: int
    at: Span
    below: bool = False
    names: int = 0

    def covers(self, span: Span) -> bool:
        """Whether the comment applies to that place."""
        if self.below:
            return span.source is not self.at.source
        return (span.source, span.line) == (self.at.source, self.line)


def find_ignores(comments: Iterable[Span]) -> list[Ignore]:
    """All ignores in the comments, in order. A comment without names gives one with an empty name."""
    comments = list(comments)
    lines: dict[tuple[SourceText, int], int] = {}
    for comment in reversed(comments):
        if _is_alone(comment):
            source, line = comment.source, comment.line
            lines[source, line] = lines.get((source, line + 1), line + 1)
    return [ignore for comment in comments for ignore in _ignores_of(comment, lines)]


def _is_alone(comment: Span) -> bool:
    return not comment.source.line(comment.line)[: comment.column - 1].strip()


def _ignores_of(comment: Span, lines: dict[tuple[SourceText, int], int]) -> list[Ignore]:
    """The ignores of a comment. `lines` are the lines below the comments that have a line of their own."""
    matches = list(_ignore_comment().finditer(comment.text))
    if not matches:
        return []
    line = lines.get((comment.source, comment.line), comment.line)
    below = re.match(r"extends\s*:", comment.source.line(line)) is not None
    return [ignore for match in matches for ignore in _named(comment, match, line, below=below)]


def _named(comment: Span, match: re.Match[str], line: int, *, below: bool) -> list[Ignore]:
    start = comment.text.index("#", match.start())
    at = comment.part(start, match.end() - start)
    names = list(dict.fromkeys(name.strip() for name in (match["names"] or "").split(",")))
    ignores = [Ignore(name, line, at, below) for name in names[:MOST_NAMES]]
    return ignores if len(names) <= MOST_NAMES else [*ignores, Ignore("", line, at, below, len(names))]


@cache
def _ignore_comment() -> re.Pattern[str]:
    return re.compile(r"(?:^|\s)#\s*cnnshape:\s*ignore(?:\[(?P<names>[^\]\n]*)\])?")


def apply_ignores(
    source: SourceText, comments: Iterable[Span], problems: Iterable[Diagnostic], selection: Selection
) -> list[Diagnostic]:
    """The problems that no comment ignores, and warnings for comments of `source` that ignore nothing.

    `comments` are those of `source` and of the files that it extends.
    """
    ignores = [ignore for ignore in find_ignores(comments) if ignore.at.source is source or not ignore.below]
    by_line: dict[int, list[Ignore]] = {}
    for ignore in ignores:
        by_line.setdefault(0 if ignore.below else ignore.line, []).append(ignore)
    used: set[Ignore] = set()
    kept = [problem for problem in problems if not _ignored(problem, by_line, used)]
    own = [ignore for ignore in ignores if ignore.at.source is source and ignore not in used]
    unused = [problem for ignore in own for problem in _unused(ignore, selection)]
    return kept + [problem for problem in unused if not selection.leaves_out(CATALOGUE[problem.name])]


def _ignored(diagnostic: Diagnostic, by_line: dict[int, list[Ignore]], used: set[Ignore]) -> bool:
    if diagnostic.severity is not Severity.WARNING or diagnostic.at is None:
        return False
    span = diagnostic.at.span
    near = (*by_line.get(0, ()), *by_line.get(span.line, ()))
    hits = [ignore for ignore in near if ignore.name in (diagnostic.name, diagnostic.code) and ignore.covers(span)]
    used.update(hits)
    return bool(hits)


def _unused(ignore: Ignore, selection: Selection) -> list[Diagnostic]:
    rule = BY_NAME.get(ignore.name) or next((rule for rule in BY_NAME.values() if rule.code == ignore.name), None)
    if rule is None:
        return [_bad_ignore(ignore)]
    if not selection.has(rule):
        return []
    where = "in the files that this one extends" if ignore.below else f"on line {ignore.line}"
    message = f"nothing to ignore: `{ignore.name}` finds nothing {where}"
    return [diagnose("unused-ignore", message, ignore.at, help="remove the comment", fixes=_removed(ignore))]


def _bad_ignore(ignore: Ignore) -> Diagnostic:
    help: str | None = "write `# cnnshape: ignore[heavy-head] reason`"
    message = "an ignore names the rules that it covers"
    if ignore.names:
        message = f"the comment names {ignore.names:,} rules; the first {MOST_NAMES} are read"
        help = "name the rules whose warnings it ignores"
    elif ignore.name:
        message, help = f"`{ignore.name}` is no rule", did_you_mean(ignore.name, BY_NAME)
        place = ignore.at.part(ignore.at.text.index(ignore.name, ignore.at.text.index("[")), len(ignore.name))
        return diagnose("bad-ignore", message, ignore.at, help=help, fixes=misspelt(ignore.name, BY_NAME, place))
    return diagnose("bad-ignore", message, ignore.at, help=help)


def _removed(ignore: Ignore) -> "tuple[Fix, ...]":
    """The fix that removes the name, or a comment without other names; none if a comment follows on the line."""
    # Most designs have no such comment.
    from cnnshape.diagnostics import Fix, Replace

    at, text = ignore.at, ignore.at.text
    line = at.source.line(at.line)
    head, _, listed = text.rstrip("]").partition("[")
    others = [name for name in listed.split(",") if name.strip() != ignore.name]
    if others:
        return (Fix((Replace(at, f"{head}[{','.join(others).strip()}]"),)),)
    if "#" in line[at.column :]:
        return ()
    before = line[: at.column - 1].rstrip()
    whole = Span(at.source, at.line, 1, at.line + 1, 1)
    rest = Span(at.source, at.line, len(before) + 1, at.line, len(line) + 1)
    return (Fix((Replace(rest if before or at.line == at.source.line_count else whole, ""),)),)
