"""Modules for the tests, and the layers of their flat specs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cnnshape.bridge import Network, from_torch

torch = pytest.importorskip("torch")


class Forward(torch.nn.Module):
    """A module with a forward given as a function of the module and its inputs, and with parts."""

    def __init__(self, forward: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        self._forward = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *inputs: Any) -> Any:
        return self._forward(self, *inputs)


def layers_of(module: Any, *shapes: Any, opaque: bool = False) -> list[str]:
    """The lines under `layers:` of the flat spec, which was proved against the module."""
    given = shapes[0] if len(shapes) == 1 and not isinstance(shapes[0], Mapping) else list(shapes)
    return lines_of(from_torch(module, given, flat=True, opaque=opaque).text)


def network_of(module: Any, inputs: Mapping[str, tuple[int, ...]]) -> Network:
    """The operations of a module."""
    reading = importlib.import_module("cnnshape.bridge.torch.reading")
    network: Network = reading.network_of(module, inputs)
    return network


def lines_of(text: str) -> list[str]:
    lines = text.splitlines()
    start = lines.index("layers:") + 1
    taken: list[str] = []
    for line in lines[start:]:
        if line.startswith("  - "):
            taken.append(line[4:])
        elif line.startswith("    "):
            taken[-1] += f", {line.strip()}"
    assert taken
    return taken
