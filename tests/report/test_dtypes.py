"""Types of values: bits, what a step's `dtype` reaches, and laws: a type changes bytes and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import ceil
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.cli.completion import complete_dtype
from cnnshape.language.dtypes import DTYPES, PARTS, Dtypes, UnknownType, bytes_of, parse_dtypes, uniform
from cnnshape.report import Report
from tests.command import run
from tests.laws.strategy import Spec, specs

UNIT = "blocks: {Unit: {do: [conv: {out: 8, kernel: 3, norm: batch_norm, act: relu}, conv: {out: 8, kernel: 1}]}}\n"


def report_of(layers: str, blocks: str = "", **options: Any) -> Report:
    return cnnshape.analyze(f"input: [3, 16, 16]\n{blocks}layers:\n{layers}", **options)


def types(report: Report) -> dict[str, str]:
    return {row.name: row.dtypes.text for row in report.rows}


def test_bits_are_those_of_the_names() -> None:
    for dtype, bits in DTYPES.items():
        assert dtype.endswith(str(bits))


@given(st.integers(0, 10**6), st.sampled_from(sorted(DTYPES)))
def test_bytes_are_rounded_up(values: int, dtype: str) -> None:
    assert bytes_of(values, dtype) == ceil(values * DTYPES[dtype] / 8)


def test_types_of_a_text() -> None:
    assert parse_dtypes("int8") == uniform("int8")
    assert parse_dtypes("weights=int4,activations=int8") == Dtypes("int4", "float32", "int8")
    assert parse_dtypes("biases=int8,weights=int8,activations=int8").text == "int8"
    for text in ("int3", "weights=int3", "weigths=int8", "weights=int8,weights=int8", "weights", "=", ""):
        with pytest.raises(UnknownType):
            parse_dtypes(text)


@given(st.builds(Dtypes, *[st.sampled_from(sorted(DTYPES))] * 3))
def test_the_text_of_types_is_read_as_the_same_types(dtypes: Dtypes) -> None:
    assert parse_dtypes(dtypes.text) == dtypes


def test_four_bits_are_packed_per_tensor() -> None:
    # 3 * 3 * 3 * 5 = 135 weights and 5 biases: 68 + 3 bytes; an output of 5 * 14 * 14 = 980 values.
    report = report_of("  - {conv: {out: 5, kernel: 3}}", dtype="int4")
    assert report.totals.weight_bytes == 68 + 3
    assert report.totals.activation_bytes == 490
    assert report_of("  - {conv: {out: 5, kernel: 3}}", dtype="int4", batch=3).totals.activation_bytes == 1470
    odd = report_of("  - {conv: {out: 5, kernel: [16, 2]}}", dtype="int4", batch=1)
    assert odd.totals.activation_bytes == ceil(5 * 15 / 2)
    assert odd.peak.bytes == 3 * 16 * 16 // 2 + ceil(5 * 15 / 2)


def test_parts_have_types_of_their_own() -> None:
    report = report_of(
        "  - {conv: {out: 5, kernel: 3, bias: true, norm: batch_norm}}",
        dtype="weights=int8,biases=int32,activations=float16",
    )
    assert [row.weight_bytes for row in report.rows] == [135 + 4 * 5, 5 + 4 * 5]
    assert [row.activation_bytes for row in report.rows] == [2 * 980, 2 * 980]
    assert report.dtype == "weights=int8,biases=int32,activations=float16"


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("  - conv: {out: 4, kernel: 1, norm: batch_norm, act: relu}\n    dtype: int8\n  - relu", "int8 int8 int8 float32"),
        ("  - {conv: {out: 4, kernel: 1}, dtype: {weights: int4}}", "weights=int4,biases=float32,activations=float32"),
        ("  - {Unit: null, dtype: int8}\n  - {Unit: null}", "int8 int8 int8 int8 float32 float32 float32 float32"),
        ("  - {Unit: null}\n  - {Unit: null, dtype: int8}", "float32 float32 float32 float32 int8 int8 int8 int8"),
        ("  - {relu: null, repeat: 3, dtype: int8}", "int8 int8 int8"),
        ("  - {relu: null, when: false, dtype: int8}\n  - relu", "float32"),
        ("  - for: {n: [1, 2]}\n    do: [relu, {tanh: null, dtype: int4}]\n    dtype: int8", "int8 int4 int8 int4"),
        ("  - residual: [relu]\n    shortcut: [tanh]\n    dtype: float16", "float16 float16 float16"),
        ("  - add: {left: [relu], right: [{tanh: null, dtype: int4}]}\n    dtype: int8", "int8 int4 int8"),
        ("  - {relu: null, dtype: int8, name: a}\n  - identity\n  - {identity: null, dtype: int4}\n  - relu",
         "int8 weights=float32,biases=float32,activations=int8 weights=int4,biases=int4,activations=int8 float32"),
    ],
)  # fmt: skip
def test_what_a_type_reaches(layers: str, expected: str) -> None:
    assert list(types(report_of(layers, UNIT)).values()) == expected.split()


def test_shared_weights_have_the_type_of_their_owner() -> None:
    layers = "  - {conv: {out: 3, kernel: 1}, name: a, dtype: int8}\n  - {conv: {out: 3, kernel: 1}, share: a, dtype: float16}"
    report = report_of(layers)
    assert [row.weight_bytes for row in report.rows] == [12, 0]
    memory = cnnshape.memory(f"input: [3, 16, 16]\nlayers:\n{layers}")
    assert isinstance(memory, cnnshape.Memory)
    assert [step.moved_bytes for step in memory.steps] == [4 * 768 + 768 + 12, 768 + 2 * 768 + 12]


def test_an_activation_in_place_needs_a_tensor_of_the_same_bytes() -> None:
    layers = "  - {conv: {out: 16, kernel: 1}, dtype: int8}\n  - {relu: null, dtype: TYPE}"
    same = report_of(layers.replace("TYPE", "int8"), inplace_activations=True)
    wider = report_of(layers.replace("TYPE", "float16"), inplace_activations=True)
    assert same.peak.bytes == 4 * 768 + 4096
    assert wider.peak.bytes == 4096 + 2 * 4096


def typed(spec: Spec, draw: Any) -> str:
    """The spec with types at some of its steps."""
    tree = yaml.safe_load(spec.text)

    def steps_of(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, str) and item.isidentifier() and in_steps:
                    value[index] = item = {item: None}
                if isinstance(item, dict):
                    yield item
                    for inner in item.values():
                        yield from steps_of(inner)
        elif isinstance(value, dict):
            for inner in value.values():
                yield from steps_of(inner)

    in_steps = False
    kinds = {kind.name for kind in cnnshape.layers.KINDS} | {"for", "residual", "add", "concat"}
    for step in steps_of(tree):
        head = next(iter(step), "")
        if (head in kinds or head[:1].isupper()) and draw(st.booleans()):
            step["dtype"] = draw(st.sampled_from(["int4", "float16", {"weights": "int4", "biases": "int32"}]))
    return yaml.safe_dump(tree, sort_keys=False)


@given(specs(), st.data())
def test_a_type_changes_bytes_alone(spec: Spec, data: st.DataObject) -> None:
    plain = cnnshape.analyze(cnnshape.load(spec.text))
    report = cnnshape.analyze(cnnshape.load(typed(spec, data.draw)))
    for row, twin in zip(report.rows, plain.rows, strict=True):
        assert row.name == twin.name
        assert (row.output, row.params, row.buffers, row.macs, row.flops) == (
            twin.output, twin.params, twin.buffers, twin.macs, twin.flops,
        )  # fmt: skip
        assert row.receptive_field == twin.receptive_field
        values = row.application.output.elements
        assert row.activation_bytes == ceil(values * DTYPES[row.dtypes.activations] / 8)
        learned = [weight for weight in row.application.weights if not weight.buffer] if row.params else []
        bits = {True: DTYPES[row.dtypes.biases], False: DTYPES[row.dtypes.weights]}
        assert row.weight_bytes == sum(ceil(weight.elements * bits[weight.is_bias] / 8) for weight in learned)
    totals = report.totals
    assert totals.weight_bytes == sum(row.weight_bytes for row in report.rows)
    assert totals.activation_bytes == sum(row.activation_bytes for row in report.rows)
    assert totals.peak_activation_bytes == sum(size for _, size in report.peak.tensors)
    assert plain.totals._replace(weight_bytes=0, activation_bytes=0, main_activation_bytes=0, peak_activation_bytes=0) == (
        totals._replace(weight_bytes=0, activation_bytes=0, main_activation_bytes=0, peak_activation_bytes=0)
    )  # fmt: skip


# Faces


def test_the_faces_say_the_types(tmp_path: Any) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "input: [3, 16, 16]\nlayers:\n  - conv: {out: 4, kernel: 1}\n    dtype: int8\n  - relu\n", encoding="utf-8"
    )
    text = run("summary", str(spec), "-c", "layer,dtype").stdout
    assert "batch 1, float32 unless stated" in text
    assert "conv   int8" in text
    layers = json.loads(run("summary", str(spec), "-f", "json").stdout)["layers"]
    assert layers[0]["dtypes"] == {"weights": "int8", "biases": "int8", "activations": "int8"}
    assert layers[1]["dtypes"] == dict.fromkeys(PARTS, "float32")
    assert "dtypes" not in json.loads(run("summary", "lenet5", "-f", "json").stdout)["layers"][0]
    assert "conv" in run("explain", str(spec), "conv").stdout
    assert "4 * 16 * 16 / 2 = 512" in run("explain", str(spec), "relu", "--dtype", "int4").stdout


def test_completion_of_types() -> None:
    assert complete_dtype("int") == ["int32", "int16", "int8", "int4"]
    assert "weights=" in complete_dtype("")
    assert complete_dtype("weights=int4,b") == ["weights=int4,biases="]
    assert complete_dtype("weights=int4,biases=int3") == ["weights=int4,biases=int32"]
