"""`# cnnshape: ignore[name] reason`: on the line of a warning, or alone on the line above it.

On the line of `extends` it covers warnings in the files below, which may be clean by themselves.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cnnshape.diagnostics import CATALOGUE, Diagnostic, Severity, diagnose, did_you_mean
from cnnshape.document import Mapping, Sequence, read_document
from cnnshape.lint.registry import BY_NAME
from cnnshape.lint.run import Selection
from cnnshape.source import SourceText, Span

_EXTENDS = re.compile(r"extends\s*:")
_COMMENT = re.compile(r"(?:^|\s)#\s*cnnshape:\s*ignore(?:\[(?P<names>[^\]\n]*)\])?")


class Ignore(NamedTuple):
    """One name of one comment, and the line of warnings that it covers: in its file, or `below` it in all others."""

    name: str
    line: int
    at: Span
    below: bool = False

    def covers(self, span: Span) -> bool:
        """Whether the comment is about that place."""
        return (
            span.source is not self.at.source if self.below else (span.source, span.line) == (self.at.source, self.line)
        )


def find_ignores(source: SourceText) -> list[Ignore]:
    """All ignores of a text; a comment without names gives one with an empty name."""
    if "cnnshape: ignore" not in source.text and "cnnshape:ignore" not in source.text:
        return []
    found = []
    following = source.line_count + 1
    masked = _masked(source)
    for number in range(source.line_count, 0, -1):
        text = masked[number] if number in masked else source.line(number)
        alone = text.lstrip().startswith("#")
        for match in reversed(list(_COMMENT.finditer(text))):
            start = text.index("#", match.start())
            line = following if alone else number
            at = Span(source, number, start + 1, number, match.end() + 1)
            below = _EXTENDS.match(source.line(line)) is not None
            names = dict.fromkeys(name.strip() for name in (match["names"] or "").split(","))
            found += [Ignore(name, line, at, below) for name in reversed(names)]
        if not alone:
            following = number
    return found[::-1]


def _masked(source: SourceText) -> dict[int, str]:
    """The lines on which quoted texts and blocks of text stand, with dashes in their place: no `#` of theirs counts."""
    lines: dict[int, list[str]] = {}
    for span in _texts(source):
        for number in range(span.line, span.end_line + 1):
            signs = lines.setdefault(number, list(source.line(number)))
            start = span.column - 1 if number == span.line else 0
            end = span.end_column - 1 if number == span.end_line else len(signs)
            signs[start:end] = "-" * (end - start)
    return {number: "".join(signs) for number, signs in lines.items()}


def _texts(source: SourceText) -> Iterator[Span]:
    """The places of all scalars that are not plain."""
    root, _ = read_document(source)
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if isinstance(node, Mapping):
            nodes += [part for entry in node.entries for part in entry]
        elif isinstance(node, Sequence):
            nodes += node.items
        elif node is not None and not node.plain:
            yield node.span


def apply_ignores(source: SourceText, found: Iterable[Diagnostic], selection: Selection) -> list[Diagnostic]:
    """The diagnostics that no comment ignores, and warnings for comments of `source` that ignore nothing."""
    diagnostics = list(found)
    ignores = find_ignores(source)
    texts = {id(each.at.span.source): each.at.span.source for each in diagnostics if each.at}
    texts.pop(id(source), None)
    elsewhere = [ignore for text in texts.values() for ignore in find_ignores(text) if not ignore.below]
    by_line: dict[int, list[Ignore]] = {}
    for ignore in (*ignores, *elsewhere):
        by_line.setdefault(0 if ignore.below else ignore.line, []).append(ignore)
    used: set[Ignore] = set()
    kept = [each for each in diagnostics if not _ignored(each, by_line, used)]
    unused = [problem for ignore in ignores if ignore not in used for problem in _unused(ignore, selection)]
    return kept + [problem for problem in unused if not selection.leaves_out(CATALOGUE[problem.name])]


def _ignored(diagnostic: Diagnostic, by_line: dict[int, list[Ignore]], used: set[Ignore]) -> bool:
    if diagnostic.severity is not Severity.WARNING or diagnostic.at is None:
        return False
    span = diagnostic.at.span
    near = (*by_line.get(0, ()), *by_line.get(span.line, ()))
    hits = [each for each in near if each.name in (diagnostic.name, diagnostic.code) and each.covers(span)]
    used.update(hits)
    return bool(hits)


def _unused(ignore: Ignore, selection: Selection) -> list[Diagnostic]:
    rule = BY_NAME.get(ignore.name) or next((each for each in BY_NAME.values() if each.code == ignore.name), None)
    if rule is None:
        message = f"`{ignore.name}` is no rule" if ignore.name else "an ignore names the rules that it means"
        help = did_you_mean(ignore.name, BY_NAME) if ignore.name else "write `# cnnshape: ignore[heavy-head] reason`"
        return [diagnose("bad-ignore", message, ignore.at, help=help, severity=Severity.WARNING)]
    if not selection.has(rule):
        return []
    where = "in the files that this one extends" if ignore.below else f"on line {ignore.line}"
    message = f"nothing to ignore: `{ignore.name}` finds nothing {where}"
    return [diagnose("unused-ignore", message, ignore.at, help="remove the comment", severity=Severity.WARNING)]
