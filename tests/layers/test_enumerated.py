"""Layers worked out the slow way: every window, tap, channel and position is visited, and each product counted."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cnnshape
from cnnshape.report import Row

Shape = tuple[int, ...]


class Slide(NamedTuple):
    """How a window slides along one axis."""

    size: int
    kernel: int
    stride: int
    before: int
    after: int
    dilation: int

    def windows(self, *, ceil: bool = False) -> list[list[int]]:
        """The places that the taps of each window fall on; those outside of `0 <= place < size` are padding.

        With `ceil`, a last window that hangs over the end counts if it starts inside of the input or its left padding.
        """
        reach = (self.kernel - 1) * self.dilation
        last = self.size + self.after - 1
        starts = range(-self.before, self.size + self.after + reach, self.stride)
        windows = [[start + tap * self.dilation for tap in range(self.kernel)] for start in starts]
        fitting = [window for window in windows if window[-1] <= last]
        if ceil and len(fitting) < len(windows):
            following = windows[len(fitting)]
            hangs_over = fitting[-1][-1] < last and following[0] < self.size
            fitting += [following] if hangs_over else []
        return fitting


@st.composite
def slides(draw: st.DrawFn) -> Slide:
    kernel, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    padding = st.integers(0, kernel - 1)
    slide = Slide(draw(st.integers(1, 9)), kernel, draw(st.integers(1, 4)), draw(padding), draw(padding), dilation)
    assume((kernel - 1) * dilation + 1 <= slide.size + slide.before + slide.after)
    return slide


def flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]" if isinstance(value, list | tuple) else str(value).lower()


def layer(shape: Shape, kind: str, arguments: dict[str, Any]) -> Row:
    text = f"input: {flow(list(shape))}\nlayers:\n  - {kind}: {flow(arguments)}\n"
    (row,) = cnnshape.analyze(cnnshape.load(text)).rows
    return row


def of_axes(axes: list[Slide]) -> dict[str, Any]:
    """The arguments of a window, an entry per axis."""
    return {
        "kernel": [axis.kernel for axis in axes],
        "stride": [axis.stride for axis in axes],
        "padding": [[axis.before, axis.after] for axis in axes],
        "dilation": [axis.dilation for axis in axes],
    }


AXES = st.lists(slides(), min_size=1, max_size=3)


@given(AXES, st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_a_convolution(axes: list[Slide], groups: int, entering: int, leaving: int, bias: bool) -> None:
    channels, out = groups * entering, groups * leaving
    windows = [axis.windows() for axis in axes]
    weights, products = set(), 0
    for kernel in range(out):
        group = kernel // leaving
        for channel, *taps in product(range(entering), *(range(axis.kernel) for axis in axes)):
            weights.add((kernel, group * entering + channel, *taps))
            products += prod(map(len, windows))
    row = layer(
        (channels, *(axis.size for axis in axes)), "conv", {"out": out, "groups": groups, "bias": bias, **of_axes(axes)}
    )
    assert row.output == (out, *map(len, windows))
    assert row.params == len(weights) + (out if bias else 0)
    assert row.macs == products
    assert row.flops == 2 * products + (prod(row.output) if bias else 0)


@pytest.mark.parametrize("kind", ["max_pool", "avg_pool"])
@given(AXES, st.integers(1, 4), st.booleans())
def test_a_pool(kind: str, axes: list[Slide], channels: int, ceil: bool) -> None:
    if kind != "max_pool":
        axes = [axis._replace(dilation=1) for axis in axes]
    axes = [
        axis._replace(before=min(axis.before, axis.kernel // 2), after=min(axis.before, axis.kernel // 2))
        for axis in axes
    ]
    assume(all((axis.kernel - 1) * axis.dilation + 1 <= axis.size + axis.before + axis.after for axis in axes))
    arguments = {**of_axes(axes), "ceil": ceil, "padding": [axis.before for axis in axes]}
    if kind != "max_pool":
        del arguments["dilation"]
    shape = (channels, *(axis.size for axis in axes))
    row = layer(shape, kind, arguments)
    assert row.output == (channels, *(len(axis.windows(ceil=ceil)) for axis in axes))
    assert (row.params, row.macs) == (0, 0)


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(1, 3), st.integers(1, 2)), min_size=1, max_size=3
    ),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_a_transposed_convolution(axes: list[tuple[int, int, int, int]], entering: int, leaving: int) -> None:
    """Each input cell is spread over a window of the output: the output ends with the last cell that is touched."""
    touched = [
        {at * stride + tap * dilation for at in range(size) for tap in range(kernel)}
        for size, kernel, stride, dilation in axes
    ]
    arguments = {
        "out": leaving, "bias": False, "kernel": [axis[1] for axis in axes], "stride": [axis[2] for axis in axes],
        "dilation": [axis[3] for axis in axes],
    }  # fmt: skip
    row = layer((entering, *(axis[0] for axis in axes)), "conv_transpose", arguments)
    assert row.output == (leaving, *(max(cells) + 1 for cells in touched))
    assert row.params == entering * leaving * prod(axis[1] for axis in axes)
    assert row.macs == row.params * prod(axis[0] for axis in axes)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=3), st.integers(1, 3))
def test_an_adaptive_pool(axes: list[tuple[int, int]], channels: int) -> None:
    """Output cell `i` of `n` is over the cells from `floor(i * size / n)` to `ceil((i + 1) * size / n)`."""
    for kind in ("adaptive_avg_pool", "adaptive_max_pool"):
        row = layer((channels, *(size for size, _ in axes)), kind, {"size": [cells for _, cells in axes]})
        assert row.output == (channels, *(cells for _, cells in axes))
        spans = [[range(i * size // cells, -(-(i + 1) * size // cells)) for i in range(cells)] for size, cells in axes]
        visited = channels * sum(prod(map(len, window)) for window in product(*spans))
        assert row.flops == (visited if kind == "adaptive_avg_pool" else visited - prod(row.output))


@given(st.integers(1, 50), st.integers(1, 50), st.booleans())
def test_a_linear_layer(entering: int, leaving: int, bias: bool) -> None:
    row = layer((entering,), "linear", {"out": leaving, "bias": bias})
    pairs = sum(1 for _ in product(range(entering), range(leaving)))
    assert (row.output, row.macs, row.params) == ((leaving,), pairs, pairs + (leaving if bias else 0))


@given(st.lists(st.integers(1, 6), min_size=2, max_size=2), st.integers(1, 4), st.integers(2, 3))
def test_pixels_shuffle_and_back(sizes: list[int], channels: int, factor: int) -> None:
    """Every value of the input is one of the output."""
    shape = (channels * factor**2, *sizes)
    text = f"input: {flow(list(shape))}\nlayers:\n  - pixel_shuffle: {factor}\n  - pixel_unshuffle: {factor}\n"
    up, down = cnnshape.analyze(cnnshape.load(text)).rows
    assert up.output == (channels, *(size * factor for size in sizes))
    assert prod(up.output) == prod(shape)
    assert down.output == shape


@given(st.lists(st.integers(1, 9), min_size=0, max_size=3), st.integers(1, 12), st.booleans())
def test_normalization_learns_two_values_per_channel(sizes: list[int], channels: int, affine: bool) -> None:
    row = layer((channels, *sizes), "batch_norm", {"affine": affine})
    assert (row.params, row.output) == (2 * channels if affine else 0, (channels, *sizes))
    assert row.buffers >= 2 * channels
