"""A table as text for a terminal or a pipe."""

from collections.abc import Sequence

from cnnshape.render.table.model import GAP, Table
from cnnshape.render.wrapping import BOLD, DIM, paint

LEAST_COLUMNS = 2
"""The number of columns that stay in the narrowest terminal."""


def text_lines(table: Table, *, split_rule: bool = False, color: bool = False) -> list[str]:
    """The lines of a table: the headings, a rule, the rows; with a total, another rule above it.

    A split rule is interrupted between two columns. With colours, headings and sums are bold; rules, and rows of
    nothing but zeros, are dim.
    """
    widths = table.widths
    numeric = [column.numeric for column in table.columns]
    rule = (" " * GAP).join("-" * width for width in widths) if split_rule else "-" * table.width
    rows = [_aligned(cells, widths, numeric) for cells in table.cells]
    lines = [_aligned(table.headings, widths, numeric), rule, *rows]
    lines = [*lines[:-1], rule, lines[-1]] if table.totals else lines
    return list(map(paint, lines, _styles(table))) if color else lines


def _styles(table: Table) -> list[str]:
    """The style of each line of a table."""
    rows = [
        BOLD if index in table.groups else DIM if _is_zero(table, row) else "" for index, row in enumerate(table.rows)
    ]
    return [BOLD, DIM, *rows[:-1], DIM, BOLD] if table.totals else [BOLD, DIM, *rows]


def _is_zero(table: Table, row: Sequence[object]) -> bool:
    """Whether all counts of a row are 0, and it has some."""
    counts = [value for column, value in zip(table.columns, row, strict=True) if column.numeric and type(value) is int]
    return bool(counts) and not any(counts)


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
