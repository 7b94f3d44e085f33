"""Finds the windows that layers slide over their inputs."""

from collections.abc import Iterable
from math import gcd

from cnnshape.graph import Application
from cnnshape.layers import Shape, Window
from cnnshape.named_tuple import NamedTuple


class Sliding(NamedTuple):
    """The window of each spatial axis of a layer, and the sizes of its input."""

    windows: tuple[Window, ...]
    sizes: Shape


def sliding(applications: Iterable[Application]) -> dict[Application, Sliding]:
    """The layers that slide windows over their input. `crop` and `subsample`, which leave out cells on purpose, do not
    count."""
    return {
        application: Sliding(windows, application.inputs[0].shape[1:])
        for application in applications
        if (windows := _windows(application))
    }


def _windows(application: Application) -> tuple[Window, ...]:
    layer = application.layer
    footprint = () if layer.view else application.footprint
    if not isinstance(footprint, tuple):
        return ()
    windows = tuple(axis for axis in footprint if isinstance(axis, Window))
    return windows if len(windows) == len(footprint) else ()


def met(window: Window) -> int:
    """How many of `stride` neighbouring cells the windows read. Fewer than `stride` leave gaps."""
    return min(window.kernel, window.stride // gcd(window.dilation, window.stride))
