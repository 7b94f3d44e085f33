"""Help that names a number: the number must help."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnshape.layers import BY_NAME, LayerProblem, Tensor

Make = Callable[[int, int], dict[str, Any]]


def refusal(kind: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> LayerProblem | None:
    try:
        BY_NAME[kind](**arguments).output((Tensor(shape),))
    except LayerProblem as problem:
        return problem
    return None


@given(size=st.integers(1, 20), kernel=st.integers(1, 12), dilation=st.integers(1, 4), padding=st.integers(0, 4))
def test_the_padding_that_is_advised_is_the_least_that_fits(
    size: int, kernel: int, dilation: int, padding: int
) -> None:
    arguments = {"out": 1, "kernel": kernel, "dilation": dilation}
    problem = refusal("conv", {**arguments, "padding": padding}, (1, size))
    assume(problem is not None)
    found = re.search(r"pad by (\d+) or more", problem.help or "")
    assert found
    advised = int(found[1])
    assert refusal("conv", {**arguments, "padding": advised}, (1, size)) is None
    assert refusal("conv", {**arguments, "padding": advised - 1}, (1, size)) is not None


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("conv", lambda channels, number: {"out": channels, "kernel": 1, "groups": number}),
        ("conv_transpose", lambda channels, number: {"out": channels, "kernel": 1, "groups": number}),
        ("group_norm", lambda _, number: {"groups": number}),
        ("channel_shuffle", lambda _, number: {"groups": number}),
        ("split", lambda _, number: {"parts": number, "take": 0}),
        ("pixel_shuffle", lambda _, number: {"factor": number}),
        ("pixel_unshuffle", lambda _, number: {"factor": number}),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
@given(size=st.integers(1, 60), number=st.integers(1, 70))
def test_the_divisor_that_is_advised_is_the_nearest_below(kind: str, make: Make, size: int, number: int) -> None:
    def refused(by: int) -> LayerProblem | None:
        return refusal(kind, make(size, by), (size, size, size))

    problem = refused(number)
    assume(problem is not None)
    assert problem.name == "indivisible-channels"
    found = re.findall(r" is (\d+)$", problem.help or "")
    assert found or kind == "pixel_shuffle", "only a factor that counts squared may go without advice"
    for advised in map(int, found):
        assert advised < number
        assert refused(advised) is None
        assert all(refused(between) for between in range(advised + 1, number))
