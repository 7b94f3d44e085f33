"""Exported code, imported again: the figures are those of the design it came from."""

from __future__ import annotations

from typing import Any

import pytest

from cnnshape.api import examine, load
from cnnshape.export.torch import to_torch
from cnnshape.graph import Graph, Options
from tests.export.exported import NAMES, made, network

torch = pytest.importorskip("torch")
bridge = pytest.importorskip("cnnshape.bridge")

_NAMES = """
    alexnet cbam_resnet18 convnext_tiny convnextv2_atto crnn densenet121 deeplabv3_resnet50 ds_cnn efficientnet_b0 googlenet
    hrnet_w18 m5 mobilenet_v3_large r3d18 regnet_y_400mf res2net50 resnet50 shufflenet_v2_x1_0 u2net unet vnet
    wavenet xception yolov3
"""
SAMPLE = _NAMES.split()
"""Some of each sort. Left out are networks with boxes, and nfnet_f0 and nasnet_mobile: an import doesn't know the mean of the
cells that are not padding. Nor does it see which weights are frozen."""


def figures(graph: Graph | None) -> tuple[Any, ...]:
    """Params, MACs, FLOPs, and the shapes of the outputs."""
    assert graph is not None
    own = [node.application for node in graph.nodes if node.shares is None]
    every = [node.application for node in graph.nodes]
    outputs = sorted(graph.value(index).shape for index in graph.outputs.values())
    return (
        sum(one.params for one in own),
        sum(one.macs for one in every),
        sum(one.flops or 0 for one in every),
        outputs,
    )


def test_the_sample_is_shipped() -> None:
    assert set(SAMPLE) <= set(NAMES)


@pytest.mark.parametrize("name", SAMPLE)
def test_figures_are_equal(name: str) -> None:
    source = network(name)
    graph = source.examination.graph
    assert graph is not None
    shapes = [given.tensor.shape for given in graph.inputs]
    imported = bridge.from_torch(made(to_torch(source)), shapes[0] if len(shapes) == 1 else shapes, flat=True)
    again = examine(load(imported.text), Options())
    assert not again.problems
    assert figures(again.graph) == figures(graph)
