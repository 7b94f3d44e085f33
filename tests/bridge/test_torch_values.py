"""What an imported spec computes: its exported code gives the values of the module that it was imported from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from cnnshape.bridge import from_torch
from cnnshape.export.torch import to_torch
from tests.bridge.test_torch_functions import FUNCTIONS, MODULES
from tests.bridge.torch_modules import Forward
from tests.export.exported import made, source_of

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional
SAMPLES = 3
SCALED = "attention"
"""What a spec says without its scale: that has no shape and no cost."""


def randomize(module: Any) -> None:
    """Gives all weights values that differ from each other."""
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.is_floating_point():
                tensor.copy_(torch.rand_like(tensor) + 0.5)


def copy_weights(module: Any, copy: Any) -> None:
    """Copies the weights, which are in the order in which they are used."""
    with torch.no_grad():
        for kind in ("parameters", "buffers"):
            for own, other in zip(getattr(module, kind)(), getattr(copy, kind)(), strict=True):
                other.copy_(own)


def values_of(module: Any, inputs: Sequence[Any]) -> list[Any]:
    with torch.no_grad():
        result = module(*inputs)
    return list(result.values()) if isinstance(result, dict) else [result] if torch.is_tensor(result) else list(result)


def check(module: Any, shape: tuple[int, ...]) -> None:
    """Compares a module with the code of its import."""
    torch.manual_seed(0)
    module = module.eval()
    randomize(module)
    imported = from_torch(module, shape, flat=True)
    if SCALED in imported.text:
        pytest.skip("a spec has attention without its scale")
    copy = made(to_torch(source_of(imported.text)), device="cpu")
    copy_weights(module, copy)
    given = torch.rand(SAMPLES, *shape) - 0.5
    for own, other in zip(values_of(module, [given.clone()]), values_of(copy, [given.clone()]), strict=True):
        if any("channels first" in note for note in imported.notes):
            own = own.movedim(-1, 1)
        torch.testing.assert_close(other, own.reshape(other.shape), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("module", "shape"), [row[:2] for row in MODULES], ids=[str(row[0])[:60] for row in MODULES])
def test_a_module(module: Any, shape: tuple[int, ...]) -> None:
    check(module, shape)


@pytest.mark.parametrize(("function", "shape"), [row[1:3] for row in FUNCTIONS], ids=[row[0] for row in FUNCTIONS])
def test_a_function(function: Any, shape: tuple[int, ...]) -> None:
    check(Forward(lambda self, x: function(x)), shape)
