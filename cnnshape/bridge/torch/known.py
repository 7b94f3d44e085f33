"""Results of frequent functions on the meta device, without running them.

PyTorch takes up to a millisecond for a function without values, and a network calls thousands. A rule gives the shape of a
result, or None for a call that it does not know in full: PyTorch runs that one, and refuses it if it is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from cnnshape.bridge.operations import Shape
from cnnshape.bridge.torch.calls import Signature, axes_of, axis_of, per_axis
from cnnshape.layers.window import Window

_ALIKE = frozenset(
    (
        *("relu", "relu6", "silu", "sigmoid", "tanh", "gelu", "hardswish", "hardsigmoid", "leaky_relu", "mish", "elu"),
        *("selu", "celu", "softplus", "hardtanh"),
    )
)
"""Functions of each value that have nothing to check but their numbers."""
_WORDS = ("none", "tanh")
"""What the `approximate` of `gelu` may be."""


def known_result(name: str, given: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """The result of a frequent function; None if the function has to run."""
    first = given[0] if given else None
    if name == "cat" and isinstance(first, tuple | list) and first:
        first = first[0]
    if not isinstance(first, torch.Tensor) or not first.is_floating_point() or first.device.type != "meta":
        return None
    plain = name.removesuffix("_")
    if plain in _ALIKE and all(
        isinstance(item, int | float) or item in _WORDS for item in (*given[1:], *options.values())
    ):
        return first if name != plain or options.get("inplace") else _like(first)
    if plain in ("add", "sub", "mul") and len(given) == 2 and not options and _spreads(given[1], first):
        return first if name != plain else _like(first)
    if name not in _RULES:
        return None
    rule, signature = _RULES[name]
    shape = rule(*given, **options) if signature.takes(given, options) else None
    return None if shape is None else torch.empty(shape, dtype=first.dtype, device="meta")


def _like(tensor: Any) -> Any:
    """An empty tensor with the shape and the order of axes of another one."""
    if tensor.is_contiguous():
        return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")
    return torch.empty_like(tensor)


def _spreads(value: Any, tensor: Any) -> bool:
    """Whether a sum of a value and a tensor is like the tensor: a number, or a tensor with a size of 1 where they differ."""
    if not isinstance(value, torch.Tensor):
        return isinstance(value, int | float)
    sizes = zip(reversed(value.shape), reversed(tensor.shape), strict=False)
    fits = value.dim() <= tensor.dim() and all(own in (1, size) for own, size in sizes)
    return fits and value.dtype == tensor.dtype and value.device == tensor.device


def _are_vectors(size: int, like: Any, *tensors: Any) -> bool:
    """Whether all that are given are vectors of this size and of the type of another tensor."""
    given = [tensor for tensor in tensors if tensor is not None]
    return all(tuple(tensor.shape) == (size,) and tensor.dtype == like.dtype for tensor in given)


def _conv(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Shape | None:
    rank = weight.dim() - 2
    if input.dim() != weight.dim() or isinstance(padding, str) or input.dtype != weight.dtype:
        return None
    out, channels, *kernel = weight.shape
    if groups < 1 or out % groups or input.shape[1] != channels * groups or not _are_vectors(out, input, bias):
        return None
    strides, paddings, dilations = (per_axis(item, rank) for item in (stride, padding, dilation))
    if min(*strides, *dilations) < 1 or min(paddings) < 0:
        return None
    windows = map(Window, kernel, strides, dilations, paddings, paddings)
    sizes = [window.output(size) for window, size in zip(windows, input.shape[2:], strict=True)]
    return (input.shape[0], out, *sizes) if min(sizes) > 0 else None


def _linear(input: Any, weight: Any, bias: Any = None) -> Shape | None:
    out, channels = weight.shape
    fits = input.shape[-1] == channels and input.dtype == weight.dtype and _are_vectors(out, input, bias)
    return (*input.shape[:-1], out) if fits else None


def _batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Shape | None:
    if input.dim() < 2:
        return None
    cells = input.numel() // max(input.shape[1], 1)
    has_means = cells > 1 if training else running_mean is not None and running_var is not None
    fits = has_means and _are_vectors(input.shape[1], input, running_mean, running_var, weight, bias)
    return tuple(input.shape) if fits else None


def _layer_norm(
    input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Shape | None:
    normalized = tuple(normalized_shape)
    given = [tensor for tensor in (weight, bias) if tensor is not None]
    fits = bool(normalized) and tuple(input.shape[-len(normalized) :]) == normalized
    fits = fits and all(tuple(tensor.shape) == normalized and tensor.dtype == input.dtype for tensor in given)
    return tuple(input.shape) if fits else None


def _group_norm(input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Shape | None:
    if input.dim() < 2 or num_groups < 1 or input.shape[1] % num_groups:
        return None
    has_cells = input.numel() > input.shape[0] * num_groups
    return tuple(input.shape) if has_cells and _are_vectors(input.shape[1], input, weight, bias) else None


def _cat(tensors: Any, dim: int = 0) -> Shape | None:
    first = tensors[0]
    axis = axis_of(dim, first.dim())
    if not 0 <= axis < first.dim():
        return None
    others = (*first.shape[:axis], *first.shape[axis + 1 :])
    for tensor in tensors:
        if tensor.dim() != first.dim() or tensor.dtype != first.dtype:
            return None
        if (*tensor.shape[:axis], *tensor.shape[axis + 1 :]) != others:
            return None
    return (*first.shape[:axis], sum(tensor.shape[axis] for tensor in tensors), *first.shape[axis + 1 :])


def _mean(input: Any, dim: Any = None, keepdim: bool = False) -> Shape | None:
    gone = axes_of(dim, input.dim())
    if len(set(gone)) < len(gone) or any(not 0 <= axis < input.dim() for axis in gone):
        return None
    if keepdim:
        return tuple(1 if axis in gone else size for axis, size in enumerate(input.shape))
    return tuple(size for axis, size in enumerate(input.shape) if axis not in gone)


def _adaptive_avg_pool(rank: int) -> "_Rule":
    def rule(input: Any, output_size: Any) -> Shape | None:
        sizes = (output_size,) * rank if isinstance(output_size, int) else tuple(output_size)
        fits = input.dim() == rank + 2 and len(sizes) == rank and all(isinstance(size, int) for size in sizes)
        return (*input.shape[:2], *sizes) if fits and min(sizes) > 0 else None

    return rule


_Rule = Callable[..., Shape | None]
_BY_NAME: Mapping[str, _Rule] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _conv),
    **{f"adaptive_avg_pool{rank}d": _adaptive_avg_pool(rank) for rank in (1, 2, 3)},
    "batch_norm": _batch_norm,
    "cat": _cat,
    "group_norm": _group_norm,
    "layer_norm": _layer_norm,
    "linear": _linear,
    "mean": _mean,
}
_RULES = {name: (rule, Signature(rule)) for name, rule in _BY_NAME.items()}
