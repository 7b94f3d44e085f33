"""The rows of a sweep as columns of a table: the index of the design, the value of each axis, the figures."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnshape.diagnostics.refusal import Refusal
from cnnshape.named_tuple import NamedTuple
from cnnshape.study.sweep.choices import column_of
from cnnshape.study.sweep.order import Indices
from cnnshape.study.sweep.part import Rows
from cnnshape.study.sweep.space_text import AxisText
from cnnshape.study.sweep.wanted import INDEX

if TYPE_CHECKING:
    import pyarrow


class Choices(NamedTuple):
    """The column of an axis: its name, the values that it may have, and which of them each design has."""

    name: str
    values: tuple[Any, ...]
    places: NDArray[np.int64]

    @property
    def array(self) -> NDArray[Any]:
        """The value of each design: whole numbers, decimals, or texts."""
        kind = {int: np.int64, float: np.float64, str: object}[type(self.values[0])]
        taken: NDArray[Any] = np.array(self.values, dtype=kind)[self.places]
        return taken


def choices_of(axes: Sequence[AxisText], indices: Indices) -> list[Choices]:
    """The column of each axis, for designs of these indices; the last axis is the fastest."""
    columns = []
    rest = indices
    for axis in reversed(axes):
        rest, places = np.divmod(rest, len(axis.values))
        columns.append(Choices(column_of(axis), axis_values(axis), places))
    return columns[::-1]


def axis_values(axis: AxisText) -> tuple[Any, ...]:
    """The values of an axis as numbers if all are, else as texts."""
    readers: tuple[Callable[[str], int | float], ...] = (int, float)
    for read in readers:
        try:
            values = [read(text) for text in axis.values]
        except ValueError:
            continue
        if all(str(value) == text for value, text in zip(values, axis.values, strict=True)):
            return tuple(values)
    return axis.values


def arrays(axes: Sequence[AxisText], rows: Rows) -> dict[str, NDArray[Any]]:
    """All columns by name."""
    choices = {column.name: column.array for column in choices_of(axes, rows.indices)}
    return {INDEX: rows.indices, **choices, **rows.figures}


# CSV


def csv_header(axes: Sequence[AxisText], figures: Sequence[str]) -> str:
    """The line of column names."""
    return ",".join(map(_quoted, (INDEX, *map(column_of, axes), *figures))) + "\n"


def csv_lines(axes: Sequence[AxisText], rows: Rows) -> str:
    """A line for each design, all numbers exact."""
    texts: list[Iterator[str]] = [map(str, rows.indices.tolist())]
    for axis, column in zip(axes, choices_of(axes, rows.indices), strict=True):
        quoted = [_quoted(text) for text in axis.values]
        texts.append(map(quoted.__getitem__, column.places.tolist()))
    texts += [map(str, values.tolist()) for values in rows.figures.values()]
    return "".join([",".join(row) + "\n" for row in zip(*texts, strict=True)])


def _quoted(text: str) -> str:
    """A text as a cell (RFC 4180)."""
    plain = not any(sign in text for sign in ',"\r\n')
    return text if plain else '"' + text.replace('"', '""') + '"'


# Arrow


def arrow() -> Any:
    """The module of Arrow; raises Refusal without it."""
    try:
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise Refusal("output", "Parquet needs pyarrow; install the extra `cnnshape[sweep]`, or write CSV") from None
    return pyarrow


def arrow_table(axes: Sequence[AxisText], rows: Rows) -> "pyarrow.Table":
    """The rows as a table of Arrow. A text column has a dictionary; a figure beyond 64 bits is a decimal."""
    pyarrow = arrow()
    columns = {INDEX: pyarrow.array(rows.indices)}
    for column in choices_of(axes, rows.indices):
        places = pyarrow.array(column.places.astype(np.int32))
        is_text = isinstance(column.values[0], str)
        whole = pyarrow.DictionaryArray.from_arrays(places, pyarrow.array(column.values)) if is_text else column.array
        columns[column.name] = whole if is_text else pyarrow.array(whole)
    for name, values in rows.figures.items():
        columns[name] = pyarrow.array(values, type=wide_type() if values.dtype == object else pyarrow.int64())
    return pyarrow.table(columns)


def wide_type() -> Any:
    """The type of figures beyond 64 bits."""
    return arrow().decimal128(38, 0)
