"""Bytes of tensors and of weights. Values of fewer than 8 bits are packed, and each tensor fills whole bytes."""

from collections.abc import Callable, Sequence

from cnnshape.graph import Application, Graph
from cnnshape.language.dtypes import DTYPES, Dtypes, bytes_of


def layer_dtypes(graph: Graph, default: Dtypes) -> list[Dtypes]:
    """The types of each node: what its step states, and the default for the rest. A view keeps the type of its input."""
    if not any(node.dtypes for node in graph.nodes):
        return [default] * len(graph.nodes)
    types: list[Dtypes] = [default] * len(graph.inputs)
    for node in graph.nodes:
        own = default if node.dtypes is None else node.dtypes.over(default)
        if node.application.layer.view:
            own = own._replace(activations=types[node.inputs[0]].activations)
        types.append(own)
    return types[len(graph.inputs) :]


def tensor_bytes(graph: Graph, types: Sequence[Dtypes], default: Dtypes, batch: int) -> list[int]:
    """The bytes of each value of a graph for a batch: its inputs, then the output of each node."""
    inputs = [bytes_of(given.tensor.elements * batch, default.activations) for given in graph.inputs]

    def size(application: Application, dtypes: Dtypes) -> int:
        return bytes_of(application.output.elements * batch, dtypes.activations)

    return inputs + _of_each(graph, types, size)


def weight_bytes(graph: Graph, types: Sequence[Dtypes]) -> list[int]:
    """The bytes of the learned weights of each node; 0 for one that uses another's."""
    sizes = _of_each(graph, types, learned_bytes)
    return [size if node.shares is None else 0 for size, node in zip(sizes, graph.nodes, strict=True)]


def _of_each(graph: Graph, types: Sequence[Dtypes], size: Callable[[Application, Dtypes], int]) -> list[int]:
    """A number of bytes for each node, computed once for each layer in each type."""
    applications = [node.application for node in graph.nodes]
    if types and types.count(types[0]) == len(types):
        # Most designs have one type. To leave it out of the keys takes a third of the time.
        only = {application: size(application, types[0]) for application in dict.fromkeys(applications)}
        return [only[application] for application in applications]
    pairs = list(zip(applications, types, strict=True))
    distinct = {(application, dtypes): size(application, dtypes) for application, dtypes in dict.fromkeys(pairs)}
    return [distinct[pair] for pair in pairs]


def learned_bytes(application: Application, dtypes: Dtypes) -> int:
    """The bytes of a layer's learned weights."""
    bits = DTYPES[dtypes.weights]
    if dtypes.weights == dtypes.biases and bits % 8 == 0:
        return application.params * (bits // 8)
    return owned_bytes(application, dtypes, buffers=False)


def owned_bytes(application: Application, dtypes: Dtypes, *, buffers: bool = True) -> int:
    """The bytes of all tensors that a layer owns; a buffer has the type of weights."""
    return sum(
        bytes_of(weight.elements, dtypes.biases if weight.is_bias else dtypes.weights)
        for weight in application.weights
        if buffers or not weight.buffer
    )
