"""Layers that move values, as Keras says them. A spec's order is channels first."""

from math import prod

from cnnshape.export.keras.convolutions import around, cropped
from cnnshape.export.keras.layout import Pairs
from cnnshape.export.keras.site import Line, Site, Unsaid, helped, operation
from cnnshape.export.keras.text import Applied, breakable, call, listed, literal
from cnnshape.layers import Application, Shape, pairs, per_axis


def _mixes(shape: Shape) -> bool:
    """Whether the order of the axes makes another order of the values."""
    return shape[0] > 1 and prod(shape[1:]) > 1


def _channels_first(site: Site) -> list[Line]:
    rank = site.rank
    order = literal((rank + 1, *range(1, rank + 1)))
    return [site.made("Permute", order)]


def flatten(site: Site) -> list[Line]:
    """One row. Channels last have another order of the values, which a `Dense` after it learns as well."""
    if not site.layout.channels_last:
        return [site.made("Reshape", "(-1,)")]
    ordered = site.any_order or not any(_mixes(one.inputs[0].shape) for one in site.applications)
    return [*([] if ordered else _channels_first(site)), site.made("Flatten")]


def reshape(site: Site) -> list[Line]:
    """Another shape, of the values in the order of a spec."""
    if not site.layout.channels_last:
        return [site.made("Reshape", site.text("shape"))]
    before = _channels_first(site) if any(_mixes(one.inputs[0].shape) for one in site.applications) else []
    rank = site.same(lambda one: len(one.output.shape))
    if rank == 1 or ("shape" not in site.texts and not any(_mixes(one.output.shape) for one in site.applications)):
        shape = site.same(lambda one: site.layout.shape(one.output.shape))
        return [*before, site.made("Reshape", literal(shape) if rank > 1 else "(-1,)")]
    text = literal(site.value("shape")) if "shape" not in site.texts else site.text("shape")
    after = literal((*range(2, rank + 1), 1))
    return [*before, site.made("Reshape", text), site.made("Permute", after)]


def channel_shuffle(site: Site) -> list[Line]:
    """Deals the channels out."""
    return [helped("channel_shuffle", site.text("groups"))]


def split(site: Site) -> list[Line]:
    """One part of the channels."""
    parts, axis = site.value("parts"), literal(site.layout.axis)
    if isinstance(parts, tuple):
        take = site.value("take")
        start, stop = sum(parts[:take]), sum(parts[: take + 1])
        return [_between(site, start, stop, take == len(parts) - 1)]
    code = call("ops.split", "{0}", site.text("parts"), axis=axis)
    return [Line(Applied(code, site.text("take"), "[", "]"))]


def _between(site: Site, start: int, stop: int, last: bool) -> Line:
    cut = f"{start or ''}:{'' if last else stop}"
    return Line("{0}" + site.layout.of_channels(cut))


def slice_(site: Site) -> list[Line]:
    """Some channels."""
    start = site.text("start")
    cut = f"{'' if start == '0' else start}:{site.text('stop')}"
    if "start" in site.texts or "stop" in site.texts:
        cut = f"{'' if start == '0' else start} : {site.text('stop')}".strip()
    return [Line("{0}" + site.layout.of_channels(cut))]


def pad_channels(site: Site) -> list[Line]:
    """Channels of zeros."""
    space = tuple((0, 0) for _ in range(site.rank))
    channels = f"({site.text('before')}, {site.text('after')})"
    pairs_ = [literal(pair) for pair in ((0, 0), *space)]
    pairs_.insert(len(pairs_) if site.layout.channels_last else 1, channels)
    return [operation("pad", listed(pairs_))]


def filled(site: Site, cells: Pairs, mode: str) -> list[Line]:
    """Cells around the space."""
    if mode == "zeros":
        return [site.windowed("ZeroPadding", around(cells))]
    if mode == "reflect":
        return [operation("pad", site.layout.around(cells), mode='"reflect"')]
    return [helped(f"pad_{mode}", listed(map(literal, cells)))]


def pad(site: Site) -> list[Line]:
    """Cells around the space."""
    mode = site.value("mode")
    if mode == "zeros" and "padding" in site.texts:
        return [site.windowed("ZeroPadding", breakable("", site.text("padding")))]
    return filled(site, site.same(lambda one: _pairs(one, "padding")), mode)


def _pairs(application: Application, name: str) -> Pairs:
    return pairs(application.layer.values[name], len(application.inputs[0].shape) - 1, name)


def crop(site: Site) -> list[Line]:
    """Cells off around the space."""
    if "cut" in site.texts and (site.rank > 1 or site.layout.channels_last):
        return [site.windowed("Cropping", breakable("", site.text("cut")))]
    return [cropped(site, site.same(lambda one: _pairs(one, "cut")))]


def subsample(site: Site) -> list[Line]:
    """Every so many cells."""
    if "stride" in site.texts:
        steps = (site.text("stride"),) * site.rank
    else:
        steps = tuple(map(str, per_axis(site.value("stride"), site.rank, "stride")))
    return [Line("{0}" + site.layout.sliced(tuple("::" + step for step in steps)))]


def pixel_shuffle(site: Site) -> list[Line]:
    """Channels become space, in the order of PyTorch, which is not TensorFlow's."""
    return [helped("pixel_shuffle", site.text("factor"))]


def pixel_unshuffle(site: Site) -> list[Line]:
    """Space becomes channels."""
    return [helped("pixel_unshuffle", site.text("factor"))]


def max_unpool(site: Site) -> list[Line]:
    """Values back to where a pool took them from; `{1}` is what entered the pool."""
    kernel = site.value("kernel")
    sides = per_axis(kernel, site.rank, "kernel")
    steps = sides if site.value("stride") is None else per_axis(site.value("stride"), site.rank, "stride")
    if steps != sides or any(per_axis(site.value("padding"), site.rank, "padding")):
        raise Unsaid(
            "Keras has no pool that gives its places, and windows that overlap or are padded can't be compared"
        )
    line = helped("max_unpool", "{1}", literal(tuple(sides)))
    apart = site.same(lambda one: _apart(one, sides))
    cut, added = (tuple((0, max(sign * size, 0)) for size in apart) for sign in (-1, 1))
    lines = [line]
    if any(map(any, cut)):
        lines.append(cropped(site, cut))
    return [*lines, *filled(site, added, "zeros")] if any(map(any, added)) else lines


def _apart(application: Application, sides: tuple[int, ...]) -> tuple[int, ...]:
    """How many cells more than whole windows the output has on each axis."""
    axes = zip(application.output.shape[1:], application.inputs[0].shape[1:], sides, strict=True)
    return tuple(whole - size * side for whole, size, side in axes)
