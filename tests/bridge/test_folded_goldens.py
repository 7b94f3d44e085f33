"""Folded specs of networks of torchvision. `python -m tests.bridge.test_folded_goldens` writes them again."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import cnnshape
from cnnshape.bridge import from_torch

FOLDER = Path(__file__).parent / "folded"
NAMES = [
    "alexnet",
    "convnext_base",
    "convnext_large",
    "convnext_small",
    "convnext_tiny",
    "deeplabv3_resnet50",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
    "efficientnet_b0",
    "efficientnet_b4",
    "efficientnet_v2_m",
    "efficientnet_v2_s",
    "fcn_resnet50",
    "googlenet",
    "inception_v3",
    "mc3_18",
    "mnasnet0_5",
    "mnasnet1_0",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "r2plus1d_18",
    "r3d_18",
    "regnet_x_400mf",
    "regnet_x_8gf",
    "regnet_y_400mf",
    "regnet_y_8gf",
    "resnet101",
    "resnet152",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnext50_32x4d",
    "shufflenet_v2_x1_0",
    "squeezenet1_0",
    "squeezenet1_1",
    "vgg16",
    "vgg16_bn",
    "wide_resnet50_2",
]
ARCHITECTURES = Path(__file__).parents[2] / "architectures"
OTHER_NAMES = {"googlenet": "googlenet_torchvision", "r3d_18": "r3d18", "r2plus1d_18": "r2plus1d18"}
"""The shipped network of the same design, where it is called something else."""
WITH_AUXILIARY = frozenset(("deeplabv3_resnet50", "fcn_resnet50"))
"""The shipped network has the auxiliary head too, which runs in training alone."""
SHIPPED = [
    name
    for name in NAMES
    if name not in WITH_AUXILIARY and (ARCHITECTURES / f"{OTHER_NAMES.get(name, name)}.yaml").exists()
]


def folded(name: str) -> str:
    from tests.bridge.test_torch_torchvision import network

    module, size = network(name)
    return from_torch(module, size, name=name).text


def test_all_files_are_there() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_holds_what_it_expects(name: str) -> None:
    design = cnnshape.load(FOLDER / f"{name}.yaml")
    expected = {expectation.figure.text for expectation in design.spec.expectations}
    assert "params" in expected
    assert [problem for problem in cnnshape.check(design) if problem.severity == "error"] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_is_folded(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    layers = len(cnnshape.analyze(cnnshape.load(text)).rows)
    assert text.count("\n") < layers or name == "alexnet"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_golden_has_the_figures_of_the_shipped_network(name: str) -> None:
    shipped = cnnshape.analyze(cnnshape.load(ARCHITECTURES / f"{OTHER_NAMES.get(name, name)}.yaml"))
    (entering,) = shipped.inputs.values()
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").partition("expect:")[0]
    report = cnnshape.analyze(cnnshape.load(re.sub(r"(?m)^input: .*$", f"input: {list(entering.shape)}", text)))
    assert (report.totals.params, report.totals.macs) == (shipped.totals.params, shipped.totals.macs)


@pytest.mark.parametrize("name", NAMES)
def test_the_fold_of_a_network(name: str) -> None:
    if find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    assert folded(name) == (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        (FOLDER / f"{name}.yaml").write_text(folded(name), encoding="utf-8")


if __name__ == "__main__":
    write()
