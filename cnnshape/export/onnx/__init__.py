"""An ONNX file of a design, written without the `onnx` package."""

from cnnshape.export.onnx.file import to_onnx

__all__ = ["to_onnx"]
