"""What a notebook shows of any design: the cells of the table, the same for the same text, on a line where it is short."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import cnnshape
from cnnshape.render.faces.report import MOST_LINES
from cnnshape.render.summary import Summary
from cnnshape.render.table import Column, Table
from cnnshape.render.table.html import html_table
from cnnshape.report import TOTAL_FIGURES, Figure
from tests.html_page import read

from .plain import Spec
from .strategy import specs

STUDIES = (cnnshape.explain, cnnshape.receptive_field, cnnshape.memory, cnnshape.reconcile)


@given(specs())
def test_a_notebook_shows_the_cells_of_the_text(spec: Spec) -> None:
    design = cnnshape.load(spec.text)
    report = cnnshape.analyze(design)
    (root,) = read(report._repr_html_()).inside
    table = Summary(report).view().table()
    if len(table.rows) - 1 <= MOST_LINES:
        assert root.all("table")[0].rows == [table.headings, *table.cells]
    lines = str(report).split("\n")
    assert all(any(cell.strip() in line for line in lines) for row in root.all("table")[0].rows for cell in row)
    assert design._repr_html_() == report._repr_html_() == cnnshape.analyze(cnnshape.load(spec.text))._repr_html_()


@given(specs())
@settings(max_examples=10)
def test_every_study_of_a_design_has_faces(spec: Spec) -> None:
    design = cnnshape.load(spec.text)
    for study in STUDIES:
        value = study(design)
        assert len(repr(value)) < 200 and repr(value).isprintable()
        assert str(value).split("\n")[0] and read(value._repr_html_()).text
        assert value.to_dict() == study(design).to_dict()


@given(specs(), specs())
@settings(max_examples=10)
def test_a_comparison_has_the_figures_of_its_sides(first: Spec, second: Spec) -> None:
    reports = [cnnshape.analyze(cnnshape.load(spec.text)) for spec in (first, second)]
    comparison = cnnshape.compare(*reports)
    figures: dict[str, Figure] = {figure.name: figure for figure in TOTAL_FIGURES if figure.compared}
    data = comparison.to_dict()["figures"]
    assert {name: data[name] for name in figures} == {
        name: [figure.of(report) for report in reports] for name, figure in figures.items()
    }
    cells = {row[0]: row[1:3] for row in read(comparison._repr_html_()).all("table")[0].rows}
    for figure in figures.values():
        assert cells[figure.heading] == tuple(f"{figure.of(report):,}" for report in reports)


@given(st.lists(st.tuples(st.text(max_size=20), st.integers() | st.none()), max_size=5), st.text(max_size=9))
def test_any_text_is_a_cell(rows: list[tuple[str, int | None]], heading: str) -> None:
    """Signs that can't be printed become question marks; everything else is shown as it is."""
    html = html_table(Table([Column("text", heading), Column("number", numeric=True)], rows))
    (table,) = read(html).inside
    printable = [
        "".join(sign if sign.isprintable() else "?" for sign in text) for text in (heading, *(row[0] for row in rows))
    ]
    assert [row[0] for row in table.rows] == printable
    assert [row[1] for row in table.rows[1:]] == ["" if number is None else f"{number:,}" for _, number in rows]


@given(st.text(max_size=300))
def test_a_name_of_any_signs_is_on_one_line(name: str) -> None:
    design = cnnshape.load("input: [3, 8, 8]\nlayers: [relu: {a: 1}]\n", name=name)
    for value in (design, design.diagnostics, *cnnshape.check(design)):
        assert len(repr(value)) < 200 and repr(value).isprintable()
        assert not read(value._repr_html_()).all("script")
