"""Finds the windows that layers slide over their inputs."""

from collections.abc import Iterator
from math import gcd

from cnnshape.graph import Application, Graph, Node
from cnnshape.layers import Shape, Window
from cnnshape.named_tuple import NamedTuple


class Sliding(NamedTuple):
    """A node, the window of each spatial axis, and the sizes of its input."""

    node: Node
    windows: tuple[Window, ...]
    sizes: Shape


def sliding(graph: Graph) -> Iterator[Sliding]:
    """The nodes that slide windows over their input. `crop` and `subsample`, which leave out cells on purpose, do not
    count."""
    known: dict[Application, tuple[Window, ...]] = {}
    for node in graph.nodes:
        application = node.application
        if application not in known:
            known[application] = _windows(application)
        windows = known[application]
        if windows:
            yield Sliding(node, windows, application.inputs[0].shape[1:])


def _windows(application: Application) -> tuple[Window, ...]:
    layer = application.layer
    footprint = () if layer.view else application.footprint
    if not isinstance(footprint, tuple):
        return ()
    windows = tuple(axis for axis in footprint if isinstance(axis, Window))
    return windows if len(windows) == len(footprint) else ()


def met(window: Window) -> int:
    """How many of `stride` neighbouring cells the windows read. Fewer than `stride` leave gaps."""
    return min(window.kernel, window.stride // gcd(window.dilation, window.stride))
