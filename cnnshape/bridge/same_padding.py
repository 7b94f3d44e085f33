"""Writes the paddings of networks that come from TensorFlow as their authors did: all `same`."""

from cnnshape.bridge.operations import Argument, Network, Operation

SAME = "same"


def with_same_padding(network: Network) -> Network:
    """The network with `padding: same` for all convolutions that keep the size, if any has it.

    With a stride of 1 and an odd number of cells, `same` is half of the window on both sides, at every input size.
    Sources that pad strides as TensorFlow does state numbers there. A window of one cell has no padding.
    """
    if not any(operation.arguments.get("padding") == SAME for operation in network.operations):
        return network
    return network._replace(operations=tuple(map(_same, network.operations)))


def _same(operation: Operation) -> Operation:
    if operation.kind != "conv":
        return operation
    axes = len(operation.shape) - 1
    kernels, strides, dilations, paddings = (
        _per_axis(operation.arguments.get(name, default), axes)
        for name, default in (("kernel", 1), ("stride", 1), ("dilation", 1), ("padding", 0))
    )
    if set(kernels) == {1}:
        padding: Argument = 0 if operation.arguments.get("padding") == SAME else operation.arguments.get("padding", 0)
    else:
        windows = zip(kernels, dilations, paddings, strict=True)
        keeps = all(_is_half(*window) for window in windows) and set(strides) == {1}
        padding = SAME if keeps else operation.arguments.get("padding", 0)
    return operation._replace(arguments={**operation.arguments, "padding": padding})


def _per_axis(value: Argument, axes: int) -> tuple[Argument, ...]:
    return value if isinstance(value, tuple) else (value,) * axes


def _is_half(kernel: Argument, dilation: Argument, padding: Argument) -> bool:
    """Whether a padding is half of an odd window."""
    if not isinstance(kernel, int) or not isinstance(dilation, int):
        return False
    return kernel % 2 == 1 and padding == dilation * (kernel // 2)
