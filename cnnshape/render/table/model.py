"""A table: its columns, and a row of values per line. The writers decide how to format the values."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

GAP = 2
"""Spaces between two columns of text."""


def value_text(value: object) -> str:
    """A value in readable form: `25,557,032`, `64x56x56`, empty for None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return "" if value is None else str(value)


class Column:
    """A column.

    `key` names it in CSV and JSON, `heading` in text and Markdown. Numeric columns are aligned right. `text` turns a
    value into the text of its cell, and `short` into a shorter one, for tables that are too wide. Columns with a
    `priority` may be left out of a table that is still too wide, the lowest priority first.
    """

    __slots__ = ("heading", "key", "numeric", "priority", "short", "text")

    def __init__(
        self,
        key: str,
        heading: str | None = None,
        *,
        numeric: bool = False,
        text: Callable[[Any], str] = value_text,
        short: Callable[[Any], str] | None = None,
        priority: int | None = None,
    ) -> None:
        self.key = key
        self.heading = key if heading is None else heading
        self.numeric = numeric
        self.text = text
        self.short = short
        self.priority = priority

    def __repr__(self) -> str:
        return f"Column({self.key!r})"

    def with_priority(self, priority: int | None) -> "Column":
        """The column with another priority."""
        return Column(self.key, self.heading, numeric=self.numeric, text=self.text, short=self.short, priority=priority)

    def shortened(self) -> "Column":
        """The column with its short texts."""
        return Column(
            self.key, self.heading, numeric=self.numeric, text=self.short or self.text, priority=self.priority
        )


class Table:
    """Columns, and rows of one value per column.

    `groups` are the indices of rows that sum up others; `totals` says that the last row is the total. `notes` are
    sentences below the table.
    """

    __slots__ = ("_cells", "columns", "groups", "notes", "rows", "totals")

    def __init__(
        self,
        columns: Iterable[Column],
        rows: Iterable[Sequence[object]],
        *,
        groups: frozenset[int] = frozenset(),
        totals: bool = False,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.columns = tuple(columns)
        self.rows = tuple(rows)
        self.groups = groups
        self.totals = totals
        self.notes = notes
        self._cells: list[tuple[str, ...]] | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """The heading of each column."""
        return tuple(column.heading for column in self.columns)

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The text of each cell, row by row; a value that is a text already stays as it is."""
        if self._cells is None:
            texts = [column.text for column in self.columns]
            self._cells = [
                tuple(value if isinstance(value, str) else text(value) for text, value in zip(texts, row, strict=True))
                for row in self.rows
            ]
        return self._cells

    @property
    def widths(self) -> tuple[int, ...]:
        """The characters that each column needs."""
        return tuple(max(map(len, column)) for column in zip(self.headings, *self.cells, strict=True))

    @property
    def width(self) -> int:
        """The characters that a line of the table needs."""
        return sum(self.widths) + GAP * (len(self.columns) - 1)

    def with_columns(self, columns: Iterable[Column]) -> "Table":
        """The table with other columns for the same values."""
        return self._replaced(columns, self.rows, self.notes)

    def keeping(self, key: str) -> "Table":
        """The table with a column that is never left out."""
        return self.with_columns(column.with_priority(None) if column.key == key else column for column in self.columns)

    def with_notes(self, *notes: str) -> "Table":
        """The table with further notes."""
        return self._replaced(self.columns, self.rows, (*self.notes, *notes))

    def without(self, key: str) -> "Table":
        """The table without a column."""
        kept = [index for index, column in enumerate(self.columns) if column.key != key]
        rows = [tuple(row[index] for index in kept) for row in self.rows]
        return self._replaced([self.columns[index] for index in kept], rows, self.notes)

    def _replaced(self, columns: Iterable[Column], rows: Iterable[Sequence[object]], notes: tuple[str, ...]) -> "Table":
        return Table(columns, rows, groups=self.groups, totals=self.totals, notes=notes)
