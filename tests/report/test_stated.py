"""Layers whose figures the spec states: every face says so, and nothing sees through them."""

from __future__ import annotations

import json
from typing import Any

import pytest

import cnnshape
from cnnshape import Report
from cnnshape.analysis import Undefined, receptive_fields
from cnnshape.api import expand
from cnnshape.graph import Options
from cnnshape.render.formats import Page
from cnnshape.render.json import to_json
from cnnshape.render.layer_table import reach_lines
from cnnshape.render.summary import FORMATS, Summary
from tests.command import run

BEFORE = "cnnshape: 1\ninput: [3, 64, 48]\nlayers:\n  - conv: {out: 16, kernel: 3, padding: 1}\n"
NAMED = BEFORE.replace("conv: {out: 16, kernel: 3, padding: 1}", "{conv: {out: 16, kernel: 3, padding: 1}, name: c}")
DEFORM = (
    "  - {opaque: {output: [32, in_height // 2, in_width // 2], params: 1180672, macs: 925000000, "
    "what: deformable_conv}, name: deform}\n"
)


def analyzed(*steps: str, **settings: Any) -> Report:
    return cnnshape.analyze(cnnshape.load(BEFORE + DEFORM + "".join(f"  - {step}\n" for step in steps)), **settings)


def plain(report: Report) -> str:
    return FORMATS["plain"].write(Summary(report), Page())


def test_the_sums_say_how_much_of_them_is_stated() -> None:
    report = analyzed("opaque: {output: [8, 4, 4], params: 10, macs: 5, flops: 12}", batch=2)
    computed = report.rows[0]
    totals = report.totals
    assert totals.stated == ("deform", "opaque")
    assert totals.stated_params == 1180672 + 10 == totals.params - computed.params
    assert totals.stated_macs == 2 * (925000000 + 5) == totals.macs - computed.macs
    assert totals.flops_unknown == ("deform",)
    assert totals.flops == (computed.flops or 0) + 2 * 12
    assert "of which stated 2 layers 1,180,682 params, 1.85 G MACs" in " ".join(plain(report).split())


def test_a_network_without_such_layers_says_nothing() -> None:
    report = cnnshape.analyze(cnnshape.load(BEFORE))
    assert "stated" not in plain(report)
    assert json.loads(to_json(report))["totals"]["stated"] == {"layers": [], "params": 0, "macs": 0}


def test_json_marks_the_layer_and_the_sums() -> None:
    data = json.loads(to_json(analyzed("relu")))
    assert [layer["stated"] for layer in data["layers"]] == [False, True, False]
    assert data["totals"]["stated"] == {"layers": ["deform"], "params": 1180672, "macs": 925000000}
    assert data["layers"][1]["arguments"] == {
        "output": [32, 32, 24], "params": 1180672, "macs": 925000000, "flops": None, "what": "deformable_conv",
    }  # fmt: skip
    assert data["receptive_fields"] == {"output": None}


def test_the_table_shows_what_it_is() -> None:
    line = next(line for line in plain(analyzed()).splitlines() if line.startswith("deform"))
    assert "opaque what=deformable_conv (stated)" in line


@pytest.mark.parametrize(
    "steps",
    [
        ["conv: {out: 8, kernel: 3}"],
        ["global_avg_pool"],
        ["global_avg_pool", "flatten", "linear: 10"],
        ["flatten", "linear: 10", "reshape: [10, 1, 1]"],
        ["reshape: [32 * 32, 24]", "lstm: {out: 4, bidirectional: true}"],
        ["reshape: [32, 24, 32]", "global_avg_pool"],
        ["multiply: {all: [], gate: [global_avg_pool, sigmoid]}"],
        ["add: {one: [], two: [global_avg_pool, upsample: {size: [32, 24]}]}"],
        [
            "add: {one: [reshape: [32, 24, 32]], two: [conv: {out: 32, kernel: [9, 1], padding: same}, reshape: [32, 24, 32]]}"
        ],
        ["opaque: {output: [4]}"],
    ],
)
def test_the_field_behind_is_unknown_and_never_all(steps: list[str]) -> None:
    report = analyzed(*steps)
    later = report.rows[1:]
    assert [row.receptive_field for row in later] == [None] * len(later)
    assert report.reach is None
    ((name, value, reason),) = reach_lines(report)
    assert (name, value) == ("receptive field", "unknown")
    assert f"at {report.rows[-1].name}: an opaque layer doesn't state which cells it reads" in reason
    assert " all" not in plain(report).replace("all layers", "").replace("all trainable", "")


@pytest.mark.parametrize("ignore_gates", [False, True])
def test_a_path_beside_it_makes_no_field_known(ignore_gates: bool) -> None:
    text = NAMED + "  - {opaque: {output: [16, in_height, in_width]}, name: deform}\n"
    sums = text + "  - {global_avg_pool: , from: c, name: pooled}\n  - {multiply: [pooled, deform]}\n"
    graph, _ = expand(cnnshape.load(sums), Options())
    assert graph is not None
    assert receptive_fields(graph, ignore_gates=ignore_gates)[-1] == receptive_fields(graph)[1]
    assert isinstance(receptive_fields(graph)[1], Undefined)


def test_another_output_keeps_its_field() -> None:
    text = NAMED.replace("layers:", "outputs: [c, deform]\nlayers:") + DEFORM
    report = cnnshape.analyze(cnnshape.load(text))
    assert list(report.reaches) == ["c"]
    assert report.reaches["c"].receptive_field is not None


def test_a_layer_behind_a_global_pool_is_unknown_too() -> None:
    text = BEFORE + "  - global_avg_pool\n  - opaque: {output: [8, 1, 1]}\n"
    assert cnnshape.analyze(cnnshape.load(text)).rows[-1].receptive_field is None


@pytest.mark.parametrize("figure", ["receptive_field: 9", "receptive_field: {deform: 9}"])
def test_an_expected_field_is_refused_with_the_reason(figure: str) -> None:
    text = f"{BEFORE}{DEFORM}expect: {{{figure}}}\n"
    (problem,) = cnnshape.check(cnnshape.load(text))
    assert problem.name == "bad-expectation"
    assert "is unknown: an opaque layer doesn't state which cells it reads" in problem.message


@pytest.fixture
def spec(tmp_path: Any) -> str:
    path = tmp_path / "deform.yaml"
    path.write_text(f"{BEFORE}{DEFORM}  - conv: {{out: 4, kernel: 3}}\n", encoding="utf-8")
    return str(path)


def test_rf_stops_at_it(spec: str) -> None:
    result = run("rf", spec)
    assert result.exit_code == 0
    assert "unknown after deform: an opaque layer doesn't state which cells it reads" in result.stdout
    assert "nowhere" not in result.stdout
    assert "conv_2" not in result.stdout
    assert json.loads(run("rf", spec, "--format", "json").stdout)["opaque"] == "deform"


def test_rf_of_a_cell_behind_it_is_refused(spec: str) -> None:
    result = run("rf", spec, "conv_2", "--at", "1,1")
    assert result.exit_code == 2
    assert "it comes after deform" in " ".join(result.stderr.replace("│", " ").split())


def test_sizes_refuses_the_design(spec: str) -> None:
    result = run("sizes", spec)
    assert result.exit_code == 2
    assert "deform (line 5) is opaque: nothing says at which sizes it works" in " ".join(
        result.stderr.replace("│", " ").split()
    )
