"""Help: an example that works for each use, one sentence for each option, no words of a library."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cnnshape.cli.app import COMMANDS, app
from cnnshape.cli.examples import EXAMPLES
from tests import command

NET = "cnnshape: 1\nname: net\ninput: [3, 32, 32]\nparams: {width: 8}\nlayers:\n  - conv: {out: width, kernel: 3}\n"
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
    monkeypatch.chdir(tmp_path)


def test_every_command_has_examples() -> None:
    assert list(EXAMPLES) == list(COMMANDS)


@pytest.mark.parametrize("example", [example for examples in EXAMPLES.values() for example in examples])
@pytest.mark.usefixtures("_folder")
def test_the_examples_work(example: str) -> None:
    program, *arguments = shlex.split(example)
    outcome = command.run(*(arguments[: arguments.index(">")] if ">" in arguments else arguments))
    assert (program, outcome.exit_code, outcome.stderr) == ("cnnshape", 0, "")
    assert outcome.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_shows_them(name: str) -> None:
    shown = " ".join(command.run(name, "--help").stdout.split())
    for example in EXAMPLES[name]:
        assert example in shown
    assert not re.search(r"<int|<float|INTEGER|FLOAT", shown)


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
