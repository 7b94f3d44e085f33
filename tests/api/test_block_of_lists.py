"""A block alone whose params are lists of tensors and layers: its first use, and what JSON says of it."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from cnnshape.cli.app import app

TEXT = """\
cnnshape: 1
input: [3, 32, 32]
blocks:
  Join:
    params: {xs: required, act: relu, n: 2}
    do:
      - concat: [input, xs]
      - conv: {out: 4, kernel: 1, act: act}
layers:
  - for: {n: [1, 2]}
    name: s
    do: [conv: {out: 4, kernel: 1}]
  - Join: {xs: "[s.0, [s.all]]", act: {elu: 0.5}}
"""


def ran(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_first_use_of_a_block_has_its_lists_as_inputs(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(TEXT)
    output = ran("block", str(path), "Join", "--format", "json")
    (join,) = json.loads(output)["groups"]
    assert json.loads(output)["totals"]["params"] == 4 * (4 + 4 + 8) + 4
    assert join["params"] == {"xs": [None, [[None, None]]], "act": {"elu": {"alpha": 0.5}}, "n": 2}


def test_a_list_of_tensors_in_json_has_no_values(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(TEXT)
    groups = json.loads(ran("summary", str(path), "--format", "json"))["groups"]
    assert groups[-1]["params"] == {"xs": [None, [[None, None]]], "act": {"elu": {"alpha": 0.5}}, "n": 2}
