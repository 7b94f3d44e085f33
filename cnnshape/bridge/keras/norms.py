"""Layers that normalize."""

from cnnshape.bridge.keras.call import Call
from cnnshape.bridge.keras.config import wholes
from cnnshape.bridge.operations import Argument, Shape


def _affine(call: Call) -> tuple[bool | str, dict[str, Shape]]:
    """What of a scale and a shift is learned, and the weights."""
    scale, shift = call.config.flag("scale", True), call.config.flag("center", True)
    weights: dict[str, Shape] = {"gamma": (call.channels,)} if scale else {}
    if shift:
        weights["beta"] = (call.channels,)
    return (True if scale and shift else "scale" if scale else "shift" if shift else False), weights


def _over_channels(call: Call, default: int) -> None:
    """Checks that a norm is over the channels."""
    axis = call.config.values.get("axis", default)
    axes = wholes(axis if isinstance(axis, list) else [axis])
    if axes is None:
        raise call.config.problem("axis")
    if len(axes) != 1 or not call.channel_axis(axes[0]):
        raise call.problem(f"normalizes the axes {list(axes)}, which no kind describes")


def batch_norm(call: Call) -> None:
    """BatchNormalization. Keras' momentum is the share of the old statistics."""
    _over_channels(call, -1)
    affine, weights = _affine(call)
    momentum = round(1 - call.config.real("momentum", 0.99), 9)
    arguments: dict[str, Argument] = {"affine": affine, "eps": call.config.real("epsilon", 1e-3), "momentum": momentum}
    size = (call.channels,)
    moving: dict[str, Shape] = {"moving_mean": size, "moving_variance": size}
    call.add("batch_norm", arguments, weights=weights, buffers=moving)


def layer_norm(call: Call) -> None:
    """LayerNormalization over the channels."""
    _over_channels(call, -1)
    affine, weights = _affine(call)
    if call.config.flag("rms_scaling", False):
        raise call.problem("has `rms_scaling`, which no kind describes")
    call.add("layer_norm", {"affine": affine, "eps": call.config.real("epsilon", 1e-3)}, weights=weights)


def group_norm(call: Call) -> None:
    """GroupNormalization; -1 groups are one per channel."""
    _over_channels(call, -1)
    affine, weights = _affine(call)
    groups = call.config.whole("groups", 32)
    arguments: dict[str, Argument] = {"groups": call.channels if groups == -1 else groups, "affine": affine}
    call.add("group_norm", {**arguments, "eps": call.config.real("epsilon", 1e-3)}, weights=weights)


def normalization(call: Call) -> None:
    """Normalization by statistics of the training data: a batch norm without learned values."""
    _over_channels(call, -1)
    if call.config.flag("invert", False):
        raise call.problem("has `invert`, which no kind describes")
    size = (call.channels,)
    call.add("batch_norm", {"affine": False}, buffers={"mean": size, "variance": size, "count": ()})
