"""Resize and Upsample."""

from collections.abc import Sequence
from math import floor

from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.onnx.walk import NoKind, View, Walk
from cnnshape.bridge.operations import Argument, Ref, Shape

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
        factors = tuple(float(f"{scale:.7g}") for scale in scales[2:])
        resized = tuple(floor(size * scale) for size, scale in zip(shape[2:], scales[2:], strict=True))
        # Where the rounded factor gives another size, the size was meant.
        means = resized == tuple(floor(size * factor) for size, factor in zip(shape[2:], factors, strict=True))
        arguments = {**({"scale": factors} if means else _target(walk, node, view, resized)), **arguments}
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
