"""Operations on arrays give what Python gives for each element, with its type, however large the numbers are."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest

from cnnshape.arithmetic.tracing.operations import COMPARISONS, OPERATIONS

numpy = pytest.importorskip("numpy")
exact = pytest.importorskip("cnnshape.arithmetic.tracing.grid.exact")

MAGNITUDES = (10, 2**31, 2**53 + 2, 2**61, 2**70)
ROWS = 60


def operand(values: list[Any], *, whole: bool) -> Any:
    return exact.Operand(exact.array_of(values, whole=whole), (min(values), max(values)), whole=whole)


def drawn(random: Random, most: int, *, whole: bool) -> list[Any]:
    """Numbers of one magnitude, small ones among them."""
    values = [random.choice([random.randint(-most, most), random.randint(1, 9)]) for _ in range(ROWS)]
    return values if whole else [value / random.choice([1, 3, 7]) for value in values]


def plain(function: Any, *operands: Any) -> Any:
    """Python's result; by a divisor of zero, it is that of the quotient by 1."""
    try:
        return function(*operands)
    except ZeroDivisionError:
        return function(operands[0], type(operands[1])(1))


@pytest.mark.parametrize("most", MAGNITUDES)
@pytest.mark.parametrize(
    ("operation", "types"),
    [
        *product(("+", "-", "*", "/", "//", "%", "maximum", "minimum"), product((True, False), repeat=2)),
        ("gcd", (True, True)),
    ],
)
def test_an_operation_gives_what_python_gives(operation: str, types: tuple[bool, bool], most: int) -> None:
    random = Random(f"{operation} {types} {most}")
    left, right = (drawn(random, most, whole=whole) for whole in types)
    whole = operation != "/" and types == (True, True)
    operands = [operand(values, whole=own) for values, own in zip((left, right), types, strict=True)]
    result = exact.applied(operation, operands, whole=whole)
    expected = [plain(OPERATIONS[operation].plain, a, b) for a, b in zip(left, right, strict=True)]
    assert result.array.tolist() == expected
    assert list(map(type, result.array.tolist())) == list(map(type, expected))
    low, high = result.bounds
    assert low <= min(expected)
    assert max(expected) <= high


@pytest.mark.parametrize("most", MAGNITUDES)
@pytest.mark.parametrize("operation", ["negative", "floor"])
def test_an_operation_on_one_number_gives_what_python_gives(operation: str, most: int) -> None:
    values = drawn(Random(most), most, whole=operation == "negative")
    result = exact.applied(operation, [operand(values, whole=operation == "negative")], whole=True)
    assert result.array.tolist() == [OPERATIONS[operation].plain(value) for value in values]


@pytest.mark.parametrize("most", MAGNITUDES)
@pytest.mark.parametrize("types", [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("sign", list(COMPARISONS))
def test_a_comparison_gives_what_python_gives(sign: str, types: tuple[bool, bool], most: int) -> None:
    random = Random(most)
    left = [random.randint(most - 3, most + 3) for _ in range(ROWS)]
    right = [random.randint(most - 3, most + 3) for _ in range(ROWS)]
    sides = [values if whole else list(map(float, values)) for values, whole in zip((left, right), types, strict=True)]
    operands = [operand(values, whole=whole) for values, whole in zip(sides, types, strict=True)]
    answers = exact.compared(sign, *operands)
    assert answers.tolist() == [COMPARISONS[sign](a, b) for a, b in zip(*sides, strict=True)]


@pytest.mark.parametrize("most", MAGNITUDES)
@pytest.mark.parametrize("factors", [(1, -1), (3, 2**40), (-(2**62), 5)])
def test_a_weighted_sum_is_exact(factors: tuple[int, int], most: int) -> None:
    random = Random(most)
    columns = [drawn(random, most, whole=True) for _ in factors]
    operands = [operand(values, whole=True) for values in columns]
    total = exact.weighted(list(zip(operands, factors, strict=True)), 7)
    rows = zip(*columns, strict=True)
    assert total.array.tolist() == [7 + sum(a * b for a, b in zip(row, factors, strict=True)) for row in rows]
