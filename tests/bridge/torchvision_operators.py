"""torchvision's networks where its compiled operators are missing: those that its import asks for are declared."""

import importlib
import warnings
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pytest

DECLARED: list[Any] = []
"""Operators are forgotten with the library that declared them."""


def torchvision_models() -> ModuleType:
    """`torchvision.models`; skips the test where there are none."""
    torch = pytest.importorskip("torch")
    if find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    if not DECLARED:
        DECLARED.append(torch.library.Library("torchvision", "FRAGMENT"))
        for name in ("nms", "qnms"):
            if not hasattr(torch.ops.torchvision, name):
                DECLARED[0].define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module("torchvision.models")
        except (ImportError, RuntimeError) as error:
            pytest.skip(f"torchvision can't be imported: {error}")
