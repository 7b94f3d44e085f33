"""What other tools count, by laws: of any design, and of every shipped network."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

import cnnshape
from cnnshape.report import Report
from cnnshape.source import shipped_folder
from cnnshape.study.counting.registry import RULES
from cnnshape.study.counting.rule import Quantity, Rule
from cnnshape.study.reconcile import Count, reconcile
from tests.laws.plain import Spec
from tests.laws.strategy import specs

NETWORKS = sorted(shipped_folder().glob("*.yaml"))[::6]
BY_LAYER = [rule for rule in RULES if rule.by_kind and rule.quantity is not Quantity.PARAMS]
TWICE = "params: {n: %d}\ninput: [4, 12, 12]\nlayers:\n  - conv: {out: 4, kernel: 3, padding: 1, norm: batch_norm, act: relu}\n    repeat: n\n"


def counts(report: Report) -> dict[str, Count]:
    return {count.rule.name: count for count in reconcile(report).counts}


def analyzed(path: Path) -> Report:
    return cnnshape.analyze(cnnshape.load(path))


def assert_sound(count: Count) -> None:
    """The terms lead from our figure to the tool's; without a figure, some kind is named."""
    assert (count.value is None) == (count.difference is None) == bool(count.unknown)
    if count.value is not None:
        assert count.ours + sum(term.amount for term in count.terms) == count.value
        assert count.value >= 0
    assert all(term.amount for term in count.terms)
    amounts = [abs(term.amount) for term in count.terms]
    assert amounts == sorted(amounts, reverse=True)
    assert len({term.about for term in count.terms}) == len(count.terms) or count.terms


@given(specs())
def test_counts_of_any_design_are_sound(spec: Spec) -> None:
    report = cnnshape.analyze(cnnshape.load(spec.text))
    for count in counts(report).values():
        assert_sound(count)


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_counts_of_shipped_networks_are_sound(path: Path) -> None:
    for count in counts(analyzed(path)).values():
        assert_sound(count)


@given(specs())
def test_ours_is_the_figure_of_the_report(spec: Spec) -> None:
    report = cnnshape.analyze(cnnshape.load(spec.text))
    own = {
        Quantity.MACS: report.totals.macs,
        Quantity.FLOPS: report.totals.flops,
        Quantity.PARAMS: report.totals.params,
    }
    for count in counts(report).values():
        assert count.ours == own.get(count.rule.quantity, count.ours)


@given(specs())
def test_products_alone_are_our_macs_and_twice_them_are_flops(spec: Spec) -> None:
    report = cnnshape.analyze(cnnshape.load(spec.text))
    counted = counts(report)
    assert counted["conv-linear"].value == report.totals.macs
    assert counted["torch"].value == 2 * report.totals.macs
    convolutions = sum(row.macs for row in report.rows if row.kind in ("conv", "conv_transpose"))
    assert counted["conv"].value == convolutions


@pytest.mark.parametrize("rule", BY_LAYER, ids=lambda rule: rule.name)
def test_a_layer_more_counts_the_same_each_time(rule: Rule) -> None:
    """The second and the third copy of a layer add the same to a tool's figure."""
    one, two, three = (
        reconcile(cnnshape.analyze(cnnshape.load(TWICE % number)), [rule]).counts[0].value for number in (1, 2, 3)
    )
    assert one is not None
    assert two is not None
    assert three is not None
    assert three - two == two - one > 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_names_are_nothing_to_a_tool(rule: Rule) -> None:
    plain = "input: [3, 16, 16]\nlayers:\n  - conv: {out: 4, kernel: 3}\n  - relu\n  - max_pool: 2\n"
    named = plain.replace("- relu", "- {relu: , name: conv_2d}").replace(
        "- max_pool: 2", "- {max_pool: 2, name: linear}"
    )
    values = [reconcile(cnnshape.analyze(cnnshape.load(text)), [rule]).counts[0].value for text in (plain, named)]
    assert values[0] == values[1]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_it_is(rule: Rule) -> None:
    assert rule.name == rule.name.lower()
    assert rule.doc.endswith(".")
    assert rule.tool
    assert rule.figure


@pytest.mark.parametrize("options", [{"batch": 2}, {"dtype": "float16"}, {"batch": 8, "dtype": "int8"}])
def test_other_settings_are_refused(options: dict[str, object]) -> None:
    report = cnnshape.analyze(cnnshape.load("input: [3]\nlayers: [relu]\n"), **options)
    with pytest.raises(ValueError, match="one sample in float32"):
        reconcile(report)
