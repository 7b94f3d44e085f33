"""torchvision's networks, also where its compiled operators are missing: those that its import asks for are declared."""

import importlib
import warnings
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

DECLARED: list[Any] = []
"""Operators are forgotten with the library that declared them."""


def torchvision_models() -> ModuleType:
    """`torchvision.models`; skips the test where there are none, or all tests of a module that calls it."""
    torch = pytest.importorskip("torch")
    module_spec = find_spec("torchvision")
    if module_spec is None or module_spec.origin is None:
        pytest.skip("torchvision is not installed", allow_module_level=True)
    if not DECLARED and not _loads(torch, Path(module_spec.origin).parent):
        DECLARED.append(torch.library.Library("torchvision", "FRAGMENT"))
        for name in ("nms", "qnms"):
            if not hasattr(torch.ops.torchvision, name):
                DECLARED[0].define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module("torchvision.models")
        except (ImportError, RuntimeError) as error:
            pytest.skip(f"torchvision can't be imported: {error}", allow_module_level=True)


def _loads(torch: Any, folder: Path) -> bool:
    """Whether torchvision's compiled operators are there and fit this PyTorch."""
    try:
        for library in folder.glob("_C*.so"):
            torch.ops.load_library(str(library))
            return True
    except OSError:
        pass
    return False
