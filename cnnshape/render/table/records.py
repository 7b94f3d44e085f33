"""A table as data for JSON: an object per row."""

from typing import TYPE_CHECKING, Any

from cnnshape.render.table.model import Table

if TYPE_CHECKING:
    from cnnshape.render.layout import Records


def records(table: Table) -> "Records":
    """An object per row, by the columns' keys. Fractions become text, so that they stay exact."""
    from cnnshape.render.layout import Records

    columns = enumerate(table.columns)
    return Records({column.key: [_plain(row[index]) for row in table.rows] for index, column in columns})


def _plain(value: object) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
