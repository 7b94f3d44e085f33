"""What other tools count of a kind that no rule knows: each rule answers by its family."""

from __future__ import annotations

import json

import pytest

from cnnshape.study.counting.registry import RULES

from .answers import ANSWERS, STEPS, spec_of
from .process import run_all


@pytest.fixture(scope="module")
def counts(tmp_path_factory):
    """The reconciliation of a design of each kind, by kind and rule."""
    folder = tmp_path_factory.mktemp("outside")
    files = {kind: folder / f"{kind}.yaml" for kind in STEPS}
    for kind, file in files.items():
        file.write_text(spec_of(kind), encoding="utf-8")
    outcomes = run_all(["reconcile", str(file), "--format", "json"] for file in files.values())
    assert [outcome.stderr for outcome in outcomes] == ["" for _ in files]
    data = {kind: json.loads(outcome.stdout) for kind, outcome in zip(files, outcomes, strict=True)}
    return {kind: {count["name"]: count for count in made["counts"]} for kind, made in data.items()}


def answer(count):
    """The cell of the table for a count."""
    return "?" if count["unknown"] else "-" if count["unsupported"] else str(count["value"])


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize("rule", ANSWERS)
def test_a_rule_answers_by_family(counts, kind, rule):
    assert answer(counts[kind][rule]) == ANSWERS[rule][kind]


def test_every_rule_has_a_row():
    assert set(ANSWERS) == {rule.name for rule in RULES}


@pytest.mark.parametrize("kind", STEPS)
def test_terms_lead_to_the_answer(counts, kind):
    for count in counts[kind].values():
        assert count["unknown"] in ([], [kind])
        assert count["unsupported"] in ([], [kind])
        amounts = [term["amount"] for term in count["terms"]]
        assert count["value"] is None or count["ours"] + sum(amounts) == count["value"]
