"""Small designs per rule: each file of `cases` holds several, and the lines that a rule warns at say so.

    - relu    # warning: repeated-activation "part of the message" help "part" note "part" related "part"

Every note is stated; the other parts may be left out. Nothing else is reported, by any rule that runs by default or by
the rule that the file is named after.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

import cnnshape
from cnnshape.diagnostics import Diagnostic, Severity
from cnnshape.lint import RULES
from cnnshape.lint.rules.dropped_input import MAX_LAYERS, MAX_TRIED

FOLDER = Path(__file__).parent / "cases"
QUOTED = r'"((?:[^"\\]|\\.)*)"'
MARK = re.compile(rf"# warning: ([\w-]+)((?: (?:help |note |related )?{QUOTED})*)")
DETAIL = re.compile(rf"(help |note |related |){QUOTED}")


class Case(NamedTuple):
    rule: str
    title: str
    text: str


class Mark(NamedTuple):
    line: int
    name: str
    details: tuple[tuple[str, str], ...]

    def fits(self, warning: Diagnostic) -> bool:
        said = {
            "": [warning.message],
            "help": [warning.help or ""],
            "note": list(warning.notes),
            "related": [label.text for label in warning.related],
        }
        notes = sum(what == "note" for what, _ in self.details)
        return (
            warning.at is not None
            and (warning.at.span.line, warning.name) == (self.line, self.name)
            and len(warning.notes) == notes
            and all(any(part in text for text in said[what]) for what, part in self.details)
        )


def cases() -> list[Case]:
    parsed = []
    for path in sorted(FOLDER.glob("*.yaml")):
        _, *parts = re.split(r"^--- # (.+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        parsed += [Case(path.stem, title, text) for title, text in zip(parts[::2], parts[1::2], strict=True)]
    return parsed


def marks(text: str) -> list[Mark]:
    parsed = []
    for number, line in enumerate(text.split("\n"), 1):
        match = MARK.search(line)
        assert line.count("# warning") == (match is not None), f"an unreadable mark: {line}"
        if match:
            details = tuple((what.strip(), part) for what, part in DETAIL.findall(match[2]))
            parsed.append(Mark(number, match[1], details))
    return parsed


def warnings(text: str, rule: str) -> list[Diagnostic]:
    names = [known.name for known in RULES if known.default or known.name == rule]
    return cnnshape.check(cnnshape.load(text, name="case"), select=names)


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.rule}: {case.title}")
def test_a_case_warns_where_it_says(case: Case) -> None:
    missing = marks(case.text)
    unexpected = []
    for warning in warnings(case.text, case.rule):
        assert warning.severity is Severity.WARNING, warning.message
        fitting = next((mark for mark in missing if mark.fits(warning)), None)
        if fitting is None:
            unexpected.append(warning)
        else:
            missing.remove(fitting)
    assert not (missing or unexpected)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_has_cases_that_trip_it_and_cases_that_just_do_not(rule) -> None:
    names = [{mark.name for mark in marks(case.text)} for case in cases() if case.rule == rule.name]
    assert any(rule.name in marked for marked in names)
    assert any(rule.name not in marked for marked in names)


def test_messages_are_single_printable_lines_and_give_help() -> None:
    for case in cases():
        for warning in warnings(case.text, case.rule):
            texts = [warning.message, warning.help or "", *warning.notes, *(label.text for label in warning.related)]
            assert all(text.isprintable() for text in texts)
            assert warning.help and not warning.message.endswith(".")


def with_pools(count: int, layers: int) -> str:
    steps = "\n".join(f"      p{number}: [{{max_pool: 2}}]" for number in range(count))
    stem = f"  - {{conv: {{out: 8, kernel: 1}}, repeat: {layers}}}"
    shrunk = "  - conv: {out: 8, kernel: 3, stride: 2, padding: 1}"
    return f"cnnshape: 1\ninput: [3, 66, 66]\nlayers:\n{shrunk}\n{stem}\n  - concat:\n{steps}\n"


@pytest.mark.parametrize(
    ("count", "layers", "notes"),
    [(2, 1, 2), (MAX_TRIED + 3, 1, MAX_TRIED), (2, MAX_LAYERS - 4, 2), (2, MAX_LAYERS - 3, 0)],
)
def test_input_sizes_are_tried_for_a_few_steps_of_designs_that_are_not_huge(count, layers, notes) -> None:
    reported = warnings(with_pools(count, layers), "dropped-input")
    assert [warning.name for warning in reported] == ["dropped-input"] * count
    assert [warning.notes for warning in reported if warning.notes] == [
        ("sizes of `input` that give them: height 64 or 68, width 64 or 68",)
    ] * notes
