"""Activation bytes as tables in courses count them: outputs of convolutions, linear layers, pools and joins."""

from __future__ import annotations

import cnnshape
from cnnshape.source import shipped_path
from tests import command

# "Memory" of VGGNet's layers in values, from the input on: CS231n, "Convolutional Neural Networks", case studies
# (github.com/cs231n/cs231n.github.io, convolutional-networks.md). The page prints 24M as their sum, which they are not.
COURSE = [
    224 * 224 * 3,
    224 * 224 * 64, 224 * 224 * 64, 112 * 112 * 64,
    112 * 112 * 128, 112 * 112 * 128, 56 * 56 * 128,
    56 * 56 * 256, 56 * 56 * 256, 56 * 56 * 256, 28 * 28 * 256,
    28 * 28 * 512, 28 * 28 * 512, 28 * 28 * 512, 14 * 14 * 512,
    14 * 14 * 512, 14 * 14 * 512, 14 * 14 * 512, 7 * 7 * 512,
    4096, 4096, 1000,
]  # fmt: skip
ADAPTIVE = 7 * 7 * 512
"""The shipped VGG-16 is torchvision's, which has one more pool, from 7x7 to 7x7."""


def test_vgg16_is_the_table_of_the_course():
    report = cnnshape.analyze(cnnshape.load(shipped_path("vgg16") or ""))
    assert COURSE[0] == 150_528
    assert report.totals.main_activation_bytes == 4 * (sum(COURSE[1:]) + ADAPTIVE) == 60_448_672
    counted = [row.main_activation_bytes // 4 for row in report.rows if row.main_activation_bytes]
    assert counted == [*COURSE[1:19], ADAPTIVE, *COURSE[19:]]


LAYERS = """input: [4, 8, 8]
layers:
  - conv: {out: 8, kernel: 3, padding: 1, norm: batch_norm, act: relu}
  - add: {x: [], y: [{conv: {out: 8, kernel: 1}}, {local_response_norm: {}}]}
  - layer_scale
  - concat: {x: [], y: [identity]}
  - upsample: 2
  - max_pool: 2
  - softmax
  - dropout
  - flatten
  - linear: {out: 10, act: tanh}
"""


def test_it_counts_what_a_layer_computes_anew():
    report = cnnshape.analyze(cnnshape.load(LAYERS), batch=3, dtype="float16")
    counted = {row.name: row.main_activation_bytes for row in report.rows if row.main_activation_bytes}
    cells = {
        "conv": 8 * 64, "y.conv": 8 * 64, "add": 8 * 64, "concat": 16 * 64, "upsample": 16 * 256,
        "max_pool": 16 * 64, "linear": 10,
    }  # fmt: skip
    assert counted == {name: 2 * 3 * values for name, values in cells.items()}
    assert report.totals.main_activation_bytes == sum(counted.values())


def test_it_can_be_expected_and_limited(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(f"cnnshape: 1\n{LAYERS}expect: {{main_activation_bytes: {4 * 7690}}}\n", encoding="utf-8")
    assert command.run("check", str(path)).exit_code == 0
    assert command.run("check", str(path), "--max-main-activation-memory", "30760").exit_code == 0
    assert command.run("check", str(path), "--max-main-activation-memory", "30759").exit_code == 1
