"""Keras' own networks, imported and exported again: with the same weights, the code computes what Keras does."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from cnnshape.bridge import imported
from cnnshape.bridge.keras import keras_network
from cnnshape.export.keras import to_keras
from tests.export.exported import source_of
from tests.export.keras_code import built

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")
np = pytest.importorskip("numpy")

TWINS = {
    "DenseNet121": {},
    "EfficientNetB0": {},
    "EfficientNetV2B0": {},
    "InceptionResNetV2": {},
    "InceptionV3": {},
    "MobileNet": {},
    "MobileNetV2": {},
    "MobileNetV3Large": {},
    "MobileNetV3Small": {},
    "ResNet50V2": {},
    "VGG16": {"input_shape": (32, 32, 3)},
    "Xception": {},
}
_NAMES = {
    "scale": "gamma",
    "mean": "moving_mean",
    "variance": "moving_variance",
    "depthwise_kernel": "kernel",
    "pointwise_kernel": "kernel",
}
"""The names of weights that two layers of Keras call differently."""


def _key(weight: Any) -> tuple[Any, str]:
    """What two weights at the same place have in common, in layers of any kind."""
    return tuple(sorted(size for size in weight.shape if size > 1)), _NAMES.get(weight.name, weight.name)


def _weights(model: Any) -> list[Any]:
    return [weight for layer in model.layers for weight in layer.weights if weight.name != "count"]


def carry_over(model: Any, twin: Any) -> list[str]:
    """Gives a twin the weights of a model, in order. Returns the paths of those that only one of them has."""
    left, alone = _weights(model), []
    for weight in _weights(twin):
        place = next((place for place, other in enumerate(left) if _key(other) == _key(weight)), None)
        if place is None:
            alone.append(weight.path)
        else:
            weight.assign(keras.ops.reshape(left.pop(place), weight.shape))
    return alone + [weight.path for weight in left]


@pytest.mark.parametrize("name", TWINS)
def test_a_network_of_keras_computes_the_same_after_the_round_trip(name: str) -> None:
    options = {"input_shape": (96, 96, 3), "classes": 10, "weights": None, **TWINS[name]}
    model = getattr(keras.applications, name)(**options)
    random = np.random.default_rng(0)
    for weight in _weights(model):
        value = random.normal(0, 0.05, weight.shape)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)
    code = to_keras(source_of(imported(keras_network(json.loads(model.to_json()), name)).text))
    twin = built(code, "cpu")
    alone = carry_over(model, twin)
    assert all("batch_normalization" in path and name == "EfficientNetV2B0" for path in alone), alone
    image = random.normal(size=(1, *model.input_shape[1:])).astype("float32")
    outputs = [values(image).detach().numpy() for values in (model, twin)]
    assert np.abs(outputs[0] - outputs[1]).max() < 1e-4
    assert np.ptp(outputs[0]) > 1e-3
