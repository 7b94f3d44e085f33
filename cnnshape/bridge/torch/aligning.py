"""Joins of tensors whose axes may lie in their values in different ways."""

from typing import Any

from cnnshape.bridge.operations import Argument, Ref, Shape
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.calls import Call
from cnnshape.bridge.torch.recorder import Recorder, Unsupported, View
from cnnshape.bridge.torch.views import Dim, Dims


def joined(call: Call, kind: str, first: Any, second: Any) -> View:
    """A sum, product or difference of two tensors; one may be repeated along axes of the other."""
    recorder = call.recorder
    if call.is_constant(first) or call.is_constant(second):
        raise Unsupported
    one, two = _bare(call.view(first)), _bare(call.view(second))
    shape = tuple(call.result.shape)
    full = one if views.sizes_of(one.dims) == shape else two
    if views.sizes_of(full.dims) != shape:
        return _both_repeated(call, kind, first, second)
    other = two if full is one else one
    dims = _aligned(recorder, full, other)
    if dims is None:
        value = recorder.plain(full)
        full = View(value, views.standard(recorder.shape(value), recorder.samples), full.moment, full.modules)
        dims = _aligned(recorder, full, other)
    if dims is None:
        raise Unsupported
    small = recorder.laid_out(other, dims)
    values = (full.value, small) if full is not two and other is two else (small, full.value)
    return _join(call, kind, values, full)


def _join(call: Call, kind: str, values: tuple[int, int], full: View) -> View:
    """The join of a full value and one that is repeated, in the order of `values`."""
    recorder = call.recorder
    shape = recorder.shape(full.value)
    if kind == "divide":
        return call.emit("opaque", {"output": shape, "what": "div"}, *values, shape=shape, dims=full.dims)
    small = values[1] if values[0] == full.value else values[0]
    broadcast = _broadcast(kind, shape, recorder.shape(small))
    if broadcast is None:
        # Repeating cells to a size is what a resize to the nearest cell does.
        like: dict[str, Argument] = {"like": Ref(full.value)}
        sizes = (recorder.shape(small)[0], *shape[1:])
        repeated = recorder.emit("upsample", like, (small,), sizes, what="expand")
        values = (full.value, repeated) if values[0] == full.value else (repeated, full.value)
        broadcast = _broadcast(kind, shape, sizes)
    if broadcast is None:
        raise Unsupported
    return call.emit(kind, {"broadcast": broadcast} if broadcast else {}, *values, shape=shape, dims=full.dims)


def _broadcast(kind: str, full: Shape, small: Shape) -> str | None:
    """The word that repeats the small shape; empty if none is needed, None if there is none."""
    if small == full:
        return ""
    if len(small) != len(full):
        raise Unsupported
    if small[0] == full[0] and set(small[1:]) == {1}:
        return "" if kind == "multiply" else "space"
    return "channels" if small == (1, *full[1:]) else None


def _both_repeated(call: Call, kind: str, first: Any, second: Any) -> View:
    """A column of channels and a map: the column is resized to the map first."""
    recorder = call.recorder
    one, two = (recorder.plain(_bare(call.view(tensor))) for tensor in (first, second))
    shapes = recorder.shape(one), recorder.shape(two)
    if len(shapes[0]) != len(shapes[1]):
        raise Unsupported
    column, full = (one, two) if set(shapes[0][1:]) == {1} else (two, one)
    sizes = (recorder.shape(column)[0], *recorder.shape(full)[1:])
    if sizes != call.out:
        raise Unsupported
    repeated = recorder.emit("upsample", {"like": Ref(full)}, (column,), sizes, what="expand")
    values = (repeated, full) if column == one else (full, repeated)
    return _join(call, kind, values, recorder.seen(repeated))


def _bare(view: View) -> View:
    """The view before it was expanded."""
    return view._replace(dims=views.without(view.dims, (views.EXPANDED,)))


def _aligned(recorder: Recorder, full: View, other: View) -> Dims | None:
    """The axes of another tensor as they lie in the value of the full one; None if they can't."""
    missing = len(full.dims) - len(other.dims)
    if missing < 0:
        return None
    pieces: list[tuple[views.Atom, Dim]] = []
    for dim, there in zip(full.dims, ((),) * missing + other.dims, strict=True):
        if not there:
            pieces += [(atom, ()) for atom in dim]
            continue
        parts = views.split(there, [atom.size for atom in dim])
        if parts is None:
            return None
        pieces += zip(dim, parts, strict=True)
    pieces.sort(key=lambda piece: (piece[0].axis, -piece[0].stride))
    axes = range(len(recorder.shape(full.value)))
    batch = views.merged(atom for place, part in pieces if place.axis == views.BATCH for atom in part)
    rest = (views.merged(atom for place, part in pieces if place.axis == axis for atom in part) for axis in axes)
    return (batch, *rest)
