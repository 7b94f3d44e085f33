"""Shuffles of channels and pixels, which exporters write as two Reshapes with a Transpose between."""

from collections.abc import Sequence

from cnnshape.bridge.onnx import constants
from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.onnx.sizes import reshaped
from cnnshape.bridge.onnx.walk import View, Walk
from cnnshape.bridge.operations import Argument, Shape


def shuffled(walk: Walk, node: Node, view: View, sizes: Shape) -> bool:
    """Whether this Reshape and the two nodes after it are a shuffle, which was added."""
    first = walk.only_reader(node.outputs[0])
    if first is None or first[1].op != "Transpose" or not view.plain or len(sizes) < 4:
        return False
    second = walk.only_reader(first[1].outputs[0])
    if second is None or second[1].op != "Reshape" or second[1].inputs[0] != first[1].outputs[0]:
        return False
    order = first[1].wholes("perm") or ()
    kind, arguments = _shuffle(walk.shape(view), sizes, order)
    if not kind:
        return False
    result = _gives(walk, second[1], kind, walk.shape(view), arguments)
    if not result:
        return False
    walk.merged |= {first[0], second[0]}
    walk.give(node, kind, [view], arguments, output=second[1].outputs[0])
    return True


def _gives(walk: Walk, node: Node, kind: str, given: Shape, arguments: dict[str, Argument]) -> bool:
    """Whether the second Reshape gives the shape of the kind. Sizes that are not worked out yet are taken to do so."""
    wanted = node.wholes("shape")
    value = walk.values.get(node.inputs[1]) if len(node.inputs) > 1 else None
    if isinstance(value, constants.Constant):
        wanted = value.wholes
    if wanted is None:
        return len(node.inputs) > 1 and value is None
    factor = arguments.get("factor", 1)
    assert isinstance(factor, int)
    batch, channels, *space = given
    parts = factor ** len(space)
    results = {
        "channel_shuffle": given,
        "pixel_shuffle": (batch, channels // parts, *(size * factor for size in space)),
        "pixel_unshuffle": (batch, channels * parts, *(size // factor for size in space)),
    }
    return reshaped(given, [size or given[0] for size in wanted]) == results[kind]


def _shuffle(given: Shape, middle: Shape, order: Sequence[int]) -> tuple[str, dict[str, Argument]]:
    """The kind that splits axes as in `middle`, moves them by `order`, and joins them again; empty if there is none."""
    rank = len(given) - 2
    batch, channels, *space = given
    is_dealt = len(middle) == len(given) + 1 and tuple(middle[3:]) == tuple(space) and middle[0] == batch
    if is_dealt and tuple(order) == (0, 2, 1, *range(3, len(middle))) and middle[1] * middle[2] == channels:
        return "channel_shuffle", {"groups": middle[1]}
    if len(middle) != 2 + 2 * rank or rank < 1 or middle[0] != batch:
        return "", {}
    inner = [size for axis in range(rank) for size in (2 + rank + axis, 2 + axis)]
    factor = middle[2]
    factors = (channels // factor**rank, *(factor,) * rank) if factor and channels % factor**rank == 0 else ()
    if tuple(order) == (0, 1, *inner) and tuple(middle[1:]) == (*factors, *space):
        return "pixel_shuffle", {"factor": factor}
    factor = middle[3]
    parts = tuple(size for cells in space for size in (cells // factor, factor)) if factor else ()
    folded = (0, 1, *range(3, 3 + 2 * rank, 2), *range(2, 2 + 2 * rank, 2))
    # The order of the new channels differs between frameworks: PyTorch's, and that of ONNX and TensorFlow.
    either = (folded, (0, *folded[2 : 2 + rank], 1, *folded[2 + rank :]))
    if tuple(middle[1:]) == (channels, *parts) and tuple(order) in either:
        return "pixel_unshuffle", {"factor": factor}
    return "", {}
