"""What is built around faults: `cases.yaml`, each with the layers that are there and the errors that are reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import cnnshape
from cnnshape.layers import format_shape
from cnnshape.report import Report

CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())
HEAD = "input: [3, 16, 16]\n"


def indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def text_of(case: dict[str, Any]) -> tuple[str, int]:
    """The file of a case, and the number of its line `layers:`."""
    before = HEAD + (f"blocks:\n{indented(case['blocks'])}" if "blocks" in case else "")
    after = f"outputs: [{', '.join(case['outputs_of'])}]\n" if "outputs_of" in case else ""
    return f"{before}layers:\n{indented(case['layers'])}{after}", before.count("\n") + 1


def partial_report(text: str) -> Report:
    return cnnshape.analyze(cnnshape.load(text), partial=True)


@pytest.mark.parametrize("name", CASES)
def test_the_layers_that_are_built(name: str) -> None:
    report = partial_report(text_of(CASES[name])[0])
    assert {row.name: format_shape(row.output) for row in report.rows} == {
        layer: str(shape) for layer, shape in CASES[name]["built"].items()
    }
    assert {output: format_shape(shape) for output, shape in report.outputs.items()} == {
        output: str(shape) for output, shape in CASES[name]["outputs"].items()
    }
    assert not report.complete


@pytest.mark.parametrize("name", CASES)
def test_the_errors_that_are_reported(name: str) -> None:
    text, start = text_of(CASES[name])
    reported = {problem.at.span.line - start: problem.name for problem in cnnshape.check(cnnshape.load(text))}
    assert reported == CASES[name]["errors"]


@pytest.mark.parametrize("name", CASES)
def test_what_is_built_adds_up(name: str) -> None:
    report = partial_report(text_of(CASES[name])[0])
    assert report.totals.params == sum(row.params for row in report.rows)
    assert report.totals.macs == sum(row.macs for row in report.rows)
    assert report.groups.start == 0
    assert report.groups.end == len(report.rows)
    known = {*report.inputs, *(row.name for row in report.rows)}
    assert all(set(row.sources) <= known for row in report.rows)
    assert set(report.output_layers.values()) <= known


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_raised_unless_it_may_be_partial(name: str) -> None:
    with pytest.raises(cnnshape.DesignError) as refused:
        cnnshape.analyze(cnnshape.load(text_of(CASES[name])[0]))
    assert len(refused.value.diagnostics) == len(CASES[name]["errors"])
