"""Specs that are right, one per feature of the language. The comments on top of each file say what it comes to:

# layers: 175  params: 25557032  output: 1000        # a shape as 64x56x56, a number also as a sum: 3*8*9 + 8
# names: conv batch_norm relu                         # the layers in their order
# params of resnet101: 44549160                       # the same with a variant
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cnnshape
from cnnshape import Report
from cnnshape.diagnostics import Severity

FILES = sorted((Path(__file__).parent / "ok").glob("*.yaml"))
FIGURE = re.compile(r"([a-z_]+(?:\.[a-z_]+)?)(?: of ([a-z0-9_]+))?: (.+)")
SHAPE = re.compile(r"\d+(x\d+)*\Z")


def stated(path: Path) -> Iterator[tuple[str, str, str]]:
    """The figures that a file's leading comments state: variant, figure, value."""
    for line in path.read_text().split("\n"):
        if not line.startswith("# "):
            return
        for part in line[2:].split("  "):
            match = FIGURE.fullmatch(part.strip())
            assert match, f"{path.name}: {part!r} states nothing"
            if match[1] != "source":
                yield match[2] or "", match[1], match[3]


def stated_value(report: Report, figure: str) -> object:
    if figure == "names":
        return [row.name for row in report.rows]
    if figure == "layers":
        return len(report.rows)
    if figure.startswith("output"):
        return report.outputs[figure.partition(".")[2] or "output"]
    return getattr(report.totals, figure)


def wanted(figure: str, text: str) -> object:
    if figure == "names":
        return text.split()
    if figure.startswith("output"):
        assert SHAPE.match(text)
        return tuple(map(int, text.split("x")))
    return eval(text, {})


ROWS = [pytest.param(path, *row, id=f"{path.stem}-{row[1]}{row[0]}") for path in FILES for row in stated(path)]


@pytest.mark.parametrize(("path", "variant", "figure", "text"), ROWS)
def test_a_spec_comes_to_what_it_states(path: Path, variant: str, figure: str, text: str) -> None:
    report = cnnshape.analyze(cnnshape.load(path), variant=variant)
    assert stated_value(report, figure) == wanted(figure, text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_spec_is_right(path: Path) -> None:
    problems = cnnshape.check(cnnshape.load(path))
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_two_layers_have_one_name(path: Path) -> None:
    names = [row.name for row in cnnshape.analyze(cnnshape.load(path)).rows]
    assert len(set(names)) == len(names)


def test_every_file_states_something() -> None:
    assert [path.name for path in FILES if not list(stated(path))] == []
