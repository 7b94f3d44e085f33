"""Layers that give the same values another shape, or join them along the channels."""

from math import prod

from cnnshape.bridge.keras.call import Call, View, channels_last
from cnnshape.bridge.keras.config import wholes


def flatten(call: Call) -> None:
    """Flatten."""
    if call.rank:
        call.add("flatten")


def reshape(call: Call) -> None:
    """Reshape. The result has its channels last, as the source has."""
    listed = call.config.values.get("target_shape")
    target = wholes(listed) if isinstance(listed, list) else None
    count = prod(call.shape())
    if target is None or list(target).count(-1) > 1:
        raise call.config.problem("target_shape")
    rest = prod(size for size in target if size != -1)
    if -1 in target:
        target = tuple(count // rest if size == -1 and rest else size for size in target)
    if prod(target) != count or min(target, default=0) < 1:
        raise call.config.problem("target_shape")
    if target == call.shape():
        return
    if len(target) == 1:
        call.add("flatten")
    elif len(target) <= 4:
        last = call.view.last or not call.rank
        call.add("reshape", {"shape": (target[-1], *target[:-1]) if last else target})
        call.views = [View(call.view.value, channels_last(len(target)) if last else tuple(range(len(target))))]
    else:
        raise call.problem(f"gives a tensor of {len(target)} axes, which no layer of a spec can: 1 to 4")


def permute(call: Call) -> None:
    """Permute: the model sees the axes in another order, and nothing is computed."""
    listed = call.config.values.get("dims")
    order = wholes(listed) if isinstance(listed, list) else None
    if order is None or sorted(order) != list(range(1, call.rank + 2)):
        raise call.config.problem("dims")
    call.views = [call.view._replace(axes=tuple(call.view.axes[place - 1] for place in order))]


def concatenate(call: Call) -> None:
    """Concatenate along the channels."""
    if not call.channel_axis(call.config.whole("axis", -1)) or any(view.axes != call.view.axes for view in call.views):
        raise call.problem("is not along the channels, which no kind describes")
    if len(call.views) < 2:
        raise call.problem("joins two or more tensors")
    call.add("concat", {}, *call.views[1:])
