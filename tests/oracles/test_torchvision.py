"""torchvision as the oracle: every network that both have, module against file, at several input sizes.

The models are built without weights, on the meta device, where nothing is computed. A wheel of torchvision without its
compiled operators (`pip install --no-deps torchvision pillow`) is enough: those that its import asks for are declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pytest

import cnnshape
from cnnshape.api import Design
from cnnshape.source import shipped_path
from tests.bridge.torchvision_operators import torchvision_models

torch = pytest.importorskip("torch")
flop_counter = pytest.importorskip("torch.utils.flop_counter")
overrides = pytest.importorskip("torch.overrides")

BATCH = 2
"""Batch norm in training refuses a single value per channel."""

Shape = tuple[int, ...]


models = torchvision_models()
Norm = torch.nn.BatchNorm2d


class OnMeta(overrides.TorchFunctionMode):  # type: ignore[misc,name-defined]
    """Makes weights on the meta device. Numbers that a model works out while it is built stay real."""

    makers = (torch.empty, torch.ones, torch.zeros)

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        place = {"device": "meta"} if function in self.makers else {}
        return function(*args, **{**(kwargs or {}), **place})


class Case(NamedTuple):
    """A model of torchvision, and the file of the zoo that describes it. `sizes` come on top of the file's own."""

    model: str
    file: str
    variant: str = ""
    options: Mapping[str, Any] = {}
    training: bool = False
    sizes: tuple[Shape, ...] = ((3, 192, 256), (3, 225, 239))
    run: Callable[[Any, Any, Mapping[str, int]], Any] = lambda model, images, boxes: model(images)
    batch: int = BATCH
    fixed_norms: bool = False

    @property
    def id(self) -> str:
        return "-".join(filter(None, (self.model, self.variant)))


# The networks inside of detectors. How boxes are chosen between them needs real numbers.


def every_scale(model: Any, images: Any, _: Mapping[str, int]) -> Any:
    """The head on all maps, in one list."""
    return model.head(list(model.backbone(images).values()))


def scale_by_scale(model: Any, images: Any, _: Mapping[str, int]) -> Any:
    """The head on each map, all its values for a cell side by side."""
    maps = []
    for features in model.backbone(images).values():
        values = [
            head_output.reshape(len(head_output), -1, *features.shape[2:])
            for head_output in model.head([features]).values()
        ]
        maps.append(torch.cat(values, 1))
    return maps


def two_stage(model: Any, images: Any, boxes: Mapping[str, int]) -> Any:
    """Proposals from every map, and the heads on as many boxes as the file says."""
    maps = list(model.backbone(images).values())
    heads = model.roi_heads
    proposed = [torch.cat(level, 1) for level in zip(*model.rpn.head(maps), strict=True)]
    outputs = [*proposed, heads.box_predictor(heads.box_head(pooled(maps[0], boxes["proposals"], 7)))]
    for kind in ("mask", "keypoint"):
        if getattr(heads, f"{kind}_head") is not None:
            features = getattr(heads, f"{kind}_head")(pooled(maps[0], boxes["detections"], 14))
            outputs.append(getattr(heads, f"{kind}_predictor")(features))
    return outputs


def pooled(features: Any, boxes: int, size: int) -> Any:
    """What a region pool gives."""
    return torch.empty(boxes, features.shape[1], size, size, device="meta")


VIDEO = ((3, 8, 96, 128), (3, 15, 111, 90))
INCEPTION = ((3, 331, 299), (3, 307, 320))
IMAGES = ((3, 512, 640), (3, 501, 613))
AUXILIARY = {"googlenet": (), "inception_v3": INCEPTION}
RENAMED = {"googlenet": "googlenet_torchvision", "r3d_18": "r3d18", "r2plus1d_18": "r2plus1d18"}
STAGES = {"fasterrcnn_": "faster_rcnn_", "maskrcnn_": "mask_rcnn_", "keypointrcnn_": "keypoint_rcnn_"}
ELSEWHERE = {
    "transformers": ("vit_", "swin", "maxvit_", "mvit_"),
    "not a network for one image": ("raft_",),
    "the same networks, in whole numbers": ("quantized_",),
    "another 3-D network, beside the three": ("s3d",),
}


def cases() -> Iterator[Case]:
    """A case for every model of torchvision that is a convolutional network, and for each form of it."""
    others = tuple(start for starts in ELSEWHERE.values() for start in starts)
    for name in models.list_models():
        if not name.startswith(others):
            yield from forms(name)


def forms(name: str) -> Iterator[Case]:
    """The cases of one model."""
    case = Case(name, RENAMED.get(name, name))
    bare = {"weights_backbone": None}
    if name in AUXILIARY:
        sizes = AUXILIARY[name] or case.sizes
        yield case._replace(sizes=sizes, options={"aux_logits": False, "init_weights": False})
        training = {"aux_logits": True, "init_weights": False}
        yield case._replace(sizes=sizes, options=training, variant="aux", training=True)
    elif name.startswith(("fcn_", "deeplabv3_")):
        yield case._replace(options={"aux_loss": True, **bare})
        yield case._replace(options={"aux_loss": False, **bare}, variant="no_aux")
    elif name.startswith(tuple(STAGES)):
        start = next(start for start in STAGES if name.startswith(start))
        file = STAGES[start] + name.removeprefix(start)
        fixed = not name.endswith("_v2")
        yield case._replace(file=file, options=bare, run=two_stage, sizes=IMAGES, batch=1, fixed_norms=fixed)
    elif name.startswith(("retinanet_", "fcos_")):
        fixed = not name.endswith("_v2")
        yield case._replace(options=bare, run=scale_by_scale, sizes=IMAGES, fixed_norms=fixed)
    elif name == "ssd300_vgg16":
        yield case._replace(file="ssd300", variant="coco", options=bare, run=every_scale, sizes=())
    elif name.startswith("ssdlite"):
        yield case._replace(options=bare, run=every_scale)
    elif name.startswith("lraspp_"):
        yield case._replace(options=bare)
    else:
        yield case._replace(sizes=VIDEO) if name in VIDEOS else case


VIDEOS = ("r3d_18", "mc3_18", "r2plus1d_18")


@pytest.fixture(scope="module", params=list(cases()), ids=lambda case: case.id)
def built(request: pytest.FixtureRequest) -> tuple[Case, Any]:
    """A case and its model."""
    case = request.param
    with OnMeta():
        model = models.get_model(case.model, weights=None, **case.options)
    return case, model.train(case.training)


def shapes(output: Any) -> list[Shape]:
    """The shapes of all tensors that a model gives, without the batch, sorted."""
    if isinstance(output, Mapping):
        output = list(output.values())
    if isinstance(output, tuple | list):
        return sorted(shape for part in output for shape in shapes(part))
    return [tuple(output.shape[1:])]


def design_of(case: Case) -> Design:
    path = shipped_path(case.file)
    assert path is not None, f"{case.model} is missing from the zoo"
    return cnnshape.load(path)


def test_params(built: tuple[Case, Any]) -> None:
    case, model = built
    totals = cnnshape.analyze(design_of(case), variant=case.variant).totals
    # With weights, torchvision fixes the norms of a detector's backbone; without, it can't be asked to.
    norms = [module for module in model.backbone.modules() if isinstance(module, Norm)] if case.fixed_norms else []
    fixed = sum(weight.numel() for norm in norms for weight in norm.parameters())
    assert totals.params == sum(weight.numel() for weight in model.parameters()) - fixed
    assert totals.buffers == sum(buffer.numel() for buffer in model.buffers())


def test_macs_and_outputs_at_every_size(built: tuple[Case, Any]) -> None:
    case, model = built
    design = design_of(case)
    inputs = cnnshape.analyze(design, variant=case.variant).inputs
    boxes = {name: given.boxes for name, given in inputs.items()}
    for size in (next(iter(inputs.values())).shape, *case.sizes):
        report = cnnshape.analyze(design, variant=case.variant, inputs=size)
        with torch.no_grad(), flop_counter.FlopCounterMode(display=False) as counter:
            output = case.run(model, torch.empty(case.batch, *size, device="meta"), boxes)
        assert shapes(output) == sorted(report.outputs.values()), size
        assert report.totals.macs * case.batch * 2 == counter.get_total_flops(), size
