"""Layers that move values: other shapes, parts, cells around."""

from cnnshape.export.onnx.kinds.windows import Pairs, pads
from cnnshape.export.onnx.layer import Lowering, Unsayable
from cnnshape.layers.window import pairs, windows

_MODES = {"reflect": "reflect", "replicate": "edge"}


def filled_around(low: Lowering, around: Pairs, mode: str) -> str:
    """Cells around the spatial axes by the word of a `pad`."""
    if not any(map(any, around)):
        return low.op("Identity", low.x)
    if mode == "circular":
        return _wrapped(low, around)
    amounts = low.wholes(*pads(((0, 0), (0, 0), *around)))
    return low.op("Pad", low.x, amounts, mode=_MODES.get(mode, "constant"))


def _wrapped(low: Lowering, around: Pairs) -> str:
    """Cells from the other end of each axis; Pad has a mode for it only from version 19 on."""
    value = low.x
    for axis, (size, (before, after)) in enumerate(zip(low.sizes, around, strict=True), 2):
        parts = [low.sliced(value, {axis: (size - before, size, 1)})] if before else []
        parts.append(value)
        parts += [low.sliced(value, {axis: (0, after, 1)})] if after else []
        value = low.op("Concat", *parts, axis=axis) if len(parts) > 1 else value
    return value


def pad(low: Lowering) -> str:
    """Pad."""
    return filled_around(low, pairs(low.layer.padding, low.rank, "padding"), low.layer.mode)


def blur_pool(low: Lowering) -> str:
    """Pad, and Conv with a binomial filter for each channel."""
    layer, rank, channels = low.layer, low.rank, low.shape[0]
    kernel = low.per_axis("kernel")
    default = tuple(((size - 1) // 2, size // 2) for size in kernel)
    over = windows(low.sizes, layer.kernel, layer.stride, default if layer.padding is None else layer.padding)
    value = filled_around(low, tuple((window.before, window.after) for window in over), layer.mode)
    weight = low.op("Expand", low.reals((1, 1, *kernel), binomial(kernel)), low.wholes(channels, 1, *kernel))
    steps = low.per_axis("stride")
    return low.op(
        "Conv", value, weight, kernel_shape=kernel, strides=steps, dilations=(1,) * rank, pads=(0,) * (2 * rank), group=channels
    )  # fmt: skip


def binomial(kernel: tuple[int, ...]) -> list[float]:
    """The products of `comb(K - 1, k) / 2 ** (K - 1)` of all axes, the last axis moving first."""
    from math import comb

    values = [1.0]
    for size in kernel:
        row = [comb(size - 1, k) / 2 ** (size - 1) for k in range(size)]
        values = [value * factor for value in values for factor in row]
    return values


def crop(low: Lowering) -> str:
    """Slice."""
    cuts = {
        axis: (before, size - after, 1)
        for axis, (size, (before, after)) in enumerate(
            zip(low.sizes, pairs(low.layer.cut, low.rank, "cut"), strict=True), 2
        )
        if before or after
    }
    return low.sliced(low.x, cuts) if cuts else low.op("Identity", low.x)


def subsample(low: Lowering) -> str:
    """Slice with steps."""
    sizes = zip(low.sizes, low.per_axis("stride"), strict=True)
    return low.sliced(low.x, {axis: (0, size, step) for axis, (size, step) in enumerate(sizes, 2)})


def split(low: Lowering) -> str:
    """Slice: one part of the channels."""
    parts, take = low.layer.parts, low.layer.take
    size = low.result[0]
    start = sum(parts[:take]) if isinstance(parts, tuple) else size * take
    return low.sliced(low.x, {1: (start, start + size, 1)})


def slice_(low: Lowering) -> str:
    """Slice."""
    return low.sliced(low.x, {1: (low.layer.start, low.layer.stop, 1)})


def pad_channels(low: Lowering) -> str:
    """Pad."""
    rest = ((0, 0),) * low.rank
    around = ((0, 0), (low.layer.before, low.layer.after), *rest)
    return low.op("Pad", low.x, low.wholes(*pads(around)), mode="constant")


def flatten(low: Lowering) -> str:
    """Flatten."""
    return low.op("Flatten", low.x, axis=1)


def reshape(low: Lowering) -> str:
    """Reshape; the batch stays."""
    return low.reshaped(low.x, *low.layer.shape)


def channel_shuffle(low: Lowering) -> str:
    """Groups and their channels change places."""
    groups, channels = low.layer.groups, low.shape[0]
    apart = low.reshaped(low.x, groups, channels // groups, *low.sizes)
    moved = low.op("Transpose", apart, perm=(0, 2, 1, *range(3, low.rank + 3)))
    return low.restored(moved)


def pixel_shuffle(low: Lowering) -> str:
    """DepthToSpace in PyTorch's order, or for other axes than two a Transpose."""
    factor, rank = low.layer.factor, low.rank
    if rank == 2:
        return low.op("DepthToSpace", low.x, blocksize=factor, mode="CRD")
    apart = low.reshaped(low.x, low.result[0], *[factor] * rank, *low.sizes)
    order = [axis for place in range(rank) for axis in (2 + rank + place, 2 + place)]
    return low.reshaped(low.op("Transpose", apart, perm=(0, 1, *order)), *low.result)


def pixel_unshuffle(low: Lowering) -> str:
    """A Transpose: ONNX's SpaceToDepth puts the new channels in another order than PyTorch."""
    factor, rank = low.layer.factor, low.rank
    apart = low.reshaped(low.x, low.shape[0], *[part for size in low.sizes for part in (size // factor, factor)])
    order = (*range(3, 3 + 2 * rank, 2), *range(2, 2 + 2 * rank, 2))
    return low.reshaped(low.op("Transpose", apart, perm=(0, 1, *order)), *low.result)


def max_unpool(low: Lowering) -> str:
    """MaxUnpool, with the places that the pool gave. They count the cells of what entered the pool."""
    pool = low.pool
    if pool is None:
        raise Unsayable("`pool` must name a `max_pool`, which knows where its values come from")
    places = pool.ops[-1]
    if places.type != "MaxPool" or places.inputs[0] != pool.x:
        raise Unsayable("the places of this pool count cells of its padding, as its window is no larger than that")
    if pool.sizes != low.result[1:]:
        raise Unsayable(
            "its output has other sizes than what entered the pool, and ONNX keeps the places among all values"
        )
    stride = low.per_axis("kernel") if low.layer.stride is None else low.per_axis("stride")
    around = tuple((padding, padding) for padding in low.per_axis("padding"))
    axes = zip(low.sizes, low.per_axis("kernel"), stride, low.per_axis("padding"), strict=True)
    least = [(size - 1) * step + kernel - 2 * padding for size, kernel, step, padding in axes]
    if any(size < whole for size, whole in zip(low.result[1:], least, strict=True)):
        return _scattered(low, places.outputs[1], pool.x)
    return low.op(
        "MaxUnpool", low.x, places.outputs[1], low.op("Shape", pool.x),
        kernel_shape=low.per_axis("kernel"), strides=stride, pads=pads(around),
    )  # fmt: skip


def _scattered(low: Lowering, places: str, entered: str) -> str:
    """Values at their places among zeros: runtimes refuse an unpool that gives less than its windows cover."""
    shape = low.op("Shape", entered)
    row = low.wholes(-1)
    zeros = low.op("Reshape", low.op("ConstantOfShape", shape), row)
    values = low.op("ScatterElements", zeros, low.op("Reshape", places, row), low.op("Reshape", low.x, row), axis=0)
    return low.op("Reshape", values, shape)
