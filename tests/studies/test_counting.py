"""Rules of counting: tables by family and kind, tallies that rows share, and terms that close every difference."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings

import cnnshape
from cnnshape.layers import BY_NAME as KINDS
from cnnshape.layers import KINDS as ALL_KINDS
from cnnshape.layers import (
    Activation,
    AdaptivePool,
    Layer,
    Move,
    Normalization,
    PassThrough,
    Pooling,
    Scaling,
    SlidingPool,
)
from cnnshape.study.counting import (
    fvcore,
    onnx_tool,
    ours,
    profilers,
    ptflops,
    thop,
    torchinfo,
    torchlens,
    torchscan,
    torchsummary,
    xla,
)
from cnnshape.study.counting.case import Case, Cases
from cnnshape.study.counting.costs import per_input, per_value
from cnnshape.study.counting.registry import RULES
from cnnshape.study.counting.rule import Cost, Mark, Part, Quantity, Table, Tally, alike
from cnnshape.study.reconcile import reconcile
from tests.laws.strategy import specs

from .growth import calls

MODULES = (fvcore, onnx_tool, profilers, ptflops, thop, torchinfo, torchlens, torchscan, torchsummary, xla)
TABLES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, Table)
}


def step(text, shape=(8, 12, 10)):
    return cnnshape.analyze(cnnshape.load(f"input: {list(shape)}\nlayers:\n  - {text}\n"))


def case_of(text):
    return Case(step(text).rows[-1])


# Tables


@pytest.mark.parametrize("name", TABLES)
def test_the_kinds_of_a_table_exist(name):
    assert TABLES[name].kinds.keys() <= KINDS.keys()


@pytest.mark.parametrize("name", TABLES)
def test_a_kind_is_listed_only_where_it_differs_from_its_family(name):
    table = TABLES[name]
    families = Table(table.families, {})
    # Entries that ask for facts can't be compared; a family's answer is compared for a layer without arguments.
    stated = {kind: entry for kind, entry in table.kinds.items() if not callable(entry)}
    needless = [kind for kind, entry in stated.items() if kind in BARE and entry == families.answer(case_of(kind))]
    assert needless == []


BARE = [kind.name for kind in ALL_KINDS if not kind.required and not kind.joins and kind.name != "linear"]
BARE = [name for name in BARE if name not in ("upsample", "group_norm", "evo_norm", "rescale", "global_response_norm")]


def test_a_table_needs_an_answer_for_what_a_tool_does_not_know():
    with pytest.raises(ValueError, match="Layer"):
        Table({Activation: ()}, {})


def test_the_closest_family_answers_unless_the_kind_is_listed():
    table = Table(
        families={
            Layer: Mark.UNKNOWN,
            Pooling: per_input(1),
            SlidingPool: per_input(2),
            Move: (),
            PassThrough: Mark.UNSUPPORTED,
        },
        kinds={"avg_pool": per_input(3), "relu": ()},
    )
    expected = {
        "relu": 0,
        "tanh": None,
        "max_pool: 2": 2 * 960,
        "avg_pool: 2": 3 * 960,
        "adaptive_avg_pool: 2": 960,
        "global_max_pool": 960,
        "flatten": 0,
        "identity": 0,
        "batch_norm": None,
    }
    tallies = {text: table.tallies(Cases(step(text)))[0] for text in expected}
    assert {text: tally.amount for text, tally in tallies.items()} == expected
    assert tallies["identity"].mark is Mark.UNSUPPORTED
    assert tallies["tanh"].mark is Mark.UNKNOWN


def test_a_changed_table_keeps_the_other_entries():
    first = Table({Layer: Mark.UNKNOWN, Normalization: per_value(2)}, alike("relu tanh", per_value(1)))
    second = first.changed({Scaling: ()}, {"tanh": per_value(7)})
    texts = ("relu", "tanh", "batch_norm", "layer_scale")
    assert [first.tallies(Cases(step(text)))[0].amount for text in texts] == [960, 960, 1920, None]
    assert [second.tallies(Cases(step(text)))[0].amount for text in texts] == [960, 6720, 1920, 0]


def test_an_entry_may_ask_for_facts():
    table = Table({Layer: (), AdaptivePool: lambda case: per_value(1) if case.values > 100 else Mark.UNKNOWN}, {})
    assert table.answer(case_of("adaptive_avg_pool: 2")) is Mark.UNKNOWN
    assert table.tallies(Cases(step("adaptive_avg_pool: 4")))[0].amount == 8 * 16


# Tallies


def test_words_of_one_subject_appear_once():
    parts = (Part("relu", "1 per value", 5), Part("blocks", "2", 1), Part("relu", "more", 3), Part("relu", "more", 2))
    tally = Tally(parts)
    assert tally.by_subject() == {"relu": ("1 per value + more", 10), "blocks": ("2", 1)}
    assert tally.total == tally.amount == 11


def test_only_an_unknown_count_has_no_amount():
    assert Tally(mark=Mark.UNKNOWN).amount is None
    assert Tally(mark=Mark.UNSUPPORTED).amount == 0
    assert Tally().amount == 0


def test_a_cost_names_the_kind_or_what_is_shared():
    case = case_of("relu")
    plain, named = Cost("w", lambda case: 1), Cost("w", lambda case: 2, "bias")
    shared = Cost("w", lambda case: 3, "gradients", shared=True)
    assert [cost.part(case) for cost in (plain, named, shared)] == [
        ("relu", "w", 1), ("relu bias", "w", 2), ("gradients", "w", 3),
    ]  # fmt: skip


def test_rows_of_equal_layers_are_one_case():
    lines = "input: [8, 6, 6]\nlayers:\n" + "  - {conv: {out: 8, kernel: 3, padding: 1}, name: a}\n"
    lines += "  - relu\n  - conv: {out: 8, kernel: 3, padding: 1}\n  - relu\n  - {conv: {out: 8, kernel: 3, padding: 1}, share: a}\n"
    report = cnnshape.analyze(cnnshape.load(lines))
    cases = Cases(report)
    assert cases.of_rows == [0, 1, 0, 1, 2]
    assert [case.row.name for case in cases.distinct] == ["a", "relu", report.rows[4].name]
    assert cases.spread("xyz") == ("x", "y", "x", "y", "z")
    for rule in RULES:
        tallies = rule.tallies(cases)
        assert tallies[0] is tallies[2]
        assert tallies[1] is tallies[3]


def test_equal_layers_on_other_shapes_are_other_cases():
    report = cnnshape.analyze(cnnshape.load("input: [4, 8, 8]\nlayers:\n  - relu\n  - max_pool: 2\n  - relu\n"))
    assert Cases(report).of_rows == [0, 1, 2]


# Laws


@given(specs())
def test_terms_close_the_difference_of_every_rule(spec):
    report = cnnshape.analyze(cnnshape.load(spec.text))
    for count in reconcile(report).counts:
        assert count.ours == getattr(report.totals, count.rule.quantity.value)
        if count.value is not None:
            assert count.ours + sum(term.amount for term in count.terms) == count.value
        assert all(term.amount and (term.theirs or term.ours) for term in count.terms)
        assert len({term[:3] for term in count.terms}) == len(count.terms)
        sizes = [abs(term.amount) for term in count.terms]
        assert sizes == sorted(sizes, reverse=True)


@given(specs())
def test_our_parts_add_up_to_our_totals(spec):
    report = cnnshape.analyze(cnnshape.load(spec.text))
    for quantity in Quantity:
        tallies = ours.count(Cases(report), quantity)
        assert sum(tally.total for tally in tallies) == getattr(report.totals, quantity.value)


@given(specs())
def test_a_figure_is_the_sum_of_its_rows(spec):
    """Brute force: each row counted by itself, as if it were the whole network."""
    report = cnnshape.analyze(cnnshape.load(spec.text))
    for count in reconcile(report).counts:
        tallies = count.rule.tally(report)
        assert len(tallies) == len(report.rows)
        marks = Counter((row.kind, tally.mark) for row, tally in zip(report.rows, tallies, strict=True))
        assert set(count.unknown) == {kind for kind, mark in marks if mark is Mark.UNKNOWN}
        assert set(count.unsupported) == {kind for kind, mark in marks if mark is Mark.UNSUPPORTED}
        parts = chain.from_iterable(tally.parts for tally in tallies)
        whole = sum(part.amount for part in count.rule.whole(tallies))
        assert count.value is None or sum(part.amount for part in parts) + whole == count.value


@given(specs())
@settings(max_examples=10)
def test_what_counts_by_kind_counts_a_network_as_its_layers(spec):
    """Two networks one after the other cost what both cost, except what a rule counts of the network as a whole."""
    report = cnnshape.analyze(cnnshape.load(spec.text))
    for rule in RULES:
        once, twice = rule.tally(report), rule.tally(report._replace(rows=report.rows * 2))
        if rule.name != "torchsummary":
            assert [tally.amount for tally in twice] == [tally.amount for tally in once] * 2


UPSAMPLED = """
step                                        deepspeed ptflops ptflops-modules calflops fvcore torchlens
upsample: 2                                 3840      7680    3840            960      3840   15360
upsample: {scale: [2, 3]}                   5760      11520   5760            ?        5760   23040
upsample: {scale: [1.5, 2], mode: linear}   2880      ?       ?               ?        11520  11520
upsample: {size: [9, 7], mode: linear}      63        1008    504             63       2016   2016
upsample: {size: 9}                         9         1296    648             9        648    2592
"""


@pytest.mark.parametrize("line", UPSAMPLED.strip().splitlines()[1:])
def test_a_scale_per_axis_is_counted_too(line):
    text, *answers = [cell.strip() for cell in line.split("  ") if cell.strip()]
    rules = UPSAMPLED.strip().splitlines()[0].split()[1:]
    counts = {count.rule.name: count for count in reconcile(step(text)).counts}
    assert [str(counts[rule].value).replace("None", "?") for rule in rules] == answers


# Growth


def design(layers):
    return f"input: [1, 4, 4]\nlayers:\n  - {{conv: {{out: 1 + i, kernel: 1, act: relu}}, repeat: {layers}}}\n"


def same(layers):
    return f"input: [1, 4, 4]\nlayers:\n  - {{conv: {{out: 1, kernel: 1, act: relu}}, repeat: {layers}}}\n"


@pytest.mark.parametrize("text", [design, same])
def test_the_work_grows_with_the_layers(text):
    few, many = (calls(reconcile, cnnshape.analyze(cnnshape.load(text(layers)))) for layers in (50, 200))
    assert many < 5 * few


def test_equal_layers_are_counted_once():
    few, many = (calls(reconcile, cnnshape.analyze(cnnshape.load(same(layers)))) for layers in (200, 800))
    distinct = calls(reconcile, cnnshape.analyze(cnnshape.load(design(800))))
    assert many - few < distinct / 10


# What the tools printed on single layers

PRINTED = yaml.safe_load((Path(__file__).parent / "cases" / "printed.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"{row['step']} on {row['input']}")
def test_rules_give_what_the_tools_printed_on_a_layer(row):
    counts = {count.rule.name: count for count in reconcile(step(row["step"], row["input"])).counts}
    known = {rule: count for rule, count in counts.items() if rule in row["printed"] and not count.unknown}
    assert {rule: count.value for rule, count in known.items()} == {rule: row["printed"][rule] for rule in known}
    assert {rule for rule, count in known.items() if count.unsupported} == set(
        row.get("unsupported", ())
    ) & known.keys()
    measured = counts.keys() - {"xla", "flax-params", "keras", "torchsummary"}
    assert {rule for rule in measured if counts[rule].unknown} == set(row.get("unknown", ()))


def test_every_kind_without_boxes_that_can_be_run_is_measured():
    kinds = {row["step"].partition(":")[0] for row in PRINTED}
    assert kinds == {name for name in KINDS if not name.startswith("roi_")} - {"opaque"}
