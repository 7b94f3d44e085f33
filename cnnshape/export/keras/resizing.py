"""Resizing as Keras says it."""

from typing import Any

from cnnshape.export.keras.site import Line, Site, helped, operation
from cnnshape.export.keras.text import Code, literal
from cnnshape.layers import per_axis


def upsample(site: Site) -> list[Line]:
    """Resizes. Keras' own layers do where every framework computes the same; else a helper has the formula."""
    mode, corners = site.value("mode"), site.value("align_corners")
    given = site.values("scale")
    whole = all(
        scales is not None and all(scale == int(scale) for scale in per_axis(scales, site.rank, "scale"))
        for scales in given
    )
    if whole and mode == "nearest" and site.rank == 1 and not site.layout.channels_last:
        # `UpSampling1D` has its channels last.
        return [operation("repeat", _whole(site), axis="2")]
    if whole and mode == "nearest":
        return [site.windowed("UpSampling", _whole(site))]
    if site.rank == 2 and mode == "linear" and not corners:
        if whole:
            return [site.windowed("UpSampling", _whole(site), interpolation='"bilinear"')]
        if _exact(site):
            return [operation("image.resize", _size(site), interpolation='"bilinear"', **site.order())]
    named: dict[str, Code] = {}
    if not _exact(site):
        named["scale"] = literal(tuple(per_axis(site.value("scale"), site.rank, "scale")))
    if mode == "nearest":
        return [helped("resize_nearest", _size(site), **named)]
    if corners:
        return [helped("resize_to_corners", _size(site), *(['"cubic"'] if mode == "cubic" else []))]
    return [helped("resize", _size(site), *(['"cubic"'] if mode == "cubic" else []), **named)]


def _whole(site: Site) -> str:
    """Whole factors."""
    if "scale" in site.texts:
        return site.text("scale")
    factors = tuple(map(int, per_axis(site.value("scale"), site.rank, "scale")))
    return literal(factors if len(set(factors)) > 1 else factors[0])


def _exact(site: Site) -> bool:
    """Whether the factors give whole sizes, so that they are the quotients of the sizes."""
    for application in site.applications:
        layer: Any = application.layer
        if layer.scale is None:
            continue
        rank = len(application.inputs[0].shape) - 1
        axes = zip(
            per_axis(layer.scale, rank, "scale"), application.inputs[0].shape[1:], application.output.shape[1:],
            strict=True,
        )  # fmt: skip
        if any(scale * size != resized for scale, size, resized in axes):
            return False
    return True


def _size(site: Site) -> str:
    """The size of the output: stated, or that of another tensor."""
    first = site.layout.space(site.rank)[0]
    if all(one.layer.values["like"] is not None for one in site.applications):
        return f"{{1}}.shape[{first}:{first + site.rank}]" if site.layout.channels_last else f"{{1}}.shape[{first}:]"
    if "size" in site.texts and site.rank > 1:
        return _of_all_axes(site)
    return literal(site.same(lambda one: tuple(one.output.shape[1:])))


def _of_all_axes(site: Site) -> str:
    """A stated size as code: a list of one per axis, or one for all."""
    listed = all(isinstance(size, tuple) for size in site.values("size"))
    return site.text("size") if listed else f"({', '.join([site.text('size')] * site.rank)})"
