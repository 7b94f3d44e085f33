"""Convolutions, linear layers and pools."""

from typing import Any

from cnnshape.export.python import Code, call, literal
from cnnshape.export.torch.padding import cut, is_pairs, padding_of, pairs, sides, symmetric
from cnnshape.export.torch.use import Module, Parts, Say, Unsayable, Use
from cnnshape.layers import Application

_SLIDE = {"stride": "stride", "dilation": "dilation", "groups": "groups", "bias": "bias"}


def _padded(named: dict[str, Code], padding: Code) -> dict[str, Code]:
    """The arguments with the padding after the stride, where PyTorch has it."""
    stride = {"stride": named.pop("stride")} if "stride" in named else {}
    return {**stride, **({} if padding == "0" else {"padding": padding}), **named}


def conv(use: Use) -> Parts:
    """Says `conv`."""
    before, padding = padding_of(use, convolution=True)
    named = _padded(use.options(_SLIDE, type(use.layer)), padding)
    kind = f"Conv{use.rank}d"
    made = (use.channels, use.code("out"), use.code("kernel"))
    if use.value("gain"):
        return [*before, Module(call(f"ScaledStd{kind}", *made, **named), f"ScaledStd{kind}")]
    return [*before, Module(call(f"nn.{kind}", *made, **named))]


def conv_transpose(use: Use) -> Parts:
    """Says `conv_transpose`."""
    plain = (
        use.layer.stated_output is None and not isinstance(use.layer.padding, str) and not is_pairs(use.layer.padding)
    )
    named = use.options(_SLIDE, type(use.layer))
    after: Parts = []
    if plain:
        use.same(lambda app: app.layer.stated_output, "output")
        extra, padding = use.code("output_padding"), padding_of(use)[1]
    else:
        windows = use.same(lambda app: app.layer.windows(app.inputs[0].shape[1:]), "padding")
        around = tuple((window.before, window.after) for window in windows)
        both = symmetric(around)
        extra = _alike(use.same(lambda app: app.layer.extras(app.inputs[0].shape[1:]), "output"))
        padding = "0" if both is None else literal(both)
        after = [cut(around)] if both is None else []
    named = _padded(named, padding)
    if extra != "0":
        named["output_padding"] = extra
    made = call(f"nn.ConvTranspose{use.rank}d", use.channels, use.code("out"), use.code("kernel"), **named)
    return [Module(made), *after]


def _alike(values: tuple[int, ...]) -> str:
    """One number if all are equal."""
    return literal(values[0] if len(set(values)) == 1 else values)


def linear(use: Use) -> Parts:
    """Says `linear`."""
    named = use.options({"bias": "bias"}, type(use.layer))
    return [Module(call("nn.Linear", use.channels, use.code("out"), **named))]


def _pool(use: Use, name: str, names: dict[str, str], fill: str = "") -> Parts:
    before, padding = padding_of(use, fill=fill)
    if before and "ceil" not in use.codes and use.value("ceil"):
        use.same(_ceil_after_padding, "padding")
    named = use.options({"stride": "stride", **names, "ceil": "ceil_mode"}, type(use.layer))
    if "stride" not in use.codes and use.value("stride") == use.layer.values["kernel"] and "kernel" not in use.codes:
        named.pop("stride", None)
    return [*before, Module(call(f"nn.{name}{use.rank}d", use.code("kernel"), **_padded(named, padding)))]


def _ceil_after_padding(app: Application) -> None:
    """Raises Unsayable if padding by a module makes other windows: PyTorch lets none start in the padding after."""
    layer: Any = app.layer
    for window, size in zip(layer.over(app.inputs[0].shape[1:]), app.inputs[0].shape[1:], strict=True):
        if window._replace(before=0, after=0).output(size + window.before + window.after) != window.output(size):
            raise Unsayable("PyTorch rounds the output up only for equal padding before and after")


def max_pool(use: Use) -> Parts:
    """Says `max_pool`."""
    return _pool(use, "MaxPool", {"dilation": "dilation"}, 'float("-inf")')


def avg_pool(use: Use) -> Parts:
    """Says `avg_pool`."""
    parts = _pool(use, "AvgPool", {"count_include_pad": "count_include_pad"})
    if len(parts) > 1 and not use.value("count_include_pad"):
        # The mean of the cells that are there, as the padding holds zeros.
        pad, pool = parts
        assert isinstance(pad, Module)
        assert isinstance(pool, Module)
        return [Module(call("MeanInside", pad.code, pool.code), f"{pad.helper} MeanInside".strip())]
    return parts


def sized(name: str) -> Say:
    """Says a pool to a stated size by the module of that name."""
    return lambda use: [Module(call(f"nn.{name}{use.rank}d", use.code("size")))]


def global_pool(name: str) -> Say:
    """Says a pool to a single cell by the module of that name."""
    return lambda use: [Module(call(f"nn.{name}{use.rank}d", "1"))]


def blur_pool(use: Use) -> Parts:
    """Says `blur_pool`."""
    layer, rank = use.layer, use.rank
    kernels = use.value("kernel")
    kernel = kernels if isinstance(kernels, tuple) else (kernels,) * rank
    default = tuple(((size - 1) // 2, size // 2) for size in kernel)
    around = pairs(layer.padding, rank) if use.value("padding") is not None else default
    mode = {"zeros": "constant"}.get(use.value("mode"), layer.mode)
    named: dict[str, Code] = {} if mode == "reflect" else {"mode": literal(mode)}
    made = call("BlurPool", use.channels, literal(kernel), use.code("stride"), literal(sides(around)), **named)
    return [Module(made, "BlurPool")]
