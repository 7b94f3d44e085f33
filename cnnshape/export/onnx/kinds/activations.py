"""Functions of single values, and exponentials over their sum."""

from cnnshape.export.onnx.layer import Lowering, Say, Unsayable


def plain(type: str, **arguments: str) -> Say:
    """A handler for one node; its attributes are arguments of the layer."""
    return lambda low: low.node(
        type, (low.x,), {name: float(low.layer.values[argument]) for name, argument in arguments.items()}
    )


def clipped(low: Lowering, low_bound: float, high_bound: float) -> str:
    """Values between two bounds."""
    return low.op("Clip", low.x, low.scalar(low_bound), low.scalar(high_bound))


def relu6(low: Lowering) -> str:
    """Clip."""
    return clipped(low, 0.0, 6.0)


def hard_tanh(low: Lowering) -> str:
    """Clip."""
    return clipped(low, low.layer.min, low.layer.max)


def prelu(low: Lowering) -> str:
    """PRelu, whose slopes lie along the channels."""
    return low.op("PRelu", low.x, low.channel_weight("weight") if low.layer.per_channel else low.weight("weight"))


def gelu(low: Lowering) -> str:
    """x / 2 * (1 + erf(x / sqrt(2))); ONNX has an operator for it only from version 20 on."""
    inner = low.op("Add", low.op("Erf", low.op("Div", low.x, low.scalar(2**0.5))), low.scalar(1.0))
    return low.op("Mul", low.op("Mul", low.x, inner), low.scalar(0.5))


def silu(low: Lowering) -> str:
    """x * sigmoid(x)"""
    return low.op("Mul", low.x, low.op("Sigmoid", low.x))


def mish(low: Lowering) -> str:
    """x * tanh(softplus(x)); ONNX has an operator for it only from version 18 on."""
    return low.op("Mul", low.x, low.op("Tanh", low.op("Softplus", low.x)))


def hard_sigmoid(low: Lowering) -> str:
    """HardSigmoid with PyTorch's slope of a sixth; ONNX's own is a fifth."""
    return low.op("HardSigmoid", low.x, alpha=1 / 6, beta=0.5)


def square(low: Lowering) -> str:
    """x * x"""
    return low.op("Mul", low.x, low.x)


def exponentials(type: str) -> Say:
    """A handler for a softmax, over the channels of a position or over the space of a channel."""

    def say(low: Lowering) -> str:
        if low.layer.axes == "channels":
            return low.op(type, low.x, axis=1)
        if low.rank == 1:
            return low.op(type, low.x, axis=2)
        rows = low.reshaped(low.x, low.shape[0], -1)
        return low.restored(low.op(type, rows, axis=2))

    return say


def glu(low: Lowering) -> str:
    """The first half of the channels times the sigmoid of the second."""
    half = low.shape[0] // 2
    first = low.sliced(low.x, {1: (0, half, 1)})
    second = low.sliced(low.x, {1: (half, 2 * half, 1)})
    return low.op("Mul", first, low.op("Sigmoid", second))


def dropout(low: Lowering) -> str:
    """Dropout, which does nothing at inference. ONNX takes a ratio below 1."""
    # As a float32, which rounds what is closer to 1.
    if low.layer.p >= 1 - 2**-25:
        raise Unsayable("a Dropout of ONNX keeps some of the values: `p` is below 1")
    return low.op("Dropout", low.x, low.scalar(low.layer.p))


def identity(low: Lowering) -> str:
    """The value as it is."""
    return low.op("Identity", low.x)
