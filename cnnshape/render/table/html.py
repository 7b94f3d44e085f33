"""A table as HTML for notebooks: no script, no style sheet, no colours of its own, so that it fits light and dark pages.

Notebooks align cells to the right and collapse spaces, unless the style of the cell itself says otherwise.
"""

from cnnshape.render.svg import element, escape_xml
from cnnshape.render.table.model import Table

_TEXT = "text-align:left;white-space:pre-wrap"
_NUMBER = "text-align:right"
_RULED = "font-weight:bold;border-top:1px solid"


def html_table(table: Table, *, headings: bool = True) -> str:
    """The table as an element. Numbers are aligned right, leading spaces are kept, rows that sum up others are bold."""
    styles = [_NUMBER if column.numeric else _TEXT for column in table.columns]
    last = len(table.rows) - 1 if table.totals else -1
    rows = [
        _row("td", cells, styles, _RULED if index == last else "font-weight:bold" if index in table.groups else "")
        for index, cells in enumerate(table.cells)
    ]
    head = [element("thead", _row("th", table.headings, styles))] if headings else []
    # Pages without rules for tables, as in Colab, put cells side by side and leave a gap in rules.
    return element("table", *head, element("tbody", *rows, ""), cellpadding=4, style="border-collapse:collapse")


def _row(tag: str, cells: tuple[str, ...], styles: list[str], style: str = "") -> str:
    written = [element(tag, escape_xml(cell), style=own) for cell, own in zip(cells, styles, strict=True)]
    return element("tr", *written, **({"style": style} if style else {}))
