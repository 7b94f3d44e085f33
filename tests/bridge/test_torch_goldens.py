"""Flat specs of networks of torchvision, step by step. `python -m tests.bridge.test_torch_goldens` writes them again."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnshape.bridge import from_torch
from tests.bridge.test_torch_torchvision import network

FOLDER = Path(__file__).parent / "flat"
NAMES = (
    "alexnet",
    "convnext_tiny",
    "deeplabv3_mobilenet_v3_large",
    "efficientnet_b0",
    "googlenet",
    "inception_v3",
    "mnasnet0_5",
    "mobilenet_v2",
    "r2plus1d_18",
    "regnet_y_400mf",
    "resnet18",
    "shufflenet_v2_x0_5",
    "squeezenet1_1",
    "vgg11_bn",
)


def test_all_files_are_compared() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_steps_of_a_network(name: str) -> None:
    module, size = network(name)
    assert from_torch(module, size, name=name, flat=True).text == (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        module, size = network(name)
        (FOLDER / f"{name}.yaml").write_text(from_torch(module, size, name=name, flat=True).text, encoding="utf-8")


if __name__ == "__main__":
    write()
