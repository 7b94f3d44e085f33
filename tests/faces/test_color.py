"""Colours: who asks for them, who forbids them, and that they change no word."""

from __future__ import annotations

import re
from io import StringIO
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.cli.app import COMMANDS
from cnnshape.cli.page import page_of
from cnnshape.render.table import Column, Table, text_lines
from cnnshape.render.wrapping import BOLD, DIM, painted, wants_color, wrapped
from tests import command

# what the user chose, on a terminal or not, the environment: whether to colour
CASES = [
    ("auto", True, {}, True),
    ("auto", False, {}, False),
    ("auto", True, {"TERM": "dumb"}, False),
    ("auto", True, {"NO_COLOR": "1"}, False),
    ("auto", True, {"NO_COLOR": ""}, True),
    ("auto", False, {"FORCE_COLOR": "1"}, True),
    ("auto", False, {"FORCE_COLOR": ""}, False),
    ("auto", False, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ("auto", True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ("always", False, {"NO_COLOR": "1"}, True),
    ("always", True, {"TERM": "dumb"}, True),
    ("never", True, {"FORCE_COLOR": "1"}, False),
    ("never", False, {}, False),
]


@pytest.mark.parametrize(("choice", "terminal", "environment", "colored"), CASES)
def test_who_decides(choice: str, terminal: bool, environment: dict[str, str], colored: bool) -> None:
    assert wants_color(terminal, environment, choice) is colored


USES = {
    "summary": "summary resnet18",
    "check": "check lenet5 --max-params 1",
    "rule": "rule heavy-head",
    "compare": "compare lenet5 lenet5:classes=3",
    "block": "block resnet50 Bottleneck -p width=64 -i 256x56x56",
    "explain": "explain resnet50 stage.0",
    "rf": "rf lenet5",
    "sizes": "sizes lenet5 --to 40",
    "sweep": "sweep lenet5 -p classes=4,10",
    "memory": "memory lenet5",
    "reconcile": "reconcile lenet5 --tool fvcore",
    "list": "list lenet5",
    "layers": "layers conv",
}
MORE = ["explain lenet5", "explain lenet5 C1", "rule", "layers", "summary lenet5 --top 3", "compare lenet5 resnet18 m5"]
WITHOUT = {
    "show": "show lenet5",
    "draw": "draw lenet5 -o -",
    "report": "report lenet5 -o -",
    "import": "import model.pth",
    "export": "export lenet5",
    "schema": "schema",
}


def test_every_command_is_tried() -> None:
    assert {*USES, *WITHOUT} == set(COMMANDS)


@pytest.mark.parametrize("arguments", [*USES.values(), *MORE])
def test_colours_change_no_word(arguments: str) -> None:
    never = command.run(*arguments.split(), "--color", "never")
    always = command.run(*arguments.split(), "--color", "always")
    assert "\x1b" not in never.stdout
    assert "\x1b[" in always.stdout
    assert re.sub(r"\x1b\[[0-9;]*m", "", always.stdout) == never.stdout
    assert always.exit_code == never.exit_code
    assert command.run(*arguments.split()).stdout == never.stdout


@pytest.mark.parametrize("arguments", WITHOUT.values())
def test_files_are_printed_as_they_are(arguments: str) -> None:
    assert command.run(*arguments.split(), "--color", "always").stdout == command.run(*arguments.split()).stdout


@pytest.mark.parametrize("format", ["plain", "markdown", "csv", "json"])
def test_other_formats_have_no_colours(format: str) -> None:
    assert "\x1b" not in command.run("summary", "lenet5", "--format", format, "--color", "always").stdout


def test_a_file_gets_no_colours(tmp_path) -> None:
    path = tmp_path / "out.txt"
    assert command.run("summary", "lenet5", "--color", "always", "-o", str(path)).exit_code == 0
    assert path.read_text() == command.run("summary", "lenet5").stdout


def test_a_choice_holds_for_one_run() -> None:
    assert "\x1b" in command.run("list", "lenet5", "--color", "always").stdout
    assert "\x1b" not in command.run("list", "lenet5").stdout


def test_an_unknown_choice_is_refused() -> None:
    outcome = command.run("summary", "lenet5", "--color", "sometimes")
    assert outcome.exit_code == 2
    assert "--color" in outcome.stderr


def test_a_pipe_may_be_told_to_colour_and_stays_endless() -> None:
    with patch.dict("os.environ", {"FORCE_COLOR": "1", "NO_COLOR": ""}):
        page = page_of(StringIO())
    assert (page.width, page.height, page.color) == (None, None, True)


def test_errors_are_coloured_as_chosen() -> None:
    assert "\x1b[1;31m" in command.run("summary", "no-such-net", "--color", "always").stderr
    assert "\x1b" not in command.run("summary", "no-such-net", "--color", "never").stderr


# Tables

ROWS = [("a", 1, 0), ("zeros", 0, 0), ("words", "0", "0"), ("none", None, None), ("sum", 1, 0), ("total", 0, 0)]


def test_headings_and_sums_are_bold_and_rules_and_zeros_dim() -> None:
    columns = (Column("name"), Column("x", numeric=True), Column("y", numeric=True))
    table = Table(columns, ROWS, groups=frozenset({4, 5}), totals=True)
    styles = [re.findall(r"\A\x1b\[(\d)m", line) for line in text_lines(table, color=True)]
    assert styles == [[BOLD], [DIM], [], [DIM], [], [], [BOLD], [DIM], [BOLD]]
    bare = [re.sub(r"\x1b\[\dm", "", line) for line in text_lines(table, color=True)]
    assert bare == text_lines(table)


@given(st.text(alphabet="ab ", max_size=12), st.text(alphabet="word ", max_size=80), st.integers(1, 60))
def test_a_painted_start_changes_no_line(start: str, text: str, width: int) -> None:
    lines = painted(start, text, width, "36")
    assert [re.sub(r"\x1b\[\d+m", "", line) for line in lines] == (wrapped(start, text, width) or [start.rstrip()])
