"""Nodes that move values: other shapes, parts, resizing."""

from collections.abc import Callable, Mapping, Sequence
from math import prod

from cnnshape.bridge.onnx import constants
from cnnshape.bridge.onnx.constants import reshaped, squeezed, unsqueezed
from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.onnx.walk import NoKind, View, Walk
from cnnshape.bridge.operations import Argument, Ref, Shape

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
    if not _shuffled(walk, node, view, sizes):
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


def _shuffled(walk: Walk, node: Node, view: View, sizes: Shape) -> bool:
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
    result = _shape_after(walk, second[1], kind, walk.shape(view), arguments)
    if not result:
        return False
    walk.merged |= {first[0], second[0]}
    walk.give(node, kind, [view], arguments, output=second[1].outputs[0])
    return True


def _shape_after(walk: Walk, node: Node, kind: str, given: Shape, arguments: dict[str, Argument]) -> bool:
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
    if len(middle) == len(given) + 1 and tuple(middle[3:]) == tuple(space) and middle[0] == batch:
        if tuple(order) == (0, 2, 1, *range(3, len(middle))) and middle[1] * middle[2] == channels:
            return "channel_shuffle", {"groups": middle[1]}
        return "", {}
    if len(middle) != 2 + 2 * rank or rank < 1 or middle[0] != batch:
        return "", {}
    inner = [size for axis in range(rank) for size in (2 + rank + axis, 2 + axis)]
    if rank == 2 and tuple(order) == (0, 1, *inner[:1], 2, 5, 3):
        order = (0, 1, 4, 2, 5, 3)
    factor = middle[2]
    if tuple(order) == (0, 1, *inner) and middle[2 : 2 + rank] == (factor,) * rank:
        if tuple(middle[2 + rank :]) == tuple(space) and middle[1] * factor**rank == channels:
            return "pixel_shuffle", {"factor": factor}
    factor = middle[3]
    parts = tuple(size for cells in space for size in (cells // factor, factor)) if factor else ()
    folded = (0, 1, *range(3, 3 + 2 * rank, 2), *range(2, 2 + 2 * rank, 2))
    if tuple(middle[1:]) == (channels, *parts) and tuple(order) == folded:
        return "pixel_unshuffle", {"factor": factor}
    return "", {}


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
    for cut in constants.cuts(node, walk.operands(node), len(view.axes)):
        view = _cut(walk, node, view, cut)
    walk.bind(node.outputs[0], view)


def _cut(walk: Walk, node: Node, view: View, cut: constants.Cut) -> View:
    """A slice of one axis. Raises NoKind."""
    whole = walk.shape(view)[cut.axis]
    start, stop, step = slice(cut.start, cut.stop, cut.step).indices(whole) if cut.step else (0, 0, 0)
    axis = view.axes[cut.axis]
    if (start, stop, step) == (0, whole, 1):
        return view
    if step < 1 or start >= stop or axis == 0 or (axis == 1 and step != 1):
        raise NoKind
    if axis == 1 and 2 * (stop - start) == whole and start in (0, stop - start):
        return walk.add(node, "split", [view], {"parts": 2, "take": int(start > 0)})
    if axis == 1:
        return walk.add(node, "slice", [view], {"start": start, "stop": stop})
    rank = len(view.axes) - 2
    if (start, stop) != (0, whole):
        around = tuple((start, whole - stop) if place == axis - 2 else (0, 0) for place in range(rank))
        view = walk.add(node, "crop", [view], {"cut": around})
    if step > 1:
        view = walk.add(node, "subsample", [view], {"stride": tuple(step if place == axis - 2 else 1 for place in range(rank))})
    return view


def gather(walk: Walk, node: Node) -> None:
    """Gather of one channel or of channels in a row."""
    view = walk.plain(node)
    places = walk.constant(node, 1)
    axis = node.whole("axis", 0) % len(view.axes)
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
    """Expand and Tile that change nothing."""
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
    if changes:
        raise NoKind
    walk.bind(node.outputs[0], view)


_MODES = {"nearest": "nearest", "linear": "linear", "bilinear": "linear", "trilinear": "linear", "cubic": "cubic"}


def resize(walk: Walk, node: Node) -> None:
    """Resize and Upsample, by factors or to sizes."""
    view = walk.plain(node)
    mode = _MODES.get(node.word("mode", "nearest"), "")
    corners = node.word("coordinate_transformation_mode", "half_pixel") == "align_corners"
    rank = len(view.axes)
    shape = walk.shape(view)
    if not mode or rank < 3:
        raise NoKind
    scales, sizes = _scales(walk, node), _sizes(walk, node)
    axes = node.wholes("axes")
    if axes is not None:
        scales = _on_axes(scales, axes, (1.0,) * rank)
        sizes = tuple(map(int, _on_axes(sizes, axes, shape))) if sizes else sizes
    arguments: dict[str, Argument] = {"mode": mode} if mode != "nearest" else {}
    if corners and mode != "nearest":
        arguments["align_corners"] = True
    if sizes:
        if len(sizes) != rank or tuple(sizes[:2]) != shape[:2]:
            raise NoKind
        arguments = {**_target(walk, node, view, sizes[2:]), **arguments}
    else:
        if len(scales) != rank or tuple(scales[:2]) != (1, 1):
            raise NoKind
        arguments = {"scale": tuple(float(f"{scale:.7g}") for scale in scales[2:]), **arguments}
    walk.give(node, "upsample", [view], arguments)


def _on_axes(given: Sequence[float], axes: Sequence[int], whole: Sequence[float]) -> tuple[float, ...]:
    """The values of all axes, where the node gives those of some."""
    if len(given) != len(axes) or any(not -len(whole) <= axis < len(whole) for axis in axes):
        return tuple(given)
    result = list(whole)
    for axis, value in zip(axes, given, strict=True):
        result[axis] = value
    return tuple(result)


def _scales(walk: Walk, node: Node) -> tuple[float, ...]:
    """The factor of each axis; empty if the node states sizes."""
    if node.op == "Upsample" or len(node.inputs) == 2:
        given = walk.constant(node, 1)
        return (node.reals("scales") or ()) if given is None else given.known
    given = walk.constant(node, 2)
    return () if given is None else given.known


def _sizes(walk: Walk, node: Node) -> tuple[int, ...]:
    given = walk.constant(node, 3) if node.op == "Resize" else None
    return () if given is None else given.wholes


def _target(walk: Walk, node: Node, view: View, sizes: Shape) -> dict[str, Argument]:
    """How a spec gets a size: that of the input, of the tensor that it joins, or the size itself.

    The exporter has worked out the sizes. Where they are those of another tensor, this one was meant.
    """
    if walk.building.shape(0)[1:] == sizes and walk.space(view) != sizes:
        return {"like": Ref(0)}
    reader = walk.only_reader(node.outputs[0])
    for name in reader[1].inputs if reader is not None else ():
        other = walk.values.get(name)
        if isinstance(other, View) and other.plain and walk.space(other) == sizes:
            return {"like": Ref(other.value)}
    return {"size": sizes}


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
    "Resize": resize,
    "Upsample": resize,
}
