"""The summary as Markdown, for a pull request or a notebook."""

from cnnshape.render.summary import figures, header, notes
from cnnshape.render.table import Table
from cnnshape.report import Report


def to_markdown(report: Report, table: Table) -> str:
    """The summary as Markdown text."""
    name, _, rest = header(report).partition(": ")
    body = markdown_table(table, bold=table.groups)
    totals = [f"- {escaped(figure)}: **{value}** ({escaped(meaning)})" for figure, value, meaning in figures(report)]
    remarks = [f"\n{escaped(note)}" for note in notes(report, table)]
    return "\n".join([f"### {escaped(name)}", "", escaped(rest), "", *body, "", *totals, *remarks]) + "\n"


def markdown_table(table: Table, bold: frozenset[int] = frozenset()) -> list[str]:
    """The lines of a table in GitHub's Markdown; leading spaces are kept."""
    rule = ["---:" if number else ":---" for number in table.numeric]
    rows = [
        [_bold(_cell(cell)) if index in bold else _cell(cell) for cell in row] for index, row in enumerate(table.rows)
    ]
    return ["| " + " | ".join(row) + " |" for row in ([*table.headings], rule, *rows)]


def _cell(text: str) -> str:
    inner = text.lstrip(" ")
    return "&nbsp;" * (len(text) - len(inner)) + escaped(inner)


def _bold(cell: str) -> str:
    return f"**{cell}**" if cell else cell


def escaped(text: str) -> str:
    """Text without a meaning in Markdown."""
    for sign in ("\\", "|", "*", "_", "`", "<", "["):
        text = text.replace(sign, "\\" + sign)
    return text
