"""The figures of a sweep are those of `analyze`."""

from __future__ import annotations

from typing import Any

import pytest

import cnnshape
from cnnshape.api import options
from cnnshape.report import Settings
from cnnshape.study.sweep.evaluation import Evaluator, WrongFigures
from cnnshape.study.sweep.space import Axis, Space
from tests.studies.sweep.spaces import agrees, analyzed, stated

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


def test_every_design_has_the_figures_of_analyze_or_its_diagnostic() -> None:
    design, space = cnnshape.load(BLOCKS), Space(AXES)
    evaluator = Evaluator(design, space)
    indices = numpy.arange(space.count)
    figures = evaluator.evaluate(indices)
    assert 0 < (figures.refused >= 0).sum() < space.count
    for row in range(space.count):
        assert agrees(stated(figures, row), analyzed(design, evaluator, row)), space.choice(row)
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


LARGEST = 2**63 - 1


def test_figures_beyond_int64_are_exact() -> None:
    """A batch of 10^9 multiplies the work, so that some designs of a space fit and others don't."""
    design = cnnshape.load(BLOCKS)
    space = Space([Axis("width", (8, 6000)), Axis("input", (16, 1024))])
    settings = Settings(batch=10**9)
    figures = Evaluator(design, space, settings).evaluate(numpy.arange(space.count))
    assert figures.values["params"].dtype == numpy.int64
    macs = figures.values["macs"].tolist()
    for index, value in enumerate(macs):
        choice = dict(space.choice(index))
        size = choice.pop("input")
        report = cnnshape.analyze(design, params=choice, input=(3, size, size), batch=10**9)
        assert value == report.totals.macs
        assert type(value) is int
    assert min(macs) < LARGEST < max(macs)


SCALED = """
cnnshape: 1
name: scaled
input: [3, 32, 32]
params: {width: 1.0, depth: 2, norm: batch_norm}
variants:
  plain: {norm: none}
blocks:
  Unit:
    params: {out: required, norm: required}
    do:
      - residual:
          - conv: {out: out, kernel: 3, padding: same, norm: norm}
        shortcut:
          - conv: {out: out, kernel: 1}
            when: in_channels != out
layers:
  - for: {base: [24, 40]}
    do:
      - Unit: {out: 'make_divisible(base * width, 8)', norm: norm}
        repeat: depth
      - max_pool: 2
  - adaptive_avg_pool: 4
  - flatten
  - linear: {out: 10}
"""


def test_floats_are_recorded_as_whole_numbers_are() -> None:
    """Each width is rounded, and only the repeats need a trace of their own."""
    design = cnnshape.load(SCALED)
    widths = tuple(round(0.1 * step, 1) for step in range(1, 40))
    space = Space([Axis("depth", (1, 2, 3)), Axis("width", widths), Axis("input", (32, 64))])
    evaluator = Evaluator(design, space)
    figures = evaluator.evaluate(numpy.arange(space.count))
    for row in range(0, space.count, 3):
        assert agrees(stated(figures, row), analyzed(design, evaluator, row)), space.choice(row)
    assert len(set(figures.values["params"].tolist())) > 50
    assert evaluator.notes == []


def test_options_are_those_of_every_design() -> None:
    design = cnnshape.load(SCALED)
    space = Space([Axis("width", (0.5, 1.0))])
    base = options({"depth": 4}, "plain", (3, 48, 48), None)
    figures = Evaluator(design, space, Settings(batch=2, dtype="int8"), base).evaluate(numpy.arange(2))
    for row, width in enumerate((0.5, 1.0)):
        report = cnnshape.analyze(
            design, params={"depth": 4, "width": width}, variant="plain", input=(3, 48, 48), batch=2, dtype="int8"
        )
        assert figures.values["peak_activation_bytes"][row] == report.totals.peak_activation_bytes
        assert figures.values["params"][row] == report.totals.params


def test_in_place_operations_lower_the_peak_as_in_a_report() -> None:
    design, space = cnnshape.load(SCALED), Space([Axis("width", (0.5, 1.0, 2.0))])
    settings = Settings(inplace_activations=True, inplace_adds=True)
    figures = Evaluator(design, space, settings).evaluate(numpy.arange(3))
    reports = [
        cnnshape.analyze(design, params={"width": width}, inplace_activations=True, inplace_adds=True)
        for width in (0.5, 1.0, 2.0)
    ]
    assert figures.values["peak_activation_bytes"].tolist() == [r.totals.peak_activation_bytes for r in reports]


SPARSE = """
cnnshape: 1
input: [4, 22]
params: {dilation: 3, width: 4}
layers:
  - conv_transpose: {out: width, kernel: 1, stride: 2}
  - conv: {out: width, kernel: 4, dilation: dilation, padding: 9}
"""
"""Every second cell sees nothing, so that the cells of a window are listed: as many as the dilation leaves."""


def test_an_axis_that_cannot_be_recorded_is_pinned_and_named() -> None:
    design = cnnshape.load(SPARSE)
    space = Space([Axis("dilation", (1, 2, 3, 4, 5, 30)), Axis("width", (2, 4, 7))])
    evaluator = Evaluator(design, space)
    figures = evaluator.evaluate(numpy.arange(space.count))
    for row in range(space.count):
        assert agrees(stated(figures, row), analyzed(design, evaluator, row)), space.choice(row)
    assert evaluator.notes == ["each value of `dilation` was evaluated by itself: it can't be recorded"]
    assert evaluator.traces == 6


def test_a_design_beyond_the_budget_is_evaluated_by_itself() -> None:
    """How much of the budget a design takes depends on which of its layers are equal."""
    design, space = cnnshape.load(BLOCKS), Space([Axis("repeats", ((1, 1), (30, 30))), Axis("width", (8, 16))])
    evaluator = Evaluator(design, space, options=options(None, "", None, 20))
    figures = evaluator.evaluate(numpy.arange(4))
    assert figures.refused.tolist() == [-1, -1, 0, 0]
    assert figures.diagnostics[0].name == "expansion-budget"
    assert evaluator.notes == ["2 designs were evaluated one by one: their numbers can't be recorded"]


def test_designs_that_are_all_different_are_evaluated_one_by_one_in_the_end() -> None:
    """Each repeat needs a trace of its own, which takes longer than a design alone."""
    space = Space([Axis("repeats", tuple((a, b) for a in range(1, 6) for b in range(1, 6)))])
    evaluator = Evaluator(cnnshape.load(BLOCKS), space)
    figures = evaluator.evaluate(numpy.arange(25))
    assert len(set(figures.values["params"].tolist())) > 5
    assert evaluator.recheck(numpy.arange(25), figures, 25) == 25
    assert evaluator.notes == ["9 designs were evaluated one by one: too few of them are alike"]


def test_a_space_without_axes_is_the_design_itself() -> None:
    design = cnnshape.load(BLOCKS)
    figures = Evaluator(design, Space([])).evaluate(numpy.arange(1))
    assert figures.values["params"].tolist() == [cnnshape.analyze(design).totals.params]


def test_a_text_that_cannot_be_read_is_refused_as_every_design() -> None:
    space = Space([Axis("width", (1, 2))])
    figures = Evaluator(cnnshape.load("cnnshape: 1\nlayers: [\n", name="broken"), space).evaluate(numpy.arange(2))
    assert figures.refused.tolist() == [0, 0]
    assert figures.diagnostics[0].path == "broken"


def test_an_unknown_param_is_refused() -> None:
    figures = Evaluator(cnnshape.load(BLOCKS), Space([Axis("widht", (1, 2))])).evaluate(numpy.arange(2))
    assert [refusal.name for refusal in figures.diagnostics] == ["unknown-param"]


@pytest.mark.parametrize("axis", [Axis("input", (0,)), Axis("input", ((3, 8, -1),)), Axis("width", (10**13,))])
def test_a_value_that_no_design_can_have_raises(axis: Axis) -> None:
    with pytest.raises(cnnshape.DesignError):
        Evaluator(cnnshape.load(BLOCKS), Space([axis]))


@pytest.mark.parametrize("index", [-1, 12])
def test_an_index_outside_of_the_space_raises(index: int) -> None:
    evaluator = Evaluator(cnnshape.load(BLOCKS), Space([Axis("width", tuple(range(1, 13)))]))
    with pytest.raises(IndexError, match="outside of the 12 designs"):
        evaluator.evaluate(numpy.array([0, index]))


def test_no_designs_have_no_figures() -> None:
    figures = Evaluator(cnnshape.load(BLOCKS), Space(AXES)).evaluate(numpy.arange(0))
    assert figures.diagnostics == ()
    assert all(len(values) == 0 for values in figures.values.values())


def test_a_trace_holds_for_all_widths_sizes_and_classes_of_a_resnet() -> None:
    """What makes a sweep fast: one run of the engine for thousands of designs."""
    space = Space(
        [
            Axis("widths", tuple(tuple(width * factor for factor in (1, 2, 4, 8)) for width in range(16, 80, 4))),
            Axis("classes", tuple(range(10, 1000, 90))),
            Axis("input", tuple(range(96, 353, 16))),
        ]
    )
    evaluator = Evaluator(cnnshape.load("resnet50"), space)
    indices = numpy.arange(space.count)
    figures = evaluator.evaluate(indices)
    assert evaluator.traces == 1
    assert evaluator.recheck(indices, figures, 10) == 10


IDLE = """
cnnshape: 1
input: [3, 16, 16]
params: {deep: true, width: 4}
layers:
  - conv: {out: width, kernel: 3}
  - conv: {out: width, kernel: 3, groups: 0}
    when: deep
"""


@pytest.mark.parametrize("values", [(True, False), (False, True)])
def test_a_fault_in_what_is_left_out_counts_whatever_ran_before(values: tuple[bool, bool]) -> None:
    """Nothing that one design leaves behind changes the next one."""
    design, space = cnnshape.load(IDLE), Space([Axis("deep", values), Axis("width", (4, 5))])
    evaluator = Evaluator(design, space)
    for indices in (numpy.arange(4), numpy.arange(4)[::-1]):
        figures = evaluator.evaluate(indices)
        for row, index in enumerate(indices.tolist()):
            assert agrees(stated(figures, row), analyzed(design, evaluator, index))
        assert evaluator.recheck(indices, figures) == 4


TWO_INPUTS = """
cnnshape: 1
input: {left: [3, 16, 16], right: [5, 16, 16]}
layers:
  - concat: [left, right]
  - conv: {out: 4, kernel: 3}
"""


def test_an_axis_of_the_input_comes_before_an_option_by_its_name() -> None:
    design, space = cnnshape.load(TWO_INPUTS), Space([Axis("input", (24, (7, 24, 24)))])
    base = options(None, "", {"left": (3, 20, 20), "right": (5, 24, 24)}, None)
    figures = Evaluator(design, space, options=base).evaluate(numpy.arange(2))
    for row, shape in enumerate([(3, 24, 24), (7, 24, 24)]):
        report = cnnshape.analyze(design, input={"left": shape, "right": (5, 24, 24)})
        assert figures.values["macs"][row] == report.totals.macs


CHOSEN = """
cnnshape: 1
input: [3, 16, 16]
params: {x: 1, y: 1}
layers:
  - conv: {out: x + y, kernel: 3}
  - relu:
    when: x == 1 and y == 1
"""


def test_a_group_of_designs_tries_the_traces_that_the_groups_before_it_added() -> None:
    """`y` is compared only where `x` is 1: one trace holds for all other designs, whether or not their `y` is 1."""
    space = Space([Axis("x", (1, 2, 3)), Axis("y", (1, 2, 3))])
    evaluator = Evaluator(cnnshape.load(CHOSEN), space)
    evaluator.evaluate(numpy.array([0]))
    figures = evaluator.evaluate(numpy.arange(space.count))
    assert figures.values["layers"].tolist() == [2] + [1] * 8
    assert evaluator.traces == 3


MANY = """
cnnshape: 1
input: [3, 16, 16]
params: {widths: [4]}
layers:
  - for: {width: widths}
    do:
      - conv: {out: width, kernel: 1}
"""


def test_a_list_may_be_longer_than_numpy_has_axes() -> None:
    lists = tuple((*[4] * 90, first, second) for first in (2, 3, 5) for second in (6, 7, 9))
    design, space = cnnshape.load(MANY), Space([Axis("widths", lists), Axis("input", (8, 16))])
    evaluator = Evaluator(design, space)
    figures = evaluator.evaluate(numpy.arange(space.count))
    for row in range(space.count):
        assert agrees(stated(figures, row), analyzed(design, evaluator, row))
    assert evaluator.traces == 1
