"""Specs with faults: each file states on its own lines what is to be reported there, and nothing else may be.

    - fc: 10  # error: foreign-spelling "`fc` is called `linear` here" help "write `linear`"

A quoted text is a part of the message, or of the help, of a note or of a related place.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

import cnnshape
from cnnshape.diagnostics import CATALOGUE, Diagnostic, Severity

FOLDER = Path(__file__).parent / "bad"
FILES = sorted(FOLDER.glob("*.yaml"))
QUOTED = r'"((?:[^"\\]|\\.)*)"'
COMMENT = re.compile(rf"# error: ([a-z0-9-]+) {QUOTED}((?: (?:help|note|related) {QUOTED})*)")
DETAIL = re.compile(rf" (help|note|related) {QUOTED}")

# Errors that no text with a comment on the line can cause, and the test that causes each.
ELSEWHERE = {
    "unreadable-file": "the library raises OSError; tests of the command line",
    "failed-import": "faces/test_import.py",
    "inexpressible": "export/test_command.py",
    "not-utf8": "document/test_hostile.py",
    "control-character": "document/test_hostile.py",
    "limit-exceeded": "document/test_hostile.py",
    "empty-file": "document/test_hostile.py",
    "unknown-variant": "test_options.py",
    "budget-exceeded": "test_options.py",
    "weights-misfit": "api/test_weights.py",
    "stale-output": "api/test_stale.py",
    "too-close": "device/test_budget.py",
    "bad-configuration": "tests of the command line",
}
WARNINGS = ("CS7", "CS8")  # design rules and what silences them: tests of the rules


class Expected(NamedTuple):
    line: int
    name: str
    message: str
    details: tuple[tuple[str, str], ...]

    def fits(self, diagnostic: Diagnostic) -> bool:
        return (
            diagnostic.at is not None
            and (diagnostic.at.span.line, diagnostic.name) == (self.line, self.name)
            and self.message in diagnostic.message
            and all(any(part in text for text in said(diagnostic, what)) for what, part in self.details)
        )


def said(diagnostic: Diagnostic, what: str) -> list[str]:
    texts = {
        "help": [diagnostic.help or ""],
        "note": list(diagnostic.notes),
        "related": [label.text for label in diagnostic.related],
    }
    return texts[what]


def unescaped(text: str) -> str:
    return text.replace('\\"', '"')


def expectations(path: Path) -> list[Expected]:
    marks = []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        assert line.count("# error:") == len(COMMENT.findall(line)), f"{path.name}:{number}: an unreadable comment"
        for match in COMMENT.finditer(line):
            details = tuple((what, unescaped(part)) for what, part in DETAIL.findall(match[3]))
            marks.append(Expected(number, match[1], unescaped(match[2]), details))
    return marks


def errors(path: Path) -> list[Diagnostic]:
    return [diagnostic for diagnostic in cnnshape.check(cnnshape.load(path)) if diagnostic.severity is Severity.ERROR]


def described(diagnostic: Diagnostic) -> str:
    line = diagnostic.at.span.line if diagnostic.at else 0
    return f"{line}: {diagnostic.name} {diagnostic.message!r} help {diagnostic.help!r} notes {diagnostic.notes} related {said(diagnostic, 'related')}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_spec_is_refused_as_its_comments_say(path: Path) -> None:
    missing = expectations(path)
    unexpected = []
    for diagnostic in errors(path):
        fitting = next((expected for expected in missing if expected.fits(diagnostic)), None)
        if fitting is None:
            unexpected.append(described(diagnostic))
        else:
            missing.remove(fitting)
    assert not (missing or unexpected), "\n".join(
        ["", *(f"missing     {expected}" for expected in missing), *(f"unexpected  {text}" for text in unexpected)]
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_diagnostic_points_into_its_file(path: Path) -> None:
    lines = path.read_text().split("\n")
    for diagnostic in errors(path):
        assert diagnostic.at is not None
        for label in (diagnostic.at, *diagnostic.related):
            span = label.span
            assert span.source.name == str(path)
            assert 1 <= span.column <= len(lines[span.line - 1]) + 1
            assert (span.line, span.column) <= (span.end_line, span.end_column)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_message_is_one_printable_line(path: Path) -> None:
    for diagnostic in errors(path):
        texts = [
            diagnostic.message,
            diagnostic.help or "",
            *diagnostic.notes,
            *(label.text for label in diagnostic.related),
        ]
        assert all(text.isprintable() and "object at" not in text for text in texts)
        assert all("None" not in text.replace("`None`", "") for text in texts)
        assert diagnostic.message
        assert not diagnostic.message.endswith(".")


def test_a_step_that_runs_over_two_lines_is_told_so() -> None:
    (diagnostic,) = cnnshape.check(cnnshape.load("input: [3, 8, 8]\nlayers:\n  - relu\n    - tanh\n"))
    assert (diagnostic.name, diagnostic.message) == ("unknown-kind", "no layer kind is called `relu - tanh`")
    assert diagnostic.help == "line 4 continues it: indent the items of a list alike"


def test_every_file_expects_something() -> None:
    assert [path.name for path in FILES if not expectations(path)] == []


def test_every_code_has_a_bad_spec() -> None:
    covered = {expected.name for path in FILES for expected in expectations(path)}
    own = {entry.name for entry in CATALOGUE.values() if not entry.code.startswith(WARNINGS)}
    assert covered | set(ELSEWHERE) == own
    assert covered.isdisjoint(ELSEWHERE)
