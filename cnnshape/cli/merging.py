"""Merges findings: one per place, even if several files, variants or uses of a block lead to it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cnnshape.cli.files import same_file
from cnnshape.diagnostics import Diagnostic, Label
from cnnshape.source import SourceText

if TYPE_CHECKING:
    from cnnshape.diagnostics import Fix

MOST_MERGED = 8


def merge(findings: Iterable[Diagnostic], checked: Iterable[str]) -> list[Diagnostic]:
    """The findings sorted. Findings with the same message at the same place become one, with all places and notes.

    A file that is also read through `extends` keeps the name under which it was checked.
    """
    texts = _Texts(checked)
    groups: dict[tuple[str, int, int, str, str], dict[Diagnostic, None]] = {}
    for finding in findings:
        own = texts.on(finding)
        groups.setdefault(own.place, {})[own] = None
    return [_joined(list(groups[place])) for place in sorted(groups)]


def _joined(group: list[Diagnostic]) -> Diagnostic:
    first, *further = group[:MOST_MERGED]
    related = dict.fromkeys(label for finding in (first, *further) for label in finding.related)
    notes = dict.fromkeys(note for finding in (first, *further) for note in finding.notes)
    left = len(group) - MOST_MERGED
    more = (f"and {left:,} more of the same kind",) if left > 0 else ()
    return first._replace(related=tuple(related), notes=(*notes, *more))


class _Texts:
    """Keeps one text per file, although each check of the file, and of files that extend it, reads it again."""

    def __init__(self, checked: Iterable[str]) -> None:
        self._names = {same_file(name): name for name in checked}
        self._known: dict[str, str] = {"": ""}
        self._texts: dict[str, SourceText] = {}

    def on(self, diagnostic: Diagnostic) -> Diagnostic:
        """The diagnostic with its places in these texts."""
        at = self._label(diagnostic.at) if diagnostic.at else None
        related = tuple(map(self._label, diagnostic.related))
        fixes = tuple(map(self._fix, diagnostic.fixes))
        return diagnostic._replace(at=at, related=related, file=self._name(diagnostic.file), fixes=fixes)

    def _fix(self, fix: "Fix") -> "Fix":
        edits = [edit._replace(at=edit.at._replace(source=self._text(edit.at.source))) for edit in fix.edits]
        return fix._replace(edits=tuple(edits))

    def _label(self, label: Label) -> Label:
        return label._replace(span=label.span._replace(source=self._text(label.span.source)))

    def _text(self, source: SourceText) -> SourceText:
        name = self._name(source.name)
        return self._texts.setdefault(name, SourceText(name, source.text, source.path))

    def _name(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = self._names.setdefault(same_file(name), name)
        return self._known[name]
