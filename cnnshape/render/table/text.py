"""A table as text for a terminal or a pipe."""

from cnnshape.render.table.model import GAP, Table

LEAST_COLUMNS = 2
"""The number of columns that stay in the narrowest terminal."""


def text_lines(table: Table, *, split_rule: bool = False) -> list[str]:
    """The lines of a table: the headings, a rule, the rows; with a total, another rule above it.

    A split rule is interrupted between two columns.
    """
    widths = table.widths
    numeric = [column.numeric for column in table.columns]
    rule = (" " * GAP).join("-" * width for width in widths) if split_rule else "-" * table.width
    rows = [_aligned(cells, widths, numeric) for cells in table.cells]
    lines = [_aligned(table.headings, widths, numeric), rule, *rows]
    return [*lines[:-1], rule, lines[-1]] if table.totals else lines


def _aligned(cells: tuple[str, ...], widths: tuple[int, ...], numeric: list[bool]) -> str:
    padded = [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(cells, widths, numeric, strict=True)
    ]
    return (" " * GAP).join(padded).rstrip(" ")


def fit(table: Table, width: int | None) -> Table:
    """The table fitted to a width: first with short texts, then without columns that have a priority. A note lists
    these."""
    if width is None or table.width <= width:
        return table
    table = table.with_columns(column.shortened() for column in table.columns)
    dropped: list[str] = []
    for column in sorted(table.columns, key=lambda column: column.priority or 0):
        if table.width <= width or len(table.columns) == LEAST_COLUMNS:
            break
        if column.priority is not None:
            table = table.without(column.key)
            dropped.append(column.heading)
    if not dropped:
        return table
    return table.with_notes(f"left out at this width, but not in a pipe: {', '.join(dropped)}")
