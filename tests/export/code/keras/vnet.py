"""Exported by cnnshape from vnet.yaml (sha256 0000000000000000)."""

import keras
from keras import layers


def convs(x, n):
    """`Convs`: from (32, 64, 64, 32) to (32, 64, 64, 32) in its first call."""
    for _ in range(n):
        x = layers.Conv3D(x.shape[-1], 5, padding="same")(x)
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
        x = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2, 3])(x)
    return x


def down(x, n, drop):
    """`Down`: from (64, 128, 128, 16) to (32, 64, 64, 32) in its first call."""
    x = layers.Conv3D(2 * x.shape[-1], 2, strides=2)(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2, 3])(x)
    shortcut = x
    if drop:
        x = layers.Dropout(0.5)(x)
    x = convs(x, n)
    x = layers.Add()([x, shortcut])
    x = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2, 3])(x)
    return x


def up(x, out, n, drop, skip):
    """`Up`: from (4, 8, 8, 256) to (8, 16, 16, 256) in its first call."""
    if drop:
        x = layers.Dropout(0.5)(x)
    below = layers.Conv3DTranspose(out // 2, 2, strides=2)(x)
    below = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(below)
    below = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2, 3])(below)
    x = layers.Dropout(0.5)(skip)
    x = layers.Concatenate()([below, x])
    shortcut = x
    x = convs(x, n)
    x = layers.Add()([x, shortcut])
    x = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2, 3])(x)
    return x


def v_net(classes: int = 2) -> keras.Model:
    """V-Net: from (64, 128, 128, 1) to (64, 128, 128, 2)."""
    inputs = keras.Input((64, 128, 128, 1))
    x = layers.Conv3D(16, 5, padding="same")(inputs)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.Add()([x, inputs])
    fine = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2, 3])(x)
    x = fine
    downs = []
    for n, drop in zip([1, 2, 3, 2], [False, False, True, True], strict=True):
        x = down(x, n, drop=drop)
        downs.append(x)
    for out, n_2, drop_2, skip in zip(
        [256, 128, 64, 32], [2, 2, 1, 1], [True, True, False, False], [downs[2], downs[1], downs[0], fine], strict=True
    ):
        x = up(x, out, n=n_2, drop=drop_2, skip=skip)
    x = layers.Conv3D(classes, 5, padding="same")(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-05)(x)
    x = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2, 3])(x)
    x = layers.Conv3D(classes, 1)(x)
    x = layers.Softmax()(x)
    return keras.Model(inputs, x, name="v_net")
