"""What could be built of specs with faults: `holes.txt` has the layers of each spec in `bad`, by hand from what it says.

A line names a spec and its layers in order, or counts them where they are many; `-` means a graph without layers,
`none` for no graph at all.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import cnnshape
from cnnshape.api import Examination, examine, options
from cnnshape.lint import RULES, Subject

FOLDER = Path(__file__).parent / "bad"
MOST_LISTED = 50
FILES = sorted(FOLDER.glob("*.yaml"))
EXPECTED = dict(line.split(": ", 1) for line in (Path(__file__).parent / "holes.txt").read_text().splitlines())


@cache
def examined(path: Path) -> Examination:
    return examine(cnnshape.load(path), options(None, "", None, None))


def built(examination: Examination) -> str:
    if examination.graph is None:
        return "none"
    nodes = examination.graph.nodes
    return f"{len(nodes)} layers" if len(nodes) > MOST_LISTED else " ".join(node.name for node in nodes) or "-"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_all_that_has_no_fault_is_built(path: Path) -> None:
    assert built(examined(path)) == EXPECTED[path.stem]


def test_every_spec_is_listed() -> None:
    assert sorted(EXPECTED) == [path.stem for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_graph_with_holes_is_sound(path: Path) -> None:
    """Every layer reads what stands before it, has the shape that its inputs give it, and lies in its groups."""
    graph = examined(path).graph
    if graph is None:
        return
    for index, node in enumerate(graph.nodes, len(graph.inputs)):
        application = node.application
        assert all(0 <= value < index for value in node.inputs)
        assert tuple(graph.value(value) for value in node.inputs) == application.inputs
        assert application.layer.output(application.inputs) == application.output
        assert node.shares is None or node.shares < index - len(graph.inputs)
    assert len({node.name for node in graph.nodes}) == len(graph.nodes)
    assert all(0 <= value < len(graph.inputs) + len(graph.nodes) for value in graph.outputs.values())
    groups = [graph.root]
    while groups:
        group = groups.pop()
        assert 0 <= group.start <= group.end <= len(graph.nodes)
        assert all(group.start <= child.start < child.end <= group.end for child in group.children)
        groups += group.children


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_graph_with_problems_is_not_complete_and_has_a_report(path: Path) -> None:
    examination = examined(path)
    if examination.graph is None:
        return
    assert examination.graph.complete is (not examination.problems)
    report = examination.report()
    assert report.complete is examination.graph.complete
    assert [row.name for row in report.rows] == [node.name for node in examination.graph.nodes]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rules_cope_with_holes(path: Path) -> None:
    examination = examined(path)
    if examination.graph is None or examination.program is None:
        return
    subject = Subject(examination.program, examination.graph, examination.report())
    for rule in RULES:
        assert all(warning.name == rule.name for warning in rule.check(subject))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_partial_report_is_given_where_it_is_asked_for(path: Path) -> None:
    design = cnnshape.load(path)
    examination = examined(path)
    if not examination.problems:
        return
    with pytest.raises(cnnshape.DesignError):
        cnnshape.analyze(design)
    if examination.graph is None:
        with pytest.raises(cnnshape.DesignError):
            cnnshape.analyze(design, partial=True)
    else:
        report = cnnshape.analyze(design, partial=True)
        assert not report.complete
        assert report.totals.params == sum(row.params for row in report.rows)
