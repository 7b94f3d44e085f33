"""Nodes that move values: other shapes, and parts."""

from collections.abc import Callable, Mapping
from math import prod

from cnnshape.bridge.onnx import constants, resizing
from cnnshape.bridge.onnx.cells import nearest
from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.onnx.shuffles import shuffled
from cnnshape.bridge.onnx.sizes import broadcast, reshaped, squeezed, unsqueezed
from cnnshape.bridge.onnx.walk import NoKind, View, Walk
from cnnshape.bridge.operations import Argument, Shape

Handler = Callable[[Walk, Node], None]


def same(walk: Walk, node: Node) -> None:
    """Identity, Cast: the value as it is."""
    walk.bind(node.outputs[0], walk.view(node))


def quantized(walk: Walk, node: Node) -> None:
    """QuantizeLinear and DequantizeLinear: the value in other numbers."""
    walk.note("the model is quantized: changes of the number format are left out ({}x)")
    walk.bind(node.outputs[0], walk.view(node))


def transpose(walk: Walk, node: Node) -> None:
    """Transpose: the graph sees the axes in another order, and nothing is computed."""
    view = walk.view(node)
    order = node.wholes("perm") or tuple(reversed(range(len(view.axes))))
    if sorted(order) != list(range(len(view.axes))) or order[0] != 0:
        raise NoKind
    walk.bind(node.outputs[0], view._replace(axes=tuple(view.axes[axis] for axis in order)))


def shape(walk: Walk, node: Node) -> None:
    """Shape: a constant, as the sizes are known."""
    walk.bind(node.outputs[0], constants.part_of_shape(node, walk.shape(walk.view(node))))


def size(walk: Walk, node: Node) -> None:
    """Size: a constant."""
    walk.bind(node.outputs[0], constants.Constant((), (prod(walk.shape(walk.view(node))),)))


def flatten(walk: Walk, node: Node) -> None:
    """Flatten: all but the batch in one row."""
    if node.whole("axis", 1) not in (1, 1 - len(walk.view(node).axes)):
        raise NoKind
    view = walk.view(node)
    _give_shape(walk, node, view, (view.batch, prod(walk.shape(view)[1:])))


def reshape(walk: Walk, node: Node) -> None:
    """Reshape, and the channel shuffles and pixel shuffles that are made of two with a Transpose between."""
    view = walk.view(node)
    given = walk.constant(node, 1)
    wanted = node.wholes("shape") if given is None else given.wholes
    if wanted is None:
        raise NoKind
    sizes = reshaped(walk.shape(view), wanted, keeps_zero=bool(node.whole("allowzero", 0)))
    if not shuffled(walk, node, view, sizes):
        again, output = _gathered(walk, node, sizes)
        _give_shape(walk, node, view, again, output)


def _gathered(walk: Walk, node: Node, sizes: Shape) -> tuple[Shape, str]:
    """The shape and the output of this node, or of a Gather after it that takes all values of one row in order.

    PyTorch's exporter writes `as_strided` so.
    """
    output = node.outputs[0]
    reader = walk.only_reader(output) if len(sizes) == 1 else None
    if reader is None or reader[1].op != "Gather" or reader[1].whole("axis", 0) != 0 or len(reader[1].inputs) != 2:
        return sizes, output
    places = walk.values.get(reader[1].inputs[1])
    if not isinstance(places, constants.Constant) or places.elements != sizes[0]:
        return sizes, output
    if places.values is None:
        walk.note("where values go is stored outside the file, and a change of shape alone is assumed ({}x)")
    elif places.values != tuple(range(sizes[0])):
        return sizes, output
    walk.merged.add(reader[0])
    return places.shape, reader[1].outputs[0]


def squeeze(walk: Walk, node: Node) -> None:
    """Squeeze."""
    view = walk.view(node)
    _give_shape(walk, node, view, squeezed(walk.shape(view), _axes(walk, node)))


def unsqueeze(walk: Walk, node: Node) -> None:
    """Unsqueeze."""
    view = walk.view(node)
    _give_shape(walk, node, view, unsqueezed(walk.shape(view), _axes(walk, node) or ()))


def _axes(walk: Walk, node: Node) -> tuple[int, ...] | None:
    given = walk.constant(node, 1)
    return node.wholes("axes") if given is None else given.wholes


def _give_shape(walk: Walk, node: Node, view: View, sizes: Shape, output: str = "") -> None:
    """Gives a view another shape: nothing to do, a `flatten`, or a `reshape`. Raises NoKind."""
    output = output or node.outputs[0]
    if sizes == walk.shape(view):
        walk.bind(output, view)
        return
    if not sizes or sizes[0] != view.batch:
        raise NoKind
    if len(sizes) == 2:
        walk.give(node, "flatten", [view], output=output)
        return
    if not 1 <= len(sizes) - 1 <= 4:
        raise NoKind
    moved = [axis for axis in view.axes[1:] if walk.building.shape(view.value)[axis - 1] > 1]
    if moved != sorted(moved):
        # The values are in another order than those of the spec.
        raise NoKind
    given = walk.add(node, "reshape", [view], {"shape": sizes[1:]})
    walk.bind(output, given._replace(axes=tuple(range(len(sizes)))))


def _joins_product(walk: Walk, node: Node, view: View, wanted: Shape) -> bool:
    """Whether the only reader multiplies the result with a tensor that has its shape: then the product repeats the view."""
    reader = walk.only_reader(node.outputs[0])
    if reader is None or reader[1].op != "Mul" or reader[1].domain:
        return False
    index, product = reader
    others = [walk.values.get(name) for name in product.inputs if name != node.outputs[0]]
    fits = (isinstance(other, View) and other.axes == view.axes and walk.shape(other) == wanted for other in others)
    if not any(fits):
        return False
    inputs = tuple(node.inputs[0] if name == node.outputs[0] else name for name in product.inputs)
    walk.replace(index, product._replace(inputs=inputs))
    return True


def space_moved(kind: str) -> Handler:
    """DepthToSpace and SpaceToDepth."""

    def handle(walk: Walk, node: Node) -> None:
        walk.give(node, kind, [walk.plain(node)], {"factor": node.whole("blocksize", 0)})

    return handle


def concat(walk: Walk, node: Node) -> None:
    """Concat along the channels."""
    views = [walk.view(node, index) for index in range(len(node.inputs))]
    rank = len(views[0].axes)
    axis = node.whole("axis", 1)
    if not -rank <= axis < rank or any(view.axes != views[0].axes for view in views) or views[0].axes[axis] != 1:
        raise NoKind
    if len(views) == 1:
        walk.bind(node.outputs[0], views[0])
        return
    walk.give(node, "concat", views)


def split(walk: Walk, node: Node) -> None:
    """Split along the channels, or along an axis of space, which is cropped."""
    view = walk.view(node)
    rank = len(view.axes)
    axis = node.whole("axis", 0)
    if not -rank <= axis < rank or view.axes[axis] == 0:
        raise NoKind
    whole = walk.shape(view)[axis]
    given = walk.constant(node, 1)
    parts = node.wholes("split") if given is None else given.wholes
    if parts is None:
        count = node.whole("num_outputs", len(node.outputs))
        part = -(-whole // max(count, 1))
        parts = tuple(min(part, whole - start) for start in range(0, whole, part or 1))
    if sum(parts) != whole or min(parts) < 1 or len(parts) != len(node.outputs):
        raise NoKind
    start = 0
    for take, (name, part) in enumerate(zip(node.outputs, parts, strict=True)):
        if name in walk.readers:
            if view.axes[axis] == 1 and len(parts) <= 64:
                even: Argument = len(parts) if len(set(parts)) == 1 else parts
                walk.give(node, "split", [view], {"parts": even, "take": take}, output=name)
            else:
                walk.bind(name, _cut(walk, node, view, constants.Cut(axis, start, start + part, 1)))
        start += part


def slice_(walk: Walk, node: Node) -> None:
    """Slice: channels, a crop, every n-th cell, or a crop of that."""
    view = walk.view(node)
    space: dict[int, tuple[int, int, int]] = {}
    for cut in constants.cuts(node, walk.operands(node), len(view.axes)):
        if view.axes[cut.axis] > 1:
            space[view.axes[cut.axis] - 2] = _range(cut, walk.shape(view)[cut.axis])
        else:
            view = _cut(walk, node, view, cut)
    walk.bind(node.outputs[0], _cut_space(walk, node, view, space))


def _cut(walk: Walk, node: Node, view: View, cut: constants.Cut) -> View:
    """A slice of one axis. Raises NoKind."""
    whole = walk.shape(view)[cut.axis]
    start, stop, step = _range(cut, whole)
    axis = view.axes[cut.axis]
    if axis > 1:
        return _cut_space(walk, node, view, {axis - 2: (start, stop, step)})
    if (start, stop, step) == (0, whole, 1):
        return view
    if start >= stop or axis == 0 or step != 1:
        raise NoKind
    if 2 * (stop - start) == whole and start in (0, stop - start):
        return walk.add(node, "split", [view], {"parts": 2, "take": int(start > 0)})
    return walk.add(node, "slice", [view], {"start": start, "stop": stop})


def _range(cut: constants.Cut, whole: int) -> tuple[int, int, int]:
    """Where a slice of an axis of so many cells starts and stops, and its step."""
    return slice(cut.start, cut.stop, cut.step).indices(whole) if cut.step else (0, 0, 0)


def _cut_space(walk: Walk, node: Node, view: View, cuts: Mapping[int, tuple[int, int, int]]) -> View:
    """A slice of spatial axes: a crop, and a subsample of that. Raises NoKind."""
    sizes = {axis: walk.shape(view)[view.axes.index(axis + 2)] for axis in range(len(view.axes) - 2)}
    if any(step < 1 or start >= stop for start, stop, step in cuts.values()):
        raise NoKind
    ranges = [cuts.get(axis, (0, size, 1)) for axis, size in sizes.items()]
    around = tuple((start, size - stop) for (start, stop, _), size in zip(ranges, sizes.values(), strict=True))
    stride = tuple(step for _, _, step in ranges)
    if any(map(any, around)):
        view = walk.add(node, "crop", [view], {"cut": around})
    return walk.add(node, "subsample", [view], {"stride": stride}) if max(stride, default=1) > 1 else view


def gather(walk: Walk, node: Node) -> None:
    """Gather of one channel or of channels in a row, or of cells along one axis."""
    view = walk.plain(node)
    places = walk.constant(node, 1)
    axis = node.whole("axis", 0) % len(view.axes)
    if walk.is_own and places is not None and axis > 1:
        nearest(walk, node, view, axis, places.wholes)
        return
    if places is None or axis != 1 or len(places.shape) > 1 or not places.known:
        raise NoKind
    channels = walk.building.shape(view.value)[0]
    chosen = [place % channels for place in places.wholes if -channels <= place < channels]
    if chosen != list(range(chosen[0], chosen[0] + len(places.known))) if chosen else True:
        raise NoKind
    part = _cut(walk, node, view, constants.Cut(1, chosen[0], chosen[-1] + 1, 1))
    if places.shape:
        walk.bind(node.outputs[0], part)
    else:
        _give_shape(walk, node, part, (view.batch, *walk.space(view)))


def expand(walk: Walk, node: Node) -> None:
    """Expand and Tile that change nothing, or that a product repeats by itself; Expand of single cells to a map."""
    view = walk.view(node)
    given = walk.constant(node, 1)
    if given is None:
        raise NoKind
    wanted = given.wholes
    shape = walk.shape(view)
    changes = any(count != 1 for count in wanted)
    if node.op == "Expand":
        changes = len(wanted) > len(shape) or any(
            size not in (1, own) for size, own in zip(wanted[::-1], shape[::-1], strict=False)
        )
    if not changes:
        walk.bind(node.outputs[0], view)
        return
    if node.op == "Expand" and _joins_product(walk, node, view, wanted):
        return
    full = broadcast(shape, wanted)
    if node.op != "Expand" or not view.plain or full[:2] != shape[:2] or set(shape[2:]) != {1}:
        raise NoKind
    walk.give(node, "upsample", [view], {"size": full[2:]})


HANDLERS: Mapping[str, Handler] = {
    "Identity": same,
    "Cast": same,
    "CastLike": same,
    "QuantizeLinear": quantized,
    "DequantizeLinear": quantized,
    "Transpose": transpose,
    "Shape": shape,
    "Size": size,
    "Flatten": flatten,
    "Reshape": reshape,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "DepthToSpace": space_moved("pixel_shuffle"),
    "SpaceToDepth": space_moved("pixel_unshuffle"),
    "Concat": concat,
    "Split": split,
    "Slice": slice_,
    "Gather": gather,
    "Expand": expand,
    "Tile": expand,
    "Resize": resizing.resize,
    "Upsample": resizing.resize,
}
