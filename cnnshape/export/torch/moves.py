"""Layers that move values, and joins."""

from collections.abc import Sequence

from cnnshape.export.python import Code, Operation, call, literal
from cnnshape.export.torch.padding import bound, cut, pad_module, pairs
from cnnshape.export.torch.use import Function, Module, Parts, Say, Use


def reshape(use: Use) -> Parts:
    """Says `reshape`."""
    shape = [literal(size) for size in use.value("shape")]
    return [Function(lambda names: call(f"{names[0]}.reshape", "-1", *shape))]


def pad(use: Use) -> Parts:
    """Says `pad`."""
    return [pad_module(pairs(use.value("padding"), use.rank), use.value("mode"))]


def crop(use: Use) -> Parts:
    """Says `crop`."""
    return [cut(pairs(use.value("cut"), use.rank))]


def subsample(use: Use) -> Parts:
    """Says `subsample`."""
    steps = use.code("stride") if "stride" in use.codes else use.value("stride")
    listed = steps if isinstance(steps, tuple) else (steps,) * use.rank
    kept = ", ".join(f"::{bound(str(step))}" for step in listed)
    return [Function(lambda names: f"{names[0]}[:, :, {kept}]")]


def split(use: Use) -> Parts:
    """Says `split`."""
    take = use.code("take")
    if "parts" not in use.codes and isinstance(use.value("parts"), tuple):
        sizes = literal(use.value("parts"))
        return [Function(lambda names: f"{names[0]}.split({sizes}, 1)[{take}]")]
    parts = use.code("parts")
    return [Function(lambda names: f"{names[0]}.chunk({parts}, 1)[{take}]")]


def slice_(use: Use) -> Parts:
    """Says `slice`."""
    start = "" if use.code("start") == "0" else use.code("start")
    kept = (
        f"{start}:{bound(use.code('stop'))}"
        if start.isidentifier() or not start or start.isdigit()
        else f"{start} : {use.code('stop')}"
    )
    return [Function(lambda names: f"{names[0]}[:, {kept}]")]


def pad_channels(use: Use) -> Parts:
    """Says `pad_channels`."""
    around = f"({'0, 0, ' * use.rank}{use.code('before')}, {use.code('after')})"
    return [Function(lambda names: call("F.pad", names[0], around))]


_MODES = {"nearest": ("nearest",) * 3, "linear": ("linear", "bilinear", "trilinear"), "cubic": ("bicubic",) * 3}


def upsample(use: Use) -> Parts:
    """Says `upsample`."""
    mode = _MODES[use.value("mode")][use.rank - 1]
    named: dict[str, Code] = {} if mode == "nearest" else {"mode": literal(mode)}
    named |= {"align_corners": "True"} if use.value("align_corners") else {}
    if use.same(lambda app: app.layer.values["like"] is not None, "like"):
        return [Function(lambda names: call("F.interpolate", names[0], size=f"{names[1]}.shape[2:]", **named))]
    if "size" in use.codes or use.value("size") is not None:
        return [Module(call("nn.Upsample", size=use.code("size"), **named))]
    return [Module(call("nn.Upsample", scale_factor=use.code("scale"), **named))]


def shuffle(name: str, helper: str) -> Say:
    """Says a shuffle between channels and space: by a module in two dimensions, else by a function of ours."""

    def say(use: Use) -> Parts:
        factor = use.code("factor")
        if use.rank == 2:
            return [Module(call(name, factor))]
        return [Function(lambda names: call(helper, names[0], factor), helper)]

    return say


def max_unpool(use: Use) -> Parts:
    """Says `max_unpool`."""
    named = use.options({"stride": "stride", "padding": "padding"}, type(use.layer))
    return [Module(call(f"nn.MaxUnpool{use.rank}d", use.code("kernel"), **named))]


def operation(sign: str) -> Say:
    """Says an element-wise join by its sign."""
    return lambda use: [Function(lambda names: Operation(sign, tuple(names)))]


def average(use: Use) -> Parts:
    """Says `average`."""
    count = use.same(lambda app: len(app.inputs), "inputs")
    return [Function(lambda names: Operation("+", tuple(names))), Function(lambda names: f"{names[0]} / {count}")]


def maximum(names: Sequence[str]) -> Code:
    """Says `maximum`."""
    first, *others = names
    code: Code = first
    for name in others:
        code = call("torch.maximum", code, name)
    return code
