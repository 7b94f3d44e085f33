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
    match = re.search(r"pad by (\d+) or more", problem.help or "")
    assert match
    advised = int(match[1])
    assert refusal("conv", {**arguments, "padding": advised}, (1, size)) is None
    assert refusal("conv", {**arguments, "padding": advised - 1}, (1, size)) is not None


GROUPED: list[tuple[str, Make]] = [
    ("conv", lambda out, groups: {"out": out, "kernel": 1, "groups": groups}),
    ("conv_transpose", lambda out, groups: {"out": out, "kernel": 1, "groups": groups}),
    ("group_norm", lambda _, groups: {"groups": groups}),
    ("channel_shuffle", lambda _, groups: {"groups": groups}),
    ("split", lambda _, parts: {"parts": parts, "take": 0}),
]


@pytest.mark.parametrize(("kind", "make"), GROUPED, ids=[kind for kind, _ in GROUPED])
@given(channels=st.integers(1, 60), out=st.integers(1, 60), number=st.integers(1, 70))
def test_the_number_that_is_advised_is_the_nearest_that_fits(
    kind: str, make: Make, channels: int, out: int, number: int
) -> None:
    def refused(by: int) -> LayerProblem | None:
        return refusal(kind, make(out, by), (channels, 4, 4))

    problem = refused(number)
    assume(problem is not None)
    assert problem.name == "indivisible-channels"
    match = re.search(r" is (\d+)$", problem.help or "")
    assume(match is not None or number != channels)
    assert match
    advised = int(match[1])
    assert refused(advised) is None
    near = abs(advised - number)
    assert all(refused(other) for other in range(max(number - near, 0) + 1, number + near) if other != advised)


@given(channels=st.integers(1, 60), out=st.integers(1, 200))
def test_the_channels_that_are_advised_for_a_depthwise_convolution_are_the_nearest(channels: int, out: int) -> None:
    problem = refusal("conv", {"out": out, "kernel": 1, "groups": channels}, (channels, 4, 4))
    assume(problem is not None)
    match = re.search(r"such as (\d+)$", problem.help or "")
    assert match
    assert int(match[1]) % channels == 0
    assert abs(int(match[1]) - out) <= channels / 2 or out < channels


@pytest.mark.parametrize(("kind", "axis"), [("pixel_shuffle", 0), ("pixel_unshuffle", 1)])
@given(size=st.integers(1, 300), factor=st.integers(2, 12))
def test_the_sizes_that_are_advised_fit(kind: str, axis: int, size: int, factor: int) -> None:
    def refused(number: int) -> LayerProblem | None:
        shape = [factor * factor] * 3
        shape[axis] = number
        return refusal(kind, {"factor": factor}, tuple(shape))

    problem = refused(size)
    assume(problem is not None)
    numbers = re.search(r"(?:such as|it to) (\d+)(?: or (\d+))?", problem.help or "")
    assert numbers
    advised = [int(number) for number in numbers.groups() if number]
    assert [number for number in advised if refused(number)] == []
    assert all(refused(number) for number in range(max(advised[0], 1), advised[-1]) if number not in advised)
