"""ONNX: the wire format of its files, read in place and within limits; weights are never read."""

from cnnshape.bridge.onnx.reader import read_onnx

__all__ = ["read_onnx"]
