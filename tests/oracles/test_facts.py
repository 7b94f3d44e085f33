"""torchvision as the oracle of facts that no count shows: the `eps` of norms, rates of dropout, kinds of activations.

Every network that both have runs once on the meta device. After a change of the sources,
`python -m tests.oracles.test_facts` rewrites the rows of torchvision in `tests/architectures/facts.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from inspect import getmodule
from typing import Any

import pytest

pytest.importorskip("torch")

import cnnshape
from cnnshape.source import shipped_names
from tests.architectures.test_facts import COLUMNS, FILE, counted, stated
from tests.oracles.test_torchvision import STAGES, Case, OnMeta, cases, design_of, models, torch
from tests.oracles.twins import Fact, default, facts_of, reading

SOURCE = "torchvision 0.28, one run of its modules on torch 2.13"
DETECTORS = (*STAGES, "retinanet_", "fcos_", "ssd")
IDLE = {"upsample": ("faster_rcnn_mobilenet_v3_large_fpn", "faster_rcnn_mobilenet_v3_large_320_fpn")}
"""Layers of torchvision that do nothing there: it resizes a map to the size that it has."""


def twin_of(case: Case) -> dict[str, str]:
    """The facts of torchvision's model, by kind. A detector is built as for its weights, which fixes norms."""
    report = cnnshape.analyze(design_of(case), variant=case.variant)
    shape = next(iter(report.inputs.values())).shape
    boxes = {name: given.boxes for name, given in report.inputs.items()}
    options = dict(case.options)
    if case.model.startswith(DETECTORS):
        options = {name: value for name, value in options.items() if name != "weights_backbone"}
        options["weights"] = "DEFAULT"
    with pytest.MonkeyPatch.context() as patch, OnMeta():
        patch.setattr(models.WeightsEnum, "get_state_dict", lambda *_, **__: {})
        patch.setattr(torch.nn.Module, "load_state_dict", lambda *_, **__: None)
        model = models.get_model(case.model, **{"weights": None, **options}).train(case.training)
    images = torch.empty(case.batch, *shape, device="meta")
    facts = [*facts_of(model, lambda: case.run(model, images, boxes)), *region_facts(model, images)]
    return counted(fact for fact in facts if case.file not in IDLE.get(fact[0], ()))


def region_facts(model: Any, images: Any) -> Iterator[Fact]:
    """The facts of the pools of regions, which `two_stage` doesn't run: each reads the largest map of its detector."""
    heads = getattr(model, "roi_heads", None)
    pools = [getattr(heads, f"{head}_roi_pool", None) for head in ("box", "mask", "keypoint")]
    for pool in filter(None, pools):
        poolers = getmodule(type(pool))
        scale = poolers._infer_scale(next(iter(model.backbone(images).values())), list(images.shape[-2:]))
        aligned = default(poolers.roi_align, "aligned")  # `MultiScaleRoIAlign` leaves it to the function.
        yield "roi_align", {"scale": scale, "samples": pool.sampling_ratio, "aligned": aligned}


def carried(case: Case) -> dict[str, str]:
    rows = [row for row in stated() if (row["network"], row["variant"]) == (case.file, case.variant)]
    return {row["kind"]: row["facts"] for row in rows}


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.id)
def test_the_carried_facts_are_torchvisions(case: Case) -> None:
    assert carried(case) == twin_of(case)


@pytest.mark.parametrize(
    ("call", "fact"),
    [
        (lambda x: torch.nn.functional.leaky_relu(x, 0.2), ("leaky_relu", {"slope": 0.2})),
        (lambda x: torch.nn.functional.leaky_relu(x, negative_slope=0.3), ("leaky_relu", {"slope": 0.3})),
        (torch.nn.LeakyReLU(), ("leaky_relu", {"slope": 0.01})),
        (torch.nn.ReLU6(), ("relu6", {})),
        (torch.nn.GroupNorm(2, 4, eps=1e-6, device="meta"), ("group_norm", {"eps": 1e-6})),
        (torch.nn.LocalResponseNorm(3, k=2), ("local_response_norm", {"size": 3, "alpha": 1e-4, "beta": 0.75, "k": 2})),
        (torch.nn.AvgPool2d(3, padding=1, count_include_pad=False), ("avg_pool", {"count_include_pad": False})),
        (torch.nn.AvgPool2d(3), ("avg_pool", {})),
        (torch.nn.Upsample(scale_factor=2), ("upsample", {"mode": "nearest", "align_corners": False})),
        (
            torch.nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
            ("upsample", {"mode": "linear", "align_corners": True}),
        ),
        (torch.nn.ReflectionPad2d(1), ("pad", {"mode": "reflect"})),
        (torch.nn.Dropout2d(0.1), ("dropout", {"p": 0.1})),
    ],
)
def test_a_call_has_its_facts(call: Callable[[Any], Any], fact: Fact) -> None:
    with reading([]) as facts:
        call(torch.empty(1, 4, 6, 6, device="meta"))
    assert facts == [fact]


def write() -> None:
    """Rewrites the rows of torchvision, and keeps the others."""
    kept = [row for row in stated() if row["source"] != SOURCE]
    own = [
        dict(zip(COLUMNS, (case.file, case.variant, kind, facts, SOURCE), strict=True))
        for case in cases()
        for kind, facts in twin_of(case).items()
    ]
    order = {name: index for index, name in enumerate(shipped_names())}
    with FILE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted([*kept, *own], key=lambda row: (order[row["network"]], row["variant"], row["kind"])))


if __name__ == "__main__":
    write()
