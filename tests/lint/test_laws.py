"""Laws of the rules on any design, compared with counting cell by cell and with the passes."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

import cnnshape
from cnnshape.analysis import Field, receptive_fields
from cnnshape.diagnostics import Severity
from cnnshape.graph import build
from cnnshape.layers import Phases, Window
from cnnshape.lint import BY_NAME, RULES, Subject
from cnnshape.report import make_report
from tests.laws.strategy import specs


@given(specs())
def test_rules_say_something_sound_about_any_design(spec) -> None:
    for warning in cnnshape.check(cnnshape.load(spec.text), select=["all"]):
        assert warning.name in BY_NAME
        assert warning.severity is Severity.WARNING
        assert warning.at.span.text


@given(specs())
def test_every_warning_is_of_the_rule_alone(spec) -> None:
    design = cnnshape.load(spec.text)
    one_by_one = [warning for rule in RULES for warning in cnnshape.check(design, select=[rule.name])]
    assert sorted(warning.place for warning in one_by_one) == [
        warning.place for warning in cnnshape.check(design, select=["all"])
    ]


small = st.integers(1, 5)


@given(small, small, st.integers(1, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 20))
def test_cells_that_no_window_meets_are_those_that_are_reported(kernel, stride, dilation, before, after, more) -> None:
    window = Window(kernel, stride, dilation, before, after)
    assume(max(before, after) * 2 <= window.extent)
    size = 2 * window.extent + 2 * stride + more
    end = (window.output(size) - 1) * stride - before + window.extent
    starts = range(-before, end, stride)[: window.output(size)]
    seen = {start + tap * dilation for start in starts for tap in range(kernel)}
    inside = range(window.extent, end - window.extent)
    rest = len(range(end, size))
    gaps = not seen.issuperset(inside)
    names = reported(window, size)
    assert ("skipped-input" in names) == gaps
    assert ("dropped-input" in names) == (rest > 0 and window.extent >= stride)


def reported(window: Window, size: int) -> list[str]:
    text = f"""
cnnshape: 1
input: [1, {size}]
layers:
  - conv:
      out: 1
      kernel: {window.kernel}
      stride: {window.stride}
      dilation: {window.dilation}
      padding: [[{window.before}, {window.after}]]
"""
    return [warning.name for warning in cnnshape.check(cnnshape.load(text))]


@given(specs())
def test_paths_are_blamed_where_their_fields_have_different_centres(spec) -> None:
    design = cnnshape.load(spec.text)
    graph = build(design.spec).graph
    image = graph.inputs[0].tensor.shape[1:]
    itself = Field((Phases(1, (0,), (0,)),) * len(image), image, True)
    fields = [itself, *receptive_fields(graph)]
    warnings = BY_NAME["unaligned-paths"].check(Subject(design.spec, graph, make_report(graph)))
    warned = {warning.at.text.partition(" joins ")[0] for warning in warnings}
    downstream: set[int] = set()
    plain = True
    for index, node in enumerate(graph.nodes, len(graph.inputs)):
        if node.name in warned or not downstream.isdisjoint(node.inputs):
            downstream.add(index)
        field = fields[index]
        unaligned = isinstance(field, Field) and not field.aligned
        if node.name in warned:
            assert unaligned or not is_exact(field)
        plain = plain and (field is None or is_exact(field))
        if unaligned and plain and all(fields[value].aligned for value in node.inputs):
            assert index in downstream


def is_exact(field: object) -> bool:
    """Whether each cell has one place: none after a global pool, several after an enlargement."""
    return isinstance(field, Field) and all(axis.advance and axis.period == 1 for axis in field.axes)
