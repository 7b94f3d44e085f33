"""Exported by cnnshape from xception.yaml (sha256 0000000000000000)."""

import keras
from keras import layers, ops


def separable(x, out, relu_first=True):
    """`Separable`: from (147, 147, 64) to (147, 147, 128) in its first call."""
    if relu_first:
        x = layers.ReLU()(x)
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.Conv2D(out, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.99, epsilon=0.001)(x)
    return x


def down(x, middle_2, out, relu_first=True):
    """`Down`: from (147, 147, 64) to (74, 74, 128) in its first call."""
    shortcut = x
    x = separable(x, middle_2, relu_first=relu_first)
    x = separable(x, out)
    x = ops.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=float("-inf"))
    x = layers.MaxPooling2D(3, strides=2)(x)
    shortcut = layers.Conv2D(out, 1, strides=2, use_bias=False)(shortcut)
    shortcut = layers.BatchNormalization(momentum=0.99, epsilon=0.001)(shortcut)
    x = layers.Add()([x, shortcut])
    return x


def middle(x):
    """`Middle`: from (19, 19, 728) to (19, 19, 728) in its first call."""
    shortcut = x
    for _ in range(3):
        x = separable(x, 728)
    x = layers.Add()([x, shortcut])
    return x


def xception(classes: int = 1000) -> keras.Model:
    """Xception: from (299, 299, 3) to (1000,)."""
    inputs = keras.Input((299, 299, 3))
    x = layers.Conv2D(32, 3, strides=2, use_bias=False)(inputs)
    x = layers.BatchNormalization(momentum=0.99, epsilon=0.001)(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(64, 3, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.99, epsilon=0.001)(x)
    x = layers.ReLU()(x)
    x = down(x, 128, out=128, relu_first=False)
    x = down(x, 256, out=256)
    x = down(x, 728, out=728)
    for _ in range(8):
        x = middle(x)
    x = down(x, 728, out=1024)
    x = separable(x, 1536, relu_first=False)
    x = separable(x, 2048)
    x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(classes)(x)
    return keras.Model(inputs, x, name="xception")
