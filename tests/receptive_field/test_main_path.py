"""The receptive field along the main path, past gates that see everything: the same figure on every face."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given

import cnnshape
from cnnshape.analysis import receptive_fields
from cnnshape.graph import Graph
from cnnshape.render.json import as_data, to_json
from cnnshape.render.layer_csv import to_csv
from cnnshape.render.layer_table import axes_text
from cnnshape.report import Report, Row, Settings, make_report
from cnnshape.source import shipped_names, shipped_path
from tests import command
from tests.laws.plain import Spec
from tests.laws.strategy import specs

GATED = ("efficientnet_b0", "mobilenet_v3_large", "se_resnet50")
PLAIN = ("lenet5", "resnet18", "unet", "rcnn")
UNALIGNED = """\
cnnshape: 1
input: [3, 40, 40]
layers:
  - {conv: {out: 8, kernel: 3, stride: 2, padding: 1}, name: body}
  - add: {a: [], b: [{conv: {out: 8, kernel: 2, padding: [[0, 1], [0, 1]]}}]}
  - multiply: {x: [], gate: [global_avg_pool, {conv: {out: 8, kernel: 1, act: sigmoid}}]}
"""


def main_of(report: Report) -> list[Row | object]:
    return [report.main_field(row) for row in report.rows]


def shipped(name: str, *, main_fields: bool = True) -> Report:
    return cnnshape.analyze(cnnshape.load(shipped_path(name) or ""), main_fields=main_fields)


def traced(name: str) -> dict[str, list[int]]:
    """The sizes that `rf --ignore-gates` prints, by layer."""
    layers = json.loads(command.run("rf", name, "--ignore-gates", "--format", "json").stdout)["layers"]
    return {layer["name"]: layer["size"] for layer in layers}


@pytest.mark.parametrize("name", GATED)
def test_it_is_what_rf_traces_without_gates(name: str) -> None:
    report = shipped(name)
    rows = {row.name: row for row in report.rows}
    sizes = traced(name)
    assert len(sizes) > 10
    for layer, size in sizes.items():
        field = report.main_field(rows[layer])
        assert field is not None
        assert list(field.size) == size


@pytest.mark.parametrize("name", [*GATED, *PLAIN])
def test_json_has_it_where_it_differs(name: str) -> None:
    data = json.loads(command.run("summary", name, "--format", "json").stdout)
    report = shipped(name)
    differs = 0
    for layer, row in zip(data["layers"], report.rows, strict=True):
        field = report.main_field(row)
        stated = layer["main_receptive_field"] or layer["receptive_field"]
        assert (stated and stated["size"]) == (field and list(field.size))
        differs += layer["main_receptive_field"] is not None
    assert (differs > 0) == (name in GATED)


@pytest.mark.parametrize("name", [*GATED, *PLAIN])
def test_csv_has_it(name: str) -> None:
    lines = list(csv.DictReader(io.StringIO(command.run("summary", name, "--format", "csv").stdout)))
    report = shipped(name)
    for line, row in zip(lines, report.rows, strict=True):
        field = report.main_field(row)
        assert line["rf_main_size"] == ("x".join(map(str, field.size)) if field else "")


@pytest.mark.parametrize("name", [*GATED, *PLAIN])
def test_a_table_has_it(name: str) -> None:
    lines = command.run("summary", name, "-c", "layer,rf_main", "--expand").stdout.splitlines()
    report = shipped(name)
    cells = [line.split()[1] for line in lines[4 : 4 + len(report.rows)]]
    for cell, row in zip(cells, report.rows, strict=True):
        field = report.main_field(row)
        assert cell.rstrip("*") == ("-" if field is None else "all" if field.is_global else axes_text(field.size))


def test_markdown_and_block_have_it() -> None:
    text = command.run("summary", "efficientnet_b0", "-c", "layer,rf,rf_main", "--depth", "0", "-f", "markdown").stdout
    assert "| **stage.6** | **all** | **851** |" in text
    text = command.run("block", "efficientnet_b0", "MBConv", "-c", "layer,rf_main", "--expand").stdout
    assert "main RF" in text


def test_efficientnet_sees_851_cells() -> None:
    """By hand in test_gates.py; rfa_toolbox gives the same."""
    report = shipped("efficientnet_b0")
    maps = [row for row in report.rows if len(row.output) == 3 and row.output[1:] == (7, 7)]
    last = report.main_field(maps[-1])
    assert last is not None
    assert last.size == (851, 851)
    assert maps[-1].receptive_field is not None
    assert maps[-1].receptive_field.is_global


# What it costs


def counted_passes(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    passes: list[bool] = []

    def note(graph: Graph, *, ignore_gates: bool = False) -> object:
        passes.append(ignore_gates)
        return receptive_fields(graph, ignore_gates=ignore_gates)

    monkeypatch.setattr("cnnshape.report.make.receptive_fields", note)
    return passes


@pytest.mark.parametrize("name", [*GATED, *PLAIN])
def test_nothing_is_computed_unless_it_is_asked_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    passes = counted_passes(monkeypatch)
    assert shipped(name, main_fields=False).main_fields is None
    assert command.run("summary", name).exit_code == 0
    assert command.run("summary", name, "-c", "layer,rf").exit_code == 0
    assert passes == [False] * 3
    assert command.run("summary", name, "-c", "layer,rf_main").exit_code == 0
    assert passes[3:] == ([False, True] if name in GATED else [False])


def test_a_report_without_it_says_so() -> None:
    report = shipped("efficientnet_b0", main_fields=False)
    with pytest.raises(ValueError, match="main_fields"):
        report.main_field(report.rows[0])
    assert all("main_receptive_field" not in layer for layer in json.loads(to_json(report))["layers"])
    assert "rf_main_size" not in to_csv(report)
    assert as_data(report).keys() == as_data(shipped("efficientnet_b0")).keys()


# Laws


@given(specs())
def test_it_is_the_field_with_gates_ignored(spec: Spec) -> None:
    design = cnnshape.load(spec.text)
    report = cnnshape.analyze(design, main_fields=True)
    graph, _ = cnnshape.api.expand(design, cnnshape.api.options(None, "", None, None))
    assert graph is not None
    past = make_report(graph, settings=Settings(ignore_gates=True))
    assert main_of(report) == [row.receptive_field for row in past.rows]


@pytest.mark.parametrize("name", shipped_names()[::5])
def test_it_differs_only_where_a_gate_is(name: str) -> None:
    report = shipped(name)
    gated = any(row.application.layer.gates and len(row.inputs) > 1 for row in report.rows)
    assert report.main_fields is not None
    assert gated or not report.main_fields
    for layer, field in report.main_fields.items():
        (row,) = (row for row in report.rows if row.name == layer)
        assert row.receptive_field != field


def test_a_mark_of_unaligned_paths_is_explained(tmp_path: Path) -> None:
    (tmp_path / "gated.yaml").write_text(UNALIGNED, encoding="utf-8")
    text = command.run("summary", str(tmp_path / "gated.yaml"), "-c", "layer,rf_main").stdout
    multiply = next(line for line in text.splitlines() if line.startswith("multiply"))
    assert multiply.split()[1].endswith("*")
    assert "*: paths with different centres have met" in text
