"""Exported by cnnshape from wavenet.yaml (sha256 0000000000000000)."""

import keras
from keras import layers


def layer(x, dilation, skip):
    """`Layer`: from (16000, 32) to (16000, 32) in its first call."""
    width = x.shape[-1]
    entering = x
    filter = layers.Conv1D(width, 2, padding="causal", dilation_rate=dilation)(x)
    filter = layers.Activation("tanh")(filter)
    gate = layers.Conv1D(width, 2, padding="causal", dilation_rate=dilation)(x)
    gate = layers.Activation("sigmoid")(gate)
    gated = layers.Multiply()([filter, gate])
    skip_path = layers.Conv1D(skip, 1)(gated)
    x = layers.Conv1D(width, 1)(gated)
    x = layers.Add()([entering, x])
    return x, skip_path


def wavenet(
    amplitudes: int = 256,
    samples: int = 16000,
    width: int = 32,
    skip: int = 512,
    cycle: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
) -> keras.Model:
    """WaveNet: from (16000, 256) to (16000, 256)."""
    dilations = (*(*(*(*cycle, *cycle), *cycle), *cycle), *cycle)
    inputs = keras.Input((samples, amplitudes))
    x = layers.Conv1D(width, 2, padding="causal", use_bias=False)(inputs)
    layers_gated_skip_path = []
    for dilation in dilations:
        x, gated_skip_path = layer(x, dilation, skip=skip)
        layers_gated_skip_path.append(gated_skip_path)
    x = layers.Add()([*layers_gated_skip_path])
    x = layers.ReLU()(x)
    x = layers.Conv1D(skip, 1)(x)
    x = layers.ReLU()(x)
    x = layers.Conv1D(amplitudes, 1)(x)
    x = layers.Softmax()(x)
    return keras.Model(inputs, x, name="wavenet")
