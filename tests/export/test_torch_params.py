"""Params of shipped networks at other values: the code with an argument is the design with that param."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import signature
from typing import Any

import pytest

from cnnshape.api import examine, load
from cnnshape.api.overrides import options
from cnnshape.export.torch import to_torch
from tests.export.exported import (
    ARCHITECTURES,
    counts_of,
    depends_on_values,
    expected,
    inputs_of,
    made,
    network,
    shapes_of,
)

torch = pytest.importorskip("torch")

_NAMES = """
    alexnet convnext_tiny deeplabv3_resnet50 densenet121 ds_cnn edsr_baseline efficientnet_b0 efficientnet_v2_s fc_autoencoder
    fcn_resnet50 googlenet m5 mobilenet_v3_large preresnet50 regnet_y_400mf resnet20 resnet50 resnext50_32x4d
    shufflenet_v2_x1_0 slowfast_r50 unet vgg16 wrn28_10 yolov3 yolov5s yolov8n
"""
NETWORKS = _NAMES.split()


def others(value: Any) -> Iterator[Any]:
    """Other values of a param."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, 2 * value)
    elif isinstance(value, float):
        yield value / 2
    elif isinstance(value, tuple) and all(isinstance(item, int) for item in value):
        yield tuple(item + 1 for item in value)
        yield tuple(2 * item for item in value)


@pytest.mark.parametrize("name", NETWORKS)
def test_arguments_are_params(name: str) -> None:
    text = to_torch(network(name))
    scope: dict[str, Any] = {}
    exec(text, scope)
    arguments = list(signature(scope["Net"].__init__).parameters.values())[1:]
    tried = 0
    for argument in arguments:
        for value in others(argument.default):
            given = list(value) if isinstance(value, tuple) else value
            examination = examine(load(ARCHITECTURES / f"{name}.yaml"), options({argument.name: given}, "", None, None))
            if examination.problems:
                continue
            tried += 1
            counts, shapes = expected(examination)
            module = made(text, **{argument.name: value})
            assert counts_of(module) == counts, (argument.name, value)
            if not depends_on_values(examination):
                assert shapes_of(module, inputs_of(examination)) == shapes, (argument.name, value)
    assert tried or not arguments
