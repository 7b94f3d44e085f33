"""Distributions that are counted in bins: as exact as stated, and the same however designs are divided."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from cnnshape.study.sweep.spread import Spread, merged, spread_of  # noqa: E402 -- numpy is there

SMALL = st.lists(st.integers(0, 2047), min_size=1, max_size=80)
WIDE = st.lists(
    st.one_of(st.integers(0, 2**63 - 1), st.integers(0, 62).map(lambda power: 2**power - 1), st.integers(0, 5000)),
    min_size=1,
    max_size=80,
)
HUGE = st.lists(st.integers(0, 2**90), min_size=1, max_size=20)
SHARES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def spread(values: list[int]) -> Spread:
    fits = max(values) < 2**63
    made = spread_of(np.array(values, dtype=np.int64 if fits else object))
    assert made is not None
    return made


def quantile(values: list[int], share: float) -> int:
    """The least value that is not below `share` of all values."""
    return sorted(values)[max(ceil(share * len(values)), 1) - 1]


@given(SMALL)
def test_small_values_have_exact_quantiles(values: list[int]) -> None:
    made = spread(values)
    assert [made.quantile(share) for share in SHARES] == [quantile(values, share) for share in SHARES]


@given(st.one_of(WIDE, HUGE))
def test_a_quantile_is_at_most_a_thousandth_too_small(values: list[int]) -> None:
    made = spread(values)
    assert (made.least, made.largest, made.number) == (min(values), max(values), len(values))
    for share in SHARES:
        exact = quantile(values, share)
        assert exact * 1024 // 1025 <= made.quantile(share) <= exact
    assert (made.quantile(0), made.quantile(1)) == (min(values), max(values))


@given(WIDE, st.data())
def test_parts_add_up_to_the_whole(values: list[int], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=3)))
    parts = [values[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(values)], strict=True)]
    assert merged(spread(part) for part in parts if part) == spread(values)


@given(WIDE)
def test_pythons_numbers_have_the_bins_of_numpys(values: list[int]) -> None:
    assert spread_of(np.array(values, dtype=object)) == spread_of(np.array(values, dtype=np.int64))


@given(SMALL, st.integers(1, 12))
def test_a_histogram_counts_every_value_once(values: list[int], rows: int) -> None:
    steps = spread(values).histogram(rows)
    assert 1 <= len(steps) <= rows
    assert (steps[0][0], steps[-1][1]) == (min(values), max(values))
    assert all(before[1] + 1 == after[0] for before, after in pairwise(steps))
    counts = Counter(values)
    assert [number for _, _, number in steps] == [
        sum(number for value, number in counts.items() if low <= value <= high) for low, high, _ in steps
    ]


@given(st.one_of(WIDE, HUGE), st.integers(1, 12))
def test_a_histogram_of_large_values_has_all_of_them(values: list[int], rows: int) -> None:
    steps = spread(values).histogram(rows)
    assert sum(number for _, _, number in steps) == len(values)
    assert (steps[0][0], steps[-1][1]) == (min(values), max(values))


def test_steps_have_equal_ratios_where_values_differ_much() -> None:
    wide = spread([10, 10_000]).histogram(3)
    assert [low for low, _, _ in wide] == [10, 100, 1000]
    assert [low for low, _, _ in spread([100, 400]).histogram(3)] == [100, 200, 300]


def test_designs_without_a_figure_are_left_out() -> None:
    assert spread_of(np.array([-1, 5, -1, 7])) == spread_of(np.array([5, 7]))
    assert spread_of(np.array([-1])) is None
    assert spread_of(np.array([], dtype=np.int64)) is None
    assert merged([]) is None
