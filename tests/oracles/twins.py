"""Facts of a model in PyTorch that no count shows, in the words of the language, from one run on the meta device.

A fact is an argument whose value leaves shapes, params and FLOPs as they are: the `eps` of a norm, the rate of a dropout,
whether a mean counts its padding, how an upsampling computes the values between its cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import getmodule, getsource, signature
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

Facts = dict[str, Any]
Fact = tuple[str, Facts]
"""A layer kind, and its facts."""

MODES = {"bilinear": "linear", "trilinear": "linear", "linear": "linear", "bicubic": "cubic", "nearest": "nearest"}
PLAIN = {
    "relu": "relu", "relu_": "relu", "relu6": "relu6", "silu": "silu", "silu_": "silu", "hardswish": "hard_swish",
    "hardsigmoid": "hard_sigmoid", "sigmoid": "sigmoid", "sigmoid_": "sigmoid", "tanh": "tanh", "mish": "mish",
    "gelu": "gelu", "softmax": "softmax", "log_softmax": "log_softmax", "prelu": "prelu",
}  # fmt: skip
"""Activations without arguments, by PyTorch's functions and methods."""


def reader(*names: str, **defaults: Any) -> Callable[[tuple[Any, ...], dict[str, Any]], dict[str, Any]]:
    """Reads the arguments of a call by their names, in PyTorch's order."""

    def read(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        return {**defaults, **dict(zip(names, args, strict=False)), **kwargs}

    return read


_NORM = reader("x", "mean", "var", "weight", "bias", "training", "momentum", "eps", momentum=0.1, eps=1e-5)
_LAYER_NORM = reader("x", "shape", "weight", "bias", "eps", eps=1e-5)
_GROUP_NORM = reader("x", "groups", "weight", "bias", "eps", eps=1e-5)
_INSTANCE_NORM = reader("x", "mean", "var", "weight", "bias", "own", "momentum", "eps", eps=1e-5)
_LRN = reader("x", "size", "alpha", "beta", "k", alpha=1e-4, beta=0.75, k=1.0)
_LEAKY = reader("x", "slope", slope=0.01)
_PAD = reader("x", "pad", "mode", mode="constant")
_DROPOUT = reader("x", "p", p=0.5)
_AVERAGE = reader(
    "x", "kernel_size", "stride", "padding", "ceil", "count_include_pad", padding=0, count_include_pad=True
)
_RESIZE = reader("x", "size", "scale", "mode", "align_corners", mode="nearest", align_corners=None)
_HARDTANH = reader("x", "min_val", "max_val", min_val=-1.0, max_val=1.0)


def _averaged(given: dict[str, Any]) -> Facts:
    """Only with padding does it matter what the mean counts."""
    padding = given["padding"]
    padded = any(padding) if isinstance(padding, tuple | list) else padding
    return {"count_include_pad": bool(given["count_include_pad"])} if padded else {}


def fact_of(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Fact | None:
    """The fact of a call of PyTorch's; None for other functions."""
    if name in PLAIN:
        return PLAIN[name], {}
    if name == "batch_norm":
        given = _NORM(args, kwargs)
        return "batch_norm", {"eps": given["eps"], "momentum": given["momentum"]}
    if name == "layer_norm":
        return "layer_norm", {"eps": _LAYER_NORM(args, kwargs)["eps"]}
    if name == "group_norm":
        return "group_norm", {"eps": _GROUP_NORM(args, kwargs)["eps"]}
    if name == "instance_norm":
        return "instance_norm", {"eps": _INSTANCE_NORM(args, kwargs)["eps"]}
    if name == "local_response_norm":
        given = _LRN(args, kwargs)
        return "local_response_norm", {word: given[word] for word in ("size", "alpha", "beta", "k")}
    if name == "leaky_relu":
        return "leaky_relu", {"slope": {**_LEAKY(args, kwargs), **_renamed(kwargs)}["slope"]}
    if name == "hardtanh":
        given = _HARDTANH(args, kwargs)
        return ("relu6", {}) if (given["min_val"], given["max_val"]) == (0.0, 6.0) else None
    if name in ("dropout", "dropout2d"):
        return "dropout", {"p": _DROPOUT(args, kwargs)["p"]}
    if name in ("avg_pool2d", "avg_pool3d"):
        return "avg_pool", _averaged(_AVERAGE(args, kwargs))
    if name == "pad":
        return "pad", {"mode": _PAD(args, kwargs)["mode"].replace("constant", "zeros")}
    if name == "interpolate":
        given = _RESIZE(args, kwargs)
        return "upsample", {"mode": MODES[given["mode"]], "align_corners": bool(given["align_corners"])}
    return None


def _renamed(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"slope": kwargs["negative_slope"]} if "negative_slope" in kwargs else {}


class Watching(TorchFunctionMode):
    """Collects the facts of all calls, in their order."""

    def __init__(self, facts: list[Fact]) -> None:
        super().__init__()
        self.facts = facts

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        fact = fact_of(getattr(function, "__name__", ""), args, kwargs or {})
        if fact is not None:
            self.facts.append(fact)
        return function(*args, **(kwargs or {}))


def default(function: Callable[..., Any], name: str) -> Any:
    """The value that a call without this argument has."""
    return signature(function).parameters[name].default


def _scaled(module: Any) -> Fact:
    """The scale of SSD's L2 normalization, which stands in its source alone: a model on the meta device has no values."""
    (value,) = re.findall(r"torch\.ones\(512\) \* (\d+)", getsource(type(module)))
    return "layer_scale", {"init": float(value)}


OF_MODULES: dict[str, Callable[[Any], Fact]] = {
    "StochasticDepth": lambda module: ("drop_path", {"p": module.p}),
    "DropPath": lambda module: ("drop_path", {"p": module.drop_prob}),
    "CNBlock": lambda module: ("layer_scale", {"init": default(getmodule(type(module)).ConvNeXt, "layer_scale")}),
    "SSDFeatureExtractorVGG": _scaled,
    "FrozenBatchNorm2d": lambda module: ("batch_norm", {"eps": module.eps}),
}
"""Modules that call no function of PyTorch's with their facts."""


@contextmanager
def reading(facts: list[Fact]) -> Iterator[list[Fact]]:
    """Adds the facts of all calls inside it to a list."""
    with torch.no_grad(), Watching(facts):
        yield facts


def facts_of(model: Any, run: Callable[[], Any]) -> list[Fact]:
    """The facts of a model in one run, in the order of its calls."""
    facts: list[Fact] = []
    hooks = [
        module.register_forward_hook(lambda module, _, __: facts.append(OF_MODULES[type(module).__name__](module)))
        for module in model.modules()
        if type(module).__name__ in OF_MODULES
    ]
    try:
        with reading(facts):
            run()
    finally:
        for hook in hooks:
            hook.remove()
    return facts
