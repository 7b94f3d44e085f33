"""Normalizations and learned scales as Keras says them."""

from decimal import Decimal

from cnnshape.export.keras.site import Line, Site, Unsaid, helped, helper_layer
from cnnshape.export.keras.text import Code, literal
from cnnshape.layers import normalized_shape

_FLOAT32 = 1.1920928955078125e-07
"""The distance from 1 to the next float32: PyTorch's default of `eps` for RMSNorm."""


def _affine(site: Site) -> dict[str, Code]:
    """What of a scale and a shift is not learned."""
    affine = site.value("affine")
    left: dict[str, Code] = {}
    if affine in (False, "scale"):
        left["center"] = "False"
    if affine in (False, "shift"):
        left["scale"] = "False"
    return left


def _axis(site: Site) -> dict[str, Code]:
    """The argument for the axis of the channels, where it isn't Keras' default. A flat tensor has one axis."""
    return {} if site.layout.channels_last or site.rank == 0 else {"axis": "1"}


def batch_norm(site: Site) -> list[Line]:
    """Keras' momentum is the share of the old statistics, PyTorch's that of the new batch."""
    if not site.value("track"):
        raise Unsaid("Keras' BatchNormalization always keeps running statistics", "remove `track: false`")
    momentum = f"1 - {site.texts['momentum']}" if "momentum" in site.texts else _rest(site.value("momentum"))
    return [
        site.owner("BatchNormalization", **_axis(site), momentum=momentum, epsilon=site.text("eps"), **_affine(site))
    ]


def _rest(momentum: float) -> str:
    """1 - momentum without the noise of binary numbers: 0.9 of 0.1, 0.9997 of 3e-4."""
    return literal(float(1 - Decimal(repr(momentum))))


def layer_norm(site: Site) -> list[Line]:
    """A norm over the channels of a position, the space of a channel, its last axis, or all."""
    axes = site.layout.axes(site.value("axes"), site.rank) if site.rank else (-1,)
    if len(axes) < site.rank + 1 and axes[-1] not in (-1, site.rank + 1):
        return [helper_layer(site, "LayerNorm", literal(axes), epsilon=site.text("eps"), **_affine(site))]
    named: dict[str, Code] = {} if axes == (-1,) else {"axis": literal(axes[0]) if len(axes) == 1 else str(list(axes))}
    return [site.owner("LayerNormalization", **named, epsilon=site.text("eps"), **_affine(site))]


def group_norm(site: Site) -> list[Line]:
    """A norm over groups of channels."""
    line = site.owner(
        "GroupNormalization", site.text("groups"), **_axis(site), epsilon=site.text("eps"), **_affine(site)
    )
    return [line]


def instance_norm(site: Site) -> list[Line]:
    """A group of each channel."""
    line = site.owner("GroupNormalization", "-1", **_axis(site), epsilon=site.text("eps"), **_affine(site))
    return [line]


def local_response_norm(site: Site) -> list[Line]:
    """A norm by the neighbours across channels, which Keras lacks."""
    return [helped("local_response_norm", *map(site.text, ("size", "alpha", "beta", "k")))]


def layer_scale(site: Site) -> list[Line]:
    """A learned scale."""
    if site.value("shift"):
        return [helper_layer(site, "ScaleShift", site.text("init"), **_shared(site))]
    return [helper_layer(site, "LayerScale", site.text("init"), **_shared(site))]


def _shared(site: Site) -> dict[str, Code]:
    return {} if site.value("per_channel") else {"per_channel": "False"}


def rms_norm(site: Site) -> list[Line]:
    """A norm by the root mean square."""
    eps = literal(_FLOAT32) if site.value("eps") is None else site.text("eps")
    words = site.value("axes")
    axes = site.layout.axes(words, site.rank) if site.rank else (-1,)
    if site.value("affine") and axes == (-1,):
        return [site.owner("RMSNormalization", epsilon=eps)]
    written = literal(axes)
    if not site.value("affine"):
        return [helped("rms_normalized", axis=written, epsilon=eps)]
    assert all(normalized_shape(one.inputs[0].shape, words) for one in site.applications)
    return [helper_layer(site, "RootMeanSquareNorm", axis=written, epsilon=eps)]


def global_response_norm(site: Site) -> list[Line]:
    """The norm of ConvNeXt V2."""
    return [helper_layer(site, "GlobalResponseNorm", epsilon=site.text("eps"))]


def evo_norm(site: Site) -> list[Line]:
    """EvoNorm-S0."""
    return [helper_layer(site, "EvoNorm", site.text("groups"), epsilon=site.text("eps"))]


def rescale(site: Site) -> list[Line]:
    """A product and a sum with constants."""
    parts = ["{0}"]
    if site.layer.scale is not None:
        parts = [f"{_factor(site.text('scale'))} * {{0}}"]
    if site.layer.shift is not None:
        parts.append(site.text("shift"))
    return [Line(" + ".join(parts))]


def _factor(text: str) -> str:
    """An expression as a factor."""
    return f"({text})" if set(" ") & set(text) and " * " not in text.strip("()") else text
