"""Padding as PyTorch says it: as an argument, or as a module before the layer."""

from typing import Any

from cnnshape.export.python import Code, call, literal
from cnnshape.export.torch.use import Function, Module, Parts, Use, Varies

_FILLS = {"zeros": "Zero", "reflect": "Reflection", "replicate": "Replication", "circular": "Circular"}


def is_pairs(value: Any) -> bool:
    """Whether a padding has two numbers for each axis."""
    return isinstance(value, tuple) and isinstance(value[0], tuple)


def pairs(value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """A padding in numbers as two for each axis."""
    around = value if isinstance(value, tuple) else (value,) * rank
    return tuple(one if isinstance(one, tuple) else (one, one) for one in around)


def symmetric(around: tuple[tuple[int, int], ...]) -> int | tuple[int, ...] | None:
    """Equal padding on both sides: one number for all axes, or one for each; None if the sides differ."""
    if any(before != after for before, after in around):
        return None
    sizes = tuple(before for before, _ in around)
    return sizes[0] if len(set(sizes)) == 1 else sizes


def sides(around: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """Padding as PyTorch takes it: the last axis first."""
    return tuple(side for pair in reversed(around) for side in pair)


def pad_module(around: tuple[tuple[int, int], ...], mode: str = "zeros", value: str = "") -> Module:
    """A module that pads; `value` is what the new cells hold, if not what `mode` says."""
    both = symmetric(around)
    amount = literal(both if isinstance(both, int) else sides(around))
    if value:
        return Module(call(f"nn.ConstantPad{len(around)}d", amount, value), role="pad")
    return Module(call(f"nn.{_FILLS[mode]}Pad{len(around)}d", amount), role="pad")


def padding_of(use: Use, *, fill: str = "", convolution: bool = False) -> tuple[Parts, Code]:
    """The modules before a layer with a window, and its own padding. `fill` is what cells around hold, if not zeros."""
    if "padding" in use.codes:
        # Code gives a number, or one for each axis: pairs are written out.
        given = [app.layer.values["padding"] for app in use.applications]
        if any(isinstance(value, str) or is_pairs(value) for value in given):
            raise Varies("padding")
        return [], use.code("padding")
    value = use.value("padding")
    if isinstance(value, str):
        return _worded(use, value, fill, convolution=convolution)
    if not is_pairs(value):
        return [], literal(value)
    both = symmetric(value)
    return ([pad_module(value, value=fill)], "0") if both is None else ([], literal(both))


def _worded(use: Use, word: str, fill: str, *, convolution: bool) -> tuple[Parts, Code]:
    stride = use.layer.values["stride"] if "stride" not in use.codes else None
    alone = stride == 1 or (isinstance(stride, tuple) and set(stride) == {1})
    if word == "same" and alone and convolution:
        return [], '"same"'
    kernel = use.code("kernel")
    dilation = use.code("dilation") if "dilation" in use.layer.arguments else "1"
    if word == "causal":
        before = use.same(lambda app: _causal(app.layer), "padding")
        return [pad_module(((before, 0),), value=fill)], "0"
    named: dict[str, Code] = {} if dilation == "1" else {"dilation": dilation}
    named |= {"lower": "True"} if word == "same_lower" else {}
    named |= {"value": fill} if fill else {}
    step = kernel if use.layer.values["stride"] is None else use.code("stride")
    return [Module(call("SamePad", kernel, step, **named), "SamePad", "pad")], "0"


def _causal(layer: Any) -> int:
    kernel, dilation = (
        one[0] if isinstance(one, tuple) else one for one in (layer.kernel, layer.values.get("dilation", 1))
    )
    return int(dilation * (kernel - 1))


def cut(around: tuple[tuple[int, int], ...]) -> Function:
    """A function that cuts cells off."""
    kept = ", ".join(f"{before or ''}:{-after if after else ''}" for before, after in around)
    return Function(lambda names: f"{names[0]}[:, :, {kept}]")


def bound(text: str) -> str:
    """A bound of a slice: ruff puts a space before one that is more than a name or a number."""
    return text if text.isidentifier() or text.isdigit() else f" {text}"
