"""The helpers on plain numbers: each agrees with the builtin that it replaces."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.arithmetic import (
    ceil_div,
    ceiling,
    distinct,
    example,
    floor,
    gcd,
    is_number,
    is_whole,
    make_divisible,
    maximum,
    minimum,
    truncate,
)
from cnnshape.arithmetic.tracing import OutsideTrace, Trace

integers = st.integers(-(10**15), 10**15)
numbers = integers | st.floats(-(10**12), 10**12)


@given(numbers)
def test_roundings_are_pythons(value: float) -> None:
    assert (floor(value), ceiling(value), truncate(value)) == (math.floor(value), math.ceil(value), int(value))
    assert [type(rounded) for rounded in (floor(value), ceiling(value), truncate(value))] == [int, int, int]


@given(st.lists(numbers, min_size=1, max_size=5))
def test_extremes_are_pythons(values: list[float]) -> None:
    assert maximum(*values) == max(values)
    assert minimum(*values) == min(values)


@given(st.lists(integers, max_size=4))
def test_gcd_is_pythons(values: list[int]) -> None:
    assert gcd(*values) == math.gcd(*values)


@given(integers, integers.filter(bool))
def test_ceil_div_rounds_up(number: int, divisor: int) -> None:
    quotient = ceil_div(number, divisor)
    assert (quotient - 1) * abs(divisor) < number * (1 if divisor > 0 else -1) <= quotient * abs(divisor)


@given(numbers)
def test_an_example_of_a_plain_number_is_itself(value: float) -> None:
    assert example(value) is value


@pytest.mark.parametrize(
    ("value", "number", "whole"),
    [
        (3, True, True),
        (-3, True, True),
        (3.0, True, True),
        (3.5, True, False),
        (math.inf, True, False),
        (math.nan, True, False),
        (True, False, False),
        ("3", False, False),
        (None, False, False),
        ((3,), False, False),
    ],
    ids=str,
)
def test_what_is_a_number(value: Any, number: bool, whole: bool) -> None:
    assert (is_number(value), is_whole(value)) == (number, whole)


@pytest.mark.parametrize(
    ("value", "divisor", "least", "made"),
    [
        (32 * 0.75, 8, None, 24),
        (24 * 1.4, 8, None, 32),
        (3, 8, None, 8),
        (10, 8, 4, 16),
        (17.5, 8, None, 16),
        (20.0, 8, None, 24),
        (12.1, 8, 16, 16),
        (1280 * 1.4, 8, 1280, 1792),
    ],
)
def test_make_divisible(value: float, divisor: int, least: int | None, made: int) -> None:
    """By the formula of the MobileNet reference code, worked out by hand."""
    assert make_divisible(value, divisor, least) == made


def test_an_analysis_imports_nothing_that_traces() -> None:
    code = (
        "import cnnshape, sys; cnnshape.analyze(cnnshape.load('architectures/lenet5.yaml'));"
        "print([name for name in sys.modules if 'tracing' in name])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_distinct_numbers_keep_their_order_and_recorded_ones_compare():
    assert distinct([(1, 2), (3,), (1, 2)]) == [(1, 2), (3,)]
    trace = Trace()
    width, height = trace.parameter("width", 4), trace.parameter("height", 4)
    assert distinct([(width, 1), (height, 1), (width, 1)]) == [(width, 1)]
    with pytest.raises(OutsideTrace):
        trace.replay({}, {"width": 4, "height": 5})
