"""Several faults in one file, in steps that have nothing to do with each other: one run reports each, and no more."""

import random
import re
from functools import cache
from itertools import product
from pathlib import Path

import pytest

import cnnshape
from cnnshape.api import examine, options

from .faults import FAULTS
from .test_mutations import NETWORKS

INDEPENDENT = {
    "a misspelt kind", "a misspelt argument", "a foreign kind", "a foreign argument", "a missing argument", "a stride of zero",
    "a negative padding", "a word for a number", "a fraction for a number", "a misspelt name", "a division by zero",
    "an expression without its end", "a reference to nothing", "an expression split at its comma",
}  # fmt: skip
"""Faults of one step that are wrong after any steps."""
ROUNDS = 2
Single = tuple[str, str]
"""A faulty line, and the name of the one error that it makes."""


def problems(text: str) -> list[tuple[int, str]]:
    """Line and name of each error of the design as it is without a variant."""
    examination = examine(cnnshape.load(text), options(None, "", None, None))
    return [(problem.at.span.line if problem.at else 0, problem.name) for problem in examination.problems]


def is_step(line: str) -> bool:
    """Whether a line is a step of its own; a loop without its variables has no rounds to look into."""
    return line.lstrip().startswith("- ") and "for:" not in line


@cache
def singles(path: Path) -> dict[int, list[Single]]:
    """The faulty lines that make one error, at their line, by the index of the line."""
    lines = path.read_text("utf-8").split("\n")
    chosen = random.Random(path.stem)
    start = next(number for number, line in enumerate(lines) if line.startswith(("blocks:", "layers:")))
    steps = [number for number in range(start, len(lines)) if is_step(lines[number])]
    singles: dict[int, list[Single]] = {}
    for number, fault in product(sorted(chosen.sample(steps, min(24, len(steps)))), FAULTS):
        line = fault.change(lines[number]) if fault.name in INDEPENDENT else None
        if line is None or chosen.random() < 0.5:
            continue
        # An unknown name is reported once, however often it is read.
        line = re.sub(r"\btall\b", f"tall_{number}", line)
        alone = problems("\n".join([*lines[:number], line, *lines[number + 1 :]]))
        if [place for place, _ in alone] == [number + 1]:
            singles.setdefault(number, []).append((line, alone[0][1]))
    return singles


def combinations(path: Path, count: int) -> list[dict[int, Single]]:
    """Some choices of so many faults in different steps."""
    chosen = random.Random(f"{path.stem} {count}")
    some = singles(path)
    rounds = ROUNDS if len(some) >= count else 0
    choices = [sorted(chosen.sample(sorted(some), count)) for _ in range(rounds)]
    return [{number: chosen.choice(some[number]) for number in numbers} for numbers in choices]


def with_faults(path: Path, faults: dict[int, Single]) -> str:
    lines = path.read_text("utf-8").split("\n")
    return "\n".join(faults[number][0] if number in faults else line for number, line in enumerate(lines))


def reads_channels(path: Path) -> bool:
    """Whether the file has steps that depend on the channels that come in: an earlier fault can leave those unknown."""
    return "in_channels" in path.read_text("utf-8")


def names_read_twice(faults: dict[int, Single]) -> bool:
    misspelt = [line for line, name in faults.values() if name == "unknown-name"]
    return len(misspelt) > 1 and not all("tall_" in line for line in misspelt)


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_each_of_several_faults_is_reported_at_its_line(path: Path, count: int) -> None:
    for faults in combinations(path, count):
        expected = [(number + 1, name) for number, (_, name) in faults.items()]
        reported = problems(with_faults(path, faults))
        shown = [line.strip() for line, _ in faults.values()]
        if names_read_twice(faults):
            continue
        assert set(reported) <= set(expected), shown
        assert len(reported) == len(set(reported)), shown
        if not reads_channels(path):
            assert reported == expected, shown


def test_most_faults_are_reported_where_channels_are_read() -> None:
    """A step that reads channels which an earlier fault left unknown is not judged; all others are."""
    expected = reported = 0
    for path in filter(reads_channels, NETWORKS):
        for faults in combinations(path, 4):
            expected += len(faults)
            reported += len(problems(with_faults(path, faults)))
    assert expected > 100
    assert reported >= 0.9 * expected


def test_most_networks_have_room_for_four_faults() -> None:
    assert sum(len(singles(path)) >= 4 for path in NETWORKS) > len(NETWORKS) // 2


HEAD = """\
input: [3, 32, 32]
params: {width: 4}
blocks:
  Unit:
    params: {out: required, kernel: 3}
    do:
      - conv: {out: out, kernel: kernel}
layers:
"""
SEVERAL = [
    ("- conv: {out: 2.5, kernel: 3}\n  - Unit: {out: 4 // 0}", [(9, "bad-argument"), (10, "expression-value")]),
    ("- cnov: 3\n  - Unit: {out: 4 // 0}", [(9, "unknown-kind"), (10, "expression-value")]),
    ("- Unit: {out: 4 // 0}\n  - Unit: {out: 5 // 0}", [(9, "expression-value"), (10, "expression-value")]),
    ("- Unit: {out: 4 // 0}\n  - Unit: {out: 5, kernel: 1 // 0}", [(9, "expression-value"), (10, "expression-value")]),
    ("- max_pool: {kernel: 3, padding: -1}\n  - add: {a: [Unit: {out: 4 // 0}], b: [relu]}", [(9, "bad-argument"), (10, "expression-value")]),
    ("- max_pool: {kernel: -1}\n  - residual: [conv: {out: 4, kernel: 0}]", [(9, "bad-argument"), (10, "bad-argument")]),
    ("- max_pool: {kernel: -1}\n  - for: {n: [1, 0]}\n    do: [conv: {out: n, kernel: 1}]", [(9, "bad-argument"), (11, "bad-argument")]),
    ("- {max_pool: {kernel: -1}, name: a}\n  - relu\n  - {Unit: {out: 0}, from: a}", [(7, "bad-argument"), (9, "bad-argument")]),
    ("- conv: {out: 4, kernel: 2.5}\n  - conv: {out: in_channels // 2, kernel: 2.5}", [(9, "bad-argument"), (10, "bad-argument")]),
    ("- Unit: {out: widthh}\n  - Unit: {out: widthh}", [(9, "unknown-name")]),
    ("- Unit: {out: widthh // 2}\n  - Unit: {out: widthh}", [(9, "unknown-name")]),
    ("- Unit: {out: zz}\n  - conv: {out: zz, kernel: 1}", [(10, "unknown-name")]),
    ("- conv: {out: 4, kernel: 1}\n    when: zz == 1\n  - Unit: {out: zz}", [(10, "unknown-name")]),
    ("- Unit: {out: widthh}\n  - for: {n: [widthh]}\n    do: [conv: {out: n, kernel: 1}]", [(9, "unknown-name")]),
    ("- cnov: 3\n  - conv: {out: in_channels // 2, kernel: 2.5}", [(9, "unknown-kind"), (10, "bad-argument")]),
    ("- cnov: 3\n  - conv: {out: in_channels, kernel: 3, norm: {group_norm: {groups: 0.5}}}", [(9, "unknown-kind"), (10, "bad-argument")]),
    ("- cnov: 3\n  - conv: {out: in_channels, kernel: 3, act: batch_norm}", [(9, "unknown-kind"), (10, "bad-argument")]),
    ("- cnov: 3\n  - conv: {out: in_channels, kernel: 3, act: relu}", [(9, "unknown-kind")]),
    ("- cnov: 3\n  - conv: {out: in_channels, kernel: 2.5, padding: 3 // 0}", [(9, "unknown-kind"), (10, "expression-value")]),
    ("- Unit: {out: 4 // 0, kernel: 2.5}", [(7, "bad-argument"), (9, "expression-value")]),
    ("- conv: {out: 4, kernel: 3\n  - conv: {out: 4, kernel: 2.5}", [(9, "yaml-syntax"), (10, "bad-argument")]),
    ("- conv: {out: 4, kernel: 3\n  - Unit: {out: 4 // 0}", [(9, "yaml-syntax"), (10, "expression-value")]),
    ("- conv: {out: 4, kernel: 3\n  - Unit: {out: 2.5}", [(7, "bad-argument"), (9, "yaml-syntax")]),
    ("- conv: {out: 4, kernel: 3\n  - Unit: {out: 4, kernel: tall}", [(9, "yaml-syntax")]),
    ("- conv: {out: 4, kernel: tall\n  - Unit: {out: 4, kernel: tall}", [(9, "yaml-syntax")]),
    ("- conv: {out: 4, kernel: 3\n  - {relu: , from: nowhere}\n  - Blok: 3", [(9, "yaml-syntax")]),
    ("- conv: {out: 4, kernel: 3, name: stm\n  - {relu: , from: stm}", [(9, "yaml-syntax")]),
    ("- conv: {out: 4, kernel: 3\n  - conv: {out: in_height - 99, kernel: 1}", [(9, "yaml-syntax")]),
    ("- Unit: {out: 2.5\n  - conv: {out: 4, kernel: 9999}", [(9, "yaml-syntax")]),
    ("- flatten: [\n  - conv: {out: 4, kernel: 3, padding: [1, 1, 1]}", [(9, "yaml-syntax")]),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "expected"), SEVERAL)
def test_which_of_several_faults_are_reported(steps: str, expected: list[tuple[int, str]]) -> None:
    assert sorted(problems(f"{HEAD}  {steps}\n")) == expected
