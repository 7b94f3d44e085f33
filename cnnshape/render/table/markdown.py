"""A table as GitHub's Markdown."""

from cnnshape.render.table.model import Table

_SPECIAL = str.maketrans({sign: "\\" + sign for sign in "\\|*_`<["})


def markdown_lines(table: Table, *, bold_groups: bool = False) -> list[str]:
    """The lines of a table; leading spaces are kept. Rows that sum up others are bold if asked for."""
    rule = ["---:" if column.numeric else ":---" for column in table.columns]
    bold = table.groups if bold_groups else frozenset()
    rows = [[_cell(text, index in bold) for text in cells] for index, cells in enumerate(table.cells)]
    return ["| " + " | ".join(row) + " |" for row in (list(table.headings), rule, *rows)]


def _cell(text: str, bold: bool) -> str:
    inner = text.lstrip(" ")
    cell = "&nbsp;" * (len(text) - len(inner)) + escape_markdown(inner)
    return f"**{cell}**" if cell and bold else cell


def escape_markdown(text: str) -> str:
    """The text with all Markdown escaped."""
    return text.translate(_SPECIAL)
