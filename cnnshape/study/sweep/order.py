"""The order in which designs of a space are evaluated: all of them, or a random sample without repetition."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnshape.named_tuple import NamedTuple

Indices = NDArray[np.int64]
_ROUNDS = 6
_WORD = 2**64 - 1
_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
"""The constants of splitmix64: Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014)."""


class Order(NamedTuple):
    """The first `size` designs of a space of `total`, in the order of their indices, or with a `seed` in a random order.

    A random order is a permutation of the whole space, so no design comes twice, the designs at some positions need no
    others, and a sample begins with every smaller sample of the same seed.
    """

    total: int
    size: int
    seed: int | None = None

    def indices(self, start: int, stop: int) -> Indices:
        """The indices of the designs at the positions from `start` to before `stop`."""
        return self.at(np.arange(start, stop, dtype=np.int64))

    def at(self, positions: Indices) -> Indices:
        """The indices of the designs at some positions."""
        return positions if self.seed is None else permuted(positions, self.total, self.seed)


def permuted(numbers: Indices, count: int, seed: int) -> Indices:
    """Where a permutation of `range(count)` takes these numbers of it.

    A Feistel network permutes a power of 4 that is at least `count`. A result beyond the range enters it again, until one
    is inside: Black, Rogaway: Ciphers with Arbitrary Finite Domains (2002).
    """
    half = max((count - 1).bit_length() + 1, 2) // 2
    keys = _keys(seed)
    mixed = numbers.astype(np.uint64)
    outside = np.arange(len(mixed))
    while len(outside):
        mixed[outside] = _mixed(mixed[outside], half, keys)
        outside = outside[mixed[outside] >= count]
    return mixed.astype(np.int64)


def _keys(seed: int) -> list[np.uint64]:
    keys, state = [], seed & _WORD
    for _ in range(_ROUNDS):
        state = (state + _GOLDEN) & _WORD
        key = ((state ^ (state >> 30)) * _FIRST) & _WORD
        key = ((key ^ (key >> 27)) * _SECOND) & _WORD
        keys.append(np.uint64(key ^ (key >> 31)))
    return keys


def _mixed(numbers: NDArray[np.uint64], half: int, keys: list[np.uint64]) -> NDArray[np.uint64]:
    """One pass of the network over numbers of two halves, with `half` bits each."""
    bits, mask = np.uint64(half), np.uint64(2**half - 1)
    left, right = numbers >> bits, numbers & mask
    for key in keys:
        left, right = right, left ^ (_scrambled(right + key) & mask)
    return (left << bits) | right


def _scrambled(words: NDArray[np.uint64]) -> NDArray[Any]:
    """The finalizer of splitmix64, modulo 2^64."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(_FIRST)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(_SECOND)
    return words ^ (words >> np.uint64(31))
