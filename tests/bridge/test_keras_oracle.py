"""Keras' own networks by their configuration alone, where Keras is installed (`KERAS_BACKEND=torch`)."""

import json
import os

import pytest

from cnnshape.bridge import imported
from cnnshape.bridge.keras import keras_network

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")
NETWORKS = [
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Small",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "DenseNet121",
    "ResNet50",
    "ResNet50V2",
    "InceptionV3",
    "InceptionResNetV2",
    "Xception",
    "VGG16",
    "ConvNeXtTiny",
]


def channels_first(shape):
    """The shape of a tensor without its batch, channels first."""
    sizes = tuple(shape)[1:]
    return (sizes[-1], *sizes[:-1])


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_and_shapes_are_those_of_keras(name):
    arguments = {"input_shape": (224, 224, 3)} if name == "MobileNetV3Small" else {}
    model = getattr(keras.applications, name)(weights=None, **arguments)
    network = keras_network(json.loads(model.to_json()), name)
    imported(network, flat=True)
    assert network.params == sum(_size(weight.shape) for weight in model.trainable_weights)
    last = {operation.path: operation.shape for operation in network.operations}
    compared = 0
    for layer in model.layers:
        if layer.name in last:
            assert last[layer.name] == channels_first(layer.output.shape), layer.name
            compared += 1
    assert compared > 0.5 * len(model.layers)


def _size(shape):
    product = 1
    for size in shape:
        product *= size
    return product


def small(keras):
    """A model of layers that the applications don't have."""
    given = keras.Input((32, 48, 4))
    values = keras.layers.Conv2DTranspose(8, 2, strides=3)(given)
    values = keras.layers.Conv2DTranspose(8, 3, strides=2, padding="same", use_bias=False)(values)
    values = keras.layers.PReLU(shared_axes=[1, 2])(values)
    values = keras.layers.GroupNormalization(4)(values)
    values = keras.layers.UpSampling2D((1, 2), interpolation="bilinear")(values)
    values = keras.layers.AveragePooling2D(3, 2, padding="same")(values)
    values = keras.layers.SeparableConv2D(6, 3, depth_multiplier=2, padding="same", activation="silu")(values)
    gate = keras.layers.GlobalAveragePooling2D(keepdims=True)(values)
    gate = keras.layers.Dense(6, activation="hard_sigmoid")(gate)
    values = values * gate + 1.0
    values = keras.layers.Permute((3, 1, 2))(values)
    values = keras.layers.Permute((2, 3, 1))(values)
    values = keras.layers.Cropping2D(((1, 0), (2, 3)))(values)
    return keras.Model(given, keras.layers.Dense(3)(keras.layers.Flatten()(values)))


def test_other_layers_have_the_shapes_and_parameters_of_keras():
    model = small(keras)
    network = keras_network(json.loads(model.to_json()), "small")
    assert network.params == sum(_size(weight.shape) for weight in model.trainable_weights)
    last = {operation.path: operation.shape for operation in network.operations}
    for layer in model.layers:
        if layer.name in last and "permute" not in layer.name:
            assert last[layer.name] == channels_first(layer.output.shape), layer.name
