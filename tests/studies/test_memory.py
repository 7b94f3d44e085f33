"""Memory over time: its largest moment is the report's peak, and moved bytes are what their definition says."""

from fractions import Fraction
from math import prod

import pytest

import cnnshape
from cnnshape.api import expand
from cnnshape.graph import Options
from cnnshape.render.memory import plain, seconds_text, to_json, to_svg
from cnnshape.report import Settings, make_report
from cnnshape.source import shipped_path
from cnnshape.study.memory import Device, study_memory

from .growth import calls


def studied(network, settings, device=None):
    graph, _ = expand(cnnshape.load(shipped_path(network)), Options())
    report = make_report(graph, "", settings)
    return report, study_memory(graph, report, device)


@pytest.mark.parametrize("network", ["resnet50", "densenet121", "unet", "googlenet", "lenet5"])
@pytest.mark.parametrize("inplace", [False, True])
def test_the_largest_moment_is_the_peak(network, inplace):
    report, found = studied(network, Settings(2, "float16", inplace, inplace))
    assert found.peak.alive_bytes == report.totals.peak_activation_bytes
    assert found.peak.row.name == report.peak.layer


def test_moved_bytes_are_inputs_weights_and_output_once():
    _, found = studied("resnet18", Settings(3))
    first, add = found.steps[0], next(step for step in found.steps if step.row.kind == "add")
    assert first.moved_bytes == 4 * (3 * (3 * 224 * 224 + 64 * 112 * 112) + 64 * 3 * 7 * 7)
    assert add.moved_bytes == 4 * 3 * 3 * prod(add.row.output)
    assert next(step for step in found.steps if step.row.kind == "flatten").moved_bytes == 0


def test_the_ideal_bound_is_the_slower_of_computing_and_moving():
    device = Device(10**12, 10**10)
    _, found = studied("resnet18", Settings(), device)
    for step in found.steps:
        slower = max(Fraction(step.row.flops, 10**12), Fraction(step.moved_bytes, 10**10))
        assert step.seconds == slower
    assert found.seconds == sum(step.seconds for step in found.steps)
    assert "ideal lower bound" in plain(found)
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


@pytest.mark.parametrize("face", [plain, to_json, to_svg])
def test_a_design_without_layers_has_its_input_alone(face):
    graph, _ = expand(cnnshape.load("input: [3, 4, 4]\nlayers: []\n"), Options())
    found = study_memory(graph, make_report(graph), Device(10**12, 10**10))
    assert (found.steps, found.peak, found.seconds) == ((), None, 0)
    assert "192" in face(found).replace(",", "") or face is to_svg


def wide(branches):
    lines = "".join(f"      b{number}: [relu]\n" for number in range(branches))
    return f"input: [3, 8, 8]\nlayers:\n  - concat:\n{lines}"


def test_the_work_grows_with_the_layers():
    graphs = [expand(cnnshape.load(wide(branches)), Options())[0] for branches in (200, 800)]
    reports = [make_report(graph) for graph in graphs]

    def whole(graph, report):
        found = study_memory(graph, report, Device(10**12, 10**10))
        return [face(found, expand=True) if face is plain else face(found) for face in (plain, to_json, to_svg)]

    few, many = (calls(whole, graph, report) for graph, report in zip(graphs, reports, strict=True))
    assert many < 5 * few


def test_seconds_have_a_fitting_unit():
    assert [seconds_text(Fraction(1, 10**n)) for n in (0, 3, 6, 9)] == ["1.000 s", "1.000 ms", "1.000 us", "1.000 ns"]


def test_the_picture_is_xml_that_marks_the_peak():
    from xml.etree import ElementTree

    report, found = studied("resnet50", Settings())
    texts = [element.text for element in ElementTree.fromstring(to_svg(found)).iter() if element.text]
    assert any(f"{report.peak.bytes:,} bytes" in text for text in texts)
