"""Other values of a layer's arguments that give it another output: what its author may have meant."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import cast

from cnnshape.causes.edit import Written
from cnnshape.language import Expression
from cnnshape.layers import Application, ConvTranspose, Layer, LayerProblem, Window
from cnnshape.program import Plan

LIKELY, POSSIBLE, REMOTE = range(3)
_STRIDES = (1, 2, 3, 4)


class Option:
    """Another value of one argument. `layer` is the layer with that value; a lower `rank` is more likely."""

    __slots__ = ("argument", "layer", "rank", "written")

    def __init__(self, argument: str, written: Written, layer: Layer, rank: int) -> None:
        self.argument = argument
        self.written = written
        self.layer = layer
        self.rank = rank


def options_of(application: Application, channels: Collection[int]) -> list[Option]:
    """Other values for a layer, each with another output; `channels` are those that may have been meant."""
    chosen = []
    for argument, written, rank in _values(application, channels):
        layer = changed(application.layer, argument, written)
        if layer is not None and _differs(layer, application):
            chosen.append(Option(argument, written, layer, rank))
    return chosen


def changed(layer: Layer, argument: str, written: Written) -> Layer | None:
    """The layer with another value; None if it doesn't accept the value."""
    values = layer.values
    if values[argument] == written:
        return None
    with suppress(ValueError):
        return type(layer)(**{**values, argument: layer.arguments[argument].type.convert(written)})
    return None


def _differs(layer: Layer, application: Application) -> bool:
    try:
        return layer.output(application.inputs) != application.output
    except LayerProblem:
        return False


def keeping_padding(application: Application) -> Written | None:
    """The padding with which windows of stride 1 keep the size of their input; None if there are no such windows."""
    if "padding" not in application.layer.arguments:
        return None
    axes = windows_of(application)
    if not axes:
        return None
    spans = [axis.extent - 1 for axis in axes]
    if any(span % 2 for span in spans):
        return "same" if all(axis.stride == 1 for axis in axes) else None
    halves = tuple([span // 2 for span in spans])
    return halves[0] if len(set(halves)) == 1 else halves


def keeping_text(plan: Plan | None) -> str:
    """The padding that keeps the size as an expression, `d` for a kernel of 3 with `dilation: d`; empty if the kernel and
    the dilation are plain numbers, or not one value."""
    kernel, dilation = (plan.values.get(name) for name in ("kernel", "dilation")) if plan else (None, None)
    if not isinstance(kernel, Expression) or not isinstance(dilation, Expression | None):
        return ""
    half = str(int(kernel.text) // 2) if kernel.text.isdecimal() else f"{_factor(kernel)} // 2"
    if dilation is None or dilation.text == "1":
        return "" if kernel.constant else half
    if kernel.constant and dilation.constant:
        return ""
    half = half if kernel.text.isdecimal() else f"({half})"
    return _factor(dilation) if half == "1" else f"{half} * {_factor(dilation)}"


def _factor(value: Expression) -> str:
    return value.text if value.text.replace("_", "a").isalnum() else f"({value.text})"


def windows_of(application: Application) -> tuple[Window, ...]:
    """The windows of a layer that slides; none for any other."""
    if isinstance(application.layer, ConvTranspose):
        return ()
    footprint = application.layer.footprint(application.inputs, application.output)
    if not isinstance(footprint, tuple) or not all(isinstance(axis, Window) for axis in footprint):
        return ()
    return cast("tuple[Window, ...]", footprint)


def stride_of(application: Application) -> int:
    """The largest stride of a layer's windows; 1 if it has none."""
    return max((axis.stride for axis in windows_of(application)), default=1)


def _values(application: Application, channels: Collection[int]) -> Iterator[tuple[str, Written, int]]:
    layer = application.layer
    if "out" in layer.arguments:
        yield from (("out", number, LIKELY) for number in channels)
    if isinstance(layer, ConvTranspose):
        yield from _of_transposed(layer)
    elif "kernel" in layer.arguments:
        yield from _of_windows(application)
    elif layer.name == "upsample":
        yield from _of_scale(getattr(layer, "scale", None))


def _of_transposed(layer: ConvTranspose) -> Iterator[tuple[str, Written, int]]:
    kernel, stride, padding, dilation = layer.kernel, layer.stride, layer.padding, layer.dilation
    if not (
        isinstance(kernel, int) and isinstance(stride, int) and isinstance(padding, int) and isinstance(dilation, int)
    ):
        return
    yield from (("output_padding", extra, LIKELY) for extra in range(min(max(stride, dilation), 8)))
    yield from (("padding", size, POSSIBLE) for size in range(4))
    yield from (("stride", size, POSSIBLE) for size in _STRIDES)
    yield "kernel", stride + 2 * padding, POSSIBLE


def _of_windows(application: Application) -> Iterator[tuple[str, Written, int]]:
    layer = application.layer
    axes = windows_of(application)
    strided = any(axis.stride > 1 for axis in axes)
    padding = keeping_padding(application)
    if padding is not None:
        yield "padding", padding, POSSIBLE if strided else LIKELY
    if not axes or len(set(axes)) > 1:
        return
    axis = axes[0]
    if axis.before == axis.after and axis.extent > 1:
        yield from (("padding", size, REMOTE) for size in (axis.before + 1, axis.before - 1) if size >= 0)
    yield from _of_kernel(axis, pools="ceil" in layer.arguments)
    yield from (("stride", size, POSSIBLE) for size in (*_STRIDES, axis.stride * 2, max(axis.stride // 2, 1)))
    if axis.dilation > 1:
        yield "dilation", 1, REMOTE
    if "ceil" in layer.arguments:
        yield "ceil", not axis.ceil, REMOTE


def _of_kernel(axis: Window, *, pools: bool) -> Iterator[tuple[str, Written, int]]:
    yield "kernel", (axis.before + axis.after) // axis.dilation + 1, POSSIBLE
    if pools:
        yield "kernel", axis.stride, POSSIBLE
        yield "kernel", 2, REMOTE
    else:
        yield "kernel", 2 * axis.before + axis.stride, REMOTE


def _of_scale(scale: object) -> Iterator[tuple[str, Written, int]]:
    if not isinstance(scale, int | float):
        return
    sizes = (2, 4, 8, scale * 2, scale / 2)
    yield from (("scale", int(size) if size == int(size) else size, POSSIBLE) for size in sizes)
