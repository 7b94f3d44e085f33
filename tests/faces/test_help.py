"""Help: an example that works for each use, one sentence for each option, no words of a library."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cnnshape.cli.app import COMMANDS, app
from cnnshape.cli.command import BadParameter
from cnnshape.cli.examples import EXAMPLES
from cnnshape.cli.whole_numbers import Range
from tests import command
from tests.bridge import onnx_files
from tests.bridge.torchvision_operators import torchvision_models

NET = "cnnshape: 1\nname: net\ninput: [3, 32, 32]\nparams: {width: 8}\nlayers:\n  - conv: {out: width, kernel: 3}\n"
MODULE = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self, classes):
        super().__init__(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, classes))
"""
GROUP: Any = get_command(app)
PARAMS = [
    pytest.param(param, id=f"{name} {param.name}")
    for name in COMMANDS
    for param in GROUP.get_command(None, name).params
    if param.name != "help"
]


@pytest.fixture
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.yaml").write_text(NET)
    (tmp_path / "designs").mkdir()
    (tmp_path / "designs" / "net.yaml").write_text(NET)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "net.py").write_text(MODULE)
    nodes = [onnx_files.node("Conv", "x w", "y", pads=[1] * 4)]
    given, made = onnx_files.value("x", 1, 3, 8, 8), onnx_files.value("y", 1, 4, 8, 8)
    (tmp_path / "model.onnx").write_bytes(
        onnx_files.model(nodes, [given], [made], [onnx_files.tensor("w", [4, 3, 3, 3])])
    )
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    command.run("export", "net.yaml", "-o", "net.py")


def test_every_command_has_examples() -> None:
    assert list(EXAMPLES) == list(COMMANDS)


@pytest.mark.parametrize("example", [example for examples in EXAMPLES.values() for example in examples])
@pytest.mark.usefixtures("_folder")
def test_the_examples_work(example: str) -> None:
    for module, argument in (("torchvision", "torchvision.models:"), ("torch", ".py:")):
        if argument in example and find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    if "torchvision" in example:
        torchvision_models()
    program, *arguments = shlex.split(example)
    outcome = command.run(*(arguments[: arguments.index(">")] if ">" in arguments else arguments))
    assert (program, outcome.exit_code, outcome.stderr) == ("cnnshape", 0, "")
    assert outcome.stdout or "-o" in arguments


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_shows_them(name: str) -> None:
    shown = " ".join(command.run(name, "--help").stdout.split())
    for example in EXAMPLES[name]:
        assert example in shown


# What releases of typer write of a type, a range or a default that is none, or where a word doesn't fit.
WORDS_OF_TYPER = re.compile(r"[<>]=|<\w+>?|\b[A-Z]+ RANGE\b|\bTEXT\b|\bINTEGER\b|\bFLOAT\b|default: (None|\])|\w…")


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", [*COMMANDS, ""])
def test_the_help_has_no_words_of_typer_and_whole_names(name: str, width: int) -> None:
    shown = command.run(*filter(None, [name]), "--help", columns=width).stdout
    assert max(map(len, shown.splitlines())) <= width
    # The examples are commands, and an example may write to a file.
    lines = [line for line in shown.splitlines() if not line.strip().startswith("cnnshape ")]
    assert [line for line in lines if WORDS_OF_TYPER.search(line)] == []
    for param in GROUP.get_command(None, name).params if name else GROUP.params:
        options = [word for word in (*param.opts, *param.secondary_opts) if word.startswith("-")]
        assert [word for word in options if not re.search(rf"(?<!\S){word}(?!\S)", shown)] == []


RANGES = [
    ("summary", "--batch", "1 to 1,000,000,000", ["0", "-3", "1000000001", "two", "1.5", ""]),
    ("summary", "--max-layers", "1 to 10,000,000", ["0", "10000001", "1e3"]),
    ("summary", "--depth", "0 or more", ["-1", "all"]),
    ("summary", "--top", "1 or more", ["0", "9" * 5000]),
    ("memory", "--depth", "0 or more", ["-1"]),
    ("sizes", "--from", "1 to 1,000,000", ["0", "1000001"]),
    ("sizes", "--to", "1 to 1,000,000", ["0", "1000001"]),
    ("sweep", "--top", "1 to 1,000,000", ["0", "1000001"]),
    ("sweep", "--jobs", "1 to 1,024", ["0", "1025"]),
    ("sweep", "--seed", "0 to 9,223,372,036,854,775,807", ["-1", "9223372036854775808"]),
]


@pytest.mark.parametrize(("name", "option", "range", "refused"), RANGES, ids=lambda value: str(value)[:20])
def test_a_range_is_in_the_help_and_in_the_message(name: str, option: str, range: str, refused: list[str]) -> None:
    (param,) = [param for param in GROUP.get_command(None, name).params if option in param.opts]
    assert re.search(rf"\b{range}\b", param.help)
    for value in refused:
        outcome = command.run(name, "lenet5", option, value)
        assert outcome.exit_code == 2
        assert f"write {range}" in " ".join(outcome.stderr.replace("│", " ").split())
        assert not WORDS_OF_TYPER.search(outcome.stderr)


@pytest.mark.parametrize(("least", "most"), [(0, None), (1, None), (1, 7), (-2, 1234567)])
def test_a_range_takes_its_bounds_and_nothing_beyond(least: int, most: int | None) -> None:
    allowed = Range(least, most)
    assert [allowed.read(str(number)) for number in (least, most or 10**12)] == [least, most or 10**12]
    for beyond in (least - 1, *([most + 1] if most else [])):
        with pytest.raises(BadParameter, match=re.escape(str(allowed))):
            allowed.read(str(beyond))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_lists_the_choices(name: str) -> None:
    shown = command.run(name, "--help", columns=80).stdout
    for param in GROUP.get_command(None, name).params:
        for choice in getattr(param.type, "choices", ()):
            assert re.search(rf"\b{getattr(choice, 'value', choice)}\b", shown)
            assert getattr(choice, "value", choice) in param.help


@pytest.mark.parametrize("param", PARAMS)
def test_an_option_is_one_sentence(param: Any) -> None:
    text = re.sub(r"\s+\[default: \w+\]\Z", "", param.help)
    assert text.endswith(".")
    assert not re.search(r"[.!?] [A-Z]", text)
    assert text[0].isupper()


def test_no_two_options_of_a_command_say_the_same() -> None:
    for name in COMMANDS:
        helps = [param.help for param in GROUP.get_command(None, name).params if param.name != "help"]
        assert len(helps) == len(set(helps))
