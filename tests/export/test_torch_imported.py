"""Exported code, imported again: the figures are those of the design it came from.

`python -m tests.export.test_torch_imported` compares all shipped networks.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

import cnnshape
from cnnshape.export.torch import to_torch
from cnnshape.report import FIGURES, Report
from tests.export.exported import NAMES, made, network

pytest.importorskip("torch")
bridge = pytest.importorskip("cnnshape.bridge")

_NAMES = """
    alexnet cbam_resnet18 convnext_tiny convnextv2_atto crnn densenet121 deeplabv3_resnet50 ds_cnn edsr_baseline
    efficientnet_b0 efficientnet_v2_s googlenet hrnet_w18 m5 mobilenet_v3_large nfnet_f0 r3d18 regnet_y_400mf repvgg_a0
    res2net50 resnet50 retinanet_resnet50_fpn shufflenet_v2_x1_0 u2net unet vnet wavenet xception yolov3 yolov8n
"""
SAMPLE = _NAMES.split()
"""Some of each sort, and all whose code has parts that are one layer in a spec."""
IDENTITIES = {"nasnet_mobile": 4}
"""Networks with layers that do nothing, by their number: no function runs there, and an import doesn't see them."""


def figures(report: Report) -> dict[str, Any]:
    """Every figure of the report, and the shapes of the outputs."""
    return {name: figure.of(report) for name, figure in FIGURES.items()} | {"outputs": sorted(report.outputs.values())}


def both(name: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The figures of a network, and of its exported code imported again. None for one that reads boxes."""
    source = network(name)
    report = source.examination.report()
    shapes = [given.shape for given in report.inputs.values()]
    if any(given.of_boxes for given in report.inputs.values()):
        return None
    imported = bridge.from_torch(made(to_torch(source)), shapes[0] if len(shapes) == 1 else shapes, flat=True)
    return figures(report), figures(cnnshape.analyze(cnnshape.load(imported.text)))


def test_the_sample_is_shipped() -> None:
    assert set(SAMPLE) <= set(NAMES)


@pytest.mark.parametrize("name", SAMPLE)
def test_figures_are_equal(name: str) -> None:
    compared = both(name)
    assert compared is not None
    assert compared[0] == compared[1]


@pytest.mark.parametrize("name", IDENTITIES)
def test_only_layers_that_do_nothing_are_missing(name: str) -> None:
    compared = both(name)
    assert compared is not None
    ours, again = compared
    assert again.pop("layers") == ours.pop("layers") - IDENTITIES[name]
    assert again.pop("activation_bytes") < ours.pop("activation_bytes")
    assert ours == again


if __name__ == "__main__":
    for one in NAMES:
        compared = both(one)
        verdict = "reads boxes" if compared is None else "equal" if compared[0] == compared[1] else "differs"
        sys.stdout.write(f"{one}: {verdict}\n")
