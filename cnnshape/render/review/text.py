"""A review as text for a terminal or a pipe."""

from collections.abc import Iterator

from cnnshape.render.compare import changes_lines
from cnnshape.render.diagnostics import escaped
from cnnshape.render.formats import Page
from cnnshape.render.review.headline import compared, differences, equal_figures, headline
from cnnshape.render.table import Column, Table, fit, text_lines
from cnnshape.render.wrapping import BOLD, paint, wrapped
from cnnshape.study.compare import Comparison
from cnnshape.study.review import Review, Reviewed

_COLUMNS = (
    Column("figure"),
    Column("old", numeric=True),
    Column("new", numeric=True),
    Column("difference", numeric=True, priority=1),
    Column("change", numeric=True),
)


def to_text(review: Review, page: Page) -> str:
    """The designs that differ, and a line with the number of all."""
    lines = [line for design in review.designs for line in (*_design(design, review.revision, page), "")]
    return "\n".join([*lines, *wrapped("", escaped(compared(review)), page.width)]) + "\n"


def _design(design: Reviewed, revision: str, page: Page) -> Iterator[str]:
    name = f", {escaped(design.name)}" if design.name != design.label else ""
    moved = f", renamed from {design.moved_from}" if design.moved_from else ""
    head = wrapped("", f"{design.label}{name}{moved}: {escaped(headline(design, revision))}", page.width)
    yield from (paint(line, BOLD if page.color else "") for line in head)
    if design.comparison is not None:
        yield from _comparison(design.comparison, page)


def _comparison(comparison: Comparison, page: Page) -> Iterator[str]:
    rows = differences(comparison)
    if rows:
        table = fit(Table(_COLUMNS, [tuple(row) for row in rows]), page.width)
        yield from ("", *text_lines(table, color=page.color), *table.notes)
    equal = equal_figures(comparison)
    if equal and rows:
        yield from wrapped("equal: ", ", ".join(equal), page.width)
    if comparison.changes:
        yield from ("", *changes_lines(comparison.changes, page.width, color=page.color))
