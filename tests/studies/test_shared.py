"""Weights that layers share: what tools print where one module is called again, and where several blocks hold it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.render.reconcile import plain, to_json, to_markdown
from cnnshape.report import Report
from cnnshape.study.counting.holders import block_paths, holders
from cnnshape.study.counting.registry import BY_NAME, RULES
from cnnshape.study.reconcile import Count, reconcile
from tests import command

BLOCKS = """\
blocks:
  One: {do: [{STEP, name: m}]}
  Held: {params: {layer: required}, do: [{STEP, share: layer}]}
  Mixed: {params: {layer: required}, do: [{STEP}, {STEP, share: layer}, {STEP}]}
  Nested: {do: [{One, name: one}]}
  Both: {do: [{One, name: one}, {One, share: one}]}
"""
CASES = [
    pytest.param(group["layers"], row, id=f"{group['layers']} of {row['step']}")
    for group in yaml.safe_load((Path(__file__).parent / "cases" / "shared.yaml").read_text(encoding="utf-8"))
    for row in group["rows"]
]
HELD = ("calflops", "calflops-macs", "ptflops", "ptflops-modules", "thop", "torchinfo-params", "torchsummary")
"""The rules that a block more changes which holds a layer."""


def shared(layers: str, step: str = "linear: 10", shape: tuple[int, ...] = (10,)) -> Report:
    """The report of a design with the blocks above, in which `STEP` is one step."""
    text = f"input: {list(shape)}\n{BLOCKS}layers: {layers}\n".replace("STEP", step)
    return cnnshape.analyze(cnnshape.load(text))


def counts(report: Report) -> dict[str, Count]:
    return {count.rule.name: count for count in reconcile(report).counts}


@pytest.mark.parametrize(("layers", "row"), CASES)
def test_rules_give_what_the_tools_printed_of_shared_layers(layers: str, row: dict[str, object]) -> None:
    printed, shape = row["printed"], row["input"]
    assert isinstance(printed, dict)
    assert isinstance(shape, list)
    counted = counts(shared(layers, str(row["step"]), tuple(shape)))
    known = {rule: figure for rule, figure in printed.items() if not counted[rule].unknown}
    assert {rule: counted[rule].value for rule in known} == known
    assert len(known) >= len(printed) - 1


def test_the_measured_rules_are_all_rules_of_torch() -> None:
    measured = {rule for case in CASES for rule in case.values[1]["printed"]}
    others = {"conv-linear", "conv", "torchsummary", "xla", "keras", "flax-params"}
    assert measured == BY_NAME.keys() - others


def test_a_module_that_two_blocks_hold() -> None:
    """torchinfo, issue 396: 110 parameters and 200 multiply-adds. Measured with ptflops 0.7.5 and torchinfo 1.8.0."""
    report = shared("[{One, name: one}, {One, share: one}]")
    counted = counts(report)
    assert (report.totals.params, report.totals.macs) == (110, 200)
    assert (counted["ptflops"].value, counted["torchinfo-params"].value) == (440, 330)


def test_a_module_that_is_called_twice() -> None:
    """torchinfo, issue 327. Measured with ptflops 0.7.5 and torchinfo 1.8.0."""
    report = shared("[{STEP, name: fc}, {STEP, share: fc}]")
    counted = counts(report)
    assert (report.totals.params, report.totals.macs) == (110, 200)
    assert (counted["ptflops"].value, counted["torchinfo-params"].value) == (220, 110)
    assert [count.held_once for count in counted.values()] == [None] * len(RULES)


# Lines that torchsummary 1.5.1 prints, with PyTorch 2.13.0: Linear and the blocks, 40 bytes each
@pytest.mark.parametrize(
    ("layers", "lines"),
    [
        ("[{STEP, name: m}, {STEP, share: m}]", 2),
        ("[{One, name: a}, {One, share: a}]", 4 + 2),
        ("[{One, name: a}, {One, share: a, repeat: 2}]", 9 + 3),
        ("[{STEP, name: m}, {Held: {layer: m}}]", 4 + 1),
        ("[{Nested, name: a}, {Nested, share: a}]", 4 + 4),
        ("[{STEP}, {One, name: a}, {One, share: a}]", 1 + 4 + 2),
    ],
)
def test_torchsummary_prints_a_line_for_each_block(layers: str, lines: int) -> None:
    assert counts(shared(layers))["torchsummary"].value == 2 * lines * 40


# Which blocks hold a layer


def test_blocks_are_numbered_from_the_outside_in() -> None:
    report = shared("[{STEP}, {Both, name: b}, {Nested, name: n}, relu]")
    assert block_paths(report) == [(), (0, 1), (0, 2), (3, 4), ()]


def test_a_loop_is_no_block() -> None:
    text = "input: [10]\nlayers:\n  - {linear: 10, name: m}\n  - for: {n: [1, 2]}\n    name: rounds\n    do: [{linear: 10, share: m}]\n"
    report = cnnshape.analyze(cnnshape.load(text))
    assert holders(report) == [1, 1, 1]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("[{STEP}, {STEP}]", [1, 1]),
        ("[{One, name: a}, {One, name: b}]", [1, 1]),
        ("[{One, name: a}, {One, share: a}]", [2, 2]),
        ("[{STEP, name: m}, {STEP, share: m}, {Held: {layer: m}}]", [2, 2, 2]),
        ("[{STEP, name: m}, {Mixed: {layer: m}}, {STEP}]", [2, 1, 2, 1, 1]),
        ("[{Both, name: a}, {Both, share: a}]", [4, 4, 4, 4]),
    ],
)
def test_how_many_blocks_hold_a_layer(layers: str, expected: list[int]) -> None:
    assert holders(shared(layers)) == expected


# Laws

structures = st.lists(
    st.sampled_from(["{STEP}", "relu", "{One, share: a}", "{Nested}", "{Held: {layer: m}}"]), max_size=6
)


@given(structures)
def test_terms_lead_to_the_figure(steps: list[str]) -> None:
    report = shared(f"[{', '.join(['{One, name: a}', '{STEP, name: m}', *steps])}]")
    for count in counts(report).values():
        if count.value is not None:
            assert count.ours + sum(term.amount for term in count.terms) == count.value


@given(structures)
def test_one_module_that_is_called_again_counts_what_its_calls_count(steps: list[str]) -> None:
    """The other figure is that of the same layers without blocks."""
    report = shared(f"[{', '.join(['{One, name: a}', '{STEP, name: m}', *steps])}]")
    flat = counts(report._replace(groups=type(report.groups)("", "", 0)))
    for name, count in counts(report).items():
        once = count.value if count.held_once is None else count.held_once
        assert once == flat[name].value or name == "torchsummary"


@given(structures)
def test_only_tools_that_walk_the_blocks_have_two_figures(steps: list[str]) -> None:
    report = shared(f"[{', '.join(['{One, name: a}', '{One, share: a}', '{STEP, name: m}', *steps])}]")
    other = {name for name, count in counts(report).items() if count.held_once is not None}
    assert other == set(HELD)
    for name, count in counts(report).items():
        if name in other:
            assert count.value is not None
            assert count.held_once is not None
            assert count.held_once < count.value


def test_another_holder_changes_no_other_layer() -> None:
    """A layer with weights of its own counts the same beside a shared one."""
    first = counts(shared("[{One, name: a}, {One, share: a}]"))
    more = counts(shared("[{One, name: a}, {One, share: a}, {STEP}]"))
    alone = counts(shared("[{STEP}]"))
    for name in set(BY_NAME) - {"xla"}:
        assert more[name].value == (first[name].value or 0) + (alone[name].value or 0)


# What is printed


def test_both_figures_are_printed() -> None:
    reconciled = reconcile(shared("[{One, name: a}, {One, share: a}]"), [BY_NAME["ptflops"]])
    remark = "220 if one block holds the shared weights and is called again: the spec doesn't say"
    assert remark in plain(reconciled, 200)
    assert remark in to_markdown(reconciled)
    assert "linear in 2 blocks: again for each other block  +220" in plain(reconciled, 200)
    assert json.loads(to_json(reconciled))["counts"][0]["held_once"] == 220


def test_nothing_is_said_where_no_block_shares() -> None:
    reconciled = reconcile(shared("[{One, name: a}, {One, name: b}]"))
    assert [count.held_once for count in reconciled.counts] == [None] * len(RULES)
    assert "called again" not in plain(reconciled)


@pytest.mark.parametrize("rule", ["ptflops", "thop", "torchinfo-params", "torchsummary"])
def test_a_column_of_the_summary_sums_to_the_figure(rule: str, tmp_path: Path) -> None:
    path = tmp_path / "shared.yaml"
    text = f"cnnshape: 1\ninput: [10]\n{BLOCKS}layers: [{{One, name: a}}, {{STEP}}, {{One, share: a}}]\n"
    path.write_text(text.replace("STEP", "linear: 10"), encoding="utf-8")
    outcome = command.run("summary", str(path), "--count", rule, "--expand")
    (total,) = (line for line in outcome.stdout.splitlines() if line.startswith("total "))
    assert total.split()[-1] == str(counts(shared("[{One, name: a}, {STEP}, {One, share: a}]"))[rule].value)
