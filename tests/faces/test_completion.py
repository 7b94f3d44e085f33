"""What the shell offers, asked for as bash does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnshape.cli.app import COMMANDS
from cnnshape.source import shipped_names

OWN = """cnnshape: 1
name: own
input: [3, 16, 16]
params: {width: 8, depth: 2}
variants: {small: {width: 4}, large: {width: 16}}
blocks:
  Cell:
    params: {out: required, stride: 1}
    do: [{conv: {out: out, kernel: 3, stride: stride, padding: 1}}]
layers:
  - {conv: {out: width, kernel: 3}, name: stem}
  - for: {out: [8, 16]}
    name: stage
    do: [{Cell: {out: out}}, {Cell: {out: out}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.yaml").write_text(OWN)
    (tmp_path / "broken.yaml").write_text(OWN + "  - conv: {out: 8, kernel: 99}\n")
    (tmp_path / "text.yaml").write_text("[")
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / ".hidden.yaml").write_text("")
    (tmp_path / "resnets").mkdir()
    (tmp_path / "resnets" / "mine.yml").write_text(OWN)
    return tmp_path


def offered(folder: Path, *words: str) -> list[str]:
    """The words that bash gets for the last word of a command line; nothing else is printed."""
    environment = {
        **os.environ,
        "_CNNSHAPE_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("cnnshape", *words)),
        "COMP_CWORD": str(len(words)),
    }
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'cnnshape'; from cnnshape.cli import main; main()"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.split()


CASES = [
    (["summary", "own"], ["own.yaml"]),
    (["summary", "resnet"], ["resnets/", *[name for name in shipped_names() if name.startswith("resnet")]]),
    (["summary", "resnets/"], ["resnets/mine.yml"]),
    (["summary", "no/such/"], []),
    (["check", "lenet5", "le"], ["lenet5"]),
    (["show", "lenet"], ["lenet5"]),
    (["list", "lenet"], ["lenet5", "lenet"]),
    (["explain", "own.yaml", "st"], ["stem", "stage.0", "stage.1"]),
    (["explain", "own.yaml", "stage.0"], ["stage.0", "stage.0.Cell", "stage.0.Cell_2"]),
    (["explain", "own.yaml", "stage.0.Cell_2."], ["stage.0.Cell_2.conv"]),
    (["rf", "own.yaml", "ste"], ["stem"]),
    (["explain", "broken.yaml", "st"], []),
    (["explain", "text.yaml", "st"], []),
    (["explain", "nothing.yaml", "st"], []),
    (["explain", "-", "st"], []),
    (["block", "own.yaml", "C"], ["Cell"]),
    (["block", "broken.yaml", "C"], ["Cell"]),
    (["summary", "own.yaml", "-p", "w"], ["width="]),
    (["summary", "own.yaml", "-p", ""], ["width=", "depth="]),
    (["block", "own.yaml", "Cell", "-p", ""], ["out=", "stride="]),
    (["summary", "own.yaml", "--variant", ""], ["small", "large"]),
    (["summary", "own.yaml", "--variant", "l"], ["large"]),
    (["summary", "own.yaml", "-c", "rf_"], ["rf_main", "rf_stride", "rf_padding"]),
    (["summary", "own.yaml", "-c", "layer,rf_s"], ["layer,rf_stride"]),
    (["summary", "own.yaml", "-c", "rf_stride,rf_"], ["rf_stride,rf_main", "rf_stride,rf_padding"]),
    (["summary", "own.yaml", "--sort", "m"], ["macs", "main_activation_bytes"]),
    (["summary", "own.yaml", "--dtype", "bf"], ["bfloat16"]),
    (["summary", "own.yaml", "--count", "fvc"], ["fvcore"]),
    (["summary", "own.yaml", "--color", "a"], ["auto", "always"]),
    (["summary", "own.yaml", "--format", "m"], ["markdown"]),
    (["check", "--select", "heavy"], ["heavy-head"]),
    (["check", "--ignore", "heavy-head,bias-b"], ["heavy-head,bias-before-norm"]),
    (["check", "--select", "CS703"], ["CS703"]),
    (["rule", "bias-b"], ["bias-before-norm"]),
    (["compare", "lenet"], ["lenet5"]),
    (["compare", "own.yaml@"], ["own.yaml@Cell"]),
    (["compare", "lenet5", "resnet50@B"], ["resnet50@Bottleneck"]),
    (["layers", "max_p"], ["max_pool"]),
    (["expl"], ["explain"]),
]


@pytest.mark.parametrize(("words", "expected"), CASES, ids=lambda value: " ".join(value))
def test_what_is_offered(folder: Path, words: list[str], expected: list[str]) -> None:
    assert offered(folder, *words) == expected


def test_files_come_before_shipped_names(folder: Path) -> None:
    words = offered(folder, "summary", "")
    assert words[:4] == ["broken.yaml", "own.yaml", "resnets/", "text.yaml"]
    assert words[4:] == shipped_names()


def test_hidden_files_are_offered_once_a_dot_is_typed(folder: Path) -> None:
    assert offered(folder, "summary", ".h") == [".hidden.yaml"]


def test_all_commands_are_offered(folder: Path) -> None:
    assert set(offered(folder, "")) == set(COMMANDS)
