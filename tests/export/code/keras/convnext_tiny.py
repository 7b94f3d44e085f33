"""Exported by cnnshape from convnext_tiny.yaml (sha256 0000000000000000)."""

import keras
from keras import layers


@keras.saving.register_keras_serializable()
class LayerScale(layers.Layer):
    """Multiplies each channel by a learned value, or all of them by one."""

    def __init__(self, init, per_channel=True, **kwargs):
        super().__init__(**kwargs)
        self.init = init
        self.per_channel = per_channel

    def build(self, input_shape):
        shape = [1] * (len(input_shape) - 1)
        if self.per_channel:
            shape[-1] = input_shape[-1]
        start = keras.initializers.Constant(self.init)
        self.scale = self.add_weight(shape=shape, initializer=start, name="scale")

    def call(self, x):
        return x * self.scale


def block(x, drop):
    """`Block`: from (56, 56, 96) to (56, 56, 96) in its first call."""
    width = x.shape[-1]
    shortcut = x
    x = layers.DepthwiseConv2D(7, padding="same")(x)
    x = layers.LayerNormalization(epsilon=1e-06)(x)
    x = layers.Conv2D(4 * width, 1)(x)
    x = layers.Activation("gelu")(x)
    x = layers.Conv2D(width, 1)(x)
    x = LayerScale(1e-06)(x)
    x = layers.Dropout(drop, noise_shape=(None, 1, 1, 1))(x)
    x = layers.Add()([x, shortcut])
    return x


def convnext_t(
    classes: int = 1000,
    widths: tuple[int, ...] = (96, 192, 384, 768),
    repeats: tuple[int, ...] = (3, 3, 9, 3),
    drop: float = 0.1,
) -> keras.Model:
    """ConvNeXt-T: from (224, 224, 3) to (1000,)."""
    inputs = keras.Input((224, 224, 3))
    x = layers.Conv2D(widths[0], 4, strides=4)(inputs)
    x = layers.LayerNormalization(epsilon=1e-06)(x)
    for i, (width, n, before) in enumerate(
        zip(
            widths, repeats, [0, repeats[0], repeats[0] + repeats[1], repeats[0] + repeats[1] + repeats[2]], strict=True
        ),
    ):
        if i > 0:
            x = layers.LayerNormalization(epsilon=1e-06)(x)
            x = layers.Conv2D(width, 2, strides=2)(x)
        for j in range(n):
            x = block(x, drop * (before + j) / (repeats[0] + repeats[1] + repeats[2] + repeats[3] - 1))
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.LayerNormalization(epsilon=1e-06)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(classes)(x)
    return keras.Model(inputs, x, name="convnext_t")
