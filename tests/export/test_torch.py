"""PyTorch code of all shipped networks: its layout, its structure, and with PyTorch its params, buffers and shapes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnshape.export import Inexpressible, Source
from cnnshape.export.torch import structured_torch, to_flat_torch, to_torch
from cnnshape.export.torch.kinds import REFUSED, SAID
from cnnshape.export.torch.proof import same_network
from cnnshape.layers.complete import KINDS
from tests.export.exported import (
    NAMES,
    counts_of,
    depends_on_values,
    expected,
    inputs_of,
    made,
    network,
    shapes_of,
    source_of,
)

LAYER_BY_LAYER = frozenset(
    """crnn dla34 fcn16s fcn32s fcn8s hourglass_2 hrnet_w18 nasnet_mobile refinenet101 repvgg_a0 res2net50 resnest50
    retinanet_resnet50_fpn retinanet_resnet50_fpn_v2 segnet ssd300 ssdlite320_mobilenet_v3_large u2net unet_plus_plus
    vnet wavenet""".split()
)
"""The networks whose blocks and loops the code doesn't keep yet."""


def test_every_kind_is_said_or_refused() -> None:
    assert {kind.name for kind in KINDS} == set(SAID) | set(REFUSED)
    assert not set(SAID) & set(REFUSED)


@pytest.mark.parametrize("write", [to_torch, to_flat_torch])
def test_layout_is_that_of_ruff(write: Callable[[Source], str], tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(write(network(name)), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--line-length", "120", str(tmp_path)]
    checked = subprocess.run(
        [*ruff, "check", "--select", "E4,E7,E9,F,I", *options], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    formatted = subprocess.run([*ruff, "format", "--diff", *options], capture_output=True, text=True, check=False)
    assert formatted.returncode == 0, formatted.stdout


@pytest.mark.parametrize("name", NAMES)
def test_structure_is_kept_and_proved(name: str) -> None:
    source = network(name)
    structured = structured_torch(source)
    assert (structured is None) == (name in LAYER_BY_LAYER)
    if structured is not None:
        assert same_network(structured, to_flat_torch(source), "Net")
        assert to_torch(source) == structured


@pytest.mark.parametrize("name", NAMES)
def test_a_network_has_the_counts_and_shapes_of_its_design(name: str) -> None:
    pytest.importorskip("torch")
    source = network(name)
    counts, shapes = expected(source.examination)
    for text in {to_torch(source), to_flat_torch(source)}:
        module = made(text)
        assert counts_of(module) == counts
        if not depends_on_values(source.examination):
            assert shapes_of(module, inputs_of(source.examination)) == shapes


def test_resnet_50_is_short() -> None:
    text = to_torch(network("resnet50"))
    assert len(text.splitlines()) <= 70
    assert "class Bottleneck(nn.Module):" in text
    assert "for width, out, stride, n in zip(" in text
    assert "classes: int = 1000" in text
    assert not re.search(r"\bF\b|helper|import torch$", text)


def test_a_layer_that_pytorch_lacks_is_refused_with_its_reason() -> None:
    net = """\
cnnshape: 1
input: [3, 8, 8]
layers:
  - {opaque: {output: [4, 8, 8]}, name: odd}
  - {reshape: [4, 64], name: flat}
  - lstm: {out: 3, biases: 1}
"""
    with pytest.raises(Inexpressible) as refused:
        to_torch(source_of(net))
    first, second = refused.value.diagnostics
    assert "`opaque` (odd)" in first.message
    assert "figures" in first.message
    assert "two biases" in second.message
    assert (first.place[1], second.place[1]) == (4, 6)
