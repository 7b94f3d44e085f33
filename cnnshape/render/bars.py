"""Bars of text in tables: what is alive while a line's layers run, as a share of the peak."""

from collections.abc import Callable

from cnnshape.render.table import Table, fit

BARS = (30, 20, 10)
"""The lengths that the longest bar may have, the first that fits."""


def with_bars(table_of: Callable[[int], Table], width: int | None) -> Table:
    """The table with the longest bars that fit, then without some columns."""
    for bar in BARS:
        table = table_of(bar)
        if width is None or table.width <= width:
            return table
    return fit(table, width)


def bar_text(bar: int, size: int, peak: int, *, is_peak: bool) -> str:
    """The bar of a size, and a mark at the peak. `bar` is the length of the longest one."""
    return "#" * max(1, round(bar * size / max(peak, 1))) + (" <- peak" if is_peak else "")
