"""Padding and resizing of the spatial axes, and reductions over axes."""

from typing import Any

from cnnshape.bridge.operations import Argument
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.calls import Call, axes_of, handles
from cnnshape.bridge.torch.pointwise import maximum
from cnnshape.bridge.torch.recorder import Unsupported, View

_MODES = {"constant": "zeros", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
_RESIZES = {"nearest": "nearest", "linear": "linear", "bilinear": "linear", "trilinear": "linear", "bicubic": "cubic"}


@handles("pad constant_pad_nd")
def pad(call: Call, input: Any, pad: Any, mode: str = "constant", value: Any = None) -> View:
    pairs = [(int(pad[index]), int(pad[index + 1])) for index in range(0, len(pad), 2)]
    if not any(any(pair) for pair in pairs):
        return call.same(input)
    if not isinstance(mode, str):
        mode, value = "constant", mode
    view = call.view(input)
    shape = call.recorder.shape(view.value)
    if not views.regular(view.dims, shape, call.recorder.samples) or 1 in shape:
        view = call.recorder.seen(call.recorder.plain(view))
        shape = call.recorder.shape(view.value)
    around = [(0, 0)] * len(shape)
    for index, pair in enumerate(pairs):
        place = len(view.dims) - 1 - index
        axis = place - 1 if view.dims == views.standard(shape, call.recorder.samples) else view.dims[place][0].axis
        if axis < 0 and any(pair):
            raise Unsupported
        around[axis] = pair if any(pair) else around[axis]
    return _padded(call, view, around, _MODES.get(mode, ""), float(value or 0))


def _padded(call: Call, view: View, around: list[tuple[int, int]], mode: str, fill: float) -> View:
    shape = list(call.recorder.shape(view.value))
    value = view.value
    if any(around[0]):
        if min(around[0]) < 0 or mode != "zeros" or fill:
            raise Unsupported
        shape[0] += sum(around[0])
        value = call.recorder.emit(
            "pad_channels", {"before": around[0][0], "after": around[0][1]}, (value,), tuple(shape)
        )
    cut = tuple((max(-before, 0), max(-after, 0)) for before, after in around[1:])
    grown = tuple((max(before, 0), max(after, 0)) for before, after in around[1:])
    if any(map(any, cut)):
        shape[1:] = [size - sum(pair) for size, pair in zip(shape[1:], cut, strict=True)]
        value = call.recorder.emit("crop", {"cut": cut}, (value,), tuple(shape))
    if any(map(any, grown)):
        if not mode:
            raise Unsupported
        shape[1:] = [size + sum(pair) for size, pair in zip(shape[1:], grown, strict=True)]
        arguments: dict[str, Argument] = {"padding": grown, "mode": mode}
        value = call.recorder.emit("pad", arguments, (value,), tuple(shape), extra={"fill": fill})
    sizes = tuple(
        tuple(views.Atom(atom.axis, 1, shape[atom.axis]) if atom.axis >= 0 else atom for atom in dim)
        for dim in view.dims
    )
    return call.recorder.seen(value, sizes)


@handles("interpolate upsample")
def interpolate(
    call: Call,
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: Any = None,
    recompute_scale_factor: Any = None,
    antialias: bool = False,
) -> View:
    out = call.out
    if mode == "area":
        return call.emit("adaptive_avg_pool", {"size": out[1:]}, call.plain(input))
    if mode not in _RESIZES or antialias:
        raise Unsupported
    arguments: dict[str, Argument] = {"mode": _RESIZES[mode], "align_corners": bool(align_corners)}
    if scale_factor is not None:
        factors = scale_factor if isinstance(scale_factor, tuple | list) else (scale_factor,) * (len(out) - 1)
        arguments["scale"] = tuple(float(factor) for factor in factors)
    else:
        if out == tuple(input.shape[1:]) and mode == "nearest":
            return call.same(input)
        arguments["size"] = out[1:]
    return call.emit("upsample", arguments, call.plain(input))


@handles("mean")
def mean(call: Call, input: Any, dim: Any = None, keepdim: bool = False, **named: Any) -> View:
    return _reduced(call, input, named.get("axis", dim), "avg", "average")


@handles("amax")
def amax(call: Call, input: Any, dim: Any = None, keepdim: bool = False) -> View:
    return _reduced(call, input, dim, "max", "maximum")


@handles("max")
def max_(call: Call, input: Any, dim: Any = None, keepdim: bool = False, other: Any = None) -> Any:
    """The larger values of two tensors; or those along an axis, and their places, which no layer reads."""
    if dim is None or not isinstance(dim, int):
        return maximum(call, input, other if dim is None else dim)
    result = call.result
    call.result = result[0]
    view = _reduced(call, input, dim, "max", "maximum")
    call.result = result
    return [view, None]


@handles("sum")
def sum_(call: Call, input: Any, dim: Any = None, keepdim: bool = False, **named: Any) -> View:
    return _reduced(call, input, named.get("axis", dim), "", "add")


def _reduced(call: Call, input: Any, dim: Any, pool: str, join: str) -> View:
    axes = axes_of(dim, input.dim())
    view = call.view(input)
    shape = call.recorder.shape(view.value)
    if dim is None or any(atom.axis == views.BATCH for axis in axes for atom in view.dims[axis]):
        raise Unsupported
    keep = len(call.result.shape) == input.dim()
    rest = tuple(() if axis in axes else part for axis, part in enumerate(view.dims) if keep or axis not in axes)
    reduced = [view.dims[axis] for axis in axes]
    held = {atom.axis for part in reduced for atom in part}
    if not held and min(shape) > 1:
        # The axis has one cell, and the value doesn't have it: the tensor is a stack of one.
        return call.shown(view, rest)
    if pool and held and 0 not in held and _whole(reduced, range(1, len(shape)), shape):
        dims = views.without(rest, range(1, len(shape)))
        return call.emit(f"global_{pool}_pool", {}, view.value, shape=(shape[0], *(1 for _ in shape[1:])), dims=dims)
    if _whole(reduced, [0], shape) and held == {0} and len(shape) > 1:
        out, dims = (1, *shape[1:]), views.without(rest, (0,))
        if pool:
            return call.emit(f"channel_{pool}_pool", {}, view.value, shape=out, dims=dims)
        mean = call.recorder.emit("channel_avg_pool", {}, (view.value,), out)
        return call.emit("rescale", {"scale": float(shape[0])}, mean, shape=out, dims=dims)
    if len(axes) == 1 and len(reduced[0]) == 1 and reduced[0][0].axis == 0:
        return _over_parts(call, view, reduced[0][0], rest, join)
    if not pool:
        raise Unsupported
    return _over_axes(call, input, axes, pool, keep)


def _whole(dims: list[views.Dim], axes: Any, shape: tuple[int, ...]) -> bool:
    """Whether axes of a tensor hold these axes of the value and nothing else."""
    wanted = sorted(part for axis in axes for part in views.whole(axis, shape[axis]))
    return sorted(views.atoms_of(sorted((atom,) for dim in dims for atom in dim))) == wanted


def _over_parts(call: Call, view: View, atom: views.Atom, rest: views.Dims, join: str) -> View:
    """A sum, mean or maximum over the outer or the inner part of the channels: a join of its slices."""
    shape = call.recorder.shape(view.value)
    value = view.value
    groups = shape[0] // (atom.stride * atom.size)
    out = (shape[0] // atom.size, *shape[1:])
    if groups > 1:
        if atom.stride > 1:
            raise Unsupported
        # The first channels of all groups come first, then the second ones.
        value = call.recorder.emit("channel_shuffle", {"groups": groups}, (value,), shape, what="channel_shuffle")
        rest = tuple(tuple(_closer(own, atom.size) for own in dim) for dim in rest)
    elif out[0] == 1:
        raise Unsupported
    values = [
        call.recorder.emit("split", {"parts": atom.size, "take": number}, (value,), out) for number in range(atom.size)
    ]
    return call.emit(join, {}, *values, shape=out, dims=rest)


def _closer(atom: views.Atom, size: int) -> views.Atom:
    """An atom of the channels after each group of `size` of them became one."""
    return atom._replace(stride=atom.stride // size) if atom.axis == 0 else atom


def _over_axes(call: Call, input: Any, axes: tuple[int, ...], pool: str, keep: bool) -> View:
    """A reduction of the axes of a tensor as they are."""
    value = call.plain(input)
    shape = call.recorder.shape(value)
    space = range(2, input.dim())
    out = tuple(1 if axis + 1 in axes else size for axis, size in enumerate(shape))
    arguments: dict[str, Argument] = {}
    if set(axes) == set(space) and axes:
        kind = f"global_{pool}_pool"
    elif axes == (1,) and len(shape) > 1:
        kind = f"channel_{pool}_pool"
    elif axes and set(axes) < set(space):
        # A size of the input as an expression, so that it fits at other input sizes.
        names = {2: ("in_length",), 3: ("in_height", "in_width"), 4: ("in_depth", "in_height", "in_width")}[len(shape)]
        size: tuple[Argument, ...] = tuple(1 if axis in axes else names[axis - 2] for axis in space)
        kind, arguments["size"] = f"adaptive_{pool}_pool", size
    else:
        raise Unsupported
    result = call.emit(kind, arguments, value, shape=out)
    if keep:
        return result
    return call.shown(result, tuple(part for axis, part in enumerate(result.dims) if axis not in axes))


@handles("norm linalg_vector_norm")
def norm(call: Call, input: Any, p: Any = 2, dim: Any = None, keepdim: bool = False, **named: Any) -> View:
    """The L2 norm of each channel: a part of `global_response_norm`, and opaque elsewhere.

    `torch.norm` calls the order `p`, `torch.linalg.vector_norm` calls it `ord`.
    """
    axes = axes_of(dim, input.dim())
    view = call.view(input)
    shape = call.recorder.shape(view.value)
    if (
        named.get("ord", p) != 2
        or dim is None
        or not keepdim
        or not views.regular(view.dims, shape, call.recorder.samples)
    ):
        raise Unsupported
    if not _whole([view.dims[axis] for axis in axes], range(1, len(shape)), shape):
        raise Unsupported
    out = (shape[0], *(1 for _ in shape[1:]))
    dims = tuple(() if axis in axes else part for axis, part in enumerate(view.dims))
    return call.emit("opaque", {"output": out, "what": "norm"}, view.value, shape=out, dims=dims)
