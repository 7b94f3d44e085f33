"""Alignments are valid, complete where sequences agree, shortest where they are short, and cheap on long ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.source import shipped_path
from cnnshape.study.alignment import MOST_EDITS, Piece, aligned, common, differences, shortest_edit
from cnnshape.study.changes import Change
from cnnshape.study.compare import Side, compare

items = st.integers(0, 3)
sequences = st.lists(items, max_size=14)
distinct = st.lists(st.integers(0, 30), max_size=14, unique=True)


def longest_common(old: Sequence[int], new: Sequence[int]) -> int:
    """The length of a longest common subsequence, by the textbook's table."""
    table = [[0] * (len(new) + 1)]
    for item in old:
        row = [0]
        for index, other in enumerate(new):
            row.append(table[-1][index] + 1 if item == other else max(row[-1], table[-1][index + 1]))
        table.append(row)
    return table[-1][-1]


def assert_valid(old: Sequence[int], new: Sequence[int], pairs: Sequence[tuple[int, int]]) -> None:
    assert all(old[index] == new[new_index] for index, new_index in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


@given(sequences, sequences)
def test_pairs_are_equal_items_in_order(old: list[int], new: list[int]) -> None:
    pairs = aligned(old, new)
    assert_valid(old, new, pairs)
    assert len(pairs) <= longest_common(old, new) <= common(old, new)


@given(sequences, sequences)
def test_the_shortest_edit_is_a_longest_common_subsequence(old: list[int], new: list[int]) -> None:
    pairs = shortest_edit(old, new, Piece(0, len(old), 0, len(new)))
    assert_valid(old, new, pairs)
    assert len(pairs) == longest_common(old, new)


@given(sequences, sequences, sequences, sequences, sequences)
def test_an_edit_of_a_piece_stays_inside(
    old: list[int], new: list[int], before: list[int], after: list[int], other: list[int]
) -> None:
    piece = Piece(len(before), len(before) + len(old), len(other), len(other) + len(new))
    pairs = shortest_edit([*before, *old, *after], [*other, *new, *before], piece)
    inside = shortest_edit(old, new, Piece(0, len(old), 0, len(new)))
    assert pairs == [(index + len(before), new_index + len(other)) for index, new_index in inside]


@given(distinct, distinct)
def test_items_that_occur_once_align_best(old: list[int], new: list[int]) -> None:
    assert len(aligned(old, new)) == longest_common(old, new)


@given(sequences)
def test_equal_sequences_align_whole(old: list[int]) -> None:
    assert aligned(old, old) == [(index, index) for index in range(len(old))]
    assert differences(old, old) == []


@given(sequences, sequences, sequences)
def test_what_was_put_in_is_the_only_difference(head: list[int], inserted: list[int], tail: list[int]) -> None:
    old, new = [*head, *tail], [*head, *inserted, *tail]
    pairs = aligned(old, new)
    assert len(pairs) == len(old)
    assert sum(piece.new_end - piece.new_start for piece in differences(old, new)) == len(inserted)
    assert all(piece.start == piece.end for piece in differences(old, new))


@given(sequences, sequences)
def test_differences_are_what_is_not_aligned(old: list[int], new: list[int]) -> None:
    pieces = differences(old, new)
    rest = [index for piece in pieces for index in range(piece.start, piece.end)]
    new_rest = [index for piece in pieces for index in range(piece.new_start, piece.new_end)]
    pairs = aligned(old, new)
    assert sorted([*rest, *(index for index, _ in pairs)]) == list(range(len(old)))
    assert sorted([*new_rest, *(index for _, index in pairs)]) == list(range(len(new)))
    assert all(piece.start < piece.end or piece.new_start < piece.new_end for piece in pieces)


@given(sequences, sequences)
def test_common_items_are_counted_in_any_order(old: list[int], new: list[int]) -> None:
    assert common(old, new) == sum(min(old.count(item), new.count(item)) for item in set(old))
    assert common(old, new) == common(new[::-1], old)


class Item:
    """An item that counts how often items are compared or hashed."""

    calls: ClassVar[Counter[str]] = Counter()

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        self.calls["eq"] += 1
        return isinstance(other, Item) and self.number == other.number

    def __hash__(self) -> int:
        self.calls["hash"] += 1
        return hash(self.number)


def test_items_are_compared_once() -> None:
    """Layers are costly to compare: they are numbered first."""
    old, new = [Item(index % 7) for index in range(2000)], [Item(index % 5) for index in range(2000)]
    Item.calls.clear()
    aligned(old, new)
    assert Item.calls["hash"] <= 2 * 4000
    assert Item.calls["eq"] <= 2 * 4000


def test_sequences_that_differ_too_much_are_not_aligned() -> None:
    """Where an edit is longer than is looked for, the ends still match."""
    old, new = [0, *[1, 2] * MOST_EDITS, 9], [0, *[3, 4] * MOST_EDITS, 9]
    assert aligned(old, new) == [(0, 0), (len(old) - 1, len(new) - 1)]
    whole = Piece(0, len(old), 0, len(new))
    assert shortest_edit(old, new, whole) == []


# On reports


def changes(one: str, other: str, **settings: object) -> tuple[Change, ...] | None:
    sides = (shipped(one), shipped(other, **settings))
    return compare(sides).changes


def shipped(name: str, **settings: object) -> Side:
    return Side(name, cnnshape.analyze(cnnshape.load(shipped_path(name) or ""), **settings))


def summary(listed: tuple[Change, ...] | None) -> list[tuple[str, str, int, int, int]]:
    assert listed is not None
    return [(change.change, change.name, change.blocks, len(change.before), len(change.after)) for change in listed]


def test_blocks_of_a_stage_that_grew() -> None:
    assert summary(changes("resnet18", "resnet34")) == [
        ("added", "stage.0.Basic_3", 1, 0, 7),
        ("added", "stage.1.Basic_3", 2, 0, 14),
        ("added", "stage.2.Basic_3", 4, 0, 28),
        ("added", "stage.3.Basic_2", 1, 0, 7),
    ]


def test_norms_that_came() -> None:
    summarized = summary(changes("vgg16", "vgg16_bn"))
    assert [(change, after) for change, _, _, _, after in summarized].count(("added", 1)) == 13
    assert all(name.rpartition(".")[2].startswith("batch_norm") for change, name, *_ in summarized if change == "added")


def test_another_head() -> None:
    assert summary(changes("resnet1202", "resnet1202", params={"classes": 7})) == [("changed", "linear", 0, 1, 1)]


def test_a_width_that_changed_everywhere_pairs_layers_by_name() -> None:
    found_changes = changes("resnet152", "resnet152", params={"widths": [60, 120, 250, 500]})
    assert found_changes is not None
    assert {change.change for change in found_changes} == {"changed"}
    assert all(change.before[0].name == change.after[0].name == change.name for change in found_changes)


@pytest.mark.parametrize("pair", [("resnet1202", "preresnet1001"), ("preresnet1001", "resnet1202")], ids=str)
def test_large_designs_of_other_blocks_are_no_versions(pair: tuple[str, str]) -> None:
    assert changes(*pair) is None
