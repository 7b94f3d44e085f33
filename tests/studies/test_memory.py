"""Memory over time: its largest moment is the report's peak, and moved bytes are what their definition says."""

from fractions import Fraction
from math import prod

import pytest

import cnnshape
from cnnshape.api import expand
from cnnshape.graph import Options
from cnnshape.render.memory import plain, seconds_text, to_svg
from cnnshape.report import Settings, make_report
from cnnshape.source import shipped_path
from cnnshape.study.memory import Device, study_memory


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


def test_seconds_are_told_in_a_fitting_unit():
    assert [seconds_text(Fraction(1, 10**n)) for n in (0, 3, 6, 9)] == ["1.000 s", "1.000 ms", "1.000 us", "1.000 ns"]


def test_the_picture_is_xml_that_marks_the_peak():
    from xml.etree import ElementTree

    report, found = studied("resnet50", Settings())
    texts = [element.text for element in ElementTree.fromstring(to_svg(found)).iter() if element.text]
    assert any(f"{report.peak.bytes:,} bytes" in text for text in texts)
