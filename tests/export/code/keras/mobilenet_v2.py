"""Exported by cnnshape from mobilenet_v2.yaml (sha256 0000000000000000)."""

import keras
from keras import layers


def inverted_residual(x, out, stride=1, expand=6):
    """`InvertedResidual`: from (112, 112, 32) to (112, 112, 16) in its first call."""
    shortcut = x
    if expand != 1:
        x = layers.Conv2D(expand * x.shape[-1], 1, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
        x = layers.ReLU(max_value=6.0)(x)
    x = layers.ZeroPadding2D(1)(x)
    x = layers.DepthwiseConv2D(3, strides=stride, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU(max_value=6.0)(x)
    x = layers.Conv2D(out, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    if stride == 1 and shortcut.shape[-1] == out:
        x = layers.Add()([x, shortcut])
    return x


def mobilenetv2(classes: int = 1000) -> keras.Model:
    """MobileNetV2: from (224, 224, 3) to (1000,)."""
    inputs = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(1)(inputs)
    x = layers.Conv2D(32, 3, strides=2, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU(max_value=6.0)(x)
    for t, c, n, s in zip(
        [1, 6, 6, 6, 6, 6, 6], [16, 24, 32, 64, 96, 160, 320], [1, 2, 3, 4, 3, 3, 1], [1, 2, 2, 2, 1, 2, 1], strict=True
    ):
        for i in range(n):
            x = inverted_residual(x, c, stride=s if i == 0 else 1, expand=t)
    x = layers.Conv2D(1280, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.ReLU(max_value=6.0)(x)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(classes)(x)
    return keras.Model(inputs, x, name="mobilenetv2")
