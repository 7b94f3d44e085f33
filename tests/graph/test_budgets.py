"""Small files that ask for much end at a budget, and large networks of real kinds don't reach it.

Time isn't measured here: the budget counts what takes time, and each file below took seconds or hundreds of megabytes
while that wasn't counted.
"""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape import DesignError, Diagnostic
from cnnshape.graph import MAX_LAYERS
from cnnshape.graph.expansion import FREE_APPLICATIONS, VISITS_PER_APPLICATION, VISITS_PER_LAYER
from tests.document.test_any_text import check_diagnostics

MANY = "[" + ", ".join(["1"] * 1000) + "]"
DIFFER = "layers that all differ, in shapes or in arguments"
STEPS = "the design expands to too many steps"
HALVING = "\n".join(
    f"  B{k + 1}: {{params: {{n: 0}}, do: [{{B{k}: {{n: 2 * n}}}}, {{B{k}: {{n: 2 * n + 1}}}}]}}" for k in range(17)
)


def refused(text: str, **options: int) -> Diagnostic:
    problems = cnnshape.check(cnnshape.load(text), **options)
    check_diagnostics(problems)
    return next(problem for problem in problems if problem.name == "expansion-budget")


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("  - {conv: {out: i + 1, kernel: 1}, repeat: 90_000}", DIFFER),
        ("  - {conv: {out: i + 1, kernel: 1, norm: batch_norm, act: relu}, repeat: 33k}", DIFFER),
        ("  - {opaque: {output: [1, i + 1, 1], params: i, macs: 1M * i}, repeat: 90k}", DIFFER),
        ("  - reshape: [3, 64]\n  - {lstm: {out: i + 1, layers: 64, bidirectional: true}, repeat: 3k}", DIFFER),
        ("  - {linear: i + 1, repeat: 99k}\ninput: [3]", DIFFER),
        (f"  - B17\nblocks:\n  B0: {{params: {{n: 0}}, do: [{{conv: {{out: 1 + n, kernel: 1}}}}]}}\n{HALVING}", DIFFER),
        (f"  - B17\nblocks:\n  B0: {{params: {{n: 0}}, do: [{{identity: , when: n < 0}}]}}\n{HALVING}", STEPS),
        (
            "  - for: {a: l}\n    do:\n      - for: {b: l}\n        do:\n"
            "          - {relu: , expect: {output: [in_channels, 8, any]}}\nparams: {l: MANY}",
            STEPS,
        ),
        (
            "  - {B: {l: l, k: i}, repeat: 50k}\nparams: {l: MANY}\n"
            "blocks: {B: {params: {l: required, k: required}, do: [{relu: , when: k == len(l)}]}}",
            STEPS,
        ),
        ("  - {relu: , repeat: 999, name: y}\n  - {add: reverse(reverse(y.all)), repeat: 1000}", STEPS),
        ('  - {relu: , repeat: 999, name: y}\n  - {concat: "y.all + [input]", repeat: 1000}', STEPS),
    ],
)
def test_a_small_file_that_asks_for_much_ends_at_the_budget(steps: str, message: str) -> None:
    start = "" if "input:" in steps else "input: [3, 8, 8]\n"
    text = f"{start}layers:\n{steps}\n".replace("MANY", MANY)
    assert len(text) < 10_000
    problem = refused(text)
    assert message in problem.message
    assert "`--max-layers` raises the budget" in (problem.help or "")


def distinct(number: int) -> str:
    return f"input: [3, 8, 8]\nlayers:\n  - {{conv: {{out: i + 1, kernel: 1}}, repeat: {number}}}\n"


def test_layers_unlike_all_others_count_more_than_repeated_ones() -> None:
    """All budgets grow with the number of layers that is allowed."""
    most = FREE_APPLICATIONS + VISITS_PER_LAYER * MAX_LAYERS // VISITS_PER_APPLICATION
    assert f" {FREE_APPLICATIONS + 1}" not in refused(distinct(most)).message
    assert len(cnnshape.analyze(cnnshape.load(distinct(FREE_APPLICATIONS + 5000))).rows) == FREE_APPLICATIONS + 5000
    assert cnnshape.analyze(cnnshape.load(distinct(most)), max_layers=2 * MAX_LAYERS).totals.params
    with pytest.raises(DesignError):
        cnnshape.analyze(cnnshape.load(distinct(most)))


def test_a_design_at_the_limit_of_layers_may_repeat_all_of_them() -> None:
    layer = "{conv: {out: 3, kernel: 1, norm: batch_norm, act: relu}}"
    block = f"input: [3, 8, 8]\nblocks: {{B: {{do: [{{residual: [{layer}]}}]}}}}\nlayers:\n  - {{B: , repeat: 25k}}\n"
    assert len(cnnshape.analyze(cnnshape.load(block)).rows) == MAX_LAYERS
