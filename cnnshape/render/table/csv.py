"""A table as CSV: a header of keys, and exact values."""

from collections.abc import Callable
from typing import Any

from cnnshape.render.table.model import Table


def to_csv(table: Table) -> str:
    """The table as CSV text. Sizes of a shape are joined by `x`, several shapes by a space; None is an empty cell."""
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.key for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return stream.getvalue()


def _cell(value: object) -> object:
    write = _WRITERS.get(type(value))
    return write(value) if write else value


def _joined(value: tuple[Any, ...]) -> str:
    nested = value and isinstance(value[0], tuple)
    return " ".join(map(_joined, value)) if nested else "x".join(map(str, value))


_WRITERS: dict[type, Callable[..., object]] = {bool: lambda value: "true" if value else "false", tuple: _joined}
