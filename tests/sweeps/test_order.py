"""The order of designs: a sample is random, has nothing twice, and needs no memory of what came before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from cnnshape.study.sweep.order import Order, permuted  # noqa: E402 -- numpy is there

SEEDS = st.integers(0, 2**63 - 1)


@given(st.integers(1, 1500), SEEDS)
def test_an_order_is_a_permutation(total: int, seed: int) -> None:
    assert sorted(permuted(np.arange(total), total, seed).tolist()) == list(range(total))


@given(st.integers(1, 2**63 - 1), SEEDS)
def test_a_sample_of_any_space_is_inside_and_without_repetition(total: int, seed: int) -> None:
    size = min(total, 200)
    chosen = Order(total, size, seed).indices(0, size).tolist()
    assert len(set(chosen)) == size
    assert all(0 <= index < total for index in chosen)


@given(st.integers(300, 10**12), SEEDS, st.integers(1, 299))
def test_parts_of_a_sample_are_the_sample(total: int, seed: int, cut: int) -> None:
    whole = Order(total, 300, seed)
    assert whole.indices(0, 300).tolist() == [*whole.indices(0, cut).tolist(), *whole.indices(cut, 300).tolist()]
    assert whole.at(np.array([cut])).tolist() == whole.indices(cut, cut + 1).tolist()
    # A smaller sample of the same seed is its beginning.
    assert Order(total, cut, seed).indices(0, cut).tolist() == whole.indices(0, cut).tolist()


def test_without_a_seed_the_order_is_that_of_the_space() -> None:
    assert Order(10, 10).indices(3, 6).tolist() == [3, 4, 5]


def plain(number: int, total: int, seed: int) -> int:
    """The permutation in plain Python: a Feistel network of six rounds over two halves, with the functions of splitmix64."""
    word, half = 2**64 - 1, max((total - 1).bit_length() + 1, 2) // 2

    def mixed(value: int) -> int:
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & word
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & word
        return value ^ (value >> 31)

    keys = [mixed((seed + (place + 1) * 0x9E3779B97F4A7C15) & word) for place in range(6)]
    while True:
        left, right = divmod(number, 2**half)
        for key in keys:
            left, right = right, left ^ (mixed((right + key) & word) % 2**half)
        number = left * 2**half + right
        if number < total:
            return number


@given(st.integers(1, 2**63 - 1), SEEDS, st.data())
def test_the_permutation_is_that_of_plain_numbers(total: int, seed: int, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(0, total - 1), min_size=1, max_size=5))
    assert permuted(np.array(numbers), total, seed).tolist() == [plain(number, total, seed) for number in numbers]


def test_seeds_differ() -> None:
    assert len({tuple(Order(10**9, 5, seed).indices(0, 5).tolist()) for seed in range(50)}) == 50


def test_a_sample_covers_the_space_evenly() -> None:
    total, size, cells = 10**9, 20_000, 20
    counts = np.bincount(Order(total, size, 0).indices(0, size) * cells // total, minlength=cells)
    expected = size / cells
    # 19 degrees of freedom: a chi-square above 43.8 has a chance of 0.1 %.
    assert float(((counts - expected) ** 2 / expected).sum()) < 43.8
