"""Broken texts: faults of values beside a fault of YAML are reported, and nothing follows from the repair."""

import random
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from .faults import FAULTS
from .test_mutations import NETWORKS
from .test_several import problems

BREAKS = {"a bracket left open", "a quote left open", "a key twice", "a colon left out", "a colon without its space"}
"""Faults after which a repaired copy of the text is read."""
CERTAIN = {
    "a stride of zero", "a negative padding", "a fraction for a number", "a division by zero", "a word for a number",
    "a misspelt kind", "a foreign kind", "a missing argument", "a misspelt argument",
}  # fmt: skip
"""Faults that are wrong for any meaning of the broken line, unless their block is used only there."""
PAIRS = 4
CUTS = 6


class Pair(NamedTuple):
    """A break and another fault: the error of each alone, and those of both in one text."""

    broken: list[tuple[int, str]]
    other: list[tuple[int, str]]
    both: list[tuple[int, str]]


def changed(lines: list[str], names: set[str]) -> list[tuple[int, str]]:
    """The faulty lines of some kinds of faults, each with its index."""
    start = next(number for number, line in enumerate(lines) if line.startswith(("blocks:", "layers:")))
    tried = [
        (number, fault.change(lines[number]))
        for number in range(start, len(lines))
        for fault in FAULTS
        if fault.name in names
    ]
    return [(number, line) for number, line in tried if line is not None]


@cache
def pairs(path: Path) -> list[Pair]:
    """Some pairs of a break and another fault in different lines, where each alone is one error."""
    lines = path.read_text("utf-8").split("\n")
    chosen = random.Random(f"{path.stem} pairs")
    breaks, others = changed(lines, BREAKS), changed(lines, CERTAIN)
    made = []
    for (first, broken), (second, other) in [(chosen.choice(breaks), chosen.choice(others)) for _ in range(PAIRS)]:
        texts = [{first: broken}, {second: other}, {first: broken, second: other}]
        pair = Pair(*[problems("\n".join({**dict(enumerate(lines)), **text}.values())) for text in texts])
        if first != second and len(pair.broken) == len(pair.other) == 1:
            made.append(pair)
    return made


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_nothing_follows_from_a_broken_line(path: Path) -> None:
    for pair in pairs(path):
        assert pair.broken[0] in pair.both
        assert set(pair.both) <= {*pair.broken, *pair.other}
        assert len(pair.both) == len(set(pair.both))


def test_three_faults_of_four_are_reported_beside_a_broken_line() -> None:
    """The others are of words that the broken line may define, such as the name of a block."""
    """Faults of names are not among them: the broken line may define the name."""
    every = [pair for path in NETWORKS for pair in pairs(path)]
    assert len(every) > 100
    assert sum(pair.other[0] in pair.both for pair in every) >= 0.75 * len(every)


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_a_text_that_ends_anywhere_keeps_the_fault_above_its_end(path: Path) -> None:
    lines = path.read_text("utf-8").split("\n")
    chosen = random.Random(f"{path.stem} cut fault")
    layers = lines.index("layers:")
    steps = [pair for pair in changed(lines, {"a misspelt kind", "a foreign kind"}) if pair[0] > layers]
    if not steps:
        pytest.skip("no layer of its own")
    number, line = steps[0]
    faulty = [*lines[:number], line, *lines[number + 1 :]]
    alone = problems("\n".join(faulty))
    following = next((at for at in range(number + 1, len(lines)) if lines[at].startswith("  - ")), None)
    if len(alone) != 1 or following is None:
        pytest.skip("no step follows")
    text = "\n".join(faulty)
    start = len("\n".join(faulty[: following + 1]))
    for _ in range(CUTS):
        reported = problems(text[: chosen.randrange(start, len(text) + 1)])
        assert alone[0] in reported
        assert all(place >= number + 1 for place, _ in reported)


Set = tuple[list[tuple[int, str]], list[tuple[int, str]]]
"""The errors of some faults, each alone, and those of all in one text."""


@cache
def sets(path: Path) -> list[Set]:
    """Some sets of two to four faults of any kind, in different lines."""
    lines = path.read_text("utf-8").split("\n")
    chosen = random.Random(f"{path.stem} sets")
    faults = dict(chosen.sample(every := changed(lines, {fault.name for fault in FAULTS}), min(10, len(every))))
    alone = {
        number: problems("\n".join({**dict(enumerate(lines)), number: faults[number]}.values())) for number in faults
    }
    single = sorted(number for number in faults if len(alone[number]) == 1)
    made = []
    for count in range(2, min(4, len(single)) + 1):
        numbers = chosen.sample(single, count)
        text = "\n".join({**dict(enumerate(lines)), **{number: faults[number] for number in numbers}}.values())
        made.append((sorted(alone[number][0] for number in numbers), sorted(problems(text))))
    return made


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_faults_of_all_kinds_bring_no_others(path: Path) -> None:
    for expected, reported in sets(path):
        assert set(reported) <= set(expected)


def test_most_sets_of_faults_of_all_kinds_are_reported_exactly() -> None:
    every = [made for path in NETWORKS for made in sets(path)]
    assert len(every) > 150
    assert sum(set(reported) == set(expected) for expected, reported in every) >= 0.6 * len(every)
