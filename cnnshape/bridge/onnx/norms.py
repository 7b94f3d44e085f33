"""Nodes that normalize, whole or taken apart by the exporter."""

import re
from collections.abc import Callable
from math import prod

from cnnshape.bridge.onnx.constants import Constant
from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.onnx.walk import NoKind, View, Walk
from cnnshape.bridge.operations import Argument, Weight


def rounded(value: float) -> float:
    """A number of single precision as it was written: `0.1` for `0.10000000149`."""
    return float(f"{value:.7g}")


def batch_norm(walk: Walk, node: Node) -> None:
    """BatchNormalization. ONNX's momentum is the share of the old statistics."""
    view = walk.view(node)
    given = [walk.constant(node, index) for index in (1, 2, 3, 4)]
    scale, shift, mean, variance = given
    if scale is None or shift is None or mean is None or variance is None or view.axes[1] != 1:
        raise NoKind
    learns, weights = affine(walk, scale, shift, is_fixed)
    weights += [walk.weight(buffer, learned=False) for buffer in (mean, variance)]
    momentum = 1 - node.real("momentum", 0.9)
    arguments: dict[str, Argument] = {"eps": rounded(node.real("epsilon", 1e-5)), "momentum": round(momentum, 6)}
    arguments |= {} if learns is True else {"affine": learns}
    walk.give(node, "batch_norm", [view], arguments, weights)


def affine(
    walk: Walk, scale: Constant | None, shift: Constant | None, fixed: Callable[[str], bool] = lambda _: False
) -> tuple[bool | str, list[Weight]]:
    """What of a scale and a shift is learned, and their weights.

    A norm of PyTorch without them has ones and zeros there. Its exporters write these as `Constant` nodes, or as tensors with
    names that are `fixed`.
    """
    learned = [
        None if part is None or _is_constant(walk, part) or (walk.is_pytorch and fixed(part.name)) else part
        for part in (scale, shift)
    ]
    weights = [walk.weight(part) for part in learned if part is not None]
    words: dict[tuple[bool, bool], bool | str] = {(True, False): "scale", (False, True): "shift", (True, True): True}
    return words.get((learned[0] is not None, learned[1] is not None), False), weights


def _is_constant(walk: Walk, part: Constant) -> bool:
    """Whether a scale or a shift is no weight, but a part of the graph."""
    if walk.is_own:
        return not part.name
    maker = walk.makers.get(part.name)
    return walk.is_pytorch and maker is not None and maker.op == "Constant"


def is_fixed(name: str) -> bool:
    """Whether PyTorch's exporter gives this name to a tensor that is no parameter.

    Equal tensors are stored once: the ones of a scale may be those of a variance.
    """
    return re.fullmatch(r"val_\d+|(.*\.)?running_(mean|var)", name) is not None


def instance_norm(walk: Walk, node: Node) -> None:
    """InstanceNormalization."""
    learns, weights = affine(walk, walk.constant(node, 1), walk.constant(node, 2), is_fixed)
    arguments = {"affine": learns, "eps": rounded(node.real("epsilon", 1e-5))}
    walk.give(node, "instance_norm", [walk.plain(node)], arguments, weights)


def layer_norm(walk: Walk, node: Node) -> None:
    """LayerNormalization over the channels, the space, the last axis, or all."""
    view = walk.view(node)
    axis = node.whole("axis", -1)
    rank = len(view.axes)
    scale, shift = walk.constant(node, 1), walk.constant(node, 2)
    learns, weights = affine(walk, scale, shift, is_fixed)
    kind = "rms_norm" if node.op == "RMSNormalization" else "layer_norm"
    axes = together(view.axes[axis % rank :], rank)
    if learns is not False and scale is not None and scale.elements != _values(walk, view, axis):
        raise NoKind
    arguments: dict[str, Argument] = {"axes": axes, "affine": learns, "eps": rounded(node.real("epsilon", 1e-5))}
    if kind == "rms_norm":
        arguments["affine"] = learns is not False
    walk.give(node, kind, [view], arguments, weights)


def _values(walk: Walk, view: View, axis: int) -> int:
    return prod(walk.shape(view)[axis % len(view.axes) :])


def together(axes: tuple[int, ...], rank: int) -> str:
    """The word for the axes that a norm takes together."""
    words = {(1,): "channels", tuple(range(1, rank)): "all", tuple(range(2, rank)): "space", (rank - 1,): "last"}
    word = words.get(tuple(sorted(axes)))
    if word is None:
        raise NoKind
    return "channels" if axes == (1,) else word


def decomposed_layer_norm(walk: Walk, node: Node) -> None:
    """A layer norm that the exporter took apart: x, scale, shift, epsilon. The axes are those of the means."""
    view = walk.view(node)
    scale, shift, epsilon = (walk.constant(node, index) for index in (1, 2, 3))
    axes = node.wholes("axes") or (-1,)
    rank = len(view.axes)
    if scale is None or epsilon is None or any(not -rank <= axis < rank for axis in axes):
        raise NoKind
    learns, weights = affine(walk, scale, shift)
    arguments: dict[str, Argument] = {
        "axes": together(tuple(view.axes[axis] for axis in axes), rank),
        "affine": learns,
    }
    if epsilon.single is not None:
        arguments["eps"] = rounded(float(epsilon.single))
    walk.give(node, "layer_norm", [view], arguments, weights)


def decomposed_rms_norm(walk: Walk, node: Node) -> None:
    """x over the root of its mean square: x, scale, epsilon."""
    view = walk.view(node)
    scale, epsilon = walk.constant(node, 1), walk.constant(node, 2)
    axes = node.wholes("axes") or ()
    rank = len(view.axes)
    if epsilon is None or epsilon.single is None or any(not -rank <= axis < rank for axis in axes):
        raise NoKind
    if scale is not None and scale.elements != prod(walk.shape(view)[axis] for axis in axes):
        raise NoKind
    arguments: dict[str, Argument] = {
        "axes": together(tuple(view.axes[axis] for axis in axes), rank),
        "affine": scale is not None,
        "eps": rounded(float(epsilon.single)),
    }
    walk.give(node, "rms_norm", [view], arguments, [walk.weight(scale)] if scale is not None else [])


def decomposed_group_norm(walk: Walk, node: Node) -> None:
    """A group norm as an instance norm of groups: x, scale, shift, and the shape with the groups."""
    view = walk.plain(node)
    scale, shift, grouped = (walk.constant(node, index) for index in (1, 2, 3))
    if grouped is None or len(grouped.known) < 2:
        raise NoKind
    learns, weights = affine(walk, scale, shift)
    arguments = {"groups": grouped.wholes[1], "affine": learns, "eps": rounded(node.real("epsilon", 1e-5))}
    walk.give(node, "group_norm", [view], arguments, weights)


def decomposed_response_norm(walk: Walk, node: Node) -> None:
    """A global response norm: x, scale, shift, epsilon."""
    view = walk.view(node)
    scale, shift, epsilon = (walk.constant(node, index) for index in (1, 2, 3))
    channels = walk.building.shape(view.value)[0]
    if scale is None or shift is None or epsilon is None or epsilon.single is None or len(view.axes) < 3:
        raise NoKind
    if not scale.elements == shift.elements == channels:
        raise NoKind
    weights = [walk.weight(scale), walk.weight(shift)]
    walk.give(node, "global_response_norm", [view], {"eps": rounded(float(epsilon.single))}, weights)


def group_norm(walk: Walk, node: Node) -> None:
    """GroupNormalization. Before version 21 it has a scale per group, which no kind has."""
    view = walk.plain(node)
    scale, shift = walk.constant(node, 1), walk.constant(node, 2)
    if scale is None or scale.elements != walk.building.shape(view.value)[0]:
        raise NoKind
    learns, weights = affine(walk, scale, shift)
    arguments = {"groups": node.whole("num_groups", 0), "affine": learns, "eps": rounded(node.real("epsilon", 1e-5))}
    walk.give(node, "group_norm", [view], arguments, weights)


def local_response_norm(walk: Walk, node: Node) -> None:
    """LRN."""
    names = (("alpha", "alpha", 1e-4), ("beta", "beta", 0.75), ("k", "bias", 1.0))
    arguments: dict[str, Argument] = {"size": node.whole("size", 0)}
    arguments |= {name: rounded(node.real(attribute, default)) for name, attribute, default in names}
    walk.give(node, "local_response_norm", [walk.view(node)], arguments)
