"""Every command prints the same bytes under any hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from cnnshape.cli.app import COMMANDS

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
from tests.command import run
print(json.dumps([run(*command.split()) for command in sys.argv[1:]]))
"""
RUNS = [
    *(f"summary inception_v3 -f {format}" for format in ("table", "plain", "markdown", "csv", "json", "svg")),
    "summary fast_rcnn --expand",
    "summary googlenet --count fvcore",
    "summary no_such_network",
    "block resnet50 Bottleneck -p width=64 -i 256x56x56",
    *(f"draw {name} -o -" for name in ("hrnet_w18", "yolov8n --format mermaid", "unet --format dot", "lenet5 --style volumes")),
    *(f"report {names} -o -" for names in ("mask_rcnn_resnet50_fpn", "resnet18 resnet34")),
    *(f"compare resnet18 resnet34 resnet50 -f {format}" for format in ("table", "markdown", "csv", "json", "svg")),
    *(f"compare architectures --against HEAD -f {format}" for format in ("table", "json")),
    "explain densenet121",
    "explain unet down1",
    *(f"rf googlenet -f {format}" for format in ("table", "json", "svg")),
    *(f"sizes lenet5 --to 64 -f {format}" for format in ("table", "json")),
    *(f"memory unet -f {format}" for format in ("table", "json", "svg")),
    "sweep resnet18 -p repeats=[1..2,2,2,1..2] -i 64..96:32 --pareto max:macs,params",
    *(f"reconcile shufflenet_v2_x1_0 -f {format}" for format in ("table", "markdown", "csv", "json")),
    "list --max-params 3M",
    "list --family vgg -f svg",
    "list --family nothing",
    "show lenet5",
    "import no_such_network",
    "export resnet50",
    "rule",
    "rule unaligned-paths",
    "rule unaligned",
    "layers",
    "layers batch_norm",
    "layers nothing",
    "schema",
    *(f"check tests/specs/bad -f {format} --exit-zero" for format in ("full", "concise", "json", "github", "gitlab", "sarif", "junit")),
]  # fmt: skip


@cache
def outcomes(seed: str) -> list[list[object]]:
    """Exit code, standard output and standard error of each run."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *RUNS],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_seed_changes_no_byte(seed: str) -> None:
    for command, first, other in zip(RUNS, outcomes("0"), outcomes(seed), strict=True):
        assert first == other, command


def test_the_runs_print_something() -> None:
    for command, (_, out, err) in zip(RUNS, outcomes("0"), strict=True):
        assert out or err, command


def test_every_command_is_run() -> None:
    assert {command.split()[0] for command in RUNS} == set(COMMANDS)
