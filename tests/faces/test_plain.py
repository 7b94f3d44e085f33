"""Plain command lines: read without typer, and with what typer reads of them."""

from __future__ import annotations

import os
from contextlib import redirect_stderr, redirect_stdout, suppress
from enum import EnumType
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnshape.cli import plain
from cnnshape.cli.app import app, typer_command
from cnnshape.cli.command import Command, Parameter
from cnnshape.cli.commands import COMMANDS, command_of
from cnnshape.cli.examples import EXAMPLES
from cnnshape.cli.plain import plain_command, plain_values
from tests import command as process

ODD = ("", "-", "--", "-h", "--help", "-x", "--nothing", "-b2", "-eb2", "--col", "=", "-1", "--=3", "---")
VALUES = (
    "3",
    "resnet50",
    "json",
    "a=b",
    "1e3",
    " 4",
    "é",
    "\udcff",
    "--expand",
    "--color",
    "never",
    "year",
    "width=8",
    "/",
    "/nothing/there",
)


# typer's own copy of click and click itself name the class alike.
UsageError = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")


def typers_values(command: Command, words: list[str]) -> dict[str, Any] | None:
    """What typer calls the command with; None if it doesn't."""
    got: list[dict[str, Any]] = []
    built = typer_command(command._replace(run=lambda **values: got.append(values)))
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()), suppress(UsageError):
        built.main(words, prog_name="cnnshape", standalone_mode=False)
    return got[0] if got else None


@st.composite
def lines(draw: st.DrawFn) -> tuple[Command, list[str]]:
    """A command and words after it: its options with and without values, and words that are odd."""
    command = command_of(draw(st.sampled_from(sorted(COMMANDS))))
    options = [name for parameter in command.parameters for name in getattr(parameter.declared, "names", ())]
    value = st.sampled_from(VALUES)
    word = st.one_of(
        value.map(lambda text: [text]),
        st.sampled_from(options).map(lambda name: [name]),
        st.tuples(st.sampled_from(options), value).map(list),
        st.tuples(st.sampled_from(options), value).map(lambda pair: ["=".join(pair)]),
        st.sampled_from(ODD).map(lambda text: [text]),
    )
    return command, [text for texts in draw(st.lists(word, max_size=4)) for text in texts]


@given(lines())
@settings(deadline=None, max_examples=300)
def test_a_plain_line_means_what_typer_reads(line: tuple[Command, list[str]]) -> None:
    command, words = line
    values = plain_values(command, words)
    if values is not None:
        assert values == typers_values(command, words)


def text_of(parameter: Parameter) -> str:
    """A value that an option takes, other than its default."""
    return str(list(parameter.type)[-1]) if isinstance(parameter.type, EnumType) else "7"


def stated(parameter: Parameter, name: str) -> list[list[str]]:
    """The ways to state an option by one of its names."""
    if parameter.type is bool:
        return [[name]]
    value = text_of(parameter)
    return [[name, value], [f"{name}={value}"]] if name.startswith("--") else [[name, value]]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_by_itself_is_plain(name: str) -> None:
    command = command_of(name)
    required = ["one"] * any(parameter.default is ... for parameter in command.parameters)
    assert plain_values(command, required) == typers_values(command, required)
    for parameter in command.parameters:
        for option in getattr(parameter.declared, "names", ()):
            for words in stated(parameter, option):
                values = plain_values(command, [*words, *required])
                assert values == plain_values(command, [*required, *words])
                assert values is not None
                assert values == typers_values(command, [*words, *required])
                assert values[parameter.name] != parameter.default
                twice = plain_values(command, [*required, *words, *words])
                assert (twice is not None) == (parameter.type == list[str])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("summary", []),
        ("summary", ["one", "two"]),
        ("compare", []),
        ("summary", ["one", "--depth"]),
        ("summary", ["one", "--depth", "-1"]),
        ("summary", ["one", "--depth=-1"]),
        ("summary", ["one", "--depth", "few"]),
        ("summary", ["one", "--format", "poem"]),
        ("summary", ["one", "--variant", ""]),
        ("summary", ["one", "-eb", "2"]),
        ("summary", ["one", "-b=2"]),
        ("summary", ["one", "--expand=yes"]),
        ("summary", ["one", "--exp"]),
        ("summary", ["--", "one"]),
        ("summary", ["one", "-h"]),
        ("check", ["--color"]),
        ("check", ["--nothing"]),
    ],
)
def test_what_is_not_plain_is_left_to_typer(name: str, words: list[str]) -> None:
    assert plain_values(command_of(name), words) is None


def test_a_file_that_can_not_be_read_is_left_to_typer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """typer refuses it as an output."""
    words = ["one", "--output", str(tmp_path / "table")]
    assert plain_values(command_of("summary"), words) is not None
    (tmp_path / "table").symlink_to("nothing")
    assert plain_values(command_of("summary"), words) is None
    (tmp_path / "table").unlink()
    (tmp_path / "table").touch()
    assert plain_values(command_of("summary"), words) is not None
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert plain_values(command_of("summary"), words) is None


def test_lists_are_given_in_pieces() -> None:
    values = plain_values(command_of("check"), ["a", "--select", "x", "-", "--select=y", "b"])
    assert values is not None
    assert (values["paths"], values["select"], values["ignore"]) == (["a", "-", "b"], ["x", "y"], None)


def test_a_line_that_does_not_start_with_a_command_is_left_to_typer() -> None:
    for words in ([], ["--version"], ["-h", "summary"], ["summry"], [""]):
        assert plain_command(words, {}) is None
    assert plain_command(["list"], {}) is not None


def test_completion_is_left_to_typer() -> None:
    assert plain_command(["summary", ""], {"_CNNSHAPE_COMPLETE": "complete_bash"}) is None
    assert plain_command(["summary", ""], {"_PYTHON _M_CNNSHAPE_COMPLETE": "complete_zsh"}) is None


def test_windows_expands_words_with_typer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "os", SimpleNamespace(name="nt"))
    assert plain_command(["check", "*.yaml"], {}) is None


@pytest.mark.parametrize(
    "example", [example for examples in EXAMPLES.values() for example in examples if "'" not in example]
)
def test_the_examples_are_plain(example: str) -> None:
    _, name, *words = example.partition(" > ")[0].split()
    assert plain_values(command_of(name), words) is not None


REFUSED = (
    "summary lenet5 --columns nothing",
    "summary lenet5 --sort nothing",
    "summary lenet5 --dtype int3 --batch 2",
    "summary lenet5 -i big",
    "check lenet5 --select nothing",
    "check lenet5 --max-params many",
    "compare lenet5",
    "compare lenet5 lenet5 --fail-if nothing",
    "explain lenet5 nothing",
    "list nothing",
    "rule nothing",
    "sizes lenet5 --from 9 --to 8",
)


@pytest.mark.parametrize("line", REFUSED)
def test_what_a_command_refuses_is_printed_as_by_typer(line: str) -> None:
    words = line.split()
    assert plain_values(command_of(words[0]), words[1:]) is not None
    quick = process.run(*words)
    err = StringIO()
    wide = pytest.MonkeyPatch()
    wide.setenv("COLUMNS", "200")
    wide.setenv("NO_COLOR", "1")
    with wide.context(), redirect_stderr(err), pytest.raises(SystemExit) as left:
        app(words, prog_name="cnnshape")
    wide.undo()
    assert (quick.exit_code, quick.stdout, quick.stderr) == (left.value.code, "", err.getvalue())
    assert quick.exit_code == 2
    assert f"Usage: cnnshape {words[0]}" in quick.stderr


def test_a_command_that_refuses_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """typer reads the line again, for its usage, but the command isn't run again."""
    calls: list[str] = []
    monkeypatch.setattr("cnnshape.cli.compare.parse_condition", calls.append)
    assert process.run("compare", "lenet5", "alexnet", "--fail-if", "nothing").exit_code == 2
    assert calls == ["nothing"]
