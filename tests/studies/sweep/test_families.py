"""Random spaces of shipped families and of small specs: `benchmarks/sweep_check.py` compares more of them.

Together these have `make_divisible`, groups, `when`, lists, words, broadcasting, contracts, repeats and resizing.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

import cnnshape
from cnnshape.source import shipped_path
from cnnshape.study.sweep.evaluation import Evaluator
from tests.studies.sweep.spaces import agrees, analyzed, random_space, stated

numpy = pytest.importorskip("numpy")

SPECS = Path(__file__).parent.parent.parent / "specs" / "ok"
FAMILIES = (
    "alexnet", "attention_unet", "cspdarknet53", "densenet121", "ds_cnn", "efficientnet_b0", "fcn8s", "ghostnet",
    "lenet5", "mcunet_in1", "mnasnet1_0", "mobilenet_v1", "mobilenet_v2", "mobilenet_v3_small", "regnet_y_800mf",
    "repvgg_a0", "resnet18", "resnext50_32x4d", "se_resnet50", "shufflenet_v1", "shufflenet_v2_x1_0", "squeezenet1_1",
    "unet_padded", "vgg11", "wavenet", "wrn28_10",
)  # fmt: skip
LANGUAGE = ("contracts", "defaults_read_the_input", "expressions", "for_index", "gates", "inception", "cbam")
DESIGNS = 12


@pytest.mark.parametrize("name", [*FAMILIES, *LANGUAGE])
def test_random_designs_of_a_family_are_those_of_analyze(name: str) -> None:
    random = Random(name)
    design = cnnshape.load(SPECS / f"{name}.yaml" if name in LANGUAGE else shipped_path(name) or name)
    space = random_space(design, random)
    evaluator = Evaluator(design, space)
    indices = numpy.array([random.randrange(space.count) for _ in range(DESIGNS)])
    figures = evaluator.evaluate(indices)
    for row, index in enumerate(indices.tolist()):
        expected = analyzed(design, evaluator, index)
        assert agrees(stated(figures, row), expected), dict(space.choice(index))
    assert evaluator.notes == []
