"""Questions that people asked in public, inputs that broke once, and inputs that mislead, each with the right answer.

A case of `*.yaml` is a spec with the correct results:

    problems   all errors and warnings: the line, the name, parts of the text (`says`: message,
               help, notes) and related lines (`related`)
    figures    totals of the report; `output` is the shape of the one output
    fixed      edits of the text (old: new), each of which leaves no error
    later      what the case waits for: the test is expected to fail until that is there
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import cnnshape
from cnnshape.diagnostics import Diagnostic, Severity
from cnnshape.source import shipped_folder

FOLDER = Path(__file__).parent
KEYS = {"spec", "source", "problems", "figures", "fixed", "later"}
MISSING = (AssertionError, cnnshape.DesignError)
"""The exceptions with which the test of a waiting case may fail."""
CASES = {
    f"{path.stem}-{name}": case
    for path in sorted(FOLDER.glob("*.yaml"))
    for name, case in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}


def with_part(part: str) -> list[Any]:
    """The cases that state a part; what they wait for is a mark of the test."""
    return [
        pytest.param(
            case,
            id=name,
            marks=[pytest.mark.xfail(strict=True, reason=case["later"], raises=MISSING)] if "later" in case else [],
        )
        for name, case in CASES.items()
        if part in case
    ]


def load(text: str, folder: Path) -> cnnshape.Design:
    """The design of a text in a folder that holds what it extends."""
    if base := re.search(r"(?m)^extends: (\w+)\.yaml$", text):
        (folder / f"{base[1]}.yaml").write_bytes((shipped_folder() / f"{base[1]}.yaml").read_bytes())
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return cnnshape.load(path)


def problems(text: str, folder: Path) -> list[Diagnostic]:
    return cnnshape.check(load(text, folder))


def said(problem: Diagnostic) -> str:
    return "\n".join([problem.message, problem.help or "", *problem.notes, *(label.text for label in problem.related)])


@pytest.mark.parametrize("case", with_part("problems"))
def test_what_is_wrong_is_said_where_it_is(case: dict[str, Any], tmp_path: Path) -> None:
    reported = problems(case["spec"], tmp_path)
    listed = [(problem.at.span.line if problem.at else 0, problem.name, said(problem)) for problem in reported]
    assert [row[:2] for row in listed] == [(row["line"], row["name"]) for row in case["problems"]], listed
    for problem, row in zip(reported, case["problems"], strict=True):
        assert [part for part in row.get("says", []) if part not in said(problem)] == [], said(problem)
        assert [part for part in row.get("never", []) if part in said(problem)] == [], said(problem)
        lines = {label.span.line for label in problem.related}
        assert set(row.get("related", [])) <= lines, lines


@pytest.mark.parametrize("case", with_part("figures"))
def test_the_figures_are_right(case: dict[str, Any], tmp_path: Path) -> None:
    report = cnnshape.analyze(load(case["spec"], tmp_path))
    field = report.reach
    figures = {
        **report.totals._asdict(),
        "output": [list(shape) for shape in report.outputs.values()],
        "receptive_field": list(field.receptive_field.size) if field and field.receptive_field else None,
    }
    assert {name: figures[name] for name in case["figures"]} == case["figures"]


@pytest.mark.parametrize("case", with_part("fixed"))
def test_an_edit_makes_it_right(case: dict[str, Any], tmp_path: Path) -> None:
    for old, new in case["fixed"].items():
        assert case["spec"].count(old) == 1, old
        fixed = problems(case["spec"].replace(old, new), tmp_path)
        assert [said(problem) for problem in fixed if problem.severity is Severity.ERROR] == []


def test_every_case_states_something_and_nothing_unknown() -> None:
    for name, case in CASES.items():
        assert case.keys() <= KEYS, name
        assert case.keys() & {"problems", "figures"}, name
