"""Keras 3: functional code, with its channels last or first."""

from cnnshape.export.keras.writing import to_keras

__all__ = ["to_keras"]
