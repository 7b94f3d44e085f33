"""Numbers as people write them: what a text means, what meets it, and what is no number."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.graph import groups
from cnnshape.report import LayerFigures, Quantity, check_budgets, parse_quantity, parse_wanted
from cnnshape.source import shipped_path

QUANTITIES = [
    # text, value, how far a number may be from it
    ("0", 0, 0),
    ("25557032", 25_557_032, 0),
    ("25_557_032", 25_557_032, 0),
    ("25,557,032", 25_557_032, 0),
    (" 7 ", 7, 0),
    ("7B", 7, 0),
    ("26M", 26 * 10**6, 500_000),
    ("26 M", 26 * 10**6, 500_000),
    ("4.09G", 4_090_000_000, 5_000_000),
    ("4.0G", 4 * 10**9, 50_000_000),
    ("1.5", Fraction(3, 2), Fraction(1, 20)),
    ("1k", 1000, 500),
    ("1K", 1000, 500),
    ("1kB", 1000, 500),
    ("1KiB", 1024, 512),
    ("2MiB", 2 * 2**20, 2**19),
    ("1GiB", 2**30, 2**29),
    ("3T", 3 * 10**12, 5 * 10**11),
    ("1,000k", 10**6, 500),
]


@pytest.mark.parametrize(("text", "value", "slack"), QUANTITIES, ids=[text for text, _, _ in QUANTITIES])
def test_a_quantity(text: str, value: Fraction, slack: Fraction) -> None:
    quantity = parse_quantity(text)
    assert quantity == Quantity(Fraction(value), Fraction(slack))
    assert quantity.matches(int(value)) == (abs(int(value) - value) <= slack)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "M", "-1", "+1", "1e6", "0x10", "1.", ".5", "1..5", "26m", "26 MM", "1 000", "26,5M", "1,00", "1,0000",
        "_1", "1_", "1__0", "\u0661", "1/2", "nan", "inf", "1" * 16, "1.5.5", "10%", "25557032 params",
    ],
)  # fmt: skip
def test_no_quantity(text: str) -> None:
    assert parse_quantity(text) is None
    assert parse_wanted(text) is None


@given(st.integers(0, 10**12), st.sampled_from(["", "_", ","]))
def test_a_whole_number_is_met_by_itself_alone(number: int, separator: str) -> None:
    wanted = parse_wanted(f"{number:{separator}}")
    assert wanted is not None
    assert wanted.test(number)
    assert not wanted.test(number + 1)
    assert not wanted.test(number - 1)
    assert wanted.target == number


@given(st.integers(0, 10**7), st.integers(1, 4), st.sampled_from([("k", 10**3), ("M", 10**6), ("G", 10**9)]))
def test_a_rounded_number_is_met_by_all_that_round_to_it(number: int, digits: int, unit: tuple[str, int]) -> None:
    prefix, power = unit
    text = f"{number // 10**digits}.{number % 10**digits:0{digits}}{prefix}"
    wanted = parse_wanted(text)
    assert wanted is not None
    step = Fraction(power, 10**digits)
    target, half = number * step, step / 2
    for candidate in (target - half, target + half, target):
        if candidate.denominator == 1:
            assert wanted.test(int(candidate))
    assert not wanted.test(int(target + half) + 1)
    assert target - half < 1 or not wanted.test(-int(-(target - half) // 1) - 1) or half < 1


BOUNDS = [
    ("<= 26", (25, 26), (27,)),
    ("<26", (25,), (26, 27)),
    (">= 26", (26, 27), (25,)),
    ("> 26", (27,), (25, 26)),
    ("<= 1.5k", (0, 1500), (1501,)),
    ("> 1k", (1001,), (1000, 999)),
    ("100 +- 10%", (90, 100, 110), (89, 111)),
    ("100 ± 10 %", (90, 110), (89, 111)),
    ("100+-0.5%", (100,), (99, 101)),
    ("1k +- 2.5 %", (975, 1025), (974, 1026)),
    ("0 +- 50%", (0,), (1,)),
]


@pytest.mark.parametrize(("text", "met", "missed"), BOUNDS, ids=[text for text, _, _ in BOUNDS])
def test_bounds_and_tolerances(text: str, met: tuple[int, ...], missed: tuple[int, ...]) -> None:
    wanted = parse_wanted(text)
    assert wanted is not None
    assert wanted.text == text
    assert all(map(wanted.test, met))
    assert not any(map(wanted.test, missed))


@pytest.mark.parametrize(
    "text", ["<=", "<= ", "<= x", "=< 3", "== 3", "<= 3 +- 5%", "3 +- 5", "3 +- %", "3 +- 1000%", "+- 5%"]
)
def test_what_states_no_test(text: str) -> None:
    assert parse_wanted(text) is None


# Messages of missed numbers


def missed(wanted: str) -> str:
    """What `check` says of a network of 618 params that expects this."""
    text = (
        "cnnshape: 1\ninput: [3, 32, 32]\nlayers:\n"
        "  - {conv: {out: 16, kernel: 3, padding: 1}, name: stem}\n  - global_avg_pool\n  - flatten\n  - linear: 10\n"
        f'expect:\n  params: "{wanted}"\n'
    )
    (problem,) = cnnshape.check(cnnshape.load(text))
    assert problem.name == "expectation-missed"
    assert problem.notes == ("most of it: stem 72 %, linear 28 %",)
    return problem.message + (f"; {problem.help}" if problem.help else "")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("617", "params is 618, expected 617: 1 more (0.162 %)"),
        ("620", "params is 618, expected 620: 2 less (0.323 %)"),
        ("<= 600", "params is 618, expected <= 600: 18 more (3 %)"),
        (">= 1k", "params is 618, expected >= 1k: 382 less (38.2 %)"),
        ("300", "params is 618, expected 300: 318 more, 2.06 times as much"),
        ("3", "params is 618, expected 3: 615 more, 206 times as much"),
        ("0", "params is 618, expected 0: 618 more"),
        ("100 +- 5%", "params is 618, expected 100 +- 5%: 518 more, 6.18 times as much"),
        ("0.6", "params is 618, expected 0.6: 617 more, 1,030 times as much; did you mean `0.6k`?"),
    ],
)
def test_a_miss_says_by_how_much(wanted: str, message: str) -> None:
    assert missed(wanted) == message


# Where most of it is


def note(network: str, figure: str = "params") -> str:
    """What a budget of 1 says of a shipped network."""
    path = shipped_path(network)
    assert path is not None
    (problem,) = check_budgets(cnnshape.analyze(cnnshape.load(path)), {figure: "1"}, "net.yaml")
    (sentence,) = problem.notes
    return sentence


@pytest.mark.parametrize(
    ("network", "figure", "expected"),
    [
        ("resnet50", "params", "most of it: stage.3 59 %, stage.2 28 %, linear 8 %"),
        ("resnet50", "macs", "most of it: stage.2 36 %, stage.1 25 %, stage.3 20 %"),
        ("resnet50", "weight_bytes", "most of it: stage.3 59 %, stage.2 28 %, linear 8 %"),
        ("vgg16", "params", "most of it: linear 74 %, linear_2 12 %, stage.4 5 %"),
        ("lenet5", "params", "most of it: C5 78 %, F6 16 %, C3 4 %"),
    ],
)
def test_stages_are_named_before_their_layers(network: str, figure: str, expected: str) -> None:
    assert note(network, figure) == expected


def test_the_peak_is_of_tensors() -> None:
    assert note("resnet18", "peak_activation_bytes") == "most of it while batch_norm runs: conv 50 %, batch_norm 50 %"


def test_a_block_that_holds_nearly_all_is_opened() -> None:
    spec = (
        "cnnshape: 1\ninput: [3, 8, 8]\nblocks:\n"
        "  Inner: {do: [{conv: {out: 64, kernel: 3}}, {conv: {out: 8, kernel: 3}}]}\n"
        "  Outer: {do: [{conv: {out: 4, kernel: 1}}, Inner]}\n"
        "layers: [Outer, flatten, {linear: 2}]\n"
    )
    (problem,) = check_budgets(cnnshape.analyze(cnnshape.load(spec)), {"params": "1"}, "net.yaml")
    assert problem.notes == ("most of it: Outer.Inner.conv_2 64 %, Outer.Inner.conv 33 %",)


@pytest.mark.parametrize("network", ["resnet50", "googlenet", "densenet121", "unet"])
def test_the_shares_are_those_of_the_groups(network: str) -> None:
    path = shipped_path(network)
    assert path is not None
    report = cnnshape.analyze(cnnshape.load(path))
    totals = {group.label: LayerFigures(report).totals(group)["params"] for group in groups(report.groups)}
    totals |= {row.name: row.params for row in report.rows}
    for name, share in re.findall(r"([\w.]+) (\d+) %", note(network)):
        assert int(share) == round(100 * totals[name] / report.totals.params)
