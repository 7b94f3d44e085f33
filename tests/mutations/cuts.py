"""Texts that are cut off at a character, as a file is while it is typed or copied in part."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cnnshape
from cnnshape.api import design_of
from cnnshape.diagnostics import Diagnostic
from cnnshape.source import SourceText

HEAD, STEPS = "a cut before `layers`", "a cut in `layers` or below"
CUTS = (HEAD, STEPS)
"""The kinds: above `layers` the spec lacks a section, and may be unfinished elsewhere."""


class Cut(NamedTuple):
    """A text that is cut off. `line` is the 1-based number of its last line that isn't empty."""

    kind: str
    text: str
    line: int


def cuts(name: str, text: str, most: int) -> Iterator[Cut]:
    """Some cuts of a text, drawn by its name: so many above its `layers`, and twice as many from there on."""
    begun = text.index("\nlayers:") + len("\nlayers:")
    drawn = random.Random(f"{name} cuts")
    for kind, places, count in ((HEAD, range(1, begun), most), (STEPS, range(begun, len(text)), 2 * most)):
        for place in sorted(drawn.sample(places, min(count, len(places)))):
            kept = text[:place]
            yield Cut(kind, kept, max(kept.rstrip().count("\n") + 1, 1))


def problems(text: str) -> list[Diagnostic]:
    """The errors of a text, however short."""
    reported = cnnshape.check(design_of(SourceText("cut.yaml", text)), ignore=["all"])
    return [problem for problem in reported if problem.severity == "error" and problem.name != "expectation-missed"]


def is_inside(problem: Diagnostic, text: str) -> bool:
    """Whether all places of an error are in the text; its end is one."""
    lines = text.split("\n")
    places = [label.span for label in (problem.at, *problem.related) if label is not None]
    return all(0 < place.line <= len(lines) and 0 < place.column <= len(lines[place.line - 1]) + 1 for place in places)


def begun_line(problem: Diagnostic) -> int:
    """The first line of an error's place."""
    return problem.at.span.line if problem.at else 0


def networks(folder: Path) -> list[Path]:
    """The specs of a folder that have steps of their own."""
    return [path for path in sorted(folder.glob("*.yaml")) if "\nlayers:" in path.read_text("utf-8")]
