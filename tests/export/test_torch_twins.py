"""Exported networks against torchvision's: with its weights in the order of `state_dict`, the outputs are equal, bit by bit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cnnshape.export.torch import to_torch
from tests.export.exported import made, network

torch = pytest.importorskip("torch")
torchvision_operators = pytest.importorskip("tests.bridge.torchvision_operators")
models = torchvision_operators.torchvision_models()

RENAMED = {"googlenet": "googlenet_torchvision"}
OPTIONS = {"googlenet": {"aux_logits": False, "init_weights": False}}
_NAMES = """
    alexnet densenet121 densenet169 efficientnet_b0 efficientnet_b1 efficientnet_b5 efficientnet_v2_s googlenet mnasnet0_5
    mnasnet1_0 mobilenet_v2 mobilenet_v3_large mobilenet_v3_small resnet18 resnet34 resnet50 resnext50_32x4d
    shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0 squeezenet1_0 squeezenet1_1 vgg11_bn
"""
TWINS = _NAMES.split()
"""Those that take a second or two on one core. All others of torchvision but RegNet and ConvNeXt, which register their
shortcuts and scales in another order, were equal too when this was written."""
RANDOM = ("Dropout", "StochasticDepth")


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def twins(name: str) -> tuple[Any, Any]:
    """The exported network and torchvision's, with the same weights. Norms get values that show where they are applied."""
    torch.manual_seed(0)
    ours = made(to_torch(network(RENAMED.get(name, name))), device="cpu")
    theirs = models.get_model(name, **OPTIONS.get(name, {})).eval()
    weights = list(theirs.state_dict().values())
    for weight in weights:
        if weight.is_floating_point() and weight.dim() == 1:
            weight.uniform_(0.5, 1.5)
    own = ours.state_dict()
    assert [weight.numel() for weight in own.values()] == [weight.numel() for weight in weights]
    ours.load_state_dict(
        {name: theirs.reshape(value.shape).clone() for (name, value), theirs in zip(own.items(), weights, strict=True)}
    )
    return ours, theirs


def output(module: Any, images: Any) -> Any:
    torch.manual_seed(1)
    with torch.no_grad():
        return module(images)


@pytest.mark.parametrize("name", TWINS)
def test_outputs_are_equal(name: str) -> None:
    ours, theirs = twins(name)
    images = torch.rand(2, 3, 64, 64)
    if name == "alexnet":
        images = torch.rand(2, 3, 96, 96)
    given = output(ours, images)
    assert given.abs().max() > 0
    assert torch.equal(given, output(theirs, images))
    # In training, norms use the batch and update their statistics. Layers drop the same values if the same are drawn:
    # that is left to the framework here.
    for module in (*ours.modules(), *theirs.modules()):
        if type(module).__name__ in RANDOM:
            module.p = 0.0
    assert torch.equal(output(ours.train(), images), output(theirs.train(), images))
    for left, right in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
        assert torch.equal(left.flatten(), right.flatten())
