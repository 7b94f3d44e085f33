"""Layers that join tensors, or that compute with a tensor and a number."""

from collections.abc import Callable
from math import prod

from cnnshape.bridge.keras.call import Call
from cnnshape.bridge.operations import Argument

Handler = Callable[[Call], None]


def join(kind: str) -> Handler:
    """A handler for a join of tensors, or of a tensor and a number."""

    def handle(call: Call) -> None:
        if call.scalars:
            _with_number(call, kind, call.scalars[0])
            return
        if len(call.views) < 2:
            raise call.problem("joins two or more tensors")
        shapes = [call.channels_first_shape(view) for view in call.views]
        full = max(shapes, key=prod)
        others = {shape for shape in shapes if shape != full}
        gate, narrow = (full[0], *(1 for _ in full[1:])), (1, *full[1:])
        arguments: dict[str, Argument] = {}
        if others and not (kind == "multiply" and others == {gate}):
            arguments["broadcast"] = "space" if others == {gate} else "channels" if others == {narrow} else ""
        axes = call.views[shapes.index(full)].axes
        if arguments.get("broadcast") == "" or any(view.axes != axes and len(view.axes) > 1 for view in call.views):
            written = " and ".join("x".join(map(str, call.shape(view))) for view in call.views[:4])
            raise call.problem(f"joins tensors of {written}, which no kind describes")
        call.add(kind, arguments, *call.views[1:])

    return handle


def _with_number(call: Call, kind: str, number: float) -> None:
    arguments: dict[str, Argument] = {}
    if kind == "add":
        arguments["shift"] = number
    elif kind == "multiply":
        arguments["scale"] = number
    elif kind == "subtract":
        arguments = {"scale": -1, "shift": number} if call.scalar_first else {"shift": -number}
    elif kind == "divide" and number and not call.scalar_first:
        arguments["scale"] = 1 / number
    else:
        raise call.problem("computes with a number in a way that no kind describes")
    call.add("rescale", arguments)


def rescaling(call: Call) -> None:
    """Rescaling by one scale and one offset, or by one per channel, which is a batch norm in other words."""
    if isinstance(call.config.values.get("scale"), list) or isinstance(call.config.values.get("offset"), list):
        raise call.problem("has a scale or an offset per channel, which no kind describes")
    scale, offset = call.config.real("scale", 1), call.config.real("offset", 0)
    call.add("rescale", {"scale": scale, "shift": offset} if offset else {"scale": scale})


def layer_scale(call: Call) -> None:
    """The LayerScale of `keras.applications.convnext`."""
    call.add("layer_scale", {"init": call.config.real("init_values", 1e-6)}, weights={"gamma": (call.channels,)})


def scaled_sum(call: Call) -> None:
    """The CustomScaleLayer of `keras.applications.inception_resnet_v2`: the first tensor plus the scaled second."""
    if len(call.views) != 2:
        raise call.problem("adds two tensors")
    first, second = call.views
    call.views = [second]
    call.add("rescale", {"scale": call.config.real("scale", 1)})
    scaled = call.view
    call.views = [first]
    call.add("add", {}, scaled)
