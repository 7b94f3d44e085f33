"""The distribution of a figure over many designs, counted in bins, so that parts of a sweep add up in any order.

A bin holds the values that share their first 11 binary digits. Values below 2,048 have bins of their own; the values of
a larger bin differ by less than 1/1024 of the least one. Least and largest values are exact.
"""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnshape.named_tuple import NamedTuple

_DIGITS = 11
_PER_DOUBLING = 1 << (_DIGITS - 1)
MOST_RATIO = 20
"""A histogram of values that differ by more has steps of equal ratio."""


class Spread(NamedTuple):
    """The least and the largest value, and how many values each bin has: bins in order, and their counts."""

    least: int
    largest: int
    bins: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def number(self) -> int:
        """The number of values."""
        return sum(self.counts)

    def quantile(self, share: float) -> int:
        """The value that this share of all values does not exceed: the lower end of its bin, so up to 0.1 % too small."""
        wanted = max(ceil(share * self.number), 1)
        if wanted == 1:
            return self.least
        if wanted == self.number:
            return self.largest
        so_far = 0
        for place, number in zip(self.bins, self.counts, strict=True):
            so_far += number
            if so_far >= wanted:
                return min(max(_lower_end(place), self.least), self.largest)
        return self.largest

    def histogram(self, rows: int) -> list[tuple[int, int, int]]:
        """At most `rows` steps from the least value to the largest one, each with its first and last value and the number of
        values. Steps are equally wide, or have equal ratios if the values differ much; a value is counted by its bin."""
        edges = _edges(self.least, self.largest, rows)
        places = np.array([max(_lower_end(place), self.least) for place in self.bins], dtype=object)
        at = np.searchsorted(np.array(edges[1:], dtype=object), places, side="right")
        numbers = [0] * (len(edges) - 1)
        for row, number in zip(at.tolist(), self.counts, strict=True):
            numbers[row] += number
        return [(edges[row], edges[row + 1] - 1, number) for row, number in enumerate(numbers)]


def spread_of(values: NDArray[Any]) -> Spread | None:
    """The spread of the values that are at least 0, as others mean that there is none; None without any."""
    values = values[values >= 0]
    if not len(values):
        return None
    bins = _bins(values)
    first = int(bins.min())
    counts = np.bincount(bins - first)
    used = np.flatnonzero(counts)
    return Spread(int(values.min()), int(values.max()), tuple((used + first).tolist()), tuple(counts[used].tolist()))


def merged(spreads: Iterable[Spread]) -> Spread | None:
    """The spread of the values of all of them together; None without any."""
    spreads = tuple(spreads)
    if not spreads:
        return None
    counts: dict[int, int] = {}
    for spread in spreads:
        for place, number in zip(spread.bins, spread.counts, strict=True):
            counts[place] = counts.get(place, 0) + number
    bins = sorted(counts)
    least, largest = min(spread.least for spread in spreads), max(spread.largest for spread in spreads)
    return Spread(least, largest, tuple(bins), tuple(counts[place] for place in bins))


def _bins(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype == object:
        return np.array([_bin(value) for value in values.tolist()], dtype=np.int64)
    # A value just below a large power of 2 may count as that: its bin is the same.
    lengths = np.frexp(values.astype(np.float64))[1].astype(np.int64)
    shifts = np.maximum(lengths - _DIGITS, 0)
    bins: NDArray[np.int64] = (values >> shifts) + shifts * _PER_DOUBLING
    return bins


def _bin(value: int) -> int:
    shift = max(value.bit_length() - _DIGITS, 0)
    return (value >> shift) + shift * _PER_DOUBLING


def _lower_end(place: int) -> int:
    shift = max(place // _PER_DOUBLING - 1, 0)
    return (place - shift * _PER_DOUBLING) << shift


def _edges(least: int, largest: int, rows: int) -> Sequence[int]:
    """The first value of each step, and the one after the last step."""
    if largest - least < rows:
        return range(least, largest + 2)
    width = largest + 1 - least
    if least < 1 or largest <= MOST_RATIO * least:
        return [least + width * row // rows for row in range(rows + 1)]
    ratio = (largest + 1) / least
    inner = [round(least * ratio ** (row / rows)) for row in range(1, rows)]
    return [least, *inner, largest + 1]
