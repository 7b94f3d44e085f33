"""A trace on a grid gives, at every point, what the computation gives there in plain numbers."""

from __future__ import annotations

import operator
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnshape.arithmetic import Recordable, floor, gcd, make_divisible, maximum, minimum
from cnnshape.arithmetic.tracing import Trace

numpy = pytest.importorskip("numpy")
grid = pytest.importorskip("cnnshape.arithmetic.tracing.grid")

Program = list[tuple[str, int, int]]
OPERATIONS: dict[str, Any] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "max": maximum,
    "min": minimum,
    "negative": lambda a, b: -a,
    "floor": lambda a, b: floor(a),
    "gcd": lambda a, b: gcd(floor(a), floor(b)),
    "if": lambda a, b: a if a < b else b * 2,
    "same": lambda a, b: a + b if a == b else a - b,
    "divisible": lambda a, b: make_divisible(a, 8),
}
numbers = st.integers(-9, 300) | st.sampled_from([0, 1, 10**9, -(10**18), 2**53 + 1, 2**63])
floats = st.sampled_from([0.0, 0.5, 0.1, 1.25, -2.7, 3.0, 1e9])
axes = st.lists(
    st.lists(numbers, min_size=1, max_size=4) | st.lists(floats, min_size=1, max_size=3), min_size=1, max_size=4
)
programs = st.lists(
    st.tuples(st.sampled_from(list(OPERATIONS)), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=12
)


def run(program: Program, values: list[Any]) -> list[Any]:
    """All numbers of a program that starts with these values and some constants. Raises ArithmeticError."""
    made = [*values, 3, 0.5, 2]
    for operation, a, b in program:
        made.append(OPERATIONS[operation](made[a % len(made)], made[b % len(made)]))
    return made


def outcome(program: Program, values: list[Any]) -> list[Any] | None:
    try:
        return run(program, values)
    except (ArithmeticError, ValueError):
        return None


@settings(max_examples=400, deadline=None)
@given(axes, programs, st.sampled_from([1, 4, 1 << 14]), st.data())
def test_every_point_has_the_numbers_of_the_computation_or_is_outside(
    axes: list[list[Any]], program: Program, limit: int, data: st.DataObject
) -> None:
    example = [data.draw(st.sampled_from(values)) for values in axes]
    trace = Trace()
    try:
        made = run(program, [trace.parameter(f"p{axis}", value) for axis, value in enumerate(example)])
    except (ArithmeticError, ValueError):
        return
    if any(plain(value) != plain(value) for value in made):
        return  # NaN equals nothing
    results = [(value.step, None) if isinstance(value, Recordable) else (None, value) for value in made]
    whole = [index for index, value in enumerate(made) if isinstance(value, int) or (is_recorded_int(value))]
    domain = [numpy.ones(len(values), dtype=bool) for values in axes]
    leaves = {f"p{axis}": (axis, values) for axis, values in enumerate(axes)}
    replay = grid.replay_on_grid(trace.steps, leaves, domain, [results[index] for index in whole], limit)
    points = list(product(*map(range, map(len, axes))))
    columns = [numpy.array(column) for column in zip(*points, strict=True)]
    holds, values = replay.run(columns)
    assert holds[points.index(tuple(values.index(value) for values, value in zip(axes, example, strict=True)))]
    for row, point in enumerate(numpy.flatnonzero(holds).tolist()):
        expected = outcome(program, [axis[place] for axis, place in zip(axes, points[point], strict=True)])
        assert expected is not None
        for column, index in zip(values, whole, strict=True):
            assert type(column[row].item() if hasattr(column[row], "item") else column[row]) is int
            assert column[row] == expected[index]


def plain(value: Any) -> Any:
    return value.example if isinstance(value, Recordable) else value


def is_recorded_int(value: Any) -> bool:
    return isinstance(value, Recordable) and value.is_integer


def replayed(axes: list[list[Any]], example: list[Any], compute: Any, limit: int) -> tuple[list[Any], list[Any]]:
    """Where the trace of one number holds, and that number there."""
    trace = Trace()
    made = compute(*[trace.parameter(f"p{axis}", value) for axis, value in enumerate(example)])
    leaves = {f"p{axis}": (axis, values) for axis, values in enumerate(axes)}
    domain = [numpy.ones(len(values), dtype=bool) for values in axes]
    replay = grid.replay_on_grid(trace.steps, leaves, domain, [(made.step, None)], limit)
    points = [numpy.array(column) for column in zip(*product(*map(range, map(len, axes))), strict=True)]
    holds, (values,) = replay.run(points)
    return holds.tolist(), values.tolist()


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_a_comparison_of_two_axes_limits_the_points(limit: int) -> None:
    axes = [list(range(6)), list(range(6))]
    holds, values = replayed(axes, [1, 4], lambda a, b: a * b if a < b else a + b, limit)
    pairs = list(product(*axes))
    assert holds == [a < b for a, b in pairs]
    assert values == [a * b for a, b in pairs if a < b]


@pytest.mark.parametrize("limit", [1, 100])
def test_a_divisor_of_zero_is_outside(limit: int) -> None:
    axes = [[7, 9], [0, 2, 3], [0, 1]]
    holds, values = replayed(axes, [7, 2, 1], lambda a, b, c: a // (b - c), limit)
    points = list(product(*axes))
    assert holds == [b != c for _, b, c in points]
    assert values == [a // (b - c) for a, b, c in points if b != c]


def test_the_larger_of_an_int_and_a_float_keeps_its_type() -> None:
    """Near 10^18 floats have no fractions: the larger number is the int, and 3 more are not lost."""
    values = [0, -(10**18), 10**18 + 1]
    _, made = replayed([values], [0], lambda a: floor(maximum(a, a + 0.5) + 3), 1)
    assert made == [floor(max(a, a + 0.5) + 3) for a in values]
    assert made[1] == 3 - 10**18


@pytest.mark.parametrize("limit", [1, 1 << 12])
def test_what_cancels_needs_no_axis(limit: int) -> None:
    """Memory that was freed: tables of two axes suffice, although the sums pass over all of them."""
    axes = [list(range(2, 9)) for _ in range(6)]

    def peak(*sizes: Any) -> Any:
        alive, most = 0, 0
        for size, following in pairwise(sizes):
            alive = alive + size + following
            most = maximum(most, alive)
            alive = alive - size - following
        return most

    holds, values = replayed(axes, [5] * 6, peak, limit)
    assert all(holds)
    assert values == [max(a + b for a, b in pairwise(point)) for point in product(*axes)]


@pytest.mark.parametrize("limit", [1, 1 << 12])
def test_numbers_beyond_int64_are_exact_on_a_grid(limit: int) -> None:
    axes = [[3, 10**9], [7, 10**9 + 1], [1, 10**6]]
    holds, values = replayed(axes, [3, 7, 1], lambda a, b, c: a * b * c + a * b - 5, limit)
    assert all(holds)
    assert values == [a * b * c + a * b - 5 for a, b, c in product(*axes)]


@pytest.mark.parametrize("limit", [1, 1 << 12])
def test_a_chain_of_thousands_of_operations_is_no_recursion(limit: int) -> None:
    """A deep network narrows what it sees of its input at each layer."""
    axes = [[50, 60, 70], [3, 4]]

    def narrowed(a: Any, b: Any) -> Any:
        value = a * b
        for step in range(2000):
            value = (maximum(minimum(value, a + step), b) * 3 + b) // 2
        return value

    holds, values = replayed(axes, [50, 3], narrowed, limit)
    assert all(holds)
    assert values == [narrowed(a, b) for a, b in product(*axes)]


def test_many_points_are_computed_in_parts() -> None:
    axes = [list(range(900)), list(range(10))]

    def computed(a: Any, b: Any) -> Any:
        value = a
        for step in range(1000):
            value = value * b % (a + 7 + step)
        return value

    holds, values = replayed(axes, [1, 1], computed, 1)
    assert all(holds)
    assert values == [computed(a, b) for a, b in product(*axes)]
