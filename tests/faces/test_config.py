"""Configuration: every wrong setting is a finding at its place in the file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.cli import config as configuration
from cnnshape.cli.toml_places import MOST_LINES, place
from cnnshape.source import SourceText
from tests import command

GOOD = "cnnshape: 1\nname: small\ninput: [3, 16, 16]\nlayers:\n  - {conv: {out: 8, kernel: 3}, name: stem}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "good.yaml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    configuration._nearest.cache_clear()
    return tmp_path


def findings() -> list[tuple[int, int, str]]:
    """Line, column and message of each finding."""
    data = json.loads(command.run("check", "good.yaml", "--format", "json").stdout)
    assert {entry["name"] for entry in data["diagnostics"]} <= {"bad-configuration"}
    return [(entry["line"] or 0, entry["column"] or 0, entry["message"]) for entry in data["diagnostics"]]


# text, then its finding: line, column, a part of the message
WRONG = [
    ("selct = []", [(1, 1, "no setting `selct`")]),
    ("\n\n  strict = 1", [(3, 3, "`strict` is true or false")]),
    ('max-params = "many"', [(1, 1, "`max-params` is a number")]),
    ('"max-params" = true', [(1, 1, "`max-params` is a number")]),
    ("select = 3", [(1, 1, "`select` is a list of rules")]),
    ('select = ["nothing"]', [(1, 11, "no rule `nothing`")]),
    ("select = ['nothing', 'heavy-head', 'neither']", [(1, 11, "`nothing`"), (1, 36, "`neither`")]),
    ('ignore = [\n  "heavy-head",  # fine\n  "heavy-haed",\n]', [(3, 3, "no rule `heavy-haed`")]),
    ("per-file-ignores = 3", [(1, 1, "is a table of patterns")]),
    ('[per-file-ignores]\n"a/*" = ["CS999"]', [(2, 10, "`a/*`: there is no rule `CS999`")]),
    ("[ \"per-file-ignores\" ]\n'a/*' = 3", [(2, 1, "`a/*` is a list of rules")]),
    ('per-file-ignores."a/*" = ["CS999"]', [(1, 27, "no rule `CS999`")]),
    ('per-file-ignores = {"a/*" = ["CS999"]}', [(1, 30, "no rule `CS999`")]),
    (
        'selct = []\nstrict = 1\nmax-params = "many"',
        [(1, 1, "`selct`"), (2, 1, "`strict`"), (3, 1, "`max-params`")],
    ),
    ("[selct]\nstrict = 1", [(1, 2, "no setting `selct`")]),
]


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_each_wrong_setting_is_a_finding_at_its_place(folder: Path, text: str, expected: list[tuple[int, int, str]]):
    (folder / "cnnshape.toml").write_text(text + "\n")
    placed = findings()
    assert [entry[:2] for entry in placed] == [entry[:2] for entry in expected]
    for (_, _, message), (_, _, part) in zip(placed, expected, strict=True):
        assert part in message


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_the_same_in_the_table_of_a_project(folder: Path, text: str, expected: list[tuple[int, int, str]]):
    moved = re.sub(r"^\[\s*(.*?)\s*\]$", r"[tool.cnnshape.\1]", text, flags=re.MULTILINE)
    (folder / "pyproject.toml").write_text(f"[project]\nname = 'selct'\n\n[tool.cnnshape]\n{moved}\n")
    assert [line for line, _, _ in findings()] == [line + 4 for line, _, _ in expected]


def test_several_files_with_one_configuration_report_it_once(folder: Path):
    (folder / "other.yaml").write_text(GOOD)
    (folder / "cnnshape.toml").write_text("selct = []\nstrict = 1\n")
    outcome = command.run("check", "good.yaml", "other.yaml", "--format", "concise")
    assert outcome.exit_code == 2
    assert len(outcome.stdout.splitlines()) == 2


def test_a_code_that_does_not_exist_is_answered_with_the_list_of_rules(folder: Path):
    (folder / "cnnshape.toml").write_text('ignore = ["CS799"]\n')
    assert "`cnnshape rule` lists all rules" in command.run("check", "good.yaml").stdout


UNREADABLE = {
    "a bracket is open": ("strict = true\n\n# rules\nselect = [\n'all',", 4),
    "deep": ("a = " + "[" * 5000, 1),
    "a number of 5,000 digits": ("strict = true\na = " + "9" * 5000 + "\nb = 1\n", 2),
    "not UTF-8": (b"a = '\xff'", 0),
    "a key without a value": ("ignore = []\nstrict\nselect = []\n", 2),
    "a key twice": ("strict = true\nignore = []\nstrict = false\n", 3),
    "a list over several lines is right": ("select = [\n  'all',\n]\nstrict = = 1\n", 4),
    "longer than is searched": ("strict = true\n" * 2 + "# more\n" * MOST_LINES, 0),
}


@pytest.mark.parametrize(("text", "at"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_toml_is_a_finding_at_its_statement(folder: Path, text: str | bytes, at: int):
    (folder / "cnnshape.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    ((line, _, message),) = findings()
    assert (line, message[:21]) == (at, "not readable as TOML:")
    assert command.run("check", "good.yaml").exit_code == 2


def test_the_limit_of_python_for_numbers_is_not_named(folder: Path):
    (folder / "cnnshape.toml").write_text("a = " + "9" * 5000)
    assert findings()[0][2] == "not readable as TOML: a number has too many digits"


@pytest.mark.parametrize(("word", "meant"), [("heavy-haed", "heavy-head"), ("bias-befor-norm", "bias-before-norm")])
def test_a_misspelt_rule_is_answered_with_the_nearest(folder: Path, word: str, meant: str):
    (folder / "cnnshape.toml").write_text(f'ignore = ["{word}"]\n')
    assert f"did you mean `{meant}`?" in command.run("check", "good.yaml").stdout
    (folder / "cnnshape.toml").unlink()
    configuration._nearest.cache_clear()
    outcome = command.run("check", "good.yaml", "--select", word)
    assert (outcome.exit_code, f"did you mean `{meant}`?" in outcome.stderr) == (2, True)


def test_a_place_that_is_not_found_is_that_of_the_table_around_it():
    source = SourceText("x", "[tool]\ncnnshape = {strict = 1}\n")
    span = place(source, ("tool", "cnnshape", "strict"))
    assert span is not None
    assert (span.line, span.column, span.text) == (2, 1, "cnnshape")
    assert place(SourceText("x", "a = 1\n"), ("b",)) is None


@given(st.text(alphabet="ab.=[]\"' \n#", max_size=60))
def test_no_text_breaks_the_search_for_places(text: str):
    span = place(SourceText("x", text), ("a", "b"), "a")
    assert span is None or span.text
