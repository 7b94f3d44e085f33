"""The arithmetic that `explain` prints is evaluated: every equation holds, and ends in the report's figure."""

import re
from math import ceil, floor

import pytest

import cnnshape
from cnnshape.api import expand
from cnnshape.graph import Options
from cnnshape.report import Settings, make_report
from cnnshape.source import shipped_path
from cnnshape.study.explain import explain, size_chain

NETWORKS = ["alexnet", "googlenet", "mobilenet_v2", "resnet50", "unet", "inception_v3", "convnext_tiny", "r3d18", "m5"]
ODD = """cnnshape: 1
input: [4, 23, 30]
layers:
  - conv: {out: 6, kernel: [3, 5], stride: [2, 1], padding: [[1, 0], [2, 1]], dilation: 2, groups: 2}
  - max_pool: {kernel: 3, stride: 2, ceil: true}
  - conv: {out: 8, kernel: 4, padding: same, stride: 3}
  - conv_transpose: {out: 4, kernel: 3, stride: 2, padding: 1, output_padding: 1}
  - upsample: 2
  - add: {left: [{conv: {out: 4, kernel: 3, padding: 1}}], right: []}
  - global_avg_pool
  - flatten
  - linear: 3
"""


def analyzed(spec, batch=1):
    design = cnnshape.load(spec if "\n" in str(spec) else shipped_path(spec))
    graph, problems = expand(design, Options())
    assert not problems
    return graph, make_report(graph, "", Settings(batch=batch))


def value_of(expression):
    """What a printed term is worth; commas of thousands, floor and ceil are all that differs from Python."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", expression)
    return eval(plain, {"__builtins__": {}}, {"floor": floor, "ceil": ceil})


def equations(text):
    terms = [term.strip() for term in re.sub(r"\s\([a-z][^)]*\)$", "", text).split(" = ")]
    return terms if len(terms) > 1 else []


@pytest.mark.parametrize("spec", [*NETWORKS, pytest.param(ODD, id="odd")])
@pytest.mark.parametrize("batch", [1, 3])
def test_every_equation_holds_and_ends_in_the_reports_figure(spec, batch):
    graph, report = analyzed(spec, batch)
    seen = 0
    for index, row in enumerate(report.rows):
        facts = explain(graph, report, index).facts
        for fact in facts:
            terms = equations(fact.text)
            assert len({value_of(term) for term in terms}) <= 1, (row.name, fact)
            seen += len(terms)
        ends = {fact.topic: value_of(equations(fact.text)[-1]) for fact in facts if equations(fact.text)}
        assert ends.get("MACs", row.macs) == row.macs
        assert ends.get("FLOPs", row.flops) == row.flops
        assert ends["bytes"] == row.activation_bytes
        if row.receptive_field and "receptive field" in ends:
            assert {ends["receptive field"]} == set(row.receptive_field.size)
            assert {ends["its padding"]} == set(row.receptive_field.padding)
    assert seen > len(report.rows)


@pytest.mark.parametrize("spec", [*NETWORKS, pytest.param(ODD, id="odd")])
def test_sizes_end_in_the_output(spec):
    graph, _ = analyzed(spec)
    for step in size_chain(graph):
        told = {}
        for fact in step.facts:
            terms = equations(fact.text)
            result = value_of(terms[-1]) if terms else int(fact.text.rpartition(" ")[2])
            # a last window that would start in the padding is left out after the division
            late = re.match(r"(\d+): the last window", fact.remark)
            told.update(dict.fromkeys(fact.topic.split(", "), int(late[1]) if late else result))
        if told:
            assert tuple(told.values()) * (1 if len(told) > 1 else len(step.output) - 1) == step.output[1:]


def test_weights_are_told_one_by_one():
    graph, report = analyzed("resnet50")
    facts = {fact.topic: fact.text for fact in explain(graph, report, 0).facts}
    assert facts["H, W"] == "floor((224 - 7 + 2*3) / 2) + 1 = floor(223 / 2) + 1 = 112"
    assert facts["param weight"] == "64 * 3 * 7 * 7 = 9,408"


def test_what_rounding_drops_is_said():
    graph, report = analyzed("cnnshape: 1\ninput: [1, 10, 11]\nlayers:\n  - max_pool: {kernel: 3, stride: 2}\n")
    facts = {fact.topic: fact.remark for fact in explain(graph, report, 0).facts}
    assert facts["H"] == "the last cell of the input is never seen"
    assert facts["W"] == ""
