"""Normalizations, and scales."""

from cnnshape.export.onnx.layer import Lowering

SINGLE_EPSILON = 1.1920928955078125e-07
"""The precision of single numbers, 2 to the power of -23: what `rms_norm` adds if the spec states nothing."""


def _scale(low: Lowering, *shape: int, name: str = "weight", value: float = 1.0) -> str:
    """A weight, or a fill that changes nothing where none is learned."""
    return low.weight(name, shape) or low.filled(value, *shape)


def _shifted(low: Lowering, value: str) -> str:
    """Scaled and shifted by channel, as far as that is learned."""
    weight, bias = low.channel_weight("weight"), low.channel_weight("bias")
    value = low.op("Mul", value, weight) if weight else value
    return low.op("Add", value, bias) if bias else value


def batch_norm(low: Lowering) -> str:
    """BatchNormalization. Without running statistics those of the batch are worked out, as PyTorch does."""
    channels = low.shape[0]
    if not low.layer.track:
        axes = (0, *range(2, len(low.shape) + 1))
        return _shifted(low, _standard(low, low.x, axes))
    scale, shift = _scale(low, channels), _scale(low, channels, name="bias", value=0.0)
    mean, variance = low.weight("running_mean"), low.weight("running_var")
    # ONNX's momentum is the share of the old statistics.
    momentum = 1.0 - float(low.layer.momentum)
    return low.op(
        "BatchNormalization", low.x, scale, shift, mean, variance, epsilon=float(low.layer.eps), momentum=momentum
    )


def _standard(low: Lowering, value: str, axes: tuple[int, ...]) -> str:
    """Minus the mean over some axes, over the deviation."""
    centred = low.op("Sub", value, low.op("ReduceMean", value, axes=axes))
    variance = low.op("ReduceMean", low.op("Mul", centred, centred), axes=axes)
    deviation = low.op("Sqrt", low.op("Add", variance, low.scalar(low.layer.eps)))
    return low.op("Div", centred, deviation)


def layer_norm(low: Lowering) -> str:
    """LayerNormalization, which takes the last axes together: channels are moved there and back."""
    axes, rank = low.layer.axes, low.rank
    moved = axes == "channels" and rank > 0
    value = _channels_last(low, low.x) if moved else low.x
    axis = {"channels": -1, "last": -1, "space": 2, "all": 1}[axes]
    shape = {"channels": low.shape[:1], "last": low.shape[-1:], "space": low.sizes, "all": low.shape}[axes]
    shift = low.weight("bias")
    scale = _scale(low, *shape)
    inputs = [value, scale, *([shift] if shift else [])]
    value = low.op("LayerNormalization", *inputs, axis=axis, epsilon=float(low.layer.eps))
    return _channels_first(low, value) if moved else value


def _channels_last(low: Lowering, value: str) -> str:
    return low.op("Transpose", value, perm=(0, *range(2, low.rank + 2), 1))


def _channels_first(low: Lowering, value: str) -> str:
    return low.op("Transpose", value, perm=(0, low.rank + 1, *range(1, low.rank + 1)))


def rms_norm(low: Lowering) -> str:
    """Over the root of the mean square; ONNX has an operator for it only from version 23 on."""
    axes = {
        "channels": (1,),
        "space": tuple(range(2, low.rank + 2)),
        "last": (low.rank + 1,),
        "all": tuple(range(1, low.rank + 2)),
    }[low.layer.axes]
    eps = SINGLE_EPSILON if low.layer.eps is None else low.layer.eps
    mean = low.op("ReduceMean", low.op("Mul", low.x, low.x), axes=axes)
    value = low.op("Div", low.x, low.op("Sqrt", low.op("Add", mean, low.scalar(eps))))
    weight = low.channel_weight("weight") if low.layer.axes == "channels" else low.weight("weight")
    return low.op("Mul", value, weight) if weight else value


def group_norm(low: Lowering) -> str:
    """InstanceNormalization of groups: GroupNormalization has a scale per channel only from version 21 on."""
    groups = low.layer.groups
    grouped = low.reshaped(low.x, groups, -1)
    ones, zeros = low.filled(1.0, groups), low.filled(0.0, groups)
    normed = low.op("InstanceNormalization", grouped, ones, zeros, epsilon=float(low.layer.eps))
    return _shifted(low, low.restored(normed))


def instance_norm(low: Lowering) -> str:
    """InstanceNormalization."""
    channels = low.shape[0]
    scale, shift = _scale(low, channels), _scale(low, channels, name="bias", value=0.0)
    return low.op("InstanceNormalization", low.x, scale, shift, epsilon=float(low.layer.eps))


def local_response_norm(low: Lowering) -> str:
    """LRN. For an even size ONNX has the odd channel after and PyTorch before; runtimes take maps of two axes only."""
    size, beta = low.layer.size, float(low.layer.beta)
    alpha, k = float(low.layer.alpha), float(low.layer.k)
    if size % 2 and low.rank == 2:
        return low.op("LRN", low.x, size=size, alpha=alpha, beta=beta, bias=k)
    rows = low.reshaped(low.op("Mul", low.x, low.x), 1, low.shape[0], -1)
    mean = low.op(
        "AveragePool", rows, kernel_shape=(size, 1), strides=(1, 1), pads=(size // 2, 0, (size - 1) // 2, 0),
        count_include_pad=1,
    )  # fmt: skip
    total = low.op("Add", low.op("Mul", mean, low.scalar(alpha)), low.scalar(k))
    divisor = low.restored(low.op("Pow", total, low.scalar(beta)))
    return low.op("Div", low.x, divisor)


def layer_scale(low: Lowering) -> str:
    """Learned factors and shifts: one per channel, or one for all."""
    if low.layer.per_channel:
        return _shifted(low, low.x)
    value = low.op("Mul", low.x, low.weight("weight"))
    return low.op("Add", value, low.weight("bias")) if low.layer.shift else value


def global_response_norm(low: Lowering) -> str:
    """x + (bias + weight * x * N(x)), N the norm of a channel over the mean of all."""
    norm = low.op("ReduceL2", low.x, axes=tuple(range(2, low.rank + 2)))
    mean = low.op("Add", low.op("ReduceMean", norm, axes=(1,)), low.scalar(low.layer.eps))
    scaled = low.op("Mul", low.x, low.op("Div", norm, mean))
    learned = low.op("Mul", low.channel_weight("weight"), scaled)
    return low.op("Add", low.x, low.op("Add", low.channel_weight("bias"), learned))


def evo_norm(low: Lowering) -> str:
    """x * sigmoid(v * x) over the deviation of each group, a scale and a shift."""
    gate = low.op("Sigmoid", low.op("Mul", low.x, low.channel_weight("v")))
    active = low.reshaped(low.op("Mul", low.x, gate), low.layer.groups, -1)
    grouped = low.reshaped(low.x, low.layer.groups, -1)
    centred = low.op("Sub", grouped, low.op("ReduceMean", grouped, axes=(2,)))
    variance = low.op("ReduceMean", low.op("Mul", centred, centred), axes=(2,))
    deviation = low.op("Sqrt", low.op("Add", variance, low.scalar(low.layer.eps)))
    return _shifted(low, low.restored(low.op("Div", active, deviation)))


def rescale(low: Lowering) -> str:
    """A factor and a shift of the spec."""
    value = low.x
    if low.layer.scale is not None:
        value = low.op("Mul", value, low.scalar(low.layer.scale))
    return value if low.layer.shift is None else low.op("Add", value, low.scalar(low.layer.shift))
