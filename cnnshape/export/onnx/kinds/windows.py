"""Layers with windows: convolutions and pools."""

from cnnshape.export.onnx.kinds.taps import gathered_max, weighted
from cnnshape.export.onnx.layer import Lowering, Say, Unsayable
from cnnshape.export.onnx.proto import Attribute
from cnnshape.layers.window import Window

LOWEST = -3.4028234663852886e38
"""The lowest number of single precision: what a maximum never takes."""
Pairs = tuple[tuple[int, int], ...]


def pads(around: Pairs) -> tuple[int, ...]:
    """Padding as ONNX has it: all before, then all after."""
    return tuple(before for before, _ in around) + tuple(after for _, after in around)


def padded(low: Lowering, value: str, around: Pairs, fill: float = 0.0) -> str:
    """Cells around the spatial axes with one value."""
    if not any(map(any, around)):
        return value
    amounts = low.wholes(*pads(((0, 0), (0, 0), *around)))
    return low.op("Pad", value, amounts, *([low.scalar(fill)] if fill else []), mode="constant")


def _geometry(windows: tuple[Window, ...]) -> dict[str, Attribute]:
    """The attributes that all windows have, without the padding."""
    return {
        "kernel_shape": tuple(window.kernel for window in windows),
        "strides": tuple(window.stride for window in windows),
    }


def _around(windows: tuple[Window, ...]) -> Pairs:
    return tuple((window.before, window.after) for window in windows)


def _given(*names: str) -> tuple[str, ...]:
    """The inputs without those that the layer doesn't have."""
    return tuple(name for name in names if name)


def conv(low: Lowering) -> str:
    """Conv, its padding in cells."""
    windows = low.layer.windows(low.sizes)
    weight = low.weight("weight")
    if low.layer.gain:
        weight = _standardized(low, weight)
    attributes = {**_geometry(windows), "dilations": tuple(window.dilation for window in windows)}
    attributes |= {"group": low.layer.groups, "pads": pads(_around(windows))}
    return low.node("Conv", _given(low.x, weight, low.weight("bias")), attributes)


def _standardized(low: Lowering, weight: str) -> str:
    """Each kernel minus its mean, over its deviation, times its gain / sqrt(fan-in). Source: Brock et al. (2021)."""
    shape = next(one.shape for one in low.app.weights if one.name == "weight")
    axes = tuple(range(1, len(shape)))
    fan = 1
    for size in shape[1:]:
        fan *= size
    centred = low.op("Sub", weight, low.op("ReduceMean", weight, axes=axes))
    variance = low.op("ReduceMean", low.op("Mul", centred, centred), axes=axes)
    deviation = low.op("Sqrt", low.op("Add", variance, low.scalar(1e-6)))
    gain = low.op("Mul", low.weight("gain", (shape[0], *[1] * len(axes))), low.scalar(fan**-0.5))
    return low.op("Mul", low.op("Div", centred, deviation), gain)


def conv_transpose(low: Lowering) -> str:
    """ConvTranspose, with the cells that are cut off and added in numbers."""
    windows = low.layer.windows(low.sizes)
    around, extras = _around(windows), tuple(low.layer.extras(low.sizes))
    attributes = {**_geometry(windows), "dilations": tuple(window.dilation for window in windows)}
    attributes["group"] = low.layer.groups
    weight = low.weight("weight")
    if all(extra < window.stride for window, extra in zip(windows, extras, strict=True)):
        inputs = _given(low.x, weight, low.weight("bias"))
        return low.node("ConvTranspose", inputs, {**attributes, "pads": pads(around), "output_padding": extras})
    # Runtimes take less than the stride. Cells that would be cut off come first, and zeros after them.
    shared = tuple(min(after, extra) for (_, after), extra in zip(around, extras, strict=True))
    around = tuple((before, after - part) for (before, after), part in zip(around, shared, strict=True))
    beyond = tuple((0, extra - part) for extra, part in zip(extras, shared, strict=True))
    value = low.node("ConvTranspose", (low.x, weight), {**attributes, "pads": pads(around)})
    value = padded(low, value, beyond)
    bias = low.weight("bias", (low.layer.out, *[1] * low.rank))
    return low.op("Add", value, bias) if bias else value


def linear(low: Lowering) -> str:
    """Gemm."""
    return low.op("Gemm", *_given(low.x, low.weight("weight"), low.weight("bias")), transB=1)


# Pools


def _overhang(window: Window, size: int) -> int:
    """Cells that the last window reaches beyond the padding; only windows that round up have some."""
    reach = (window.output(size) - 1) * window.stride + window.extent
    return max(reach - size - window.before - window.after, 0)


def _is_rounded_up_alike(window: Window, size: int) -> bool:
    """Whether rounding up gives the output without PyTorch's rule for windows that start in the padding after."""
    room = size + window.before + window.after - window.extent
    return window.output(size) == -(-room // window.stride) + 1


def max_pool(low: Lowering) -> str:
    """MaxPool. Padding as large as the window, which no runtime takes, becomes a Pad with the lowest number."""
    windows = low.layer.over(low.sizes)
    sizes = low.sizes
    over = [_overhang(window, size) for window, size in zip(windows, sizes, strict=True)]
    attributes = {**_geometry(windows), "dilations": tuple(window.dilation for window in windows)}
    around = _around(windows)
    if any(over) and all(map(_is_rounded_up_alike, windows, sizes)) and _fits(windows, around):
        attributes |= {"pads": pads(around), "ceil_mode": 1}
        return low.node("MaxPool", (low.x,), attributes, outputs=_outputs(low))
    around = tuple((before, after + more) for (before, after), more in zip(around, over, strict=True))
    value = low.x
    if not _fits(windows, around):
        value, around = padded(low, value, around, LOWEST), ((0, 0),) * low.rank
    return low.node("MaxPool", (value,), {**attributes, "pads": pads(around)}, outputs=_outputs(low))


def _fits(windows: tuple[Window, ...], around: Pairs) -> bool:
    return all(max(pair) < window.kernel for window, pair in zip(windows, around, strict=True))


def _outputs(low: Lowering) -> int:
    """A pool that is undone gives the places of its values too."""
    return 2 if low.undone else 1


def avg_pool(low: Lowering) -> str:
    """AveragePool. Cells beyond the padding, which PyTorch never counts, are padding that doesn't count."""
    windows = low.layer.over(low.sizes)
    around = _around(windows)
    over = [_overhang(window, size) for window, size in zip(windows, low.sizes, strict=True)]
    beyond = tuple((0, more) for more in over)
    counted = low.layer.count_include_pad
    value = low.x
    if any(over) and counted:
        value, around = padded(low, value, around), beyond
        counted = False
    else:
        around = tuple((before, after + more) for (before, after), more in zip(around, over, strict=True))
    if not _fits(windows, around):
        raise Unsayable("ONNX has no mean of windows with padding as large as they are")
    attributes = {**_geometry(windows), "pads": pads(around)}
    if counted and any(map(any, around)):
        attributes["count_include_pad"] = 1
    return low.node("AveragePool", (value,), attributes)


def adaptive_avg_pool(low: Lowering) -> str:
    """AveragePool if the output divides the input, else means of cells that a Gather chooses."""
    return _adaptive(low, "AveragePool")


def adaptive_max_pool(low: Lowering) -> str:
    """MaxPool if the output divides the input, else maxima of cells that a Gather chooses."""
    return _adaptive(low, "MaxPool")


def _adaptive(low: Lowering, type: str) -> str:
    pairs = list(zip(low.sizes, low.result[1:], strict=True))
    if all(size % out == 0 for size, out in pairs):
        kernel = tuple(size // out for size, out in pairs)
        return low.op(type, low.x, kernel_shape=kernel, strides=kernel)
    value = low.x
    for axis, (size, out) in enumerate(pairs):
        cells = [range(at * size // out, -(-(at + 1) * size // out)) for at in range(out)]
        if size == out:
            continue
        if type == "MaxPool":
            value = gathered_max(low, value, axis + 2, cells)
        else:
            value = weighted(low, value, axis + 2, [[(cell, 1 / len(part)) for cell in part] for part in cells])
    return value


def global_pool(type: str) -> Say:
    """A handler for a pool of whole channels."""
    return lambda low: low.op(type, low.x)


def channel_pool(type: str) -> Say:
    """A handler for a pool of the channels of each position."""
    return lambda low: low.op(type, low.x, axes=(1,), keepdims=1)
