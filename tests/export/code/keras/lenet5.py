"""Exported by cnnshape from lenet5.yaml (sha256 0000000000000000)."""

import keras
from keras import layers


def lenet_5(classes: int = 10) -> keras.Model:
    """LeNet-5: from (32, 32, 1) to (10,)."""
    inputs = keras.Input((32, 32, 1))
    x = layers.Conv2D(6, 5)(inputs)
    x = layers.Activation("tanh")(x)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Conv2D(16, 5)(x)
    x = layers.Activation("tanh")(x)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(120)(x)
    x = layers.Activation("tanh")(x)
    x = layers.Dense(84)(x)
    x = layers.Activation("tanh")(x)
    x = layers.Dense(classes)(x)
    return keras.Model(inputs, x, name="lenet_5")
