"""The figures of a sweep are those of `analyze`."""

from __future__ import annotations

from typing import Any

import pytest

import cnnshape
from cnnshape.report import FIGURES
from cnnshape.study.sweep.evaluation import Evaluator, WrongFigures
from cnnshape.study.sweep.space import Axis, Space

numpy = pytest.importorskip("numpy")

BLOCKS = """
cnnshape: 1
name: blocks
input: [3, 32, 32]
params: {width: 16, groups: 1, repeats: [1, 2], act: relu}
layers:
  - conv: {out: width, kernel: 3, padding: 1, groups: 1, act: act}
  - for: {n: repeats}
    do:
      - conv: {out: width, kernel: 3, padding: 1, groups: groups, act: act}
        repeat: n
      - max_pool: 2
  - global_avg_pool
  - flatten
  - linear: {out: 10}
"""
AXES = (
    Axis("repeats", ((1, 1), (1, 2), (3, 1))),
    Axis("act", ("relu", "silu")),
    Axis("groups", (1, 2, 4)),
    Axis("width", tuple(range(8, 20, 2))),
    Axis("input", (8, 33, (1, 16, 12))),
)


def expected(design: Any, choice: Any) -> Any:
    """The figures by name, or the code and the line of the first problem."""
    params = {name: value for name, value in choice.items() if name != "input"}
    size = choice.get("input")
    shape = None if size is None else size if isinstance(size, tuple) else (3, size, size)
    try:
        report = cnnshape.analyze(design, params=params, input=shape)
    except cnnshape.DesignError as error:
        first = error.diagnostics[0]
        return first.code, first.at.span.line if first.at else 0
    fields = (
        report.reach.receptive_field.size if report.reach is not None and report.reach.receptive_field else (-1, -1)
    )
    return [*[figure.of(report) for figure in FIGURES.values()], *fields]


def stated(figures: Any, row: int) -> Any:
    refused = int(figures.refused[row])
    if refused >= 0:
        return figures.diagnostics[refused].code, figures.diagnostics[refused].line
    return [int(figures.values[name][row]) for name in figures.names]


def test_every_design_has_the_figures_of_analyze_or_its_diagnostic() -> None:
    design, space = cnnshape.load(BLOCKS), Space(AXES)
    evaluator = Evaluator(design, space)
    indices = numpy.arange(space.count)
    figures = evaluator.evaluate(indices)
    assert 0 < (figures.refused >= 0).sum() < space.count
    for row in range(space.count):
        assert stated(figures, row) == expected(design, space.choice(row))
    assert evaluator.recheck(indices, figures, 20) == 20


def test_a_wrong_figure_is_a_bug_that_raises() -> None:
    space = Space(AXES)
    evaluator = Evaluator(cnnshape.load(BLOCKS), space)
    indices = numpy.arange(50)
    figures = evaluator.evaluate(indices)
    figures.values["macs"][:] += 1
    with pytest.raises(WrongFigures, match="the sweep says"):
        evaluator.recheck(indices, figures)


def test_a_design_does_not_depend_on_the_others() -> None:
    design, space = cnnshape.load(BLOCKS), Space(AXES)
    whole = Evaluator(design, space).evaluate(numpy.arange(space.count))
    shuffled = numpy.random.default_rng(1).permutation(space.count)
    other = Evaluator(design, space)
    for chunk in numpy.array_split(shuffled, 7):
        figures = other.evaluate(chunk)
        assert [stated(figures, row) for row in range(len(chunk))] == [stated(whole, index) for index in chunk.tolist()]


def test_a_message_is_that_of_its_design() -> None:
    space = Space([Axis("groups", (1, 3)), Axis("width", (8, 10))])
    evaluator = Evaluator(cnnshape.load(BLOCKS), space)
    figures = evaluator.evaluate(numpy.arange(4))
    refused = numpy.flatnonzero(figures.refused >= 0).tolist()
    assert refused == [2, 3]
    with pytest.raises(cnnshape.DesignError) as caught:
        cnnshape.analyze(cnnshape.load(BLOCKS), params={"groups": 3, "width": 10})
    assert evaluator.diagnostic(3).message == caught.value.diagnostics[0].message
    with pytest.raises(ValueError, match="accepted"):
        evaluator.diagnostic(0)


def test_indices_are_those_of_nested_loops_whose_last_axis_is_the_innermost() -> None:
    space = Space([Axis("a", (1, 2)), Axis("b", ("x", "y", "z"))])
    assert [tuple(space.choice(index).values()) for index in range(space.count)] == [
        (a, b) for a in (1, 2) for b in ("x", "y", "z")
    ]
    assert [column.tolist() for column in space.columns(numpy.arange(6))] == [[0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2]]
    with pytest.raises(IndexError):
        space.choice(6)


@pytest.mark.parametrize("axes", [[Axis("a", ())], [Axis("a", (1,)), Axis("a", (2,))]])
def test_a_space_has_values_and_names_of_its_own(axes: Any) -> None:
    with pytest.raises(ValueError, match="a name of its own"):
        Space(axes)
