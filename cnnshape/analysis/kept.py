"""Activation memory of training: what is kept from the forward to the backward pass."""

from collections.abc import Sequence

from cnnshape.graph import Graph
from cnnshape.layers.kept import Kept
from cnnshape.named_tuple import NamedTuple

INDEX = 8
"""Bytes of an int64."""
STATISTIC = 4
"""Bytes of a float32."""
UNKNOWN = Kept(inputs=True, output=True)
"""What is counted for kinds that no rule describes."""


class KeptBytes(NamedTuple):
    """The bytes that each value of a graph takes until the backward pass: the tensor itself if a layer keeps it, and what its
    layer adds. `unknown` are the nodes of kinds that no rule describes."""

    values: tuple[int, ...]
    unknown: tuple[int, ...]


def kept_bytes(graph: Graph, sizes: Sequence[int], weights: Sequence[int], batch: int) -> KeptBytes:
    """What training keeps of each value; `sizes` are the bytes of each tensor, `weights` those of each node's weights.

    A layer that no trainable weight comes before keeps nothing, unless it has some itself; after them, a frozen layer keeps
    what others keep. Views share the memory of their input, and a tensor that several layers keep is there once.
    """
    first = len(graph.inputs)
    storage = list(range(first))
    reached = [False] * first
    kept: set[int] = set()
    added = [0] * len(sizes)
    unknown = []
    for value, node in enumerate(graph.nodes, first):
        application = node.application
        trains = bool(application.params) and not node.frozen
        entering = node.inputs if application.layer.read is None else node.inputs[: application.layer.read]
        keeps = application.layer.kept(application.inputs) or UNKNOWN
        is_view = application.layer.view and not keeps.writes
        storage.append(storage[node.inputs[0]] if is_view else value)
        reached.append(trains or any(reached[index] for index in entering))
        if not reached[value]:
            continue
        if keeps is UNKNOWN:
            unknown.append(value - first)
        kept.update(storage[index] for index in entering if keeps.inputs)
        kept.update([storage[value]] if keeps.output else [])
        indices = application.output.elements * batch * INDEX if keeps.indices else 0
        statistics = keeps.statistics * application.output.shape[0] * STATISTIC
        worked_out = weights[value - first] if keeps.weights else 0
        added[value] = keeps.copies * sizes[entering[0]] + indices + statistics + worked_out
    values = [size * (value in kept) + added[value] for value, size in enumerate(sizes)]
    return KeptBytes(tuple(values), tuple(unknown))
