"""Slips of one number in every shipped network that joins: the error leads to the slip, and its fix is right."""

from functools import cache
from pathlib import Path

import pytest

from .shares import SLIPPED, Led, Shares, recorded
from .slips import SLIPS, Finding, examine, mutants, slipped
from .test_mutations import NETWORKS

MOST = 2
"""Slips of one kind in a network."""
JOINED = [path for path in NETWORKS if any(word in path.read_text("utf-8") for word in ("residual", "concat", "add:"))]


@cache
def findings(path: Path) -> dict[str, list[Finding]]:
    """What the slips of a network led to whose joins failed, by their kind."""
    by_line: dict[str, list[Finding]] = {}
    for kind, mutant in slipped(path.read_text("utf-8"), MOST):
        finding = examine(mutant)
        if finding is not None:
            by_line.setdefault(kind, []).append(finding)
    return by_line


def shares_of(path: Path) -> dict[str, Shares]:
    """The counts of a network, by the kind of slip. What broke no join isn't counted."""
    led = {
        kind: [Led(True, one.at_line, one.at_line or one.related, one.alone, one.fixes, one.valid) for one in every]
        for kind, every in findings(path).items()
    }
    return {kind: Shares.of(every) for kind, every in led.items()}


@pytest.mark.parametrize("path", JOINED, ids=lambda path: path.stem)
def test_every_fix_that_is_offered_is_right(path):
    for finding in (finding for every in findings(path).values() for finding in every):
        assert finding.valid == finding.fixes, finding


@pytest.mark.parametrize("path", JOINED, ids=lambda path: path.stem)
def test_the_shares_of_slips_are_those_that_are_documented(path):
    assert shares_of(path) == {name: shares for name, shares in recorded(path.stem).items() if name in SLIPPED}


def test_nine_slips_of_ten_are_named():
    """Of all networks together; those of one network are the test above."""
    every = [shares for path in JOINED for name, shares in recorded(path.stem).items() if name in SLIPPED]
    assert sum(shares.wrong for shares in every) > 200
    assert sum(shares.named for shares in every) >= 0.9 * sum(shares.wrong for shares in every)


def test_all_kinds_of_slips_are_made_somewhere():
    texts = [path.read_text("utf-8") for path in JOINED]
    assert [slip.name for slip in SLIPS if not any(any(mutants(text, slip, 1)) for text in texts)] == []
