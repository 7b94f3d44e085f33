"""`cnnshape rule`"""

from __future__ import annotations

import pytest

from cnnshape.lint import RULES
from cnnshape.render.rules import rule_page, rules_overview
from tests.command import run


def test_without_a_name_all_rules_are_listed() -> None:
    result = run("rule")
    assert result == (0, rules_overview(), "")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_page_is_printed_by_name_and_by_code(rule) -> None:
    for word in (rule.name, rule.code):
        result = run("rule", word)
        assert result == (0, rule_page(rule), "")


@pytest.mark.parametrize(
    ("word", "help"),
    [
        ("heavy-haed", "did you mean `heavy-head`?"),
        ("CS7055", "did you mean `CS705`?"),
        ("xyzzy", "`cnnshape rule` lists them"),
        ("CS512", "did you mean"),
    ],
)
def test_what_is_no_rule_is_bad_usage(word: str, help: str) -> None:
    result = run("rule", word)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"no rule is called '{word}'" in result.stderr
    assert help in result.stderr
