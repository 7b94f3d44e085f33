"""An ONNX file of a design, written without the `onnx` package."""

from cnnshape.lazy import TYPE_CHECKING, names_of

if TYPE_CHECKING:
    from cnnshape.export.onnx.file import to_onnx
    from cnnshape.export.onnx.weights import Weights
else:
    __getattr__ = names_of(__name__, file="to_onnx", weights="Weights")

__all__ = ["Weights", "to_onnx"]
