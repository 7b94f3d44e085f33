"""A file while it is typed: what is complete above the cursor is built as in the whole file."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import cnnshape
from cnnshape.api import Examination, examine, options
from cnnshape.report import Row
from cnnshape.source import shipped_folder

NETWORKS = [path for path in sorted(shipped_folder().glob("*.yaml")) if "\nextends:" not in path.read_text("utf-8")][
    ::3
]
CUTS = 25


class Typed(NamedTuple):
    """A whole file: its text, where each step of its `layers` starts, and how many layers those before it make."""

    text: str
    starts: list[int]
    layers: list[int]
    rows: tuple[Row, ...]


def examined(text: str) -> Examination:
    return examine(cnnshape.load(text, name="net.yaml"), options(None, "", None, None))


def rows_of(text: str) -> tuple[Row, ...]:
    examination = examined(text)
    return examination.report().rows if examination.graph else ()


@cache
def typed(path: Path) -> Typed:
    text = path.read_text("utf-8")
    lines = text.split("\n")
    first = lines.index("layers:") + 1
    last = next((number for number in range(first, len(lines)) if lines[number][:1] not in ("", " ", "#")), len(lines))
    steps = [number for number in range(first, last) if lines[number].startswith("  - ")]
    starts = [len("\n".join(lines[:number])) + 1 for number in steps]
    layers = [0, *(len(rows_of(text[:start])) for start in starts[1:])]
    return Typed(text, starts, layers, rows_of(text))


def facts(rows: tuple[Row, ...]) -> list[tuple[object, ...]]:
    return [(row.name, row.kind, row.line, row.sources, row.output, row.params, row.macs, row.flops) for row in rows]


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_the_steps_before_a_step_are_a_design_of_their_own(path: Path) -> None:
    whole = typed(path)
    assert whole.layers == sorted(whole.layers)
    for start, count in list(zip(whole.starts, whole.layers, strict=True))[1::4]:
        examination = examined(whole.text[:start])
        assert examination.problems == []
        assert facts(examination.report().rows) == facts(whole.rows[:count])


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_a_text_that_ends_anywhere_has_the_layers_above_its_end(path: Path) -> None:
    whole = typed(path)
    chosen = random.Random(path.stem)
    for _ in range(CUTS):
        cut = chosen.randrange(whole.starts[0], len(whole.text))
        step = max(number for number, start in enumerate(whole.starts) if start <= cut)
        count = whole.layers[step]
        assert facts(rows_of(whole.text[:cut])[:count]) == facts(whole.rows[:count]), whole.text[:cut][-80:]


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_what_is_wrong_with_a_text_that_ends_lies_in_its_last_step(path: Path) -> None:
    whole = typed(path)
    chosen = random.Random(f"{path.stem} problems")
    for _ in range(CUTS):
        cut = chosen.randrange(whole.starts[0] + 3, whole.starts[-1])
        text = whole.text[:cut]
        start = max(start for start in whole.starts if start <= cut)
        for problem in examined(text).problems:
            lines = {label.span.line for label in (problem.at, *problem.related) if label}
            assert max(lines) > whole.text[:start].count("\n"), (problem, text[-80:])
            assert max(lines) <= text.count("\n") + 1


@pytest.mark.parametrize("path", NETWORKS[::4], ids=lambda path: path.stem)
def test_a_step_that_is_inserted_unfinished_leaves_the_layers_before_it(path: Path) -> None:
    whole = typed(path)
    for start, count in list(zip(whole.starts, whole.layers, strict=True))[1::3]:
        for step in (
            "  - \n",
            "  - con\n",
            "  - conv: {out: \n",
            "  - conv:\n      out: [3\n",
            "  - {conv: , name: 'x\n",
        ):
            examination = examined(whole.text[:start] + step + whole.text[start:])
            assert examination.problems
            assert facts(examination.report().rows[:count]) == facts(whole.rows[:count])
