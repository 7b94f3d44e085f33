"""Laws of the window arithmetic, against simulations that move, write or sample cell by cell."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from time import process_time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cnnshape.layers import Phases, Window
from cnnshape.layers.window import MAX_PERIOD, adaptive, linear, nearest, same_padding, transposed

kernels = st.integers(1, 7)
strides = st.integers(1, 9)
dilations = st.integers(1, 4)
paddings = st.integers(0, 6)
sizes = st.integers(1, 40)
windows = st.builds(Window, kernels, strides, dilations, paddings, paddings, st.booleans())


def taps(window: Window, start: int) -> range:
    return range(start, start + window.kernel * window.dilation, window.dilation)


def positions(window: Window, size: int) -> list[int]:
    """Where a window stands that slides from the start of the padding, as long as all its taps lie inside.

    With `ceil` it may hang over the end by less than a stride, if it starts in the input or the padding before it.
    """
    starts: list[int] = []
    start = -window.before
    while True:
        over = taps(window, start)[-1] - (size + window.after - 1)
        fits = over <= 0 or (window.ceil and over < window.stride and start < size)
        if not fits:
            return starts
        starts.append(start)
        start += window.stride


@given(windows, sizes)
@example(Window(3, 2, ceil=True), 2)
@example(Window(3, 2, ceil=True), 6)
@example(Window(2, 2, before=1, after=1, ceil=True), 3)
@example(Window(2, 3, dilation=4), 5)
def test_the_output_size_is_the_number_of_windows(window: Window, size: int) -> None:
    # rounding up is for pools, and those refuse padding that could hold a whole window
    assume(not window.ceil or window.after < window.extent)
    assert max(window.output(size), 0) == len(positions(window, size))


@given(windows)
def test_the_extent_reaches_from_the_first_tap_to_the_last(window: Window) -> None:
    over = taps(window, 0)
    assert len(over) == window.kernel
    assert window.extent == over[-1] - over[0] + 1


@given(sizes, kernels, strides, dilations, st.booleans())
def test_same_padding_is_the_least_that_keeps_the_size(
    size: int, kernel: int, stride: int, dilation: int, ceil_mode: bool
) -> None:
    before, after = same_padding(size, kernel, stride, dilation)
    padded = Window(kernel, stride, dilation, before, after, ceil_mode)
    assert padded.output(size) == ceil(Fraction(size, stride))
    assert after - before in {0, 1}
    assert before >= 0
    if before + after:
        less = Window(kernel, stride, dilation, before, after - 1)
        assert less.output(size) < padded.output(size)


def cells(relation: Phases, output: int) -> list[set[int]]:
    """The input cells per output cell."""
    seen = []
    for cell in range(output):
        rounds, phase = divmod(cell, relation.period)
        shift = rounds * relation.advance
        seen.append(set(range(shift + relation.first[phase], shift + relation.last[phase] + 1, relation.step)))
    return seen


@given(kernels, strides, dilations, paddings)
@example(kernel=1, stride=3, dilation=1, before=0)
@example(kernel=2, stride=2, dilation=3, before=1)
def test_a_transposed_window_sees_the_cells_that_write_to_it(
    kernel: int, stride: int, dilation: int, before: int
) -> None:
    output = 3 * stride
    written: dict[int, set[int]] = {cell: set() for cell in range(output)}
    for source in range(-kernel * dilation, output + before + 1):
        for target in taps(Window(kernel, dilation=dilation), source * stride - before):
            if target in written:
                written[target].add(source)
    relation = transposed(kernel, stride, dilation, before)
    assert relation is not None
    assert (relation.advance, relation.period) == (1, stride)
    assert cells(relation, output) == [written[cell] for cell in range(output)]


def test_a_long_transposed_window_is_worked_out_in_little_time() -> None:
    started = process_time()
    relation = transposed(MAX_PERIOD, MAX_PERIOD, 1, 0)
    assert process_time() - started < 0.25
    assert relation == Phases(1, (0,) * MAX_PERIOD, (0,) * MAX_PERIOD)


@given(sizes, sizes)
def test_nearest_copies_the_cell_under_its_place(size: int, output: int) -> None:
    relation = nearest(size, output)
    assert relation is not None
    places = [Fraction(cell * size, output) for cell in range(output)]
    assert cells(relation, output) == [
        {source for source in range(size) if source <= place < source + 1} for place in places
    ]


def tent(distance: Fraction) -> Fraction:
    return max(1 - abs(distance), Fraction(0))


def keys(distance: Fraction) -> Fraction:
    """The cubic kernel of Keys (1981), with the -3/4 that image libraries take."""
    a, x = Fraction(-3, 4), abs(distance)
    if x < 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else Fraction(0)


@pytest.mark.parametrize(("reach", "kernel"), [(1, tent), (2, keys)], ids=["linear", "cubic"])
@given(size=sizes, output=sizes)
@example(size=5, output=5)
@example(size=8, output=4)
@example(size=3, output=9)
def test_interpolation_sees_the_cells_that_have_weight(reach: int, kernel, size: int, output: int) -> None:
    relation = linear(size, output, reach)
    assert relation is not None
    centres = [Fraction((2 * cell + 1) * size, 2 * output) - Fraction(1, 2) for cell in range(output)]
    weighed = [{source for source in range(-4, size + 4) if kernel(centre - source)} for centre in centres]
    assert cells(relation, output) == weighed


@given(sizes, sizes)
def test_adaptive_windows_see_the_cells_that_they_overlap(size: int, output: int) -> None:
    relation = adaptive(size, output)
    assert relation is not None
    step = Fraction(size, output)
    spans = [(cell * step, (cell + 1) * step) for cell in range(output)]
    assert cells(relation, output) == [
        {source for source in range(size) if source < end and start < source + 1} for start, end in spans
    ]


@given(sizes, st.integers(1, 8))
def test_adaptive_windows_that_divide_evenly_are_a_pool(output: int, kernel: int) -> None:
    assert adaptive(kernel * output, output) == Phases(kernel, (0,), (kernel - 1,))


@pytest.mark.parametrize(
    "relation",
    [nearest, adaptive, lambda size, output: linear(size, output, 1), lambda size, output: linear(size, output, 2)],
    ids=["nearest", "adaptive", "linear", "cubic"],
)
def test_a_period_is_stated_up_to_the_limit(relation) -> None:
    at_limit = relation(MAX_PERIOD + 1, MAX_PERIOD)
    assert at_limit is not None
    assert at_limit.period == MAX_PERIOD
    assert relation(MAX_PERIOD, MAX_PERIOD + 1) is None
    assert relation(3 * (MAX_PERIOD + 1), 2 * (MAX_PERIOD + 1)).period == 2


def test_a_transposed_period_is_stated_up_to_the_limit() -> None:
    assert transposed(1, MAX_PERIOD, 1, 0) is not None
    assert transposed(1, MAX_PERIOD + 1, 1, 0) is None
