"""Slips of one number in every shipped network that joins: the error leads to the slip, and its fix is right."""

from functools import cache
from pathlib import Path

import pytest

from .slips import SLIPS, Finding, examine, mutants, slipped
from .test_mutations import NETWORKS

MOST = 2
FEW = 1
JOINED = [path for path in NETWORKS if any(word in path.read_text("utf-8") for word in ("residual", "concat", "add:"))]


@cache
def findings(path: Path, most: int) -> tuple[Finding, ...]:
    """What the slips of a network led to whose joins failed."""
    tried = [examine(mutant) for _, mutant in slipped(path.read_text("utf-8"), most)]
    return tuple(finding for finding in tried if finding is not None)


def shares(every: list[Finding]) -> str:
    """How many slips are found at their line or named, how many errors are alone, how many fixes are right."""
    count = len(every)
    at_line = sum(finding.at_line for finding in every)
    named = sum(finding.at_line or finding.related for finding in every)
    alone = sum(finding.alone for finding in every)
    offered = sum(finding.fixes for finding in every)
    valid = sum(finding.valid for finding in every)
    return (
        f"{count:,} slips of {len(SLIPS) + 1} kinds in {len(JOINED)} networks that broke a join:\n"
        f"{100 * named / count:.0f} % at the line or named ({100 * at_line / count:.0f} % at the line), "
        f"{100 * alone / count:.0f} % with one error, {valid:,} of {offered:,} fixes valid"
    )


@pytest.mark.parametrize("path", JOINED, ids=lambda path: path.stem)
def test_every_fix_that_is_offered_is_right(path):
    for finding in findings(path, FEW):
        assert finding.valid == finding.fixes, finding


def test_nine_slips_of_ten_are_named():
    every = [finding for path in JOINED for finding in findings(path, FEW)]
    named = [finding for finding in every if finding.at_line or finding.related]
    assert len(every) > 80
    assert len(named) >= 0.9 * len(every)


def test_all_kinds_of_slips_are_made_somewhere():
    texts = [path.read_text("utf-8") for path in JOINED]
    assert [slip.name for slip in SLIPS if not any(any(mutants(text, slip, 1)) for text in texts)] == []
