"""What only files of `cnnshape export` have: constants that never are weights."""

from cnnshape.bridge.onnx.constants import Constant, NotFolded, Operands
from cnnshape.bridge.onnx.sizes import broadcast

PRODUCER = "cnnshape"


def repeated(operands: Operands) -> Constant:
    """What an Expand gives: values that the file repeats are no weight. Raises NotFolded."""
    given, shape = operands
    if given is None or shape is None or any(size < 0 for size in shape.wholes):
        raise NotFolded
    return Constant(broadcast(given.shape, shape.wholes), None, given.real)
