"""Exported by cnnshape from mobilenet_v3_large.yaml (sha256 0000000000000000)."""

import keras
from keras import layers


def make_divisible(value, divisor, minimum=None):
    """The nearest multiple of the divisor that isn't more than 10 % below."""
    lowest = divisor if minimum is None else minimum
    rounded = max(lowest, int(value + divisor / 2) // divisor * divisor)
    return int(rounded + divisor if rounded < 0.9 * value else rounded)


def squeeze_excite(x):
    """`SqueezeExcite`: from (28, 28, 72) to (28, 28, 72) in its first call."""
    channels = x.shape[-1]
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.Conv2D(make_divisible(gate.shape[-1] // 4, 8), 1)(gate)
    gate = layers.ReLU()(gate)
    gate = layers.Conv2D(channels, 1)(gate)
    gate = layers.Activation("hard_sigmoid")(gate)
    x = layers.Multiply()([x, gate])
    return x


def bneck(x, kernel, expanded, out, gate=False, act="relu", stride=1):
    """`Bneck`: from (112, 112, 16) to (112, 112, 16) in its first call."""
    shortcut = x
    if expanded != x.shape[-1]:
        x = layers.Conv2D(expanded, 1, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.99, epsilon=0.001)(x)
        x = layers.Activation(act)(x)
    x = layers.ZeroPadding2D(kernel // 2)(x)
    x = layers.DepthwiseConv2D(kernel, strides=stride, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.99, epsilon=0.001)(x)
    x = layers.Activation(act)(x)
    if gate:
        x = squeeze_excite(x)
    x = layers.Conv2D(out, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.99, epsilon=0.001)(x)
    if stride == 1 and shortcut.shape[-1] == out:
        x = layers.Add()([x, shortcut])
    return x


def mobilenetv3_large(classes: int = 1000) -> keras.Model:
    """MobileNetV3-Large: from (224, 224, 3) to (1000,)."""
    inputs = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(1)(inputs)
    x = layers.Conv2D(16, 3, strides=2, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.99, epsilon=0.001)(x)
    x = layers.Activation("hard_silu")(x)
    x = bneck(x, 3, expanded=16, out=16)
    x = bneck(x, 3, expanded=64, out=24, stride=2)
    x = bneck(x, 3, expanded=72, out=24)
    x = bneck(x, 5, expanded=72, out=40, gate=True, stride=2)
    x = bneck(x, 5, expanded=120, out=40, gate=True)
    x = bneck(x, 5, expanded=120, out=40, gate=True)
    x = bneck(x, 3, expanded=240, out=80, act="hard_swish", stride=2)
    x = bneck(x, 3, expanded=200, out=80, act="hard_swish")
    x = bneck(x, 3, expanded=184, out=80, act="hard_swish")
    x = bneck(x, 3, expanded=184, out=80, act="hard_swish")
    x = bneck(x, 3, expanded=480, out=112, gate=True, act="hard_swish")
    x = bneck(x, 3, expanded=672, out=112, gate=True, act="hard_swish")
    x = bneck(x, 5, expanded=672, out=160, gate=True, act="hard_swish", stride=2)
    x = bneck(x, 5, expanded=960, out=160, gate=True, act="hard_swish")
    x = bneck(x, 5, expanded=960, out=160, gate=True, act="hard_swish")
    x = layers.Conv2D(960, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.99, epsilon=0.001)(x)
    x = layers.Activation("hard_silu")(x)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(1280)(x)
    x = layers.Activation("hard_silu")(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(classes)(x)
    return keras.Model(inputs, x, name="mobilenetv3_large")
