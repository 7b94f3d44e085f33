"""The list of rules against the files and codes that exist."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import cnnshape
from cnnshape.diagnostics import CATALOGUE, Severity
from cnnshape.lint import BY_NAME, RULES, Rule, rules

GOOD = Path(__file__).parents[1] / "specs" / "ok"


def test_every_file_of_a_rule_is_listed() -> None:
    (folder,) = rules.__path__
    files = {path.stem for path in Path(folder).glob("*.py") if not path.stem.startswith("_")}
    assert {rule.name.replace("-", "_") for rule in RULES} == files
    assert [import_module(f"{rules.__name__}.{rule.name.replace('-', '_')}").RULE for rule in RULES] == list(RULES)


def test_every_code_of_a_rule_has_one_in_the_order_of_the_catalogue() -> None:
    codes = [entry.name for entry in CATALOGUE.values() if entry.code.startswith("CS7")]
    assert [rule.name for rule in RULES] == codes
    assert list(BY_NAME) == codes
    assert list(BY_NAME.values()) == list(RULES)


@pytest.fixture(scope="module")
def designs() -> list[cnnshape.Design]:
    return [cnnshape.load(path) for path in sorted(GOOD.rglob("*.yaml"))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_warns_of_its_own_finding_alone(rule: Rule, designs: list[cnnshape.Design]) -> None:
    warnings = [diagnostic for design in designs for diagnostic in cnnshape.check(design, select=[rule.name])]
    assert {diagnostic.name for diagnostic in warnings if diagnostic.severity is Severity.WARNING} <= {rule.name}
