"""Which words a fix corrects: those that a slip of the keys explains. Others are a question: help asks, and no fix answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.diagnostics import nearest, slip_of
from cnnshape.layers import BY_NAME

LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyz")


def deleted(word: str, place: int, _letter: str) -> str:
    return word[:place] + word[place + 1 :]


def inserted(word: str, place: int, letter: str) -> str:
    return word[:place] + letter + word[place:]


def replaced(word: str, place: int, letter: str) -> str:
    return word[:place] + letter + word[place + 1 :]


def swapped(word: str, place: int, _letter: str) -> str:
    return word[:place] + word[place : place + 2][::-1] + word[place + 2 :]


@given(
    st.sampled_from(sorted(BY_NAME)),
    st.sampled_from([deleted, inserted, replaced, swapped]),
    st.integers(0, 30),
    LETTERS,
)
def test_a_word_with_one_slip_is_that_word(word: str, slip, place: int, letter: str) -> None:
    wrong = slip(word, place % len(word), letter)
    assert slip_of(wrong, word) == word
    assert slip_of(wrong.upper(), word) == word


@given(st.text("abcd_", max_size=8), st.text("abcd_", max_size=8))
def test_the_way_back_is_as_long(first: str, second: str) -> None:
    begun = second.replace("_", "").startswith(first.replace("_", ""))
    back = first.replace("_", "").startswith(second.replace("_", ""))
    short = (len(first.replace("_", "")) < 6) == (len(second.replace("_", "")) < 6)
    if not begun and not back and short and first and second:
        assert bool(slip_of(first, second)) == bool(slip_of(second, first))


OTHERS = [
    ("attn", "flatten"), ("actvation", "attention"), ("bnorm", "batch_norm"), ("action", "dilation"), ("glu", "gelu_x"),
    ("variables", "params"), ("widht", "in_width"), ("rest", "resize"),
]  # fmt: skip
SLIPS = [
    ("rleu", "relu"), ("maxpol", "max_pool"), ("MaxPool", "max_pool"), ("batchnrm", "batch_norm"), ("max", "max_pool"),
    ("parms", "params"), ("convv", "conv"), ("dropotu", "dropout"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "right"), SLIPS)
def test_slips(word: str, right: str) -> None:
    assert slip_of(word, right) == right


@pytest.mark.parametrize(("word", "right"), OTHERS)
def test_words_that_mean_something_else(word: str, right: str) -> None:
    assert slip_of(word, right) is None


@pytest.mark.parametrize("word", ["actvation", "flatened_map", "bnorm", "norms", "poolmax"])
def test_a_word_that_is_only_similar_is_asked_about_and_not_changed(word: str) -> None:
    (problem, *_) = cnnshape.check(cnnshape.load(f"input: [3, 8, 8]\nlayers:\n  - {word}\n"))
    assert problem.name == "unknown-kind"
    close = nearest(word, BY_NAME)
    assert bool(problem.fixes) == bool(slip_of(word, close))
    assert problem.fixes == ()


def test_no_word_has_no_slip() -> None:
    assert slip_of("conv", None) is None
