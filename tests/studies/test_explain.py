"""The arithmetic that `explain` prints is evaluated: every equation holds, and ends in the report's figure."""

import json
import re
from math import ceil, floor

import pytest

import cnnshape
from cnnshape.api import expand
from cnnshape.graph import Options, groups
from cnnshape.language import grammar
from cnnshape.layers import BY_NAME
from cnnshape.report import LayerFigures, Settings, make_report
from cnnshape.source import shipped_path
from cnnshape.study.explain import explain, size_chain
from cnnshape.study.explain_group import MOST_TERMS, explain_group
from tests.layers.rows import CASES, amount, tensors

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
    """The value of a printed term; only commas of thousands, floor and ceil differ from Python."""
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
        stated = {}
        for fact in step.facts:
            terms = equations(fact.text)
            result = value_of(terms[-1]) if terms else int(fact.text.rpartition(" ")[2])
            # a last window that would start in the padding is left out after the division
            late = re.match(r"(\d+): the last window", fact.remark)
            stated.update(dict.fromkeys(fact.topic.split(", "), int(late[1]) if late else result))
        if stated:
            assert tuple(stated.values()) * (1 if len(stated) > 1 else len(step.output) - 1) == step.output[1:]


def test_weights_are_stated_one_by_one():
    graph, report = analyzed("resnet50")
    facts = {fact.topic: fact.text for fact in explain(graph, report, 0).facts}
    assert facts["H, W"] == "floor((224 - 7 + 2*3) / 2) + 1 = floor(223 / 2) + 1 = 112"
    assert facts["param weight"] == "64 * 3 * 7 * 7 = 9,408"


def test_what_rounding_drops_is_said():
    graph, report = analyzed("cnnshape: 1\ninput: [1, 10, 11]\nlayers:\n  - max_pool: {kernel: 3, stride: 2}\n")
    facts = {fact.topic: fact.remark for fact in explain(graph, report, 0).facts}
    assert facts["H"] == "the last cell of the input is never seen"
    assert facts["W"] == ""


# Every kind


def spec_of(kind, row):
    """A design of the row's layer alone."""
    names = ["x", "y", "z", "u", "v"]
    inputs = dict(zip(names, tensors(row["in"]), strict=False))
    stated = {
        name: {"boxes": tensor.boxes} if tensor.boxes > 1 else list(tensor.shape) for name, tensor in inputs.items()
    }
    arguments = row.get("args", {})
    companions = arguments if kind in grammar.JOINS else {}
    if kind in grammar.JOINS:
        arguments = list(inputs)
    if kind == "attention":
        arguments = {**arguments, "query": "x", "key": "y", "value": "z"}
    if kind == "max_unpool":
        arguments = {**arguments, "pool": "y"}
    if kind == "upsample" and "y" in inputs:
        arguments = {**arguments, "like": "y"}
    if kind.startswith("roi_"):
        arguments = {**arguments, "boxes": "y"}
        stated["y"] = {"boxes": inputs["y"].boxes}
    step = {kind: arguments, **companions} if arguments else kind
    return f"input: {json.dumps(stated)}\nlayers: {json.dumps([step])}\n"


def is_design(kind, row):
    """Whether a design can have the row's layer right after its inputs: only regions have boxes."""
    made = tensors(row["in"])
    return all(tensor.boxes == 1 for tensor in (made[:1] if kind.startswith("roi_") else made))


def figures(facts, topic):
    """What the facts of a topic end in."""
    return [value_of(fact.text.rpartition(" = ")[2]) for fact in facts if fact.topic == topic]


# A layer on boxes comes after a region pool: no single layer makes such a design.
DESIGNS = [(kind, row) for kind, row in CASES if "out" in row and is_design(kind, row)]


@pytest.mark.parametrize(("kind", "row"), DESIGNS, ids=[f"{kind}-{row}" for kind, row in DESIGNS])
@pytest.mark.parametrize("batch", [1, 3])
def test_every_kind_is_explained_by_its_figures(kind, row, batch):
    graph, report = analyzed(spec_of(kind, row), batch)
    facts = explain(graph, report, 0).facts
    for fact in facts:
        assert len({value_of(term) for term in equations(fact.text)}) <= 1, fact
    weights = [value for fact in facts if fact.topic.startswith("param ") for value in figures([fact], fact.topic)]
    buffers = [value for fact in facts if fact.topic.startswith("buffer ") for value in figures([fact], fact.topic)]
    assert sum(weights) == amount(row.get("params", 0))
    assert sum(buffers) == amount(row.get("buffers", 0))
    assert sum(figures(facts, "MACs")) == amount(row.get("macs", 0)) * batch
    if row["flops"] is None:
        assert [fact.text for fact in facts if fact.topic == "FLOPs"] == ["unknown"]
    else:
        assert figures(facts, "FLOPs") == [amount(row["flops"]) * batch]
    assert figures(facts, "bytes") == [report.rows[0].activation_bytes]


def test_no_kind_is_left_out():
    assert {kind for kind, _ in DESIGNS} == set(BY_NAME)


def only(text, shape, topic, batch=1):
    """The fact of that topic of a single step."""
    graph, report = analyzed(f"cnnshape: 1\ninput: {shape}\nlayers:\n  - {text}\n", batch)
    return next(fact for fact in explain(graph, report, 0).facts if fact.topic == topic)


@pytest.mark.parametrize(
    ("step", "shape", "topic", "text", "remark"),
    [
        (
            "adaptive_avg_pool: 3", [4, 16, 16], "FLOPs",
            "4 * 18 * 18 = 1,296", "channels x cells that the windows read",
        ),
        (
            "conv_transpose: {out: 8, kernel: 3, padding: 1}", [4, 6, 6], "MACs",
            "4 * 8 * 3 * 3 * 6 * 6 = 10,368", "input channels x kernels / groups x kernel size x input positions",
        ),
        (
            "conv: {out: 8, kernel: 3, groups: 2}", [4, 6, 6], "MACs",
            "8 * 2 * 3 * 3 * 4 * 4 = 2,304", "kernels x input channels / groups x kernel size x output positions",
        ),
        ("conv: {out: 8, kernel: 1}", [4, 6], "FLOPs", "2 * 192 + 8 * 6 = 432", "2 x MACs + 1 per output value"),
        ("conv: {out: 8, kernel: 1, bias: false}", [4, 6], "FLOPs", "2 * 192 = 384", "2 x MACs"),
        ("linear: 10", [84], "MACs", "10 * 84 = 840", "outputs x inputs"),
        ("max_pool: 2", [3, 8, 8], "FLOPs", "(2 * 2 - 1) * 3 * 4 * 4 = 144", "(window size - 1) per output value"),
        ("global_max_pool", [3, 8, 8], "FLOPs", "3 * 8 * 8 - 3 * 1 * 1 = 189", "1 per input value - 1 per output value"),
        ("layer_norm", [4], "FLOPs", "(5 + 1 + 1) * 4 = 28",
         "(5 + 1 + 1) per value: mean, difference, square, sum, quotient"),
        ("gelu", [4], "FLOPs", "5 * 4 = 20", "5 per value: quotient, erf, sum, product, product"),
        ("upsample: {scale: 2, mode: linear}", [3, 4, 4], "FLOPs", "(2 * 2 * 2 - 1) * 3 * 8 * 8 = 1,344",
         "(2 x taps - 1) per output value: 2 taps per axis for linear, 4 for cubic"),
        ("upsample: 2", [3, 4, 4], "FLOPs", "0", "values are copied"),
        ("flatten", [3, 4, 4], "FLOPs", "0", "values are moved, not computed"),
        ("linear: 10", [84], "param weight", "10 * 84 = 840", "outputs x inputs"),
        ("linear: 10", [84], "param bias", "10", "outputs"),
        ("linear: 10", [84], "params", "840 + 10 = 850", ""),
    ],
    ids=range(16),
)  # fmt: skip
def test_the_arithmetic_has_the_factors_that_the_words_name(step, shape, topic, text, remark):
    assert only(step, shape, topic)[1:] == (text, remark)


def test_boxes_and_samples_multiply():
    spec = (
        "input: {image: [8, 20, 20], rois: {boxes: 5}}\nlayers:\n  - roi_align: {size: 2, boxes: rois, samples: 3}\n"
        "  - {conv: {out: 4, kernel: 1, bias: false}, name: head}\n"
    )
    graph, report = analyzed(spec, batch=2)
    pool, head = ({fact.topic: fact.text for fact in explain(graph, report, index).facts} for index in (0, 1))
    assert pool["FLOPs"] == "8 * 3 * 3 * 8 * 2 * 2 * 5 * 2 = 23,040"
    assert head["MACs"] == "4 * 8 * 1 * 1 * 2 * 2 * 5 * 2 = 1,280"
    assert head["FLOPs"] == "2 * 1,280 = 2,560"
    assert head["bytes"] == "4 * 2 * 2 * 5 * 2 * 4 = 640"


def test_shared_weights_are_not_counted_again():
    spec = (
        "input: [8, 5]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: a}\n  - {conv: {out: 8, kernel: 1}, share: a}\n"
    )
    graph, report = analyzed(spec)
    facts = {fact.topic: fact[1:] for fact in explain(graph, report, 1).facts}
    assert facts["params"] == ("0", "uses the weights of a")
    assert facts["MACs"][0] == "8 * 8 * 1 * 5 = 320"


GROUPED = ["resnet50", "googlenet", "unet", "densenet121", "fast_rcnn", "efficientnet_b0", "shufflenet_v2_x1_0"]
SUMS = {"params": "params", "buffers": "buffers", "macs": "MACs", "flops": "FLOPs", "activation_bytes": "bytes"}


@pytest.mark.parametrize("network", GROUPED)
@pytest.mark.parametrize("batch", [1, 3])
def test_the_sums_of_a_group_hold_and_end_in_its_totals(network, batch):
    graph, report = analyzed(network, batch)
    totals = LayerFigures(report)
    sums = 0
    for group in groups(graph.root):
        explained = explain_group(graph, report, group)
        own = totals.totals(group)
        for figure, topic in SUMS.items():
            facts = [fact for fact in explained.facts if fact.topic == topic]
            assert len(facts) == (0 if figure == "buffers" and not own[figure] else 1)
            for fact in facts:
                terms = [value_of(term) for term in fact.text.split(" = ")]
                assert set(terms) == {own[figure]}, (group.label, fact)
                sums += len(terms) > 1
    assert sums > 5


def test_a_group_says_what_enters_and_what_comes_out():
    graph, report = analyzed("resnet50")
    stage = next(group for group in groups(graph.root) if group.label == "stage.1")
    explained = explain_group(graph, report, stage)
    facts = {fact.topic: (fact.text, fact.remark) for fact in explained.facts}
    assert facts["input"] == ("256x56x56", "from stage.0.Bottleneck_3.relu_3")
    assert facts["output"] == ("512x28x28", "of stage.1.Bottleneck_4.relu_3")
    assert facts["params"] == ("379,392 + 3 * 280,064 = 1,219,584", "Bottleneck + Bottleneck x3")
    assert facts["receptive field"][0].startswith("91x91, stride 8")
    assert "35x35" in facts["receptive field"][1]
    assert explained.meaning == "42 layers: Bottleneck, Bottleneck x3"


def test_a_group_with_two_inputs_lists_both():
    graph, report = analyzed("unet")
    for group in groups(graph.root):
        explained = explain_group(graph, report, group)
        entering = [fact.remark for fact in explained.facts if fact.topic.startswith("input")]
        own = {node.name for node in graph.nodes[group.start : group.end]}
        read = {graph.value_name(value) for node in graph.nodes[group.start : group.end] for value in node.inputs}
        assert {remark.removeprefix("from ") for remark in entering} == read - own


def test_a_long_sum_ends_in_one_term_for_the_rest():
    layers = "".join(f"      - conv: {{out: {width}, kernel: 1}}\n" for width in range(1, 21))
    spec = f"cnnshape: 1\ninput: [3, 4, 4]\nblocks:\n  Long:\n    do:\n{layers}layers:\n  - Long\n"
    graph, report = analyzed(spec)
    (group,) = groups(graph.root)
    params = next(fact for fact in explain_group(graph, report, group).facts if fact.topic == "params")
    start, _, total = params.text.partition(" = ")
    assert start.count("+") == MOST_TERMS
    assert value_of(start) == value_of(total) == report.totals.params
    assert params.remark.endswith(f"; and {20 - MOST_TERMS} others")


def test_a_group_leaves_unknown_flops_out_and_says_of_which_layer():
    layers = "".join(f"      - conv: {{out: {width}, kernel: 1}}\n" for width in range(1, 6))
    graph, report = analyzed(f"cnnshape: 1\ninput: [3, 4, 4]\nblocks:\n  Five:\n    do:\n{layers}layers:\n  - Five\n")
    (group,) = groups(graph.root)
    first, *others = report.rows
    changed = report._replace(rows=(first._replace(flops=None), *others))
    flops = next(fact for fact in explain_group(graph, changed, group).facts if fact.topic == "FLOPs")
    assert f"unknown for {first.name}, and left out" in flops.remark
    assert value_of(flops.text.split(" = ")[-1]) == sum(row.flops for row in others)


def test_an_upsampling_to_another_size_sees_its_own_input_alone():
    graph, report = analyzed(
        "cnnshape: 1\ninput: [3, 32, 32]\nlayers:\n"
        "  - {conv: {out: 8, kernel: 3, padding: 1}, name: a}\n  - max_pool: 2\n  - upsample: {like: a}\n"
    )
    facts = {fact.topic: fact for fact in explain(graph, report, 2).facts}
    assert facts["H, W"].text == "16 * 2 = 32"
    assert "union" not in facts["receptive field"].remark
