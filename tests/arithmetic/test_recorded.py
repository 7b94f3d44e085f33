"""Recorded numbers: they compute as plain ones do, and a replay is right or refused, never silently wrong.

Programs are drawn as lists of steps over a stack of numbers, run on plain and on recorded numbers, and replayed.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnshape.arithmetic import (
    ceil_div,
    ceiling,
    example,
    floor,
    gcd,
    is_number,
    is_whole,
    make_divisible,
    maximum,
    minimum,
    pin,
    truncate,
)
from cnnshape.arithmetic.tracing import OutsideTrace, Recorded, Trace

PARAMETERS = ("a", "b")
numbers = st.integers(-40, 40)
points = st.fixed_dictionaries(dict.fromkeys(PARAMETERS, numbers))
sizes = st.fixed_dictionaries({name: st.integers(1, 300) for name in PARAMETERS})


def choose(condition: bool, first: Any, second: Any) -> Any:
    return first if condition else second


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "/": operator.truediv,
    "ceil_div": ceil_div,
    "maximum": maximum,
    "minimum": minimum,
    "gcd": lambda a, b: gcd(truncate(a), truncate(b)),
    "floor of the quotient": lambda a, b: floor(a / b),
    "ceiling of the quotient": lambda a, b: ceiling(a / b),
    "truncated quotient": lambda a, b: truncate(a / b),
    "negative difference": lambda a, b: -(a - b),
    "square": lambda a, b: truncate(a) ** 2 + truncate(b) ** 0,
    "the larger by a comparison": lambda a, b: choose(a > b, a, b),
    "the smaller by a comparison": lambda a, b: choose(a <= b, a, b),
    "first unless zero": lambda a, b: choose(bool(a), a, b),
    "first if equal": lambda a, b: choose(a == b, a + 1, b),
    "first if different": lambda a, b: choose(a != b, a, b * 2),
    "first if whole": lambda a, b: choose(is_whole(a), a, b),
    "sum": lambda a, b: sum([a, b, 3]),
    "product": lambda a, b: math.prod([a, b, 2]),
}
steps = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=9
)


def run(program: list[tuple[str, int, int]], values: dict[str, Any]) -> list[Any]:
    """The numbers that a program makes; a step takes two earlier ones."""
    made = [*(values[name] for name in PARAMETERS), 3, 1, 0.5, 0]
    for name, first, second in program:
        made.append(OPERATIONS[name](made[first % len(made)], made[second % len(made)]))
    return made


def plain(program: list[tuple[str, int, int]], values: dict[str, Any]) -> list[Any] | None:
    """The same on plain numbers; None where Python refuses."""
    try:
        return run(program, values)
    except (ZeroDivisionError, OverflowError):
        return None


def traced(program: list[tuple[str, int, int]], values: dict[str, int]) -> tuple[Trace, list[Any]]:
    trace = Trace()
    return trace, run(program, {name: trace.parameter(name, value) for name, value in values.items()})


@given(steps, points)
def test_recorded_numbers_compute_as_plain_ones_do(program, values):
    expected = plain(program, values)
    assume(expected is not None)
    _, made = traced(program, values)
    assert [example(number) for number in made] == expected
    assert [type(example(number)) for number in made] == [type(number) for number in expected]


@given(steps, points, st.lists(points, min_size=1, max_size=5))
def test_a_replay_is_right_or_refused(program, values, others):
    assume(plain(program, values) is not None)
    trace, made = traced(program, values)
    results = {str(index): number for index, number in enumerate(made)}
    for other in [values, *others]:
        try:
            replayed = trace.replay(results, other).results
        except OutsideTrace:
            assert other != values
            continue
        assert list(replayed.values()) == plain(program, other)


@given(steps, points)
def test_the_example_itself_is_never_outside(program, values):
    assume(plain(program, values) is not None)
    trace, made = traced(program, values)
    assert trace.replay({"last": made[-1]}, values).results == {"last": example(made[-1])}


@given(steps, points, st.lists(points, min_size=1, max_size=8))
def test_arrays_give_what_single_numbers_give(program, values, others):
    numpy = pytest.importorskip("numpy")
    assume(plain(program, values) is not None)
    trace, made = traced(program, values)
    results = {str(index): number for index, number in enumerate(made)}
    arrays = {name: numpy.array([other[name] for other in others]) for name in PARAMETERS}
    replay = trace.replay(results, arrays)
    for index, other in enumerate(others):
        try:
            expected = trace.replay(results, other).results
        except OutsideTrace:
            assert not replay.valid[index]
            continue
        assert replay.valid[index]
        for name, number in expected.items():
            array = replay.results[name]
            assert (array[index] if hasattr(array, "dtype") and array.ndim else array) == number


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 10**6))
def test_numbers_beyond_64_bits_stay_exact(a, b, factor):
    numpy = pytest.importorskip("numpy")
    trace = Trace()
    number = trace.parameter("number", 3)
    power = number**4 * factor
    array = trace.replay({"power": power}, {"number": numpy.array([a, b])})
    assert [int(value) for value in array.results["power"]] == [a**4 * factor, b**4 * factor]


@given(sizes, st.lists(sizes, max_size=4))
def test_make_divisible_is_traced(values, others):
    trace = Trace()
    width = trace.parameter("a", values["a"])
    made = make_divisible(width * 1.25, 8)
    for other in [values, *others]:
        try:
            replayed = trace.replay({"made": made}, {"a": other["a"]}).results["made"]
        except OutsideTrace:
            continue
        assert replayed == make_divisible(other["a"] * 1.25, 8)
        assert type(replayed) is int


@given(st.floats(1, 10_000), st.integers(1, 64))
def test_make_divisible_is_a_multiple_that_loses_at_most_a_tenth(value, divisor):
    made = make_divisible(value, divisor)
    assert made % divisor == 0
    assert made >= divisor
    assert made >= Fraction(9, 10) * Fraction(value) - Fraction(1, 10**6)
    assert abs(made - value) <= divisor


# What can't be recorded


@pytest.mark.parametrize(
    "use",
    [
        int,
        float,
        round,
        range,
        math.floor,
        math.ceil,
        math.trunc,
        math.sqrt,
        hex,
        lambda number: [1, 2, 3][number],
        lambda number: math.gcd(number, 4),
        lambda number: 2**number,
        lambda number: number**0.5,
        lambda number: (number / 4) ** 2,
        lambda number: number + "1",
        lambda number: number < "1",
        lambda number: number * True,
    ],
    ids=range(17),
)
def test_what_would_need_a_single_value_is_refused(use):
    with pytest.raises(TypeError):
        use(Trace().parameter("number", 2))


def test_a_recorded_number_is_no_int():
    number = Trace().parameter("number", 2)
    assert not isinstance(number, int | float)
    assert is_number(number)
    assert not is_number(True)
    assert not is_number("2")


@pytest.mark.parametrize("other", ["same", None, (1,), True])
def test_it_differs_from_what_is_no_number(other):
    trace = Trace()
    number = trace.parameter("number", 1)
    assert number != other
    assert not number == other  # noqa: SIM201
    assert trace.guards == 0


def test_as_text_it_shows_the_example():
    number = Trace().parameter("number", 1234)
    assert f"{number} {number:,} {number!r}" == "1234 1,234 1234"


# Guards


@pytest.mark.parametrize(
    ("compare", "inside", "outside"),
    [
        (lambda n: n > 5, 6, 5),
        (lambda n: n >= 7, 7, 6),
        (lambda n: n < 8, 7, 8),
        (lambda n: n <= 7, 7, 8),
        (lambda n: n == 7, 7, 8),
        (lambda n: n != 8, 6, 8),
        (lambda n: bool(n), 1, 0),
        (lambda n: bool(n % 2), 9, 8),
        (lambda n: 5 < n, 6, 5),  # noqa: SIM300
        (lambda n: is_whole(n / 7), 14, 15),
        (lambda n: not is_whole(n / 2), 9, 10),
        (lambda n: (n, 1) == (7, 1), 7, 8),
    ],
    ids=range(12),
)
def test_a_comparison_is_a_guard(compare, inside, outside):
    trace = Trace()
    number = trace.parameter("number", 7)
    assert compare(number)
    result = {"number": number * 2}
    assert trace.replay(result, {"number": inside}).results == {"number": 2 * inside}
    with pytest.raises(OutsideTrace):
        trace.replay(result, {"number": outside})


def test_a_maximum_is_no_guard():
    trace = Trace()
    number = trace.parameter("number", 7)
    assert trace.replay({"most": maximum(number, 5, 6)}, {"number": 1}).results == {"most": 6}
    assert trace.replay({"least": minimum(number, 5)}, {"number": 1}).results == {"least": 1}
    assert trace.guards == 0


def test_a_pinned_number_is_plain_and_keeps_its_value():
    trace = Trace()
    number = trace.parameter("number", 7)
    assert type(pin(number + 1)) is int
    assert list(range(pin(number))) == list(range(7))
    assert pin(5) == 5
    assert trace.replay({"number": number}, {"number": 7}).results == {"number": 7}
    with pytest.raises(OutsideTrace):
        trace.replay({"number": number}, {"number": 8})


def test_the_smaller_of_an_int_and_a_float_is_no_int_for_all_values():
    trace = Trace()
    number = trace.parameter("number", 0)
    rounded = ceiling(minimum(number, 0.5))
    assert trace.replay({"rounded": rounded}, {"number": 0}).results == {"rounded": 0}
    assert trace.replay({"rounded": rounded}, {"number": 4}).results == {"rounded": 1}


def test_the_same_comparison_is_one_guard():
    trace = Trace()
    number = trace.parameter("number", 7)
    assert number > 3
    assert number > 3
    assert number == number
    assert trace.guards == 1


def test_a_division_by_zero_is_outside():
    trace = Trace()
    number = trace.parameter("number", 7)
    with pytest.raises(OutsideTrace):
        trace.replay({"quotient": 14 // number}, {"number": 0})


# Identity


def test_the_same_operation_is_one_object():
    trace = Trace()
    number = trace.parameter("number", 7)
    assert number + 2 is number + 2
    assert number + 2 is not number + 3
    assert number + 2 is not 2 + number
    assert number * 1 is number
    assert 0 + number is number


def test_the_key_of_a_cache_meets_only_itself():
    trace = Trace()
    number = trace.parameter("number", 7)
    cache = {number + 1: "sum", 8: "constant", (number, 3): "shape"}
    assert cache[number + 1] == "sum"
    assert cache[number, 3] == "shape"
    assert number + 2 - 1 not in cache
    assert cache[8] == "constant"


def test_traces_do_not_mix():
    one, other = Trace().parameter("number", 1), Trace().parameter("number", 1)
    with pytest.raises(ValueError, match="another trace"):
        one + other


def test_a_parameter_is_recorded_once():
    trace = Trace()
    trace.parameter("number", 1)
    with pytest.raises(ValueError, match="number"):
        trace.parameter("number", 2)


# What a replay takes


@pytest.mark.parametrize("value", [1.0, True, "1", None])
def test_a_replay_takes_whole_numbers(value):
    trace = Trace()
    number = trace.parameter("number", 1)
    with pytest.raises(TypeError, match="number"):
        trace.replay({"number": number}, {"number": value})


def test_a_replay_takes_all_parameters():
    trace = Trace()
    number = trace.parameter("number", 1)
    with pytest.raises(KeyError):
        trace.replay({"number": number}, {})


def test_arrays_of_floats_are_refused():
    numpy = pytest.importorskip("numpy")
    trace = Trace()
    number = trace.parameter("number", 1)
    with pytest.raises(TypeError, match="number"):
        trace.replay({"number": number}, {"number": numpy.array([1.0])})


def test_single_numbers_stand_for_whole_arrays():
    numpy = pytest.importorskip("numpy")
    trace = Trace()
    a, b = trace.parameter("a", 1), trace.parameter("b", 2)
    replay = trace.replay({"sum": a + b, "b": b}, {"a": numpy.array([1, 2, 3]), "b": 10})
    assert replay.results["sum"].tolist() == [11, 12, 13]
    assert replay.results["b"].tolist() == [10, 10, 10]
    assert replay.valid.tolist() == [True, True, True]


def test_small_types_of_arrays_do_not_overflow():
    numpy = pytest.importorskip("numpy")
    trace = Trace()
    number = trace.parameter("number", 1)
    replay = trace.replay({"product": number * number * 100}, {"number": numpy.array([100, 120], dtype="int8")})
    assert replay.results["product"].tolist() == [1_000_000, 1_440_000]


def test_a_plain_result_is_itself():
    trace = Trace()
    trace.parameter("number", 1)
    assert trace.replay({"constant": 5}, {"number": 9}).results == {"constant": 5}


def test_recorded_is_exported_for_checks_of_types():
    assert isinstance(Trace().parameter("number", 1), Recorded)
