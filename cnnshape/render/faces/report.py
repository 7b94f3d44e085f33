"""The face of a report: its table of folded layers, and the totals with their definitions."""

from cnnshape.render.faces.face import Face, parsed
from cnnshape.render.formats import Page
from cnnshape.render.html import block, paragraphs, title
from cnnshape.render.json import to_json
from cnnshape.render.layer_csv import layers_table
from cnnshape.render.summary import Summary, figures, header, to_text
from cnnshape.render.table import Column, Table
from cnnshape.render.table.html import html_table
from cnnshape.report import Report


def report_text(report: Report) -> str:
    """What `cnnshape summary` prints into a pipe."""
    return to_text(Summary(report), Page())


def report_html(report: Report) -> str:
    """The summary as HTML."""
    return block(*report_parts(report))


def report_parts(report: Report) -> list[str]:
    """The parts of the summary as HTML, from the title to the notes."""
    view = Summary(report).view()
    table = view.table()
    totals = Table((Column("figure"), Column("value", numeric=True), Column("meaning")), figures(report))
    return [
        title(header(report)),
        html_table(table),
        html_table(totals, headings=False),
        paragraphs(view.notes(table)),
    ]


FACES = {"Report": Face(report_text, report_html, parsed(to_json), layers_table)}
