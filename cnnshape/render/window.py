"""What a layer does, in a few characters: `7x7/2 p3`."""

from cnnshape.layers import Layer, Tensor

_IN_WINDOW = ("kernel", "stride", "padding", "dilation", "groups")
_SHOWN_ELSEWHERE = frozenset(
    {
        "out",
        "bias",
        "eps",
        "momentum",
        "affine",
        "track",
        "shape",
        "output",
        "params",
        "macs",
        "flops",
        "size",
        "ceil",
        "count_include_pad",
        *_IN_WINDOW,
    }
)


def window(layer: Layer, rank: int) -> str:
    """The window and all other settings, for an input with a number of spatial axes."""
    return " ".join(part for part in (_window(layer, rank), *_settings(layer)) if part)


def _window(layer: Layer, rank: int) -> str:
    values = layer.values
    if "kernel" not in values:
        return ""
    stride = values["kernel"] if values.get("stride", 1) is None else values.get("stride", 1)
    parts = [
        axes(values["kernel"], rank) + (f"/{short(stride)}" if short(stride) != "1" else ""),
        _padding(values.get("padding", 0)),
        f"d{short(values['dilation'])}" if short(values.get("dilation", 1)) != "1" else "",
        f"g{values['groups']}" if values.get("groups", 1) != 1 else "",
        "ceil" if values.get("ceil") else "",
    ]
    return " ".join(part for part in parts if part)


def axes(value: object, rank: int, times: str = "x") -> str:
    """A value for each of the axes: `3x5`."""
    return times.join(map(str, value if isinstance(value, tuple) else (value,) * rank))


def short(value: object, times: str = "x") -> str:
    """One number if all axes agree."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return str(value[0])
    return axes(value, 1, times)


def _padding(value: object) -> str:
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return "p" + "x".join(f"({before},{after})" for before, after in value)
    text = short(value)
    return "" if text in ("0", "None") else text if isinstance(value, str) else f"p{text}"


def _settings(layer: Layer) -> list[str]:
    """Arguments that aren't the default and that no other text shows."""
    values = layer.values
    skipped = _SHOWN_ELSEWHERE if "kernel" in values else _SHOWN_ELSEWHERE - {"groups", "stride", "padding"}
    return [
        f"{name}={_plain(values[name])}"
        for name, argument in layer.arguments.items()
        if name not in skipped and values[name] != argument.default and not isinstance(values[name], Tensor)
    ]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{','.join(map(_plain, value))}]"
    return str(value)
