"""Exported by cnnshape from shufflenet_v2_x1_0.yaml (sha256 0000000000000000)."""

import keras
from keras import layers, ops


def channel_shuffle(x, groups):
    """Deals the channels of each group out over all groups."""
    *sizes, channels = x.shape[1:]
    y = ops.reshape(x, (-1, *sizes, groups, channels // groups))
    y = ops.reshape(ops.swapaxes(y, -1, -2), (-1, *sizes, channels))
    return y


def down(x, out):
    """`Down`: from (56, 56, 24) to (28, 28, 116) in its first call."""
    left = layers.ZeroPadding2D(1)(x)
    left = layers.DepthwiseConv2D(3, strides=2, use_bias=False)(left)
    left = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(left)
    left = layers.Conv2D(out // 2, 1, use_bias=False)(left)
    left = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(left)
    left = layers.ReLU()(left)
    right = layers.Conv2D(out // 2, 1, use_bias=False)(x)
    right = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(right)
    right = layers.ReLU()(right)
    right = layers.ZeroPadding2D(1)(right)
    right = layers.DepthwiseConv2D(3, strides=2, use_bias=False)(right)
    right = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(right)
    right = layers.Conv2D(out // 2, 1, use_bias=False)(right)
    right = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(right)
    right = layers.ReLU()(right)
    x = layers.Concatenate()([left, right])
    x = channel_shuffle(x, 2)
    return x


def unit(x):
    """`Unit`: from (28, 28, 116) to (28, 28, 116) in its first call."""
    keep = ops.split(x, 2, axis=-1)[0]
    work = ops.split(x, 2, axis=-1)[1]
    work = layers.Conv2D(work.shape[-1], 1, use_bias=False)(work)
    work = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(work)
    work = layers.ReLU()(work)
    work = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(work)
    work = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(work)
    work = layers.Conv2D(work.shape[-1], 1, use_bias=False)(work)
    work = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(work)
    work = layers.ReLU()(work)
    x = layers.Concatenate()([keep, work])
    x = channel_shuffle(x, 2)
    return x


def shufflenet_v2_x1_0(
    classes: int = 1000, widths: tuple[int, ...] = (116, 232, 464), final: int = 1024
) -> keras.Model:
    """ShuffleNet v2 x1.0: from (224, 224, 3) to (1000,)."""
    inputs = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(1)(inputs)
    x = layers.Conv2D(24, 3, strides=2, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU()(x)
    x = ops.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=float("-inf"))
    x = layers.MaxPooling2D(3, strides=2)(x)
    for width, n in zip(widths, [3, 7, 3], strict=True):
        x = down(x, width)
        for _ in range(n):
            x = unit(x)
    x = layers.Conv2D(final, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(classes)(x)
    return keras.Model(inputs, x, name="shufflenet_v2_x1_0")
