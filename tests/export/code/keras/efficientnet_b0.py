"""Exported by cnnshape from efficientnet_b0.yaml (sha256 0000000000000000)."""

import math

import keras
from keras import layers


def make_divisible(value, divisor, minimum=None):
    """The nearest multiple of the divisor that isn't more than 10 % below."""
    lowest = divisor if minimum is None else minimum
    rounded = max(lowest, int(value + divisor / 2) // divisor * divisor)
    return int(rounded + divisor if rounded < 0.9 * value else rounded)


def squeeze_excite(x, squeeze):
    """`SqueezeExcite`: from (112, 112, 32) to (112, 112, 32) in its first call."""
    channels = x.shape[-1]
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.Conv2D(squeeze, 1)(gate)
    gate = layers.Activation("silu")(gate)
    gate = layers.Conv2D(channels, 1)(gate)
    gate = layers.Activation("sigmoid")(gate)
    x = layers.Multiply()([x, gate])
    return x


def mb_conv(x, out, kernel, expand, drop, stride=1):
    """`MBConv`: from (112, 112, 32) to (112, 112, 16) in its first call."""
    skip = stride == 1 and x.shape[-1] == out
    inner = expand * x.shape[-1]
    squeeze = x.shape[-1] // 4
    shortcut = x
    if expand != 1:
        x = layers.Conv2D(inner, 1, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
        x = layers.Activation("silu")(x)
    x = layers.ZeroPadding2D(kernel // 2)(x)
    x = layers.DepthwiseConv2D(kernel, strides=stride, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.Activation("silu")(x)
    x = squeeze_excite(x, squeeze)
    x = layers.Conv2D(out, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    if skip:
        x = layers.Dropout(drop, noise_shape=(None, 1, 1, 1))(x)
        x = layers.Add()([x, shortcut])
    return x


def efficientnet_b0(classes: int = 1000, width: int = 1, depth: int = 1, dropout: float = 0.2) -> keras.Model:
    """EfficientNet-B0: from (224, 224, 3) to (1000,)."""
    one = math.ceil(depth)
    two = math.ceil(2 * depth)
    three = math.ceil(3 * depth)
    four = math.ceil(4 * depth)
    inputs = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(1)(inputs)
    x = layers.Conv2D(make_divisible(32 * width, 8), 3, strides=2, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.Activation("silu")(x)
    for expand, kernel, stride, channels, n, before in zip(
        [1, 6, 6, 6, 6, 6, 6],
        [3, 3, 5, 3, 5, 5, 3],
        [1, 2, 2, 2, 1, 2, 1],
        [16, 24, 40, 80, 112, 192, 320],
        [one, two, two, three, three, four, one],
        [
            0,
            one,
            one + two,
            one + 2 * two,
            one + 2 * two + three,
            one + 2 * (two + three),
            one + 2 * (two + three) + four,
        ],
        strict=True,
    ):
        for i in range(n):
            x = mb_conv(
                x,
                make_divisible(channels * width, 8),
                kernel=kernel,
                expand=expand,
                drop=0.2 * (before + i) / (2 * (one + two + three) + four),
                stride=stride if i == 0 else 1,
            )
    x = layers.Conv2D(4 * x.shape[-1], 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.Activation("silu")(x)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(classes)(x)
    return keras.Model(inputs, x, name="efficientnet_b0")
