"""Results that are known without PyTorch are those that PyTorch gives."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.bridge.torch_modules import torch

F = torch.nn.functional
SEED = 20261127


def tensor(*shape: int, dtype: Any = torch.float32) -> Any:
    return torch.empty(shape, dtype=dtype, device="meta")


def sizes(rng: random.Random, count: int, most: int = 9) -> list[int]:
    return [rng.randint(1, most) for _ in range(count)]


def conv_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    """A convolution, one in a few of which PyTorch refuses."""
    rank = rng.randint(1, 3)
    groups = rng.choice((1, 1, 2, 3))
    channels, out = groups * rng.randint(1, 3), groups * rng.randint(1, 3) + (rng.random() < 0.1)
    input = tensor(2, channels * groups if rng.random() < 0.1 else channels, *sizes(rng, rank))
    dtype = torch.float64 if rng.random() < 0.05 else torch.float32
    weight = tensor(out, channels // groups, *sizes(rng, rank, 4), dtype=dtype)
    bias = rng.choice((None, tensor(out), tensor(out + 1)))
    options = {
        "stride": rng.choice((1, 2, tuple(sizes(rng, rank, 3)))),
        "padding": rng.choice((0, 1, "same", "valid", tuple(sizes(rng, rank, 2)))),
        "dilation": rng.choice((1, tuple(sizes(rng, rank, 2)))),
        "groups": groups,
    }
    return (input, weight, bias), {name: value for name, value in options.items() if rng.random() < 0.7}


def linear_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    channels, out = sizes(rng, 2)
    input = tensor(2, *sizes(rng, rng.randint(0, 2)), channels + (rng.random() < 0.1))
    return (input, tensor(out, channels)), {"bias": rng.choice((None, tensor(out), tensor(out + 1)))}


def batch_norm_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    channels = rng.randint(1, 5)
    shape = (rng.choice((1, 2)), channels, *sizes(rng, rng.randint(0, 3), 3))
    vector, other = tensor(channels), tensor(channels + 1)
    means = rng.choice(((vector, vector), (None, None), (vector, other)))
    options = {"weight": rng.choice((None, vector, other)), "training": rng.random() < 0.5}
    return (tensor(*shape), *means), options


def layer_norm_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    shape = sizes(rng, 4)
    normalized = shape[-rng.randint(1, 3) :] if rng.random() < 0.8 else sizes(rng, 1)
    weight = rng.choice((None, tensor(*normalized), tensor(*normalized, 2)))
    return (tensor(*shape), normalized), {"weight": weight}


def group_norm_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    groups = rng.randint(1, 3)
    channels = groups * rng.randint(1, 3) + (rng.random() < 0.2)
    weight = rng.choice((None, tensor(channels), tensor(channels + 1)))
    return (tensor(2, channels, *sizes(rng, rng.randint(0, 2), 3)), groups), {"weight": weight}


def cat_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    shape, axis = sizes(rng, 3, 4), rng.randint(-3, 2)
    tensors = []
    for _ in range(rng.randint(1, 3)):
        own = list(shape)
        own[axis] = rng.randint(1, 5)
        own[0] += rng.random() < 0.1
        tensors.append(tensor(*own))
    return (tensors,), {"dim": axis if rng.random() < 0.9 else 5}


def gelu_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    return (tensor(*sizes(rng, 3)),), {"approximate": rng.choice(("none", "tanh", "other"))}


def mean_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    rank = rng.randint(1, 4)
    dims = rng.choice((None, rng.randint(-rank - 1, rank), [rng.randint(-rank, rank - 1) for _ in range(2)], ()))
    return (tensor(*sizes(rng, rank)), dims), {"keepdim": True} if rng.random() < 0.5 else {}


def adaptive_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    size = rng.choice((1, 3, (2, 4), (None, 3), (0, 2)))
    return (tensor(2, 3, *sizes(rng, 2 if rng.random() < 0.9 else 3)), size), {}


def pointwise_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    input = tensor(*sizes(rng, 3))
    return (input.transpose(0, 1) if rng.random() < 0.5 else input,), {}


def sum_call(rng: random.Random) -> tuple[Sequence[Any], dict[str, Any]]:
    shape = sizes(rng, 3, 3)
    other = [rng.choice((1, size, size + 1)) for size in shape][rng.randint(0, 2) :]
    return (tensor(*shape), rng.choice((2, 0.5, tensor(*other), tensor(*other, dtype=torch.float64)))), {}


CALLS: list[tuple[str, Callable[..., Any], Callable[[random.Random], Any]]] = [
    ("conv", lambda x, *a, **k: (F.conv1d, F.conv2d, F.conv3d)[x.dim() - 3](x, *a, **k), conv_call),
    ("linear", F.linear, linear_call),
    ("batch_norm", F.batch_norm, batch_norm_call),
    ("layer_norm", F.layer_norm, layer_norm_call),
    ("group_norm", F.group_norm, group_norm_call),
    ("cat", torch.cat, cat_call),
    ("gelu", F.gelu, gelu_call),
    ("mean", torch.mean, mean_call),
    ("adaptive_avg_pool2d", F.adaptive_avg_pool2d, adaptive_call),
    ("silu", F.silu, pointwise_call),
    ("hardtanh", F.hardtanh, pointwise_call),
    ("add", torch.add, sum_call),
    ("sub", torch.sub, sum_call),
    ("mul", torch.mul, sum_call),
]


@pytest.mark.parametrize(("name", "function", "call"), CALLS, ids=[row[0] for row in CALLS])
def test_a_known_result_is_that_of_pytorch(name: str, function: Any, call: Any) -> None:
    from cnnshape.bridge.torch.known import known_result

    rng = random.Random(SEED)
    known = refused = 0
    for _ in range(400):
        arguments, options = call(rng)
        own = f"conv{arguments[0].dim() - 2}d" if name == "conv" else name
        result = known_result(own, arguments, options)
        try:
            wanted = function(*arguments, **options)
        except (RuntimeError, ValueError, IndexError):
            refused += 1
            assert result is None, (arguments, options)
            continue
        if result is not None:
            known += 1
            assert (result.shape, result.dtype, result.device) == (wanted.shape, wanted.dtype, wanted.device)
            assert result.is_contiguous() == wanted.is_contiguous()
    assert known >= 60
    assert refused or name in ("silu", "hardtanh")


def test_a_result_in_place_is_the_tensor_itself() -> None:
    from cnnshape.bridge.torch.known import known_result

    x = tensor(2, 3, 4)
    assert known_result("relu_", (x,), {}) is x
    assert known_result("relu", (x,), {"inplace": True}) is x
    assert known_result("add_", (x, tensor(3, 4)), {}) is x
    assert known_result("relu", (x,), {}) is not x


def functions() -> list[Callable[..., Any]]:
    def fixed(a: Any, b: Any, c: Any = 1) -> None: ...
    def named(a: Any, *, b: Any, c: Any = 1) -> None: ...
    def many(a: Any, *rest: Any, b: Any = 1) -> None: ...
    def others(a: Any, b: Any = 1, **rest: Any) -> None: ...
    def nothing() -> None: ...

    return [fixed, named, many, others, nothing]


@pytest.mark.parametrize("function", functions(), ids=lambda function: str(function.__name__))
def test_a_signature_takes_what_python_binds(function: Callable[..., Any]) -> None:
    from cnnshape.bridge.torch.calls import Signature

    signature, real = Signature(function), inspect.signature(function)
    for count in range(5):
        for mask in range(16):
            names = {name: 0 for place, name in enumerate("abcd") if mask >> place & 1}
            try:
                real.bind(*range(count), **names)
                binds = True
            except TypeError:
                binds = False
            assert signature.takes(range(count), names) == binds, (count, names)
