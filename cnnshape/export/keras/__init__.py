"""Keras 3: functional code, with its channels last or first."""

from cnnshape.export.keras.writing import keras_code, to_keras

__all__ = ["keras_code", "to_keras"]
