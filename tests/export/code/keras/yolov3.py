"""Exported by cnnshape from yolov3.yaml (sha256 0000000000000000)."""

import keras
from keras import layers


def conv(x, out, kernel, stride=1):
    """`Conv`: from (416, 416, 3) to (416, 416, 32) in its first call."""
    x = layers.ZeroPadding2D(kernel // 2)(x)
    x = layers.Conv2D(out, kernel, strides=stride, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.99, epsilon=1e-05)(x)
    x = layers.LeakyReLU(negative_slope=0.1)(x)
    return x


def residual(x):
    """`Residual`: from (208, 208, 64) to (208, 208, 64) in its first call."""
    width = x.shape[-1]
    shortcut = x
    x = conv(x, width // 2, kernel=1)
    x = conv(x, width, kernel=3)
    x = layers.Add()([x, shortcut])
    return x


def neck(x, width):
    """`Neck`: from (13, 13, 1024) to (13, 13, 512) in its first call."""
    x = conv(x, width, kernel=1)
    for _ in range(2):
        x = conv(x, 2 * width, kernel=3)
        x = conv(x, width, kernel=1)
    return x


def detect(x, values):
    """`Detect`: from (13, 13, 512) to (13, 13, 255) in its first call."""
    x = conv(x, 2 * x.shape[-1], kernel=3)
    x = layers.Conv2D(values, 1)(x)
    return x


def up(x, width, skip):
    """`Up`: from (13, 13, 512) to (26, 26, 768) in its first call."""
    x = conv(x, width, kernel=1)
    x = layers.UpSampling2D(2)(x)
    x = layers.Concatenate()([x, skip])
    return x


def yolov3(classes: int = 80, boxes: int = 3) -> keras.Model:
    """YOLOv3: from (416, 416, 3) to (13, 13, 255), (26, 26, 255), (52, 52, 255)."""
    inputs = keras.Input((416, 416, 3))
    x = conv(inputs, 32, kernel=3)
    stages = []
    for width, n in zip([64, 128, 256, 512, 1024], [1, 2, 8, 8, 4], strict=True):
        x = conv(x, width, kernel=3, stride=2)
        for _ in range(n):
            x = residual(x)
        stages.append(x)
    large = neck(x, 512)
    detect_large = detect(large, boxes * (classes + 5))
    x = up(large, 256, skip=stages[3])
    medium = neck(x, 256)
    detect_medium = detect(medium, boxes * (classes + 5))
    x = up(medium, 128, skip=stages[2])
    x = neck(x, 128)
    detect_small = detect(x, boxes * (classes + 5))
    return keras.Model(
        inputs,
        {"detect_large": detect_large, "detect_medium": detect_medium, "detect_small": detect_small},
        name="yolov3",
    )
