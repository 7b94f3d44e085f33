"""Exported by cnnshape from unet.yaml (sha256 0000000000000000)."""

import keras
from keras import layers


def center_crop(*tensors):
    """The tensors, cut to the smallest of them about their centres."""
    spaces = [x.shape[1:-1] for x in tensors]
    least = [min(sizes) for sizes in zip(*spaces)]
    cut = []
    for x, sizes in zip(tensors, spaces):
        starts = [(size - small) // 2 for size, small in zip(sizes, least)]
        parts = [slice(at, at + small) for at, small in zip(starts, least)]
        cut.append(x[(slice(None), *parts, slice(None))])
    return cut


def double(x, out):
    """`Double`: from (572, 572, 1) to (568, 568, 64) in its first call."""
    for _ in range(2):
        x = layers.Conv2D(out, 3)(x)
        x = layers.ReLU()(x)
    return x


def up(x, out, skip):
    """`Up`: from (28, 28, 1024) to (52, 52, 512) in its first call."""
    x = layers.Conv2DTranspose(out, 2, strides=2)(x)
    x = layers.Concatenate()(center_crop(skip, x))
    x = double(x, out)
    return x


def u_net(classes: int = 2, base: int = 64) -> keras.Model:
    """U-Net: from (572, 572, 1) to (388, 388, 2)."""
    inputs = keras.Input((572, 572, 1))
    down1 = double(inputs, base)
    x = layers.MaxPooling2D(2)(down1)
    down2 = double(x, 2 * base)
    x = layers.MaxPooling2D(2)(down2)
    down3 = double(x, 4 * base)
    x = layers.MaxPooling2D(2)(down3)
    down4 = double(x, 8 * base)
    x = layers.Dropout(0.5)(down4)
    x = layers.MaxPooling2D(2)(x)
    x = double(x, 16 * base)
    x = layers.Dropout(0.5)(x)
    x = up(x, 8 * base, skip=down4)
    x = up(x, 4 * base, skip=down3)
    x = up(x, 2 * base, skip=down2)
    x = up(x, base, skip=down1)
    x = layers.Conv2D(classes, 1)(x)
    return keras.Model(inputs, x, name="u_net")
