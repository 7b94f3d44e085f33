"""The face of a report: its picture, its table of folded layers, and the totals with their definitions."""

from cnnshape.render.faces.face import Face, parsed
from cnnshape.render.formats import Page
from cnnshape.render.html import block, paragraphs, title
from cnnshape.render.json import to_json
from cnnshape.render.layer_csv import layers_table
from cnnshape.render.summary import Summary, View, figures, header, to_text
from cnnshape.render.table import Column, Table
from cnnshape.render.table.html import html_table
from cnnshape.report import Report

MOST_LINES = 80
"""Lines of a table in a notebook. Blocks of a longer one are closed, as in a terminal."""
_CLOSED = "closed to fit: `print` shows all blocks open, `to_pandas` every layer"


def report_text(report: Report) -> str:
    """What `cnnshape summary` prints into a pipe."""
    return to_text(Summary(report), Page())


def report_html(report: Report) -> str:
    """The summary as HTML."""
    return block(*report_parts(report))


def report_parts(report: Report) -> list[str]:
    """The parts of the summary as HTML, from the title and the picture to the notes."""
    # Text needs no picture.
    from cnnshape.render.picture.svg import to_svg
    from cnnshape.study.picture.forms import picture_of

    view = _view(Summary(report))
    table = view.table()
    totals = Table((Column("figure"), Column("value", numeric=True), Column("meaning")), figures(report))
    return [
        title(header(report)),
        to_svg(picture_of(report)),
        html_table(table),
        html_table(totals, headings=False),
        paragraphs(view.notes(table)),
    ]


def _view(summary: Summary) -> View:
    """All lines, or the deepest blocks closed if they are too many."""
    view = summary.view()
    closed = summary.closed_view(MOST_LINES) if len(view.lines) > MOST_LINES else None
    return View(summary, closed.lines, _CLOSED) if closed else view


FACES = {"Report": Face(report_text, report_html, parsed(to_json), layers_table)}
