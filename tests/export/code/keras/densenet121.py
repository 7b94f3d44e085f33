"""Exported by cnnshape from densenet121.yaml (sha256 0000000000000000)."""

import keras
from keras import layers, ops


def dense_layer(x, growth):
    """`DenseLayer`: from (56, 56, 64) to (56, 56, 96) in its first call."""
    new = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    new = layers.ReLU()(new)
    new = layers.Conv2D(4 * growth, 1, use_bias=False)(new)
    new = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(new)
    new = layers.ReLU()(new)
    new = layers.Conv2D(growth, 3, padding="same", use_bias=False)(new)
    x = layers.Concatenate()([x, new])
    return x


def transition(x):
    """`Transition`: from (56, 56, 256) to (28, 28, 128) in its first call."""
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(x.shape[-1] // 2, 1, use_bias=False)(x)
    x = layers.AveragePooling2D(2)(x)
    return x


def densenet_121(
    classes: int = 1000, growth: int = 32, stem: int = 64, repeats: tuple[int, ...] = (6, 12, 24, 16)
) -> keras.Model:
    """DenseNet-121: from (224, 224, 3) to (1000,)."""
    inputs = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(3)(inputs)
    x = layers.Conv2D(stem, 7, strides=2, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU()(x)
    x = ops.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=float("-inf"))
    x = layers.MaxPooling2D(3, strides=2)(x)
    for i, n in enumerate(repeats):
        for _ in range(n):
            x = dense_layer(x, growth)
        if i != len(repeats) - 1:
            x = transition(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(classes)(x)
    return keras.Model(inputs, x, name="densenet_121")
