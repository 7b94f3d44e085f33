"""The formats of each command: one table names them for the writer, the option, the help and the documentation."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree

import pytest

from cnnshape.cli.app import app
from cnnshape.cli.page import page_of
from cnnshape.render import compare, findings, memory, reconcile, rf, sizes, summary, sweep, zoo
from cnnshape.render.formats import Format, Page
from tests.command import run

FORMATS = {
    "summary resnet18": summary.FORMATS,
    "block resnet50 Bottleneck -p width=64 -i 256x56x56": summary.FORMATS,
    "compare resnet18 resnet34": compare.FORMATS,
    "rf lenet5": rf.FORMATS,
    "memory lenet5": memory.FORMATS,
    "sizes lenet5 --to 40": sizes.FORMATS,
    "sweep lenet5 -p classes=4,10 -i 1x28x32..36:2 --pareto params,macs": sweep.FORMATS,
    "reconcile lenet5": reconcile.FORMATS,
    "list --family lenet": zoo.FORMATS,
    "check lenet5 --max-params 3 --exit-zero": findings.FORMATS,
}
RUNS = [(command, name) for command, formats in FORMATS.items() for name in formats]


def read_csv(text: str) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    return rows


def read_markdown(text: str) -> None:
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def read_text(text: str) -> None:
    assert text == "" or text.endswith("\n")
    assert not any(line != line.rstrip() for line in text.split("\n") if "^" not in line)


READERS = {
    "csv": read_csv, "json": json.loads, "sarif": json.loads, "gitlab": json.loads, "svg": ElementTree.fromstring,
    "junit": ElementTree.fromstring, "markdown": read_markdown,
}  # fmt: skip


@pytest.mark.parametrize(("command", "name"), RUNS)
def test_each_format_of_each_command_can_be_read(command: str, name: str) -> None:
    done = run(*command.split(), "--format", name)
    assert (done.exit_code, done.stderr) == (0, "")
    READERS.get(name, read_text)(done.stdout)


@pytest.mark.parametrize(("command", "formats"), FORMATS.items())
def test_the_first_format_is_the_default(command: str, formats: dict[str, Format]) -> None:
    assert run(*command.split()).stdout == run(*command.split(), "--format", next(iter(formats))).stdout


@pytest.mark.parametrize(("command", "formats"), FORMATS.items())
def test_the_help_and_the_refusal_name_the_formats(command: str, formats: dict[str, Format]) -> None:
    assert ", ".join(formats) in " ".join(run(command.split()[0], "--help").stdout.split())
    refused = run(*command.split(), "--format", "nothing")
    assert refused.exit_code == 2
    assert all(f"'{name}'" in refused.stderr for name in formats)


@pytest.mark.parametrize(
    "command", ["summary lenet5", "memory lenet5", "rf lenet5", "reconcile lenet5", "compare lenet5 lenet5"]
)
def test_a_file_gets_what_a_pipe_gets(command: str, tmp_path) -> None:
    for name in FORMATS[next(known for known in FORMATS if known.split()[0] == command.split()[0])]:
        target = tmp_path / name
        assert run(*command.split(), "--format", name, "--output", str(target)).stdout == ""
        assert target.read_text(encoding="utf-8") == run(*command.split(), "--format", name).stdout


@pytest.mark.parametrize(("command", "name"), [pair for pair in RUNS if pair[1] not in ("table", "full")])
def test_only_the_default_looks_at_the_page(command: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = run(*command.split(), "--format", name).stdout
    monkeypatch.setattr("cnnshape.cli.output.page_of", lambda stream: Page(30, color=True))
    assert run(*command.split(), "--format", name).stdout == wide


def test_a_fixed_format_ignores_the_page() -> None:
    fixed = Format.fixed(str.upper)
    assert fixed.write("a", Page()) == fixed.write("a", Page(3, color=True)) == "A"


class Stream(io.StringIO):
    """A terminal or a pipe."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("terminal", "environment", "width", "color"),
    [
        (False, {}, None, False),
        (False, {"COLUMNS": "60"}, None, False),
        (True, {"COLUMNS": "60", "TERM": "xterm"}, 60, True),
        (True, {"COLUMNS": "60", "TERM": "dumb"}, 60, False),
        (True, {"COLUMNS": "60", "TERM": "xterm", "NO_COLOR": "1"}, 60, False),
        (True, {"COLUMNS": "60", "TERM": "xterm", "NO_COLOR": ""}, 60, True),
    ],
)
def test_a_page_is_as_its_stream(
    terminal: bool, environment: dict[str, str], width: int | None, color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COLUMNS", "TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    page = page_of(Stream(terminal))
    assert (page.width, page.color) == (width, color)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("network", ["lenet5", "resnet50", "googlenet"])
def test_colours_change_no_character(network: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = []
    for color in (False, True):
        monkeypatch.setattr("cnnshape.cli.output.page_of", lambda stream, color=color: Page(width, color=color))
        texts.append(run("summary", network).stdout)
    assert re.sub(r"\x1b\[[0-9;]*m", "", texts[1]) == texts[0]
    assert "\x1b[" not in texts[0]
    assert f"\x1b[1m{texts[0].splitlines()[0]}\x1b[0m" in texts[1]


def test_sums_are_bold_and_notes_dim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnshape.cli.output.page_of", lambda stream: Page(200, color=True))
    lines = run("summary", "resnet50").stdout.splitlines()
    bold = [line for line in lines if line.startswith("\x1b[1m")]
    assert [line for line in bold if re.search("Bottleneck|stage|total", line)]
    assert any("total" in line for line in bold)
    assert not any("batch_norm" in line for line in bold)
    assert all(line.startswith("\x1b[2m") for line in lines if "xN: N equal blocks" in line or "trainable" in line)


def test_the_application_has_these_commands() -> None:
    text = run("--help").stdout
    assert all(command.split()[0] in text for command in FORMATS)
    assert app.info.name == "cnnshape"
