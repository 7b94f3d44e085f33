"""A table as a pandas DataFrame: a column per key, exact values."""

from collections.abc import Sequence
from typing import Any

from cnnshape.render.table.model import Table

_LARGEST = 2**63 - 1


def to_frame(table: Table) -> Any:
    """The table as a DataFrame. Shapes stay tuples. Raises ImportError, with what to install, without pandas."""
    try:
        import pandas
    except ModuleNotFoundError as error:
        message = "`to_pandas` needs pandas: install the extra `cnnshape[pandas]`, or `pip install pandas`"
        raise ImportError(message) from error
    columns = {
        column.key: pandas.Series([row[index] for row in table.rows], dtype=_dtype([row[index] for row in table.rows]))
        for index, column in enumerate(table.columns)
    }
    return pandas.DataFrame(columns)


def _dtype(values: Sequence[object]) -> str:
    """The type of a column that keeps its values exact: integers with gaps would become fractions otherwise."""
    present = [value for value in values if value is not None]
    types = set(map(type, present))
    if types == {int} and all(-_LARGEST <= value <= _LARGEST for value in present if isinstance(value, int)):
        return "int64" if len(present) == len(values) else "Int64"
    if types == {bool} and len(present) == len(values):
        return "bool"
    return "float64" if types == {float} else "object"
