"""A spec is right for any number of samples: what a forward computes from it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from cnnshape.bridge import ImportProblem, from_torch
from tests.bridge.torch_modules import Forward, layers_of, torch

nn = torch.nn
F = torch.nn.functional
MAP = (8, 6, 10)

DEPENDING: list[tuple[str, Any, str]] = [
    ("a quotient", lambda self, x: x / x.shape[0], "div depends on the number of samples: scale is 0.5 with 2, 0.333"),
    ("a product", lambda self, x: x * float(x.size(0)), "mul depends on the number of samples: scale is 2.0 with 2, 3"),
    ("a slope", lambda self, x: F.leaky_relu(x, 1 / len(x)), "slope is 0.5 with 2, 0.333"),
    ("a kernel", lambda self, x: F.max_pool2d(self.conv(x), x.shape[0]), "kernel is (2, 2) with 2, (3, 3) with 3"),
    ("all values", lambda self, x: x / x.numel(), "div depends on the number of samples"),
    ("copies", lambda self, x: torch.cat([x] * x.shape[0], 1), "cat depends on the number of samples"),
    (
        "a branch",
        lambda self, x: x.relu() if x.shape[0] < 3 else x.tanh(),
        "another way with another number of samples",
    ),
    ("a part", lambda self, x: self.conv(x[:, : x.shape[0]].repeat(1, 4, 1, 1)), "runs with 2 samples, but not with 3"),
]


@pytest.mark.parametrize(("forward", "message"), [row[1:] for row in DEPENDING], ids=[row[0] for row in DEPENDING])
def test_what_depends_on_the_number_of_samples_is_refused(forward: Any, message: str) -> None:
    with pytest.raises(ImportProblem) as caught:
        layers_of(Forward(forward, conv=nn.Conv2d(8, 8, 1)), MAP)
    assert message in caught.value.message
    assert caught.value.help.startswith("a spec is right for any batch")


def test_the_place_is_named() -> None:
    inner = Forward(lambda self, x: x / x.shape[0])
    with pytest.raises(ImportProblem, match="div in inner depends"):
        layers_of(Forward(lambda self, x: self.inner(x), inner=inner), MAP)


INDEPENDENT: list[tuple[str, Any, list[str]]] = [
    ("flat", lambda self, x: x.view(x.size(0), -1), ["flatten"]),
    ("cells", lambda self, x: x / (x.numel() // x.shape[0]), ["rescale: 0.0020833333333333333"]),
    ("the batch split off", lambda self, x: x.reshape(x.shape[0] * 8, 6, 10).reshape(x.shape).relu(), ["relu"]),
    ("channels", lambda self, x: x * x.shape[1], ["rescale: 8"]),
]


@pytest.mark.parametrize(("forward", "layers"), [row[1:] for row in INDEPENDENT], ids=[row[0] for row in INDEPENDENT])
def test_sizes_may_be_read(forward: Any, layers: list[str]) -> None:
    assert layers_of(Forward(forward), MAP) == layers


def test_a_flat_input_is_run_with_another_number_too() -> None:
    with pytest.raises(ImportProblem, match="depends on the number of samples"):
        from_torch(Forward(lambda self, x: x * x.shape[0]), (8,))
