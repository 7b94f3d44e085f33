"""The memory of a device as a picture, and on a report page."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from cnnshape.device.deployment import Deployment
from cnnshape.render.plot.arena import arena
from tests.command import run
from tests.studies.test_device import deployed, graph_of

SVG = "{http://www.w3.org/2000/svg}"
NETWORKS = ["mobilenet_v2", "resnet8", "unet", "googlenet"]


def boxes(deployment: Deployment) -> list[tuple[str, str, float, float]]:
    """The name of each box, its class, its width and its height."""
    drawn = ElementTree.fromstring(arena(deployment)).iter(f"{SVG}rect")
    titled = [(rect.findtext(f"{SVG}title"), rect) for rect in drawn]
    return [
        (title, rect.attrib["class"], float(rect.attrib["width"]), float(rect.attrib["height"]))
        for title, rect in titled
        if title
    ]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("runtime", ["tflm", "fused", "as-is"])
def test_tensors_alive_at_the_peak_are_marked(network: str, runtime: str) -> None:
    deployment = deployed(graph_of(network), runtime)
    peak = deployment.peak_operation
    pairs = list(zip(deployment.lowered.held, deployment.sizes, strict=True))
    alive = [f"{held.what}: {size:,} bytes" for held, size in pairs if held.first <= peak <= held.last]
    assert sorted(name for name, color, _, _ in boxes(deployment) if "area1" in color) == sorted(alive)


@pytest.mark.parametrize("network", NETWORKS)
def test_boxes_are_as_wide_as_lives_and_as_high_as_bytes(network: str) -> None:
    deployment = deployed(graph_of(network), "tflm")
    pairs = {placed.held.what: placed for placed in deployment.placed}
    drawn = boxes(deployment)
    assert len(drawn) == len(deployment.placed)
    wide, high = 890 / len(deployment.lowered.operations), (390 - 110) / deployment.arena_bytes
    for name, _, width, height in drawn:
        placed = pairs[name.rpartition(":")[0]]
        assert width == pytest.approx(wide * (placed.held.last + 1 - placed.held.first), abs=0.11)
        assert height == pytest.approx(high * placed.size, abs=0.11)


def test_of_many_tensors_the_largest_are_drawn_and_it_is_said() -> None:
    deployment = deployed(graph_of("resnet152"), "tflm")
    drawn = boxes(deployment)
    assert len(drawn) == min(200, len(deployment.placed)) == 200
    text = arena(deployment)
    assert f"and the 200 largest of {len(deployment.placed)} tensors" in text


def test_a_report_page_has_the_memory_of_a_device() -> None:
    page = run("report", "resnet8", "--runtime", "tflm", "--dtype", "int8", "--order", "-o", "-").stdout
    assert "at most 49.15 kB alive, while" in page
    assert "arena: 49,152 bytes (49.15 kB), exact: greedy by size" in page
    assert "ResNet-8: memory on tflm" in page
    assert "memory on" not in run("report", "resnet8", "-o", "-").stdout
