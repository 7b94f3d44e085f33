"""`cnnshape rule`: every code can be looked up, in the words of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnnshape.cli.completion import complete_code
from cnnshape.diagnostics import CATALOGUE, GROUPS, Code, Severity, lookup
from cnnshape.lint import BY_NAME, RULES
from cnnshape.render.codes import code_markdown, code_page, codes_overview
from tests.command import run

DOCS = Path(__file__).parents[2] / "docs"
each_code = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.code)


@each_code
def test_a_page_is_printed_by_name_and_by_code(entry: Code) -> None:
    for word in (entry.name, entry.code, entry.code.lower(), entry.name.upper(), entry.name.replace("-", "_")):
        assert run("rule", word) == (0, code_page(entry), "")


@each_code
def test_a_page_says_what_the_code_is_and_shows_an_example(entry: Code) -> None:
    head, _, rest = code_page(entry).partition("\n\n")
    assert head.startswith(f"{entry.name} ({entry.code}, ")
    assert rest.startswith(entry.meaning)
    if entry.name not in BY_NAME:
        assert head == f"{entry.name} ({entry.code}, {entry.severity})"
        assert f"\n    {entry.severity}[{entry.code}]: " in rest
        assert "\n    $ cnnshape " in rest
    assert "```" not in rest
    assert rest.endswith("\n") and not rest.endswith("\n\n")


@each_code
def test_the_page_of_a_code_is_its_section_of_the_documentation(entry: Code) -> None:
    page = "rules.md" if entry.name in BY_NAME else "errors.md"
    text = (DOCS / page).read_text(encoding="utf-8")
    section = re.search(rf"^### {entry.code} {entry.name}\n\n(.*?)(?=^###? |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None
    # The documentation shows what `check` prints for the example of a rule too.
    shown = section[1] if page == "errors.md" else re.sub(r"```console\n.*?```\n\n", "", section[1], flags=re.DOTALL)
    assert code_markdown(entry) == shown.strip()


@each_code
def test_the_lines_of_a_page_fit_a_terminal(entry: Code) -> None:
    prose = [line for line in code_page(entry, 60).split("\n") if not line.startswith("    ")]
    assert max(map(len, prose)) <= 60


def test_a_new_code_of_a_checkout_has_its_meaning_for_a_page() -> None:
    assert code_page(Code("CS399", "new-error", "What is new.")) == "new-error (CS399, error)\n\nWhat is new.\n"


def test_without_a_name_all_codes_are_listed() -> None:
    assert run("rule") == (0, codes_overview(CATALOGUE.values()), "")


def test_the_overview_has_a_line_for_each_code_under_its_group() -> None:
    headings, lines = [], []
    for line in codes_overview(CATALOGUE.values()).split("\n"):
        (lines if line.startswith("  ") else headings).append(line)
    assert [line.split(maxsplit=3) for line in lines] == [
        [entry.code, entry.name, state(entry), entry.meaning] for entry in CATALOGUE.values()
    ]
    assert headings[: 2 * len(GROUPS)] == [part for heading in GROUPS.values() for part in (f"{heading}:", "")]


def state(entry: Code) -> str:
    off = entry.name in BY_NAME and not BY_NAME[entry.name].default
    return "off" if off else "warning" if entry.warns or entry.code.startswith(("CS7", "CS8")) else "error"


@pytest.mark.parametrize("group", GROUPS)
def test_the_beginning_of_codes_lists_a_group(group: str) -> None:
    listed = run("rule", group.lower()).stdout
    assert listed.startswith(f"{GROUPS[group]}:\n")
    assert re.findall(r"^  (CS\d+)", listed, re.MULTILINE) == [
        entry.code for entry in CATALOGUE.values() if entry.group == group
    ]


def test_every_code_belongs_to_a_group() -> None:
    assert list(dict.fromkeys(entry.group for entry in CATALOGUE.values())) == list(GROUPS)


def test_the_codes_that_are_warnings_are_the_rules_and_what_is_said_about_ignores() -> None:
    warnings = [entry.name for entry in CATALOGUE.values() if entry.severity is Severity.WARNING]
    assert warnings == ["stale-output", "too-close", *(rule.name for rule in RULES), "unused-ignore", "bad-ignore"]


@pytest.mark.parametrize(
    ("word", "help"),
    [
        ("heavy-haed", "did you mean `heavy-head`?"),
        ("CS7055", "did you mean `CS705`?"),
        ("residual-mismatch", "did you mean `residual-shape-mismatch`?"),
        ("C512", "did you mean `CS512`?"),
        ("xyzzy", "`cnnshape rule` lists them all"),
    ],
)
def test_what_is_no_code_is_bad_usage(word: str, help: str) -> None:
    result = run("rule", word)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"no error and no rule is called '{word}'" in result.stderr
    assert help in result.stderr


def test_no_word_but_its_own_finds_a_code() -> None:
    assert [lookup(word) for word in ("", "CS", "CS5", "CS51", "CS5120", "residual")] == [None] * 6


def test_the_shell_completes_codes_and_names() -> None:
    assert complete_code("CS60") == ["CS601", "CS602", "CS603", "CS605", "CS606"]
    assert complete_code("residual") == ["residual-shape-mismatch"]
    assert set(complete_code("")) == set(CATALOGUE)
