"""Calls that no kind describes: opaque operations with the stated shape, params and multiply-accumulates."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

import torch

from cnnshape.bridge.operations import Argument, Shape, Weight
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.calls import Call
from cnnshape.bridge.torch.recorder import MOST_AXES, Constant, Unsupported, View

DEEPEST = 4
"""Nesting of lists of tensors in arguments."""


def tensors_in(value: Any) -> list[Any]:
    """The tensors in arguments or a result."""
    if isinstance(value, torch.Tensor):
        return [value]
    tensors: list[Any] = []
    _collect((value,), tensors, 0)
    return tensors


def _collect(values: Iterable[Any], tensors: list[Any], depth: int) -> None:
    for value in values:
        if isinstance(value, torch.Tensor):
            tensors.append(value)
        elif depth < DEEPEST and not isinstance(value, SINGLE):
            if isinstance(value, list | tuple):
                _collect(value, tensors, depth + 1)
            elif isinstance(value, Mapping):
                _collect(value.values(), tensors, depth + 1)


SINGLE = (int, float, str, type(None))
"""Types of most arguments. That they hold nothing else is clear at once."""


_ARITHMETIC = frozenset(("add", "sub", "mul", "div", "truediv", "cat", "expand", "addcmul", "where", "maximum"))
"""Functions that have no multiply-accumulates."""


def opaque(call: Call, arguments: Sequence[Any], named: Mapping[str, Any], results: Sequence[Any]) -> list[View]:
    """One operation for each tensor of the result; the first has the weights."""
    inputs: list[int] = []
    others = ""
    weights: dict[str, Weight] = {}
    shown: list[View | None] = []
    for tensor in tensors_in([list(arguments), dict(named)]):
        entry = call.recorder.entry(tensor)
        if isinstance(entry, Constant):
            weights.update((weight.name, weight) for weight in entry.weights)
            others = others or ("with values that are no parameters" if not entry.weights and tensor.dim() else "")
            shown.append(None)
            continue
        if not isinstance(entry, View):
            raise Unsupported
        shown.append(entry)
        try:
            value = call.recorder.plain(entry)
        except Unsupported:
            value = entry.value
        if value not in inputs:
            inputs.append(value)
    made = []
    for number, tensor in enumerate(results):
        dims_in = [view.dims for view in shown if view is not None]
        shape, dims = _shape(tuple(tensor.shape), dims_in, call.recorder.samples)
        stated: dict[str, Argument] = {"output": shape, "what": re.sub(r"[^A-Za-z0-9]+", "_", call.name).strip("_")}
        own = tuple(weights.values()) if number == 0 else ()
        learned = sum(weight.elements for weight in own if weight.learned)
        macs = macs_of(call.name, arguments, named, tensor) // call.recorder.samples if number == 0 else 0
        if learned:
            stated["params"] = learned
        if macs:
            stated["macs"] = macs
        elif learned and call.name.strip("_").removeprefix("r") not in _ARITHMETIC:
            call.recorder.notes.append(f"the multiply-accumulates of {call.recorder.place()} are not counted")
        extra = {"views": shown, "arguments": (arguments, named), "others": others}
        value = call.recorder.emit("opaque", stated, inputs, shape, own, call.name, extra=extra)
        made.append(call.recorder.seen(value, dims))
    return made


def _shape(shape: Shape, inputs: Sequence[views.Dims], samples: int) -> tuple[Shape, views.Dims]:
    """The shape of a value for a tensor, and the tensor's axes in it. The batch is where an input has it.

    Raises Unsupported where no axis is the batch.
    """
    batch = views.whole(views.BATCH, samples)
    places = [0, *(dims.index(batch) for dims in inputs if batch in dims and len(dims) == len(shape))]
    place = next((place for place in places if place < len(shape) and shape[place] == samples), None)
    outer: views.Dims = (batch,)
    if place is not None:
        rest = (*shape[:place], *shape[place + 1 :])
    elif shape and any(dims[0][:1] == batch and views.size_of(dims[0]) == shape[0] for dims in inputs):
        place, rest, outer = 0, (shape[0] // samples, *shape[1:]), ()
    else:
        raise Unsupported
    value = rest if 1 <= len(rest) <= MOST_AXES else (prod(rest),)
    dims = views.reshaped(views.standard(value, samples), (samples, *rest) if outer else shape)
    if dims is None:
        raise Unsupported
    return value, (*dims[1 : place + 1], batch, *dims[place + 1 :]) if outer else dims


def macs_of(name: str, arguments: Sequence[Any], named: Mapping[str, Any], result: Any) -> int:
    """The multiply-accumulates of all samples in a product of tensors; 0 for any other function."""

    def given(place: int, *names: str) -> Any:
        return arguments[place] if place < len(arguments) else next(named[name] for name in names if name in named)

    if name in ("matmul", "__matmul__", "__rmatmul__", "bmm", "mm"):
        first = given(1, "other") if name == "__rmatmul__" else given(0, "input", "self")
        return int(result.numel() * first.shape[-1])
    if name in ("baddbmm", "addmm"):
        return int(result.numel() * given(1, "batch1", "mat1").shape[-1])
    if name in ("linear", "conv1d", "conv2d", "conv3d"):
        weight = given(1, "weight")
        return int(result.numel() * (weight.numel() // weight.shape[0]))
    if name == "scaled_dot_product_attention":
        query, key, value = (given(place, word) for place, word in enumerate(("query", "key", "value")))
        return int(prod(query.shape[:-1]) * key.shape[-2] * (query.shape[-1] + value.shape[-1]))
    if name == "einsum" and arguments and isinstance(arguments[0], str):
        return _einsum(arguments[0], tensors_in(list(arguments[1:])))
    return 0


def _einsum(equation: str, operands: Sequence[Any]) -> int:
    """A product over all indices of two operands."""
    names = equation.replace(" ", "").partition("->")[0].split(",")
    if len(operands) != 2 or "." in equation:
        return 0
    sizes = {
        index: size
        for name, operand in zip(names, operands, strict=True)
        for index, size in zip(name, operand.shape, strict=True)
    }
    return prod(sizes.values())
