"""A trace on a grid gives, at every point, what the computation gives there in plain numbers."""

from __future__ import annotations

import operator
from itertools import product
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
