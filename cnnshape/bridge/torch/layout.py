"""Functions that move values: other axes, parts, joins along an axis, padding and resizing."""

from collections.abc import Sequence
from typing import Any

import torch

from cnnshape.bridge.operations import Argument
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.calls import Call, axis_of, handles
from cnnshape.bridge.torch.recorder import MOST_COPIES, Constant, Unsupported, View

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19)


@handles(
    "contiguous to float half double bfloat16 type type_as detach detach_ clone cpu cuda requires_grad_ positive "
    "__pos__ data real alias identity npu"
)
def alias(call: Call, input: Any, *_: Any, **__: Any) -> View:
    return call.same(input)


@handles("view reshape flatten unflatten squeeze squeeze_ unsqueeze unsqueeze_ view_as reshape_as ravel")
def reshape(call: Call, input: Any, *_: Any, **__: Any) -> View:
    view = call.view(input)
    shape = tuple(call.result.shape)
    dims = views.reshaped(view.dims, shape)
    if dims is None:
        value = call.recorder.plain(view)
        dims = views.reshaped(views.standard(call.recorder.shape(value), call.recorder.samples), shape)
        if dims is None:
            value = call.recorder.emit("flatten", {}, (value,), (call.result.numel() // call.recorder.samples,))
            dims = views.reshaped(views.standard(call.recorder.shape(value), call.recorder.samples), shape)
        if dims is None:
            raise Unsupported
        return call.recorder.seen(value, dims)
    return call.shown(view, dims)


@handles("permute transpose transpose_ swapaxes swapdims movedim moveaxis T mT t")
def permute(call: Call, input: Any, *arguments: Any, **named: Any) -> View:
    """The order of the axes is read from what the same call does to a tensor of different sizes."""
    with torch._C.DisableTorchFunction():
        probe = torch.empty(_PRIMES[: input.dim()], device="meta")
        if call.name in ("T", "mT"):
            moved = getattr(probe, call.name)
        else:
            function = getattr(torch.Tensor, call.name, None) or getattr(torch, call.name)
            moved = function(probe, *arguments, **named)
    view = call.view(input)
    return call.shown(view, tuple(view.dims[_PRIMES.index(size)] for size in moved.shape))


@handles("expand expand_as broadcast_to")
def expand(call: Call, input: Any, *_: Any, **__: Any) -> View:
    view = call.view(input)
    shape = tuple(call.result.shape)
    dims = ((),) * (len(shape) - len(view.dims)) + view.dims
    grown = (
        dim if views.size_of(dim) == size else (views.Atom(views.EXPANDED, 0, size),)
        for dim, size in zip(dims, shape, strict=True)
    )
    return call.shown(view, tuple(grown))


@handles("__getitem__")
def getitem(call: Call, input: Any, index: Any) -> View:
    items = list(index) if isinstance(index, tuple) else [index]
    if any(not (item is None or item is Ellipsis or type(item) is int or isinstance(item, slice)) for item in items):
        raise Unsupported
    if Ellipsis not in items:
        items.append(Ellipsis)
    place = items.index(Ellipsis)
    taken = sum(item is not None for item in items) - 1
    items[place : place + 1] = [slice(None)] * (input.dim() - taken)
    view = call.view(input)
    cuts: list[tuple[int, int, int, int]] = []
    gone: list[int] = []
    axis = 0
    for item in items:
        if item is None:
            continue
        size = input.shape[axis]
        if isinstance(item, slice):
            start, stop, step = item.indices(size)
        else:
            start, stop, step = axis_of(item, size), axis_of(item, size) + 1, 1
            gone.append(axis)
        if (start, stop, step) != (0, size, 1):
            cuts.append((axis, start, stop, step))
        axis += 1
    view = part(call, view, cuts)
    dims = [dim for axis, dim in enumerate(view.dims) if axis not in gone]
    result: list[views.Dim] = []
    for item in items:
        if item is None:
            result.append(())
        elif isinstance(item, slice):
            result.append(dims.pop(0))
    return call.shown(view, tuple(result))


def part(call: Call, view: View, cuts: Sequence[tuple[int, int, int, int]], parts: Argument = 0, take: int = 0) -> View:
    """Cells `start` to `stop` of axes, every `step`-th. With `parts` it is one of several parts of the channels."""
    crops: dict[int, tuple[int, int, int]] = {}
    for axis, start, stop, step in cuts:
        channels = _channels(call, view, axis)
        if channels is None and _space(call, view, axis) is None:
            view = call.recorder.seen(call.recorder.plain(view))
            channels = _channels(call, view, axis)
        if channels is None:
            space = _space(call, view, axis)
            if space is None:
                raise Unsupported
            crops[space] = start, stop, step
            continue
        if step != 1 or stop <= start:
            raise Unsupported
        view = _sliced(call, view, axis, start, stop, channels, parts, take)
    return _cropped(call, view, crops) if crops else view


def _channels(call: Call, view: View, axis: int) -> int | None:
    """The channels that a step along an axis moves by, if the axis is the outermost part of the channels."""
    shape = call.recorder.shape(view.value)
    dim = view.dims[axis]
    if len(dim) == 1 and dim[0].axis == 0 and dim[0].stride * dim[0].size == shape[0]:
        return dim[0].stride
    return None


def _space(call: Call, view: View, axis: int) -> int | None:
    """The spatial axis of the value that an axis of the tensor shows, if it shows one."""
    shape = call.recorder.shape(view.value)
    dim = view.dims[axis]
    if len(dim) == 1 and dim[0].axis > 0 and dim == views.whole(dim[0].axis, shape[dim[0].axis]):
        return dim[0].axis
    return None


def _sliced(call: Call, view: View, axis: int, start: int, stop: int, step: int, parts: Argument, take: int) -> View:
    shape = call.recorder.shape(view.value)
    out = ((stop - start) * step, *shape[1:])
    sizes = view.dims[axis][0].size
    if not parts and shape[0] % out[0] == 0 and sizes != shape[0] and (start * step) % out[0] == 0:
        parts, take = shape[0] // out[0], start * step // out[0]
    if parts:
        if isinstance(parts, tuple):
            parts = tuple(int(item) * step for item in parts if isinstance(item, int))
        value = call.recorder.emit("split", {"parts": parts, "take": take}, (view.value,), out)
    else:
        arguments: dict[str, Argument] = {"start": start * step, "stop": stop * step}
        value = call.recorder.emit("slice", arguments, (view.value,), out)
    dims = list(view.dims)
    dims[axis] = (views.Atom(0, step, stop - start),) if stop - start > 1 else ()
    return call.recorder.seen(value, tuple(dims))


def _cropped(call: Call, view: View, crops: dict[int, tuple[int, int, int]]) -> View:
    shape = call.recorder.shape(view.value)
    cut = [(0, 0)] * (len(shape) - 1)
    strides = [1] * (len(shape) - 1)
    for axis, (start, stop, step) in crops.items():
        if stop <= start:
            raise Unsupported
        # Every step-th cell up to the end needs no cut there, so that it fits at other sizes.
        cut[axis - 1] = (start, shape[axis] - stop)
        strides[axis - 1] = step
    value = view.value
    sizes = list(shape)
    if any(pair != (0, 0) for pair in cut):
        sizes = [shape[0], *(size - sum(pair) for size, pair in zip(shape[1:], cut, strict=True))]
        value = call.recorder.emit("crop", {"cut": tuple(cut)}, (value,), tuple(sizes))
    if any(stride != 1 for stride in strides):
        sizes = [shape[0], *(-(-size // stride) for size, stride in zip(sizes[1:], strides, strict=True))]
        value = call.recorder.emit("subsample", {"stride": tuple(strides)}, (value,), tuple(sizes))
    dims = (
        tuple(views.Atom(atom.axis, 1, sizes[atom.axis]) if atom.axis in crops else atom for atom in dim)
        for dim in view.dims
    )
    return call.recorder.seen(value, tuple(tuple(atom for atom in dim if atom.size > 1) for dim in dims))


@handles("narrow")
def narrow(call: Call, input: Any, dim: int, start: int, length: int) -> View:
    axis = axis_of(dim, input.dim())
    return part(call, call.view(input), [(axis, axis_of(start, input.shape[axis]), start + length, 1)])


@handles("select")
def select(call: Call, input: Any, dim: int, index: int) -> View:
    axis = axis_of(dim, input.dim())
    place = axis_of(index, input.shape[axis])
    view = part(call, call.view(input), [(axis, place, place + 1, 1)])
    return call.shown(view, view.dims[:axis] + view.dims[axis + 1 :])


@handles("chunk split split_with_sizes tensor_split unbind unsafe_chunk unsafe_split")
def chunk(call: Call, input: Any, *arguments: Any, dim: int = 0, **named: Any) -> list[View]:
    """Parts along an axis. Those that nothing reads are left out later."""
    last = 0 if call.name == "unbind" else 1
    axis = axis_of(arguments[last] if len(arguments) > last else dim, input.dim())
    sizes = [1 if call.name == "unbind" else piece.shape[axis] for piece in call.result]
    if len(sizes) == 1:
        return [call.same(input)]
    parts: Argument = len(sizes) if len(set(sizes)) == 1 else tuple(sizes)
    pieces = []
    start = 0
    view = call.view(input)
    for number, size in enumerate(sizes):
        piece = part(call, view, [(axis, start, start + size, 1)], parts, number)
        dims = piece.dims[:axis] + piece.dims[axis + 1 :] if call.name == "unbind" else piece.dims
        pieces.append(call.shown(piece, dims))
        start += size
    return pieces


@handles("cat concat concatenate")
def cat(call: Call, tensors: Any, dim: int = 0, **named: Any) -> View:
    # An encoder may give a tensor without channels for a stage that it doesn't have.
    tensors = [tensor for tensor in tensors if tensor.numel()] or tensors
    axis = axis_of(named.get("axis", dim), tensors[0].dim())
    kept = [place for place, tensor in enumerate(tensors) if not _is_zeros(call, tensor)]
    if kept and len(kept) < len(tensors):
        return _between_zeros(call, tensors, kept[0], kept[-1] + 1, axis)
    pieces = [call.view(tensor) for tensor in tensors]
    if len(pieces) == 1:
        return call.same(tensors[0])
    shapes = [call.recorder.shape(view.value) for view in pieces]
    first = pieces[0].dims
    alike = all(
        view.dims[axis] == views.whole(0, shape[0])
        and shape[0] > 1
        and view.dims[:axis] + view.dims[axis + 1 :] == first[:axis] + first[axis + 1 :]
        and shape[1:] == shapes[0][1:]
        for view, shape in zip(pieces, shapes, strict=True)
    )
    if alike:
        channels = sum(shape[0] for shape in shapes)
        dims = (*first[:axis], views.whole(0, channels), *first[axis + 1 :])
        values = [view.value for view in pieces]
        return call.emit("concat", {}, *values, shape=(channels, *shapes[0][1:]), dims=dims)
    if axis != 1:
        raise Unsupported
    return call.emit("concat", {}, *map(call.plain, tensors))


_ZEROS = frozenset(("zeros", "zeros_like", "new_zeros"))
_SHOWING = frozenset(("__getitem__", "expand", "expand_as", "view", "reshape", "to", "type", "type_as", "contiguous"))
"""Functions that give zeros for zeros."""


def _is_zeros(call: Call, tensor: Any) -> bool:
    """Whether a constant is known to be zeros."""
    entry = call.recorder.entry(tensor)
    if not isinstance(entry, Constant) or entry.weights:
        return False
    return bool(entry.made_by & _ZEROS) and entry.made_by <= _ZEROS | _SHOWING


def _between_zeros(call: Call, tensors: Any, start: int, stop: int, axis: int) -> View:
    """Tensors joined along the channels, with channels of zeros before and after them. Raises Unsupported for others."""
    if stop - start == len(tensors):
        raise Unsupported
    before, after = (sum(tensor.shape[axis] for tensor in part) for part in (tensors[:start], tensors[stop:]))
    whole = call.result
    with torch._C.DisableTorchFunction():
        call.result = whole.narrow(axis, before, whole.shape[axis] - before - after)
    view = cat(call, tensors[start:stop], axis)
    call.result = whole
    channels, *space = call.recorder.shape(view.value)
    if axis != 1 or view.dims[axis] != views.whole(0, channels):
        raise Unsupported
    shape = (before + channels + after, *space)
    dims = (*view.dims[:axis], views.whole(0, shape[0]), *view.dims[axis + 1 :])
    return call.emit("pad_channels", {"before": before, "after": after}, view.value, shape=shape, dims=dims)


@handles("stack")
def stack(call: Call, tensors: Any, dim: int = 0) -> View:
    """Tensors along a new axis: that is the outer part of the channels of their concatenation."""
    values = [call.plain(tensor) for tensor in tensors]
    shape = call.recorder.shape(values[0])
    batch, _, *space = views.standard(shape, call.recorder.samples)
    inner = (batch, views.whole(0, shape[0]), *space)
    axis = axis_of(dim, len(inner) + 1)
    if len(values) == 1:
        return call.recorder.seen(values[0], (*inner[:axis], (), *inner[axis:]))
    outer = (views.Atom(0, shape[0], len(values)),)
    dims = (*inner[:axis], outer, *inner[axis:])
    return call.emit("concat", {}, *values, shape=(len(values) * shape[0], *shape[1:]), dims=dims)


@handles("hstack")
def hstack(call: Call, tensors: Any) -> View:
    """A concatenation along the second axis."""
    return cat(call, tensors, min(1, tensors[0].dim() - 1))


@handles("repeat tile repeat_interleave")
def repeat(call: Call, input: Any, *_: Any, **__: Any) -> View:
    """Copies of the channels: one set after the other, or with `repeat_interleave` those of each channel together."""
    if call.result.shape == input.shape:
        return call.same(input)
    value = call.plain(input)
    channels, *space = call.recorder.shape(value)
    copies, rest = divmod(call.out[0], channels)
    if rest or not 1 < copies <= MOST_COPIES or call.out[1:] != tuple(space):
        raise Unsupported
    if call.name != "repeat_interleave" or channels == 1:
        return call.emit("concat", {}, *(value,) * copies)
    joined = call.recorder.emit("concat", {}, (value,) * copies, call.out)
    return call.emit("channel_shuffle", {"groups": copies}, joined)


@handles("pixel_shuffle")
def pixel_shuffle(call: Call, input: Any, upscale_factor: int) -> View:
    return call.emit("pixel_shuffle", {"factor": upscale_factor}, call.plain(input))


@handles("pixel_unshuffle")
def pixel_unshuffle(call: Call, input: Any, downscale_factor: int) -> View:
    return call.emit("pixel_unshuffle", {"factor": downscale_factor}, call.plain(input))


@handles("channel_shuffle native_channel_shuffle")
def channel_shuffle(call: Call, input: Any, groups: int) -> View:
    return call.emit("channel_shuffle", {"groups": groups}, call.plain(input))
