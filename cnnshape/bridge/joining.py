"""Operations that sources write apart, and a spec writes together: a pad with its convolution, a reshape and its return."""

from cnnshape.bridge.operations import Argument, Network, Operation
from cnnshape.bridge.rewriting import lone_readers, without


def with_joined_operations(network: Network) -> Network:
    """The network with zeros around a convolution as its padding, and without a `flatten` that is undone."""
    readers = lone_readers(network)
    gone: set[int] = set()
    changed: dict[int, Operation] = {}
    for value, operation in network.numbered():
        reader = readers.get(value)
        after = None if reader is None else network.operation(reader)
        if reader is None or after is None or after.inputs[:1] != (value,):
            continue
        if _is_padding(operation, after):
            gone.add(value)
            changed[reader] = after._replace(arguments={**after.arguments, "padding": operation.arguments["padding"]})
        elif (operation.kind, after.kind, after.shape) == ("flatten", "reshape", network.shape(operation.inputs[0])):
            gone |= {value, reader}
    return without(network, gone, changed) if gone else network


def _is_padding(pad: Operation, window: Operation) -> bool:
    """Whether an operation pads with zeros, and the one that reads it is a convolution without a padding of its own."""
    zeros = pad.kind == "pad" and pad.arguments.get("mode", "zeros") == "zeros"
    return zeros and window.kind == "conv" and is_zero(window.arguments.get("padding", 0))


def is_zero(padding: Argument) -> bool:
    """Whether a padding adds no cell on any side."""
    return padding == 0 or (isinstance(padding, tuple) and all(map(is_zero, padding)))
