"""Convolutions and the fully connected layer as Keras says them."""

from typing import Any

from cnnshape.export.keras.layout import Pairs
from cnnshape.export.keras.site import Line, Site, Unsaid, helper_layer
from cnnshape.export.keras.text import Applied, Code, Expression, breakable, literal
from cnnshape.layers import Application, Window, per_axis


def _over(application: Application) -> tuple[Window, ...]:
    layer: Any = application.layer
    windows: tuple[Window, ...] = layer.windows(application.inputs[0].shape[1:])
    return windows


def pairs_of(windows: tuple[Window, ...]) -> Pairs:
    """The padding of each axis."""
    return tuple((window.before, window.after) for window in windows)


def around(pairs: Pairs) -> str:
    """Padding as Keras' layers take it: one number, one per axis, or pairs."""
    if any(before != after for before, after in pairs):
        return literal(pairs if len(pairs) > 1 else pairs[0])
    sizes = tuple(before for before, _ in pairs)
    return literal(sizes[0] if len(set(sizes)) == 1 else sizes)


def centred(site: Site, windows: list[tuple[Window, ...]]) -> bool:
    """Whether the padding is what Keras' `same` gives at every size: as much on both sides, for a stride of 1.

    Arguments that aren't constant must say so themselves: a padding of `kernel // 2` for a `kernel`.
    """
    halved = site.texts.get("padding") == f"{site.texts.get('kernel')} // 2" and "dilation" not in site.texts
    if "stride" in site.texts or (not halved and not site.texts.keys().isdisjoint(("padding", "kernel"))):
        return False
    axes = [axis for over in windows for axis in over]
    return all(axis.stride == 1 and axis.before == axis.after == (axis.extent - 1) / 2 for axis in axes)


def padded(site: Site, windows: list[tuple[Window, ...]]) -> tuple[list[Line], str]:
    """The lines that pad with zeros, and the word of the padding that is left to the layer."""
    if all(not axis.before and not axis.after for over in windows for axis in over) and "padding" not in site.texts:
        return [], ""
    word = site.layer.padding
    strided = any(axis.stride > 1 and axis.dilation > 1 for over in windows for axis in over)
    if (word == "same" and not strided) or (word != "same_lower" and centred(site, windows)):
        return [], '"same"'
    if word == "causal" and not strided:
        return [], '"causal"'
    text = site.texts.get("padding") or around(site.same(lambda one: pairs_of(_windows_of(one))))
    return [site.windowed("ZeroPadding", breakable("", text))], ""


def _windows_of(application: Application) -> tuple[Window, ...]:
    layer: Any = application.layer
    sizes = application.inputs[0].shape[1:]
    windows: tuple[Window, ...] = layer.over(sizes) if hasattr(layer, "over") else layer.windows(sizes)
    return windows


def _depthwise(site: Site) -> bool:
    """Whether each channel has its own kernels, as many for each in all layers."""
    if site.rank > 2 or any(not _is_depthwise(application) for application in site.applications):
        return False
    multipliers = {
        application.layer.values["out"] // application.inputs[0].shape[0] for application in site.applications
    }
    return len(multipliers) == 1


def _is_depthwise(application: Application) -> bool:
    layer: Any = application.layer
    channels = application.inputs[0].shape[0]
    equal = len({(axis.stride, axis.dilation) for axis in _over(application)}) == 1
    return layer.groups == channels > 1 and layer.out % channels == 0 and equal


def _bias(site: Site) -> dict[str, Code]:
    return {} if site.text("bias") == "True" else {"use_bias": site.text("bias")}


def conv(site: Site) -> list[Line]:
    """A convolution. Keras pads as TensorFlow does, which is another place for even sizes and strides of 2."""
    windows = site.of_all(_over)
    before, padding = padded(site, windows)
    arguments: dict[str, Code] = {}
    dilated = any(axis.dilation > 1 for over in windows for axis in over)
    strided = any(axis.stride > 1 for over in windows for axis in over)
    after: list[Line] = []
    if any(axis.dilation > 1 for over in windows if any(one.stride > 1 for one in over) for axis in over):
        # Keras has no convolution with both.
        steps = per_axis(site.value("stride"), site.rank, "stride")
        after = [Line("{0}" + site.layout.sliced(tuple(f"::{step}" for step in steps)))]
    elif strided or "stride" in site.texts:
        arguments["strides"] = site.text("stride")
    if padding:
        arguments["padding"] = padding
    if dilated or "dilation" in site.texts:
        arguments["dilation_rate"] = site.text("dilation")
    return [*before, _convolution(site, arguments), *after]


def _convolution(site: Site, arguments: dict[str, Code]) -> Line:
    if site.value("gain"):
        return _standardized(site, arguments)
    if _depthwise(site):
        multiplier = site.same(lambda one: one.layer.values["out"] // one.inputs[0].shape[0])
        if multiplier > 1:
            arguments["depth_multiplier"] = literal(multiplier)
        return site.owner(f"DepthwiseConv{site.rank}D", site.text("kernel"), **arguments, **_bias(site), **site.order())
    if any(group > 1 for group in site.values("groups")) or "groups" in site.texts:
        arguments["groups"] = site.text("groups")
    return site.owner(
        f"Conv{site.rank}D", site.text("out"), site.text("kernel"), **arguments, **_bias(site), **site.order()
    )


def _standardized(site: Site, arguments: dict[str, Code]) -> Line:
    if any(group > 1 for group in site.values("groups")) or "groups" in site.texts:
        arguments["groups"] = site.text("groups")
    helper = f"StandardizedConv{site.rank}D"
    return helper_layer(site, helper, site.text("out"), site.text("kernel"), **arguments, **_bias(site), **site.order())


def conv_transpose(site: Site) -> list[Line]:
    """A transposed convolution: Keras' own without padding, and the cells that remain."""
    if any(groups > 1 for groups in site.values("groups")):
        raise Unsaid("Keras' transposed convolutions have no groups")
    arguments: dict[str, Code] = {}
    windows = [axis for over in site.of_all(_over) for axis in over]
    strided = any(axis.stride > 1 for axis in windows)
    if strided and any(axis.dilation > 1 for axis in windows):
        raise Unsaid("Keras' transposed convolutions have a stride or a dilation, not both")
    if "stride" in site.texts or strided:
        arguments["strides"] = site.text("stride")
    if any(axis.dilation > 1 for axis in windows):
        arguments["dilation_rate"] = site.text("dilation")
    cut, added = site.same(_surplus)
    strides = site.same(lambda one: tuple(axis.stride for axis in _over(one))) if any(added) else ()
    if any(more >= stride for more, stride in zip(added, strides, strict=False)):
        raise Unsaid("Keras adds fewer cells after the output than the stride has")
    if any(added):
        arguments["output_padding"] = literal(added if len(set(added)) > 1 else added[0])
    line = site.owner(
        f"Conv{site.rank}D", site.text("out"), site.text("kernel"), **arguments, **_bias(site), **site.order()
    )
    line = line._replace(code=_renamed(line.code))
    return [line, cropped(site, cut)] if any(map(any, cut)) else [line]


def cropped(site: Site, cut: Pairs) -> Line:
    """Cuts cells off around the space. Keras' `Cropping1D` has its channels last."""
    if len(cut) > 1 or site.layout.channels_last:
        return site.windowed("Cropping", around(cut))
    (before, after), end = cut[0], ""
    if after:
        end = f"-{after}"
    return Line("{0}" + site.layout.sliced((f"{before or ''}:{end}",)))


def _renamed(code: Expression) -> Expression:
    assert isinstance(code, Applied)
    return code._replace(layer=code.layer._replace(head=f"{code.layer.head}Transpose"))


def _surplus(application: Application) -> tuple[Pairs, tuple[int, ...]]:
    """What to cut off around Keras' output without padding, and the cells to add after it, per axis."""
    windows, sizes = _over(application), application.inputs[0].shape[1:]
    axes = [_surplus_of(*axis) for axis in zip(windows, sizes, application.output.shape[1:], strict=True)]
    if any(added for _, added in axes):
        # With `output_padding` for one axis, Keras computes the other axes' size in the same way.
        axes = [
            _surplus_of(*axis, stated=True) for axis in zip(windows, sizes, application.output.shape[1:], strict=True)
        ]
    return tuple(cut for cut, _ in axes), tuple(added for _, added in axes)


def _surplus_of(window: Window, size: int, output: int, stated: bool = False) -> tuple[tuple[int, int], int]:
    reached = (size - 1) * window.stride + window.extent
    whole = reached if stated else size * window.stride + max(window.extent - window.stride, 0)
    missing = max(window.before + output - whole, 0)
    return (window.before, whole + missing - window.before - output), missing


def linear(site: Site) -> list[Line]:
    """The fully connected layer."""
    return [site.owner("Dense", site.text("out"), **_bias(site))]
