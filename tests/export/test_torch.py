"""PyTorch code of all shipped networks: its layout, and with PyTorch its params, buffers and shapes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cnnshape.export import Inexpressible
from cnnshape.export.torch import to_torch
from cnnshape.export.torch.flat import to_flat_torch
from cnnshape.export.torch.kinds import REFUSED, SAID
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


def test_every_kind_is_said_or_refused() -> None:
    assert {kind.name for kind in KINDS} == set(SAID) | set(REFUSED)
    assert not set(SAID) & set(REFUSED)


@pytest.mark.parametrize("write", [to_torch, to_flat_torch])
def test_layout_is_that_of_ruff(write: object, tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(write(network(name)), encoding="utf-8")  # type: ignore[operator]
    ruff = [sys.executable, "-m", "ruff"]
    checked = subprocess.run(
        [*ruff, "check", "--isolated", "--line-length", "120", "--select", "E4,E7,E9,F,I", str(tmp_path)], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    formatted = subprocess.run([*ruff, "format", "--isolated", "--line-length", "120", "--diff", str(tmp_path)], capture_output=True, text=True)
    assert formatted.returncode == 0, formatted.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_flat_network_has_the_counts_and_shapes_of_its_design(name: str) -> None:
    pytest.importorskip("torch")
    source = network(name)
    module = made(to_flat_torch(source))
    counts, shapes = expected(source.examination)
    assert counts_of(module) == counts
    if not depends_on_values(source.examination):
        assert shapes_of(module, inputs_of(source.examination)) == shapes


def test_opaque_layers_are_refused() -> None:
    net = """\
cnnshape: 1
input: [3, 8, 8]
layers:
  - {opaque: {output: [4, 8, 8]}, name: odd}
  - lstm: {out: 3, biases: 1}
    from: flat
"""
    net = net.replace("  - lstm", "  - {reshape: [4, 64], name: flat}\n  - lstm")
    with pytest.raises(Inexpressible) as refused:
        to_torch(source_of(net))
    messages = [problem.message for problem in refused.value.diagnostics]
    assert len(messages) == 2
    assert "`opaque` (odd)" in messages[0]
    assert "two biases" in messages[1]
