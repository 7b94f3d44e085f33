"""`rf --ignore-gates`: the main path past squeeze-excite gates, against the same network without its gates."""

from __future__ import annotations

import json

import pytest

import cnnshape
from cnnshape.api import expand
from cnnshape.graph import Options
from cnnshape.report import Row, Settings, make_report
from cnnshape.source import shipped_path
from cnnshape.study.rf import region
from tests import command

BODY = "  - {conv: {out: 8, kernel: 3, stride: 2, padding: 1}, name: body}\n"
GATE = "[global_avg_pool, {conv: {out: 8, kernel: 1, act: sigmoid}}]"
REST = "  - conv: {out: 4, kernel: 5, padding: 2}\n  - max_pool: {kernel: 3, stride: 2}\n"


def rows(layers: str, *, ignore_gates: bool) -> dict[str, Row]:
    graph, problems = expand(cnnshape.load(f"input: [3, 40, 30]\nlayers:\n{layers}"), Options())
    assert graph is not None
    assert not problems
    return {row.name: row for row in make_report(graph, settings=Settings(ignore_gates=ignore_gates)).rows}


@pytest.mark.parametrize(
    "gate", [f"{{x: [], gate: {GATE}}}", f"{{gate: {GATE}, x: []}}", f"{{x: [], a: {GATE}, b: {GATE}}}"]
)
def test_a_gate_leaves_the_field_of_the_main_path(gate):
    gated = rows(f"{BODY}  - multiply: {gate}\n{REST}", ignore_gates=True)
    plain = rows(BODY + REST, ignore_gates=True)
    assert gated["max_pool"].receptive_field == plain["max_pool"].receptive_field
    assert gated["multiply"].receptive_field == plain["body"].receptive_field


def test_a_gate_is_followed_unless_it_is_ignored():
    field = rows(f"{BODY}  - multiply: {{x: [], gate: {GATE}}}\n{REST}", ignore_gates=False)["max_pool"].receptive_field
    assert field is not None
    assert field.is_global
    assert field.size == (40, 30)


def test_a_global_branch_that_is_added_is_no_gate():
    pooled = "[global_avg_pool, {upsample: {size: [20, 15]}}]"
    for ignore_gates in (True, False):
        field = rows(f"{BODY}  - add: {{x: [], pooled: {pooled}}}\n", ignore_gates=ignore_gates)["add"].receptive_field
        assert field is not None
        assert field.is_global


def test_a_gate_of_the_neighbours_belongs_to_the_field():
    gate = "[{conv: {out: 8, kernel: 7, padding: 3, act: sigmoid}}]"
    for ignore_gates in (True, False):
        joined = rows(f"{BODY}  - multiply: {{x: [], gate: {gate}}}\n", ignore_gates=ignore_gates)["multiply"]
        assert joined.receptive_field is not None
        assert joined.receptive_field.size == (3 + 6 * 2, 3 + 6 * 2)


def test_values_that_all_see_everything_stay_global():
    joined = rows(f"{BODY}  - global_avg_pool\n  - multiply: {{x: [], gate: {GATE}}}\n", ignore_gates=True)["multiply"]
    assert joined.receptive_field is not None
    assert joined.receptive_field.is_global


# Kernel, stride and repeats of the depthwise convolutions: Tan and Le, "EfficientNet" (2019), table 1.
STAGES = [(3, 1, 1), (3, 2, 2), (5, 2, 2), (3, 2, 3), (5, 1, 3), (5, 2, 4), (3, 1, 1)]


def efficientnet_b0() -> int:
    size, stride = 1, 1
    windows = [(3, 2), *((kernel, step if not time else 1) for kernel, step, times in STAGES for time in range(times))]
    for kernel, step in windows:
        size += (kernel - 1) * stride
        stride *= step
    return size


def test_efficientnet_has_the_field_of_its_depthwise_convolutions():
    """rfa_toolbox gives the same 851."""
    assert efficientnet_b0() == 851
    data = json.loads(command.run("rf", "efficientnet_b0", "--ignore-gates", "--format", "json").stdout)
    local = [layer["size"] for layer in data["layers"] if any(layer["stride"])]
    assert local[-1] == [851, 851]
    assert "851" not in command.run("rf", "efficientnet_b0").stdout


def test_a_cell_sees_its_own_region():
    graph, _ = expand(cnnshape.load(shipped_path("efficientnet_b0") or ""), Options())
    assert graph is not None
    last = max(index for index, node in enumerate(graph.nodes) if node.application.layer.name == "multiply")
    for ignore_gates, size in ((True, 851), (False, 224)):
        seen = region(graph, last, (3, 3), ignore_gates=ignore_gates)
        assert seen is not None
        assert seen.spans[0].size == size
    name = graph.nodes[last].name
    assert ": 851 (" in command.run("rf", "efficientnet_b0", name, "--at", "3,3", "--ignore-gates").stdout
    assert command.run("rf", "efficientnet_b0", "--ignore-gates", "--format", "svg").exit_code == 0
