"""`block` without a block lists them, and without an input takes the first use in the network."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import cnnshape
from cnnshape.api import expand
from cnnshape.api.block_use import first_use, use_alone
from cnnshape.graph import Options, groups
from cnnshape.source import shipped_names, shipped_path
from tests import command

NETWORKS = [name for index, name in enumerate(shipped_names()) if index % 4 == 0 or name in ("unet", "fast_rcnn")]


@pytest.mark.parametrize("network", NETWORKS)
def test_the_first_use_alone_has_the_layers_that_it_has_in_the_network(network: str) -> None:
    path = shipped_path(network)
    assert path is not None
    design = cnnshape.load(path)
    graph, _ = expand(design, Options())
    assert graph is not None
    assert design.spec is not None
    for block in design.spec.blocks:
        name = block.name.text
        group = next((group for group in groups(graph.root) if group.word == name), None)
        use = first_use(design, graph, name)
        assert (use is None) == (group is None)
        if use is None or group is None:
            continue
        alone, problems = expand(*use_alone(design, name, use, {}))
        assert not problems
        assert alone is not None
        used = graph.nodes[group.start : group.end]
        assert [node.application.output.shape for node in alone.nodes] == [
            node.application.output.shape for node in used
        ]
        for node, original in zip(alone.nodes, used, strict=True):
            read = [tensor.shape for tensor in node.application.inputs]
            assert read == [tensor.shape for tensor in original.application.inputs]
        assert [node.application.layer.name for node in alone.nodes] == [node.application.layer.name for node in used]
        assert use.label == group.label


SPEC = """cnnshape: 1
name: odd
input: [8, 16, 16]
blocks:
  Late:
    params: {skip: required, word: ab, list: [1, 2], flag: true, rate: 0.5, out: 4}
    do:
      - add: {left: [{conv: {out: 8, kernel: 1}, from: skip}], right: [{conv: {out: 8, kernel: 3, padding: 1}}]}
  Unused:
    do: [relu]
layers:
  - {conv: {out: 4, kernel: 1}, name: stem}
  - {conv: {out: 6, kernel: 1}, name: next}
  - Late: {skip: stem}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "odd.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    return "odd.yaml"


def test_what_enters_is_told_from_the_tensor_params(spec: str) -> None:
    data = json.loads(command.run("block", spec, "Late", "--format", "json").stdout)
    assert data["inputs"] == {"input": [6, 16, 16], "skip": [4, 16, 16]}
    assert data["name"] == "odd Late"


def test_blocks_are_listed_with_their_params_and_uses(spec: str) -> None:
    lines = command.run("block", spec).stdout.splitlines()
    assert lines[0].split() == ["block", "uses", "line", "params"]
    assert lines[2].split()[:3] == ["Late", "1", "5"]
    assert "skip, word=ab, list=[1, 2], flag=true, rate=0.5, out=4" in lines[2]
    assert lines[3].split() == ["Unused", "0", "9"]


@pytest.mark.parametrize("network", ["resnet50", "unet", "googlenet", "densenet121", "mobilenet_v2"])
def test_the_command_below_the_list_works(network: str) -> None:
    listed = command.run("block", network).stdout
    (written,) = re.findall("`cnnshape (.*)`", listed)
    outcome = command.run(*written.split())
    assert outcome.exit_code == 0
    assert outcome.stdout.count("\n") > 8


def test_a_block_that_is_not_used_needs_an_input(spec: str) -> None:
    outcome = command.run("block", spec, "Unused")
    assert outcome.exit_code == 2
    assert "the network doesn't use `Unused`" in outcome.stderr
    (written,) = re.findall("`(--input .*)`", outcome.stderr)
    assert command.run("block", spec, "Unused", *written.split()).exit_code == 0


def test_params_are_set_anew(spec: str) -> None:
    first = json.loads(command.run("block", "resnet50", "Bottleneck", "--format", "json").stdout)
    second = json.loads(command.run("block", "resnet50", "Bottleneck", "-p", "width=32", "--format", "json").stdout)
    assert first["inputs"] == second["inputs"] == {"input": [64, 56, 56]}
    assert (first["layers"][0]["output"], second["layers"][0]["output"]) == ([64, 56, 56], [32, 56, 56])
    assert command.run("block", spec, "Late", "-p", "nothing=3").exit_code == 1


def test_a_network_with_errors_lists_its_blocks(spec: str) -> None:
    Path(spec).write_text(SPEC.replace("- Late: {skip: stem}", "- Late: {skip: stem, nothing: 1}"))
    assert "Unused" in command.run("block", spec).stdout
    outcome = command.run("block", spec, "Late")
    assert (outcome.exit_code, "nothing" in outcome.stderr) == (1, True)
    assert command.run("block", spec, "Late", "-i", "6x16x16", "-i", "skip=4x16x16").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["lenet5"], 2, "the file defines no blocks"),
        (["lenet5", "Block"], 1, "no block is called `Block`"),
        (["resnet50", "Botleneck"], 1, "did you mean `Bottleneck`?"),
        (["no-such-net"], 2, "no such file"),
    ],
)
def test_what_is_refused(arguments: list[str], code: int, said: str) -> None:
    outcome = command.run("block", *arguments)
    assert (outcome.exit_code, said in outcome.stderr) == (code, True)
