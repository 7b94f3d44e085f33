"""Input sizes that don't divide evenly: which layer rounds, and the next sizes at which none does."""

from cnnshape.causes.options import windows_of
from cnnshape.causes.replay import Replay
from cnnshape.graph import Node
from cnnshape.layers import Shape, Tensor, Window

FARTHEST = 128
"""How far from the input's own size other sizes are tried."""


class Rounding:
    """The layers that round, and the next smaller and larger inputs without any rounding, if there are any."""

    __slots__ = ("nodes", "sizes")

    def __init__(self, nodes: list[Node], sizes: list[Shape]) -> None:
        self.nodes = nodes
        self.sizes = sizes


def find_rounding(replay: Replay) -> Rounding | None:
    """The rounding on the way to the values; None if nothing rounds, or if no sizes nearby are better."""
    nodes = [replay.node(value) for value in replay.made]
    rounding = [node for node in nodes if any(rounds for rounds in rounds_of(node))]
    shape = replay.graph.inputs[0].tensor.shape
    if not rounding or len(shape) < 2 or set(replay.graph.inputs[1:]):
        return None
    sizes = [nearest for nearest in (_nearest(replay, shape, -1), _nearest(replay, shape, 1)) if nearest != shape]
    sizes = [size for size in sizes if size]
    return Rounding(rounding, sizes) if sizes else None


def rounds_of(node: Node) -> tuple[bool, ...]:
    """Whether a layer rounds, for each axis: its stride doesn't divide the size."""
    application = node.application
    sizes = application.inputs[0].shape[1:]
    return _rounds(windows_of(application), sizes, application.output.shape[1:])


def _rounds(windows: tuple[Window, ...], sizes: Shape, outputs: Shape) -> tuple[bool, ...]:
    return tuple([
        window.stride > 1 and size % window.stride > 0 and output > 1
        for window, size, output in zip(windows, sizes, outputs, strict=False)
    ])  # fmt: skip


def _nearest(replay: Replay, shape: Shape, direction: int) -> Shape:
    """The next input in one direction at which nothing rounds and the values have equal sizes; empty if there is none."""
    sizes = [_nearest_size(replay, shape, axis, direction) for axis in range(len(shape) - 1)]
    return (shape[0], *sizes) if all(sizes) else ()


def _nearest_size(replay: Replay, shape: Shape, axis: int, direction: int) -> int:
    """The next size of an axis, tried on all axes so that no other one is in the way; 0 if there is none."""
    own = shape[axis + 1]
    for distance in range(min(FARTHEST, own // 2) + 1):
        size = own + direction * distance
        tensors = None if replay.exhausted else replay.outputs({}, {0: (shape[0], *(size for _ in shape[1:]))})
        if tensors is not None and _even(replay, tensors, axis):
            return size
    return 0


def _even(replay: Replay, tensors: dict[int, Tensor], axis: int) -> bool:
    """Whether every stride divides an axis, and all values have the same size on it."""
    ends = {tensors[value].shape[axis + 1] for value in replay.values if axis + 1 < len(tensors[value].shape)}
    if len(ends) != 1 or ends == {1}:
        return False
    return not any(_rounds_at(replay, value, tensors, axis) for value in replay.made)


def _rounds_at(replay: Replay, value: int, tensors: dict[int, Tensor], axis: int) -> bool:
    node = replay.node(value)
    windows = windows_of(node.application)
    if axis >= len(windows) or windows[axis].stride == 1:
        return False
    size, output = tensors[node.inputs[0]].shape[axis + 1], tensors[value].shape[axis + 1]
    return output > 1 and size % windows[axis].stride > 0
