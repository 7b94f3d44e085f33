"""The same spec gives the same bytes, in one process and in others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings

import cnnshape
from cnnshape.render.json import to_json

from .strategy import specs

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "architectures"
PROGRAM = """
import sys, cnnshape
from cnnshape.render.json import to_json
for path in sys.argv[1:]:
    print(to_json(cnnshape.analyze(cnnshape.load(path))))
"""


@given(specs())
@settings(max_examples=20)
def test_the_same_text_gives_the_same_bytes(spec):
    design = cnnshape.load(spec.text)
    first = to_json(cnnshape.analyze(design))
    assert first == to_json(cnnshape.analyze(design)) == to_json(cnnshape.analyze(cnnshape.load(spec.text)))


def printed(seed: str) -> bytes:
    paths = [
        str(SHIPPED / f"{name}.yaml") for name in ("resnet50", "inception_v3", "efficientnet_b0", "shufflenet_v2_x1_0")
    ]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *paths], env=environment, cwd=ROOT, capture_output=True, check=True
    )
    return done.stdout


def test_hash_seeds_change_nothing():
    assert printed("1") == printed("2")
