"""The table of docs/robustness.md is that of `shares.csv`, and that one is of what the tests find."""

from __future__ import annotations

import pytest

from .cuts import CUTS, STEPS
from .faults import FAULTS
from .shares import PAGE, SLIPPED, Led, Shares, percent, row_text, section, stored, sums, total, with_section
from .test_mutations import NETWORKS

COUNTS = Shares(4, 3, 1, 2, 3, 5, 4)


def test_the_page_has_the_sums() -> None:
    page = PAGE.read_text("utf-8")
    assert with_section(page, section(stored())) == page


def test_all_networks_and_all_kinds_are_in_the_table() -> None:
    assert list(stored()) == [path.stem for path in NETWORKS]
    assert set(sums(stored())) == {fault.name for fault in FAULTS} | SLIPPED | set(CUTS)


def test_nine_of_ten_are_named_at_the_line_or_related() -> None:
    every = total(sums(stored()).values())
    slips = total(shares for kind, shares in sums(stored()).items() if kind in SLIPPED)
    cut = sums(stored())[STEPS]
    for shares in (every, slips, cut):
        assert shares.named >= 0.9 * shares.wrong


def test_nine_fixes_of_ten_are_right() -> None:
    """Of a slip all are. What a misspelt word was isn't always clear from its letters, and a word for a number has a fix
    only if it is like a name by chance."""
    for kind, shares in sums(stored()).items():
        if kind == "a word for a number":
            continue
        assert shares.right >= (1 if kind in SLIPPED else 0.9) * shares.fixes, kind


def test_counts_are_of_what_was_found() -> None:
    one = Led(wrong=True, at_line=False, named=True, alone=True, fixes=2, right=1)
    none = Led(wrong=False, at_line=False, named=False, alone=False, fixes=0, right=0)
    assert Shares.of([one, none, one]) == Shares(3, 2, 0, 2, 2, 4, 2)
    assert total([COUNTS, COUNTS]) == Shares(8, 6, 2, 4, 6, 10, 8)


def test_a_line_of_the_table() -> None:
    assert row_text("a slip", COUNTS) == "| a slip | 4 | 3 | 33 % | 66 % | 100 % | 4 of 5 |"
    assert row_text("a slip", COUNTS._replace(fixes=0)).endswith("| 100 % | |")


@pytest.mark.parametrize(("part", "whole", "text"), [(999, 1000, "99 %"), (3, 3, "100 %"), (0, 0, "")])
def test_a_share_is_100_only_if_it_is_all(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text
