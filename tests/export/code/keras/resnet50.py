"""Exported by cnnshape from resnet50.yaml (sha256 0000000000000000)."""

import keras
from keras import layers, ops


def bottleneck(x, width, out, groups=1, stride_on="conv3x3", stride=1):
    """`Bottleneck`: from (56, 56, 64) to (56, 56, 256) in its first call."""
    shortcut = x
    x = layers.Conv2D(width, 1, strides=stride if stride_on == "conv1x1" else 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU()(x)
    x = layers.ZeroPadding2D(1)(x)
    x = layers.Conv2D(width, 3, strides=stride if stride_on == "conv3x3" else 1, groups=groups, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(out, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    if stride != 1 or shortcut.shape[-1] != out:
        shortcut = layers.Conv2D(out, 1, strides=stride, use_bias=False)(shortcut)
        shortcut = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(shortcut)
    x = layers.Add()([x, shortcut])
    x = layers.ReLU()(x)
    return x


def resnet_50(
    classes: int = 1000,
    repeats: tuple[int, ...] = (3, 4, 6, 3),
    widths: tuple[int, ...] = (64, 128, 256, 512),
    groups: int = 1,
    stride_on: str = "conv3x3",
) -> keras.Model:
    """ResNet-50: from (224, 224, 3) to (1000,)."""
    inputs = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(3)(inputs)
    x = layers.Conv2D(64, 7, strides=2, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU()(x)
    x = ops.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=float("-inf"))
    x = layers.MaxPooling2D(3, strides=2)(x)
    for width, out, stride, n in zip(widths, [256, 512, 1024, 2048], [1, 2, 2, 2], repeats, strict=True):
        for i in range(n):
            x = bottleneck(x, width, out=out, groups=groups, stride_on=stride_on, stride=stride if i == 0 else 1)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(classes)(x)
    return keras.Model(inputs, x, name="resnet_50")
