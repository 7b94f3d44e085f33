"""JSON: the layout is that of a plain writer, and the data are those of the report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.render.json import as_data, to_json
from cnnshape.render.layout import Records, document, written
from cnnshape.report import Report
from cnnshape.source import shipped_path
from tests.laws.plain import Spec
from tests.laws.strategy import specs


def plainly(data: Any, indent: str = "") -> str:
    """The layout as a definition: two spaces a level, lists of plain values on one line."""
    inner = indent + "  "
    if isinstance(data, dict) and data:
        entries = [
            f"{inner}{json.dumps(key, ensure_ascii=False)}: {plainly(value, inner)}" for key, value in data.items()
        ]
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    if isinstance(data, list) and any(isinstance(item, dict) for item in data):
        return "[\n" + ",\n".join(inner + plainly(item, inner) for item in data) + f"\n{indent}]"
    return json.dumps(data, ensure_ascii=False)


plain_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=4)
)
keys = st.text(max_size=3)
values = st.recursive(
    plain_values,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=20,
)


@given(values)
def test_the_layout_is_that_of_a_plain_writer(data: Any) -> None:
    text = written(data)
    assert text == plainly(data)
    assert json.loads(text) == data


@given(st.lists(st.fixed_dictionaries({"a%": values, "b": plain_values, "c": st.lists(st.integers(), max_size=3)})))
def test_records_are_lists_of_objects(objects: list[dict[str, Any]]) -> None:
    columns = {key: [item[key] for item in objects] for key in ("a%", "b", "c")}
    ordered = [{key: item[key] for key in columns} for item in objects]
    assert written({"x": Records(columns)}) == plainly({"x": ordered})


@given(st.lists(st.fixed_dictionaries({"a%": values, "b": plain_values, "%s": values}), max_size=3), st.data())
def test_records_may_share_the_values_of_some_keys(objects: list[dict[str, Any]], data: st.DataObject) -> None:
    shared = data.draw(st.lists(st.sampled_from(objects), max_size=5)) if objects else []
    columns = {"name": list(range(len(shared))), ("%s", "a%"): shared, "b": [item["b"] for item in shared]}
    plain = [{"name": place, "%s": item["%s"], "a%": item["a%"], "b": item["b"]} for place, item in enumerate(shared)]
    assert written({"x": Records(columns)}) == plainly({"x": plain})


@given(st.dictionaries(keys, values, max_size=4))
def test_a_document_ends_with_a_line_break(data: dict[str, Any]) -> None:
    assert document(data) == plainly(data) + "\n"


@given(values, st.integers(2, 4))
def test_an_object_that_occurs_often_is_written_each_time(data: Any, times: int) -> None:
    assert written([data] * times) == plainly([data] * times)
    assert written({str(number): data for number in range(times)}) == plainly({str(i): data for i in range(times)})


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ([[]], "[[]]"),
        ([{}], "[\n  {}\n]"),
        ({"a": []}, '{\n  "a": []\n}'),
        ([1, True, None, "x", 1.5], '[1, true, null, "x", 1.5]'),
        ([[1, 2], [3]], "[[1, 2], [3]]"),
        ([[True], [1]], "[[true], [1]]"),
        ([[[1]], [[2]]], "[[[1]], [[2]]]"),
        (["ä%s", '"'], '["ä%s", "\\""]'),
        ({"%d": "%s"}, '{\n  "%d": "%s"\n}'),
        ([1, {"a": 1}], '[\n  1,\n  {\n    "a": 1\n  }\n]'),
    ],
)
def test_the_layout_by_example(data: Any, text: str) -> None:
    assert written(data) == text == plainly(data)


# The report


def shipped(name: str, **settings: object) -> Report:
    return cnnshape.analyze(cnnshape.load(shipped_path(name) or ""), **settings)


@given(specs())
def test_the_data_are_those_of_the_report(spec: Spec) -> None:
    report = cnnshape.analyze(cnnshape.load(spec.text))
    assert_same(report, json.loads(to_json(report)))


@pytest.mark.parametrize("name", ["resnet18", "rcnn", "yolov3", "googlenet", "unet"])
def test_the_data_of_shipped_networks(name: str) -> None:
    report = shipped(name)
    text = to_json(report)
    assert_same(report, json.loads(text))
    assert text == plainly(json.loads(text)) + "\n"


def assert_same(report: Report, data: dict[str, Any]) -> None:
    assert data["complete"] is report.complete is True
    assert len(data["layers"]) == len(report.rows)
    for row, layer in zip(report.rows, data["layers"], strict=True):
        assert (layer["name"], layer["kind"], layer["line"]) == (row.name, row.kind, row.line)
        assert layer["from"] == list(row.sources)
        assert layer["inputs"] == [list(shape) for shape in row.inputs]
        assert layer["output"] == list(row.output)
        assert layer["boxes"] == row.boxes
        assert set(layer["arguments"]) == set(row.application.layer.values) - {"boxes"}
        assert (layer["shares"], layer["shortcut"]) == (row.shares or None, row.shortcut or None)
        field = layer["receptive_field"]
        assert (field is None) == (row.receptive_field is None)
        if field is not None and row.receptive_field is not None:
            assert field["size"] == list(row.receptive_field.size)
            assert list(map(str, field["stride"])) == list(map(str, row.receptive_field.stride))
            assert field["padding"] == list(row.receptive_field.padding)
            assert field["aligned"] == row.receptive_field.aligned
    assert_groups(report, data)
    assert data["outputs"] == {name: list(shape) for name, shape in report.outputs.items()}
    assert data["output_layers"] == report.output_layers
    assert list(data["receptive_fields"]) == list(report.outputs)
    for name, field in data["receptive_fields"].items():
        assert (field and field["layer"]) == (report.reaches[name].name if name in report.reaches else None)


def assert_groups(report: Report, data: dict[str, Any]) -> None:
    """Each group in JSON is one of the report, with sums over the layers that it says it has."""
    names = [row.name for row in report.rows]
    waiting = [(data, report.groups)]
    while waiting:
        written_group, group = waiting.pop()
        waiting += zip(written_group["groups"], group.children, strict=True)
        if written_group is data:
            continue
        start, end = names.index(written_group["first"]), names.index(written_group["last"]) + 1
        assert (start, end, end - start) == (group.start, group.end, written_group["layers"])
        assert (written_group["name"], written_group["block"]) == (group.label, group.word)
        layers = data["layers"][start:end]
        assert written_group["totals"] == {
            key: sum(layer[key] or 0 for layer in layers) for key in written_group["totals"]
        }


PARAMS = """\
input: [3, 8, 8]
blocks:
  Unit:
    params: {a: required, words: [x, [1, 2]], half: 1 / 2, odd: a > 4, other: required}
    do: [{conv: {out: a, kernel: 1}}]
layers:
  - {conv: {out: 4, kernel: 1}, name: stem}
  - Unit: {a: 3, other: stem}
"""


def test_params_of_a_group_are_plain_data() -> None:
    (group,) = json.loads(to_json(cnnshape.analyze(cnnshape.load(PARAMS))))["groups"]
    assert group["params"] == {"a": 3, "words": ["x", [1, 2]], "half": 0.5, "odd": False, "other": None}


def test_a_stride_that_is_a_fraction_is_a_text() -> None:
    text = "input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 3}}, {upsample: 2}]\n"
    data = json.loads(to_json(cnnshape.analyze(cnnshape.load(text))))
    assert data["receptive_fields"]["output"]["stride"] == ["1/2", "1/2"]


def test_keys_keep_their_order() -> None:
    """A reader of the text finds the keys of version 1 in the order in which they have always been."""
    data = as_data(shipped("lenet5"))
    kept = [
        "version", "name", "source", "inputs", "boxes", "batch", "dtype", "inplace_activations", "inplace_adds",
        "layers", "totals", "peak", "outputs",
    ]  # fmt: skip
    assert [key for key in data if key in kept] == kept
    totals = [
        "params", "trainable_params", "buffers", "macs", "flops", "flops_unknown", "weight_bytes", "activation_bytes",
        "peak_activation_bytes",
    ]  # fmt: skip
    assert [key for key in data["totals"] if key in totals] == totals
    layer = [
        "name", "kind", "line", "inputs", "output", "boxes", "params", "trainable_params", "buffers", "macs", "flops",
        "activation_bytes", "receptive_field", "arguments", "shares", "shortcut",
    ]  # fmt: skip
    (first, *_) = json.loads(to_json(shipped("lenet5")))["layers"]
    assert [key for key in first if key in layer] == layer
