"""Keras: models as `.keras` files or as JSON, read as data. No code of a model runs, and no weights are read."""

from cnnshape.bridge.keras.reader import keras_network, read_keras

__all__ = ["keras_network", "read_keras"]
