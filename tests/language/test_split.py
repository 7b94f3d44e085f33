"""Expressions and numbers that YAML splits at their commas."""

from __future__ import annotations

import pytest

from cnnshape.document import read_document
from cnnshape.language.reader import split
from cnnshape.source import SourceText


def root(text: str):
    return read_document(SourceText("text", text)).root


def kept(text: str) -> list[str]:
    node = root(text)
    if hasattr(node, "items"):
        return [item.text for item in split.unsplit_items(node)]
    return [key.text for key, _ in split.unsplit_entries(node)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[a, b]", ["a", "b"]),
        ("[max(a, b)]", ["max(a"]),
        ("[max(a, b), c]", ["max(a", "c"]),
        ("[max(a, min(b, c)), d]", ["max(a", "d"]),
        ("[(1, 2), (3, 4)]", ["(1", "(3"]),
        ('["max(a, b)", c]', ["max(a, b)", "c"]),
        ("[max(a, b]", ["max(a"]),
        ("[a), b]", ["a)", "b"]),
        ("{out: max(a, b), kernel: 3}", ["out", "kernel"]),
        ("{out: max(a, b, c), kernel: 3}", ["out", "kernel"]),
        ("{out: max(a, kernel: 3}", ["out", "kernel"]),
        ("{out: (3, 5), kernel: (1, 1)}", ["out", "kernel"]),
        ("{out: 3, b), c}", ["out", "b)", "c"]),
        ("{a, b}", ["a", "b"]),
    ],
)
def test_pieces_of_a_split_expression_are_left_out(text: str, parts: list[str]) -> None:
    assert kept(text) == parts


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("{out: max(a, b), kernel: 3}", "max(a, b)"),
        ("{out: max(a, min(b, c)), kernel: 3}", "max(a, min(b, c))"),
        ("{out: (3, 5)}", "(3, 5)"),
        ("{out: max(a, kernel: 3}", "max(a, ...)"),
        ("{out: 2 * (a + max(b, c)) - 1, kernel: 3}", "2 * (a + max(b, c))"),
    ],
)
def test_the_whole_of_a_split_expression(text: str, whole: str) -> None:
    (entry, *_) = root(text).entries
    assert split.is_split(entry.value)
    assert split.whole(entry.value.span) == whole


@pytest.mark.parametrize(
    "text", ["{out: max(a)}", '{out: "max(a, b)"}', "out: max(a, b)", "{out: (a}", "{out: 3, k: 1}"]
)
def test_what_is_not_split(text: str) -> None:
    (entry, *_) = root(text).entries
    assert not split.is_split(entry.value)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("{kernel:3}", ("kernel", "3")),
        ("{kernel=3}", ("kernel", "3")),
        ("{kernel :3}", ("kernel", "3")),
        ("{kernel: 3}", None),
        ("{kernel}", None),
        ("{kernel: }", None),
    ],
)
def test_a_key_without_the_space_after_its_colon(text: str, pair: tuple[str, str] | None) -> None:
    (entry, *_) = root(text).entries
    assert split.key_and_value(entry) == pair


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("{params: 25,557,032}", [["25", "557", "032"]]),
        ("{params: 25,557,032, macs: 4,089M}", [["25", "557", "032"], ["4", "089M"]]),
        ("{macs: <= 4,089.1 M, layers: 3}", [["<= 4", "089.1 M"], ["3"]]),
        ("{params: 3, macs: 4}", [["3"], ["4"]]),
        ("{output: [1, 2], params: 3}", [[], ["3"]]),
        ("{params: lots, 5}", [[], []]),
        ("{params: 1.5, 7}", [["1.5", "7"]]),
        ("{params: 1234, 567}", [[], []]),
    ],
)
def test_numbers_that_are_split_at_their_commas(text: str, numbers: list[list[str]]) -> None:
    assert [pieces for _, pieces in split.thousands(root(text))] == numbers
