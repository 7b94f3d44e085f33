"""Reports with holes on every face: each shows what is there, says that something is missing, and never breaks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest

import cnnshape
from cnnshape.api import Examination, examine, options
from cnnshape.render import compare as compare_face
from cnnshape.render import memory as memory_face
from cnnshape.render import reconcile as reconcile_face
from cnnshape.render import rf as rf_face
from cnnshape.render.explain import explanation
from cnnshape.render.formats import Page
from cnnshape.render.plot.staircase import staircase
from cnnshape.render.summary import FORMATS, Summary
from cnnshape.report import Line, Report, expanded, folded
from cnnshape.study.compare import Side, compare
from cnnshape.study.explain import explain
from cnnshape.study.memory import study_memory
from cnnshape.study.reconcile import reconcile
from cnnshape.study.rf import trace
from tests.partial.test_cases import CASES, text_of

BUILT = [name for name in CASES if CASES[name]["built"]]
INCOMPLETE = "incomplete: layers with errors are missing"


@cache
def examined(name: str) -> Examination:
    return examine(cnnshape.load(text_of(CASES[name])[0]), options(None, "", None, None))


def reported(name: str) -> Report:
    return examined(name).report()


def shown(name: str, format: str, **settings: Any) -> str:
    return FORMATS[format].write(Summary(reported(name), **settings), Page())


@pytest.mark.parametrize("name", CASES)
def test_json_has_the_layers_that_are_built(name: str) -> None:
    data = json.loads(shown(name, "json"))
    assert data["complete"] is False
    assert [layer["name"] for layer in data["layers"]] == list(CASES[name]["built"])
    assert list(data["outputs"]) == list(data["output_layers"]) == list(CASES[name]["outputs"])
    assert data["totals"]["params"] == sum(layer["params"] for layer in data["layers"])
    assert data["totals"]["macs"] == sum(layer["macs"] for layer in data["layers"])
    assert data["totals"]["flops"] == sum(layer["flops"] for layer in data["layers"])


@pytest.mark.parametrize("name", CASES)
def test_groups_in_json_cover_the_layers_that_are_built(name: str) -> None:
    data = json.loads(shown(name, "json"))
    places = {layer["name"]: place for place, layer in enumerate(data["layers"])}
    for group in nested(data["groups"]):
        first, last = places[group["first"]], places[group["last"]]
        assert group["layers"] == last - first + 1
        assert group["totals"]["params"] == sum(layer["params"] for layer in data["layers"][first : last + 1])


def nested(groups: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for group in groups:
        yield group
        yield from nested(group["groups"])


@pytest.mark.parametrize("name", CASES)
def test_csv_has_a_row_for_each(name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(shown(name, "csv"))))
    assert {row["name"]: row["output"] for row in rows} == {
        layer: str(shape) for layer, shape in CASES[name]["built"].items()
    }


@pytest.mark.parametrize("format", ["table", "plain", "markdown"])
@pytest.mark.parametrize("name", CASES)
def test_a_text_says_that_it_is_incomplete(name: str, format: str) -> None:
    text = shown(name, format, expand=True)
    assert INCOMPLETE in text
    for layer, shape in CASES[name]["built"].items():
        assert layer.rpartition(".")[2].replace("_", "\\_" if format == "markdown" else "_") in text
        assert str(shape) in text
    assert "?" not in text


def test_a_text_of_a_sound_design_does_not() -> None:
    report = cnnshape.analyze(cnnshape.load("input: [3, 8, 8]\nlayers: [relu]\n"))
    assert all(INCOMPLETE not in face.write(Summary(report), Page()) for face in FORMATS.values())


@pytest.mark.parametrize("width", [30, 80, 120])
@pytest.mark.parametrize("name", CASES)
def test_a_narrow_text_keeps_its_width(name: str, width: int) -> None:
    text = FORMATS["table"].write(Summary(reported(name)), Page(width))
    notes = [line for line in text.splitlines() if len(line) > width]
    assert not notes or width == 30


@pytest.mark.parametrize("name", CASES)
def test_lines_cover_each_layer_once(name: str) -> None:
    report = reported(name)
    for lines in (expanded(report), folded(report, 0), folded(report, 2), folded(report)):
        assert sum(map(rows_in, leaves(lines))) == len(report.rows) or any(line.times > 1 for line in lines)


def rows_in(line: Line) -> int:
    return len(line.rows) * line.times


def leaves(lines: list[Line]) -> list[Line]:
    """The lines that have none below them."""
    depths = [*(line.depth for line in lines[1:]), 0]
    return [line for line, after in zip(lines, depths, strict=bool(lines)) if after <= line.depth]


@pytest.mark.parametrize("name", CASES)
def test_memory_is_that_of_the_layers_that_are_built(name: str) -> None:
    examination = examined(name)
    assert examination.graph is not None
    memory = study_memory(examination.graph, examination.report())
    assert [step.row.name for step in memory.steps] == list(CASES[name]["built"])
    assert memory_face.plain(memory)
    assert json.loads(memory_face.to_json(memory))["layers"] is not None
    assert ElementTree.fromstring(staircase(memory)).tag.endswith("svg")


@pytest.mark.parametrize("name", CASES)
def test_receptive_fields_are_those_of_the_layers_that_are_built(name: str) -> None:
    examination = examined(name)
    assert examination.graph is not None
    fields = trace(examination.graph, examination.report())
    assert {stage.row.name for stage in fields.stages} <= set(CASES[name]["built"])
    assert rf_face.plain(fields)
    json.loads(rf_face.to_json(fields))


@pytest.mark.parametrize("name", CASES)
def test_other_tools_count_the_layers_that_are_built(name: str) -> None:
    reconciliation = reconcile(reported(name))
    assert reconcile_face.plain(reconciliation)
    assert len(list(csv.reader(io.StringIO(reconcile_face.to_csv(reconciliation))))) > 1
    json.loads(reconcile_face.to_json(reconciliation))


@pytest.mark.parametrize("name", BUILT)
def test_each_layer_that_is_built_is_explained(name: str) -> None:
    examination = examined(name)
    report = examination.report()
    assert examination.graph is not None
    for index, row in enumerate(report.rows):
        text = explanation(explain(examination.graph, report, index), Page())
        assert text.startswith(row.name)
        assert "x".join(map(str, row.output)) in text


@pytest.mark.parametrize("name", CASES)
def test_a_report_with_holes_can_be_compared(name: str) -> None:
    report = reported(name)
    comparison = compare((Side("first", report), Side("second", report)))
    for face in compare_face.FORMATS.values():
        assert face.write(comparison, Page())
