"""Each option of each command, by `cases/options.yaml`: what it changes, and what it refuses."""

from __future__ import annotations

import json
import shlex
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnnshape.cli.app import COMMANDS
from cnnshape.diagnostics import CATALOGUE
from tests.command import run

NET = """\
cnnshape: 1
name: Small
input: [3, 16, 16]
params: {width: 8, classes: 10}
variants:
  wide: {width: 16}
blocks:
  Unit:
    params: {out: required}
    do:
      - conv: {out: out, kernel: 3, padding: 1, act: relu}
layers:
  - {conv: {out: width, kernel: 3, padding: 1}, name: stem}
  - {Unit: width, name: body}
  - max_pool: 2
  - global_avg_pool
  - flatten
  - {linear: classes, name: head}
"""
HEAD = "cnnshape: 1\ninput: [3, 16, 16]\nlayers:\n"
FILES = {
    "net.yaml": NET,
    "broken.yaml": HEAD + "  - cnov: 3\n  - max_pool: 0\n",
    "doubled.yaml": HEAD + "  - relu\n  - relu\n",
    "expected.yaml": NET + "expect: {params: 899}\n",
    "small.cfg": "[net]\nwidth=16\nheight=16\nchannels=3\n\n[convolutional]\nfilters=8\nsize=3\npad=1\nactivation=relu\n",
    "ramp.cfg": "[net]\nwidth=16\nheight=16\nchannels=3\n\n[convolutional]\nfilters=8\nsize=3\npad=1\nactivation=ramp\n",
    "typed.yaml": HEAD + "  - relu\n  - conv: {out: 3\n",
}
ROWS = yaml.safe_load((Path(__file__).parent / "cases" / "options.yaml").read_text(encoding="utf-8"))
CASES = [pytest.param(row, id=row["run"]) for rows in ROWS.values() for row in rows]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def at(data: Any, path: str) -> Any:
    """The value at a path such as `layers.0.output`."""
    return reduce(lambda inner, key: inner[int(key) if isinstance(inner, list) else key], path.split("."), data)


CODES = {entry.name: f"[{entry.code}]" for entry in CATALOGUE.values()}


def lacking(parts: list[str], text: str) -> list[str]:
    """The parts that a text doesn't have."""
    return [part for part in parts if CODES.get(part, part) not in text]


def number(value: Any) -> Any:
    """A value of a case; a sum or product of numbers is worked out."""
    return eval(value, {}) if isinstance(value, str) and value[:1].isdigit() else value


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("row", CASES)
def test_an_option_does_what_it_says(row: dict[str, Any]) -> None:
    done = run(*shlex.split(row["run"]))
    assert done.exit_code == row.get("exit", 0), done.stderr
    assert lacking(row.get("out", []), done.stdout) == []
    assert lacking(row.get("err", []), done.stderr) == []
    assert lacking(row.get("without", []), done.stdout) == row.get("without", [])
    for path, value in row.get("json", {}).items():
        assert at(json.loads(done.stdout), path) == number(value), path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("row", [case for case in CASES if case.values[0].get("exit") == 2])
def test_a_refusal_prints_nothing_else(row: dict[str, Any]) -> None:
    done = run(*shlex.split(row["run"]))
    assert "Traceback" not in done.stderr
    assert done.stdout == "" or row["run"].startswith("check")


def test_every_command_has_rows() -> None:
    tried = {shlex.split(case.values[0]["run"])[0] for case in CASES}
    assert set(COMMANDS) <= tried
