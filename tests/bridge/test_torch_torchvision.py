"""All convolutional networks of torchvision: each operation has a kind, and all figures are PyTorch's own."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

from cnnshape.api import analyze, load
from cnnshape.bridge import from_torch
from tests.bridge.torch_modules import network_of
from tests.bridge.torchvision_operators import torchvision_models

torch = pytest.importorskip("torch")
flop_counter = pytest.importorskip("torch.utils.flop_counter")

MOST_LINES = 45
LONGER = {"inception_v3": 110, "s3d": 110, "resnet50": 30}
"""Lines of folded specs. Inceptions state the widths of each branch, and S3D is one: an Inception over space and time."""
NOT_CONVOLUTIONAL = ("vit_", "swin", "maxvit", "mvit")


def names() -> list[str]:
    if find_spec("torchvision") is None:
        return []
    models = torchvision_models()
    homes = (models, models.segmentation, models.video)
    listed = [name for home in homes for name in models.list_models(module=home)]
    return [name for name in listed if not name.startswith(NOT_CONVOLUTIONAL)]


def built(build: Callable[[], Any]) -> Any:
    """A module on the meta device, where its constructor reads no values."""
    with warnings.catch_warnings():
        # Two constructors announce another initialization.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            with torch.device("meta"):
                return build()
        except NotImplementedError:
            return build()


def network(name: str) -> tuple[Any, tuple[int, ...]]:
    models = torchvision_models()
    home = models.get_model_builder(name).__module__
    named = {"weights": None} | ({"weights_backbone": None} if "segmentation" in home else {})
    size = (3, 224, 224)
    if "video" in home:
        size = (3, 16, 224, 224) if name == "s3d" else (3, 8, 112, 112)
    return built(lambda: models.get_model(name, **named)), size


def test_all_networks_are_there() -> None:
    if find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    assert len(names()) >= 78


@pytest.mark.parametrize("name", names())
def test_a_network(name: str) -> None:
    module, size = network(name)
    imported = from_torch(module, size, flat=True)
    totals = analyze(load(imported.text)).totals
    operations = network_of(module, {"input": size})
    unused = sum(weight.elements for weight in operations.unused)
    assert totals.params == sum(parameter.numel() for parameter in module.parameters()) - unused
    counter = flop_counter.FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        result = module.to("meta").eval()(torch.empty((1, *size), device="meta"))
    assert totals.macs == counter.get_total_flops() // 2
    tensors = result if isinstance(result, dict) else {"output": result}
    shapes = {output.name: operations.shape(output.value) for output in operations.outputs}
    assert shapes == {key: tuple(tensor.shape[1:]) for key, tensor in tensors.items()}
    assert not any("size only" in note for note in imported.notes)


@pytest.mark.parametrize("name", names())
def test_a_folded_network_is_short(name: str) -> None:
    module, size = network(name)
    text = from_torch(module, size, name=name).text
    assert len(text.splitlines()) <= LONGER.get(name, MOST_LINES)
