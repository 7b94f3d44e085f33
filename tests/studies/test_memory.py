"""Memory over time: its largest moment is the report's peak, and moved bytes are what their definition says."""

import re
from fractions import Fraction
from itertools import pairwise
from math import prod
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.analysis import memory_timeline, peak_memory, tensor_bytes
from cnnshape.api import expand
from cnnshape.graph import Options
from cnnshape.language.dtypes import DTYPES, uniform
from cnnshape.render.memory import plain, seconds_text, to_json
from cnnshape.render.plot.staircase import staircase
from cnnshape.report import Settings, make_report
from cnnshape.source import shipped_path
from cnnshape.study.memory import Device, study_memory
from tests.laws.strategy import specs

from .growth import calls


def studied(network, settings, device=None):
    graph, _ = expand(cnnshape.load(shipped_path(network)), Options())
    report = make_report(graph, "", settings)
    return report, study_memory(graph, report, device)


@pytest.mark.parametrize("network", ["resnet50", "densenet121", "unet", "googlenet", "lenet5"])
@pytest.mark.parametrize("inplace", [False, True])
def test_the_largest_moment_is_the_peak(network, inplace):
    report, memory = studied(network, Settings(2, "float16", inplace, inplace))
    assert memory.peak.alive_bytes == report.totals.peak_activation_bytes
    assert memory.peak.row.name == report.peak.layer


def test_moved_bytes_are_inputs_weights_and_output_once():
    _, memory = studied("resnet18", Settings(3))
    first, add = memory.steps[0], next(step for step in memory.steps if step.row.kind == "add")
    assert first.moved_bytes == 4 * (3 * (3 * 224 * 224 + 64 * 112 * 112) + 64 * 3 * 7 * 7)
    assert add.moved_bytes == 4 * 3 * 3 * prod(add.row.output)
    assert next(step for step in memory.steps if step.row.kind == "flatten").moved_bytes == 0


def test_the_ideal_bound_is_the_slower_of_computing_and_moving():
    device = Device(10**12, 10**10)
    _, memory = studied("resnet18", Settings(), device)
    for step in memory.steps:
        slower = max(Fraction(step.row.flops, 10**12), Fraction(step.moved_bytes, 10**10))
        assert step.seconds == slower
    assert memory.seconds == sum(step.seconds for step in memory.steps)
    assert "ideal lower bound" in plain(memory)
    _, without = studied("resnet18", Settings())
    assert without.seconds is None
    assert "ideal" not in plain(without)


def test_the_tensors_of_a_peak_before_the_first_layer_are_the_inputs():
    spec = "input: {image: [3, 64, 64], aux: [1]}\nlayers:\n  - dropout\n  - {relu: null, from: aux}\n"
    report = cnnshape.analyze(cnnshape.load(spec))
    assert report.peak.layer == ""
    assert report.peak.tensors == (("image", 4 * 3 * 64 * 64), ("aux", 4))
    assert report.peak.bytes == 4 * 3 * 64 * 64 + 4


def test_an_unread_output_dies_at_once():
    spec = "input: [2, 4, 4]\nlayers:\n  - {conv: {out: 64, kernel: 1}}\n  - {relu: null, from: input}\n"
    graph, _ = expand(cnnshape.load(spec), Options())
    steps = study_memory(graph, make_report(graph)).steps
    assert [step.alive_bytes for step in steps] == [4 * 16 * (2 + 64), 4 * 16 * (2 + 2)]
    assert [step.tensors for step in steps] == [2, 2]


@pytest.mark.parametrize("face", [plain, to_json, staircase])
def test_a_design_without_layers_has_its_input_alone(face):
    graph, _ = expand(cnnshape.load("input: [3, 4, 4]\nlayers: []\n"), Options())
    memory = study_memory(graph, make_report(graph), Device(10**12, 10**10))
    assert (memory.steps, memory.peak, memory.seconds) == ((), None, 0)
    assert "192" in face(memory).replace(",", "") or face is staircase


@given(specs(), st.booleans(), st.booleans())
def test_moments_are_the_tensors_that_live(spec, activations, adds):
    """Brute force: a storage lives from its writer to the last reader of anything in it."""
    graph, _ = expand(cnnshape.load(spec.text), Options())
    # In int8, bytes are values.
    sizes = tensor_bytes(graph, [uniform("int8")] * len(graph.nodes), uniform("int8"), 1)
    moments = memory_timeline(graph, sizes, inplace_activations=activations, inplace_adds=adds)
    peak = peak_memory(graph, sizes, inplace_activations=activations, inplace_adds=adds)
    inputs = sum(given.tensor.elements for given in graph.inputs)
    assert max([inputs, *(moment.bytes for moment in moments)]) == peak.bytes
    assert sum(graph.value(value).elements for value in peak.alive) == peak.bytes
    if peak.node is not None:
        assert moments[peak.node] == (peak.bytes, len(peak.alive))
    if not (activations or adds):
        assert [moment.bytes for moment in moments] == [living(graph, index) for index in range(len(graph.nodes))]


def living(graph, node):
    """Values alive while a node runs, without anything that works in place."""
    first = len(graph.inputs)
    storage = list(range(first))
    for index, other in enumerate(graph.nodes):
        storage.append(storage[other.inputs[0]] if other.application.layer.view else first + index)
    last = dict.fromkeys(graph.outputs.values(), len(graph.nodes))
    ends = dict.fromkeys(set(storage), -1)
    for index, other in enumerate(graph.nodes):
        for value in (*other.inputs, first + index):
            ends[storage[value]] = max(ends[storage[value]], index)
    for value, end in last.items():
        ends[storage[value]] = max(ends[storage[value]], end)
    unread = [value for value in range(first) if ends[value] == -1]
    return sum(
        graph.value(value).elements
        for value in ends
        if value in unread or (max(value - first, -1) <= node <= ends[value])
    )


@given(specs(), st.sampled_from(["float32", "float16", "int8"]), st.integers(1, 3))
def test_bytes_follow_the_type_and_the_batch(spec, dtype, batch):
    graph, _ = expand(cnnshape.load(spec.text), Options())
    one = study_memory(graph, make_report(graph))
    many = study_memory(graph, make_report(graph, "", Settings(batch=batch, dtype=dtype)))
    for step, scaled in zip(one.steps, many.steps, strict=True):
        assert scaled.alive_bytes * 32 == step.alive_bytes * batch * DTYPES[dtype]
        application = step.row.application
        tensors = sum(prod(tensor.shape) for tensor in (*application.inputs, application.output))
        weights = sum(weight.elements for weight in application.layer.weights(application.inputs))
        moved = 0 if application.layer.view else (tensors * batch + weights) * DTYPES[dtype] // 8
        assert scaled.moved_bytes == moved
        if moved:
            assert scaled.intensity == Fraction(scaled.row.flops, moved)
        else:
            assert scaled.intensity is None


def wide(branches):
    lines = "".join(f"      b{number}: [relu]\n" for number in range(branches))
    return f"input: [3, 8, 8]\nlayers:\n  - concat:\n{lines}"


def test_the_work_grows_with_the_layers():
    graphs = [expand(cnnshape.load(wide(branches)), Options())[0] for branches in (200, 800)]
    reports = [make_report(graph) for graph in graphs]

    def whole(graph, report):
        memory = study_memory(graph, report, Device(10**12, 10**10))
        return [face(memory, expand=True) if face is plain else face(memory) for face in (plain, to_json, staircase)]

    few, many = (calls(whole, graph, report) for graph, report in zip(graphs, reports, strict=True))
    assert many < 5 * few


def test_seconds_have_a_fitting_unit():
    assert [seconds_text(Fraction(1, 10**n)) for n in (0, 3, 6, 9)] == ["1.000 s", "1.000 ms", "1.000 us", "1.000 ns"]


def drawn(name, **settings):
    """The report of a network, its memory, and the plot."""
    report, memory = studied(name, Settings(**settings))
    return report, memory, ElementTree.fromstring(staircase(memory))


SVG = "{http://www.w3.org/2000/svg}"


def texts_of(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def corners(root):
    """The steps of the outline: where each starts, and its height above the axis."""
    outline = next(path.get("d") for path in root.iter(f"{SVG}path") if "area" in path.get("class", ""))
    base = float(re.match(r"M[\d.]+ ([\d.]+)", outline)[1])
    return [(float(x), base - float(y)) for x, y in re.findall(r"H([\d.]+)V([\d.]+)(?!\d*Z)", outline)]


def test_the_picture_marks_the_peak():
    report, memory, root = drawn("resnet50")
    words = next(text for text in texts_of(root) if text.startswith("peak at"))
    assert words == f"peak at {report.peak.layer}: {report.peak.bytes:,} bytes in {memory.peak.tensors} tensors"
    assert texts_of(root)[0] == "ResNet-50: activations alive, layer by layer"


@pytest.mark.parametrize("name", ["lenet5", "resnet50", "unet"])
def test_the_steps_of_the_picture_are_to_scale(name):
    _, memory, root = drawn(name)
    alive = [step.alive_bytes for step in memory.steps]
    changes = [alive[0], *(after for before, after in pairwise(alive) if before != after)]
    steps = [height for _, height in corners(root)]
    unit = max(steps) / max(alive)
    assert steps == pytest.approx([number * unit for number in changes], abs=0.1)


def test_stages_are_named_below_the_steps_and_layers_where_there_are_none():
    report, _, root = drawn("resnet50")
    assert {group.label for group in report.groups.children} <= set(texts_of(root))
    bands = [rect for rect in root.iter(f"{SVG}rect") if rect.get("class") == "band"]
    assert [band.find(f"{SVG}title").text for band in bands] == ["stage.0", "stage.2"]
    report, _, root = drawn("lenet5")
    assert {row.name for row in report.rows} <= set(texts_of(root))


def test_a_deep_network_has_few_steps_and_keeps_its_peak():
    report, memory, root = drawn("preresnet1001")
    steps = corners(root)
    assert len(memory.steps) > 3000
    assert len(steps) <= 600
    most = max(height for _, height in steps)
    assert [start for start, height in steps if height == most]
    assert any(f"{report.peak.bytes:,} bytes" in text for text in texts_of(root))
