"""Exported by cnnshape from googlenet.yaml (sha256 0000000000000000)."""

import keras
from keras import layers, ops


def local_response_norm(x, size, alpha, beta, k):
    """Divides values by the strength of their neighbours across the channels."""
    around = [(0, 0)] * len(x.shape)
    around[-1] = (size // 2, (size - 1) // 2)
    squares = ops.pad(ops.square(x), around)
    channels = x.shape[-1]
    total = sum(squares[..., i : i + channels] for i in range(size))
    return x / (k + alpha / size * total) ** beta


def inception(x, c1, r3, c3, r5, c5, pool):
    """`Inception`: from (28, 28, 192) to (28, 28, 256) in its first call."""
    one = layers.Conv2D(c1, 1)(x)
    one = layers.ReLU()(one)
    three = layers.Conv2D(r3, 1)(x)
    three = layers.ReLU()(three)
    three = layers.Conv2D(c3, 3, padding="same")(three)
    three = layers.ReLU()(three)
    five = layers.Conv2D(r5, 1)(x)
    five = layers.ReLU()(five)
    five = layers.Conv2D(c5, 5, padding="same")(five)
    five = layers.ReLU()(five)
    pool_2 = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    pool_2 = layers.Conv2D(pool, 1)(pool_2)
    pool_2 = layers.ReLU()(pool_2)
    x = layers.Concatenate()([one, three, five, pool_2])
    return x


def googlenet(classes: int = 1000) -> keras.Model:
    """GoogLeNet: from (224, 224, 3) to (1000,)."""
    inputs = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(3)(inputs)
    x = layers.Conv2D(64, 7, strides=2)(x)
    x = layers.ReLU()(x)
    x = ops.pad(x, [(0, 0), (0, 1), (0, 1), (0, 0)], constant_values=float("-inf"))
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = local_response_norm(x, 5, 0.0001, 0.75, 1.0)
    x = layers.Conv2D(64, 1)(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(192, 3, padding="same")(x)
    x = layers.ReLU()(x)
    x = local_response_norm(x, 5, 0.0001, 0.75, 1.0)
    x = ops.pad(x, [(0, 0), (0, 1), (0, 1), (0, 0)], constant_values=float("-inf"))
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = inception(x, 64, r3=96, c3=128, r5=16, c5=32, pool=32)
    x = inception(x, 128, r3=128, c3=192, r5=32, c5=96, pool=64)
    x = ops.pad(x, [(0, 0), (0, 1), (0, 1), (0, 0)], constant_values=float("-inf"))
    x = layers.MaxPooling2D(3, strides=2)(x)
    inception_4a = inception(x, 192, r3=96, c3=208, r5=16, c5=48, pool=64)
    x = inception(inception_4a, 160, r3=112, c3=224, r5=24, c5=64, pool=64)
    x = inception(x, 128, r3=128, c3=256, r5=24, c5=64, pool=64)
    inception_4d = inception(x, 112, r3=144, c3=288, r5=32, c5=64, pool=64)
    x = inception(inception_4d, 256, r3=160, c3=320, r5=32, c5=128, pool=128)
    x = ops.pad(x, [(0, 0), (0, 1), (0, 1), (0, 0)], constant_values=float("-inf"))
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = inception(x, 256, r3=160, c3=320, r5=32, c5=128, pool=128)
    x = inception(x, 384, r3=192, c3=384, r5=48, c5=128, pool=128)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.4)(x)
    main = layers.Dense(classes)(x)
    return keras.Model(inputs, main, name="googlenet")
