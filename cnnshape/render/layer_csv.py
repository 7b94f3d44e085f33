"""The layers of a network as a table for CSV: a row per layer, numbers as they are."""

from cnnshape.render.table import Column, Table
from cnnshape.render.table.csv import to_csv as table_to_csv
from cnnshape.report import COLUMN_FIGURES, ReceptiveField, Report, Row

FIELDS = (
    "name", "kind", "line", "inputs", "output", "boxes", *(figure.name for figure in COLUMN_FIGURES),
    "rf_size", "rf_stride", "rf_padding", "rf_aligned",
)  # fmt: skip
"""The columns, in their order. A report with the fields of the main path has one more, `rf_main_size`."""


def to_csv(report: Report) -> str:
    """The layers as CSV text."""
    return table_to_csv(layers_table(report))


def layers_table(report: Report) -> Table:
    """The layers with exact values: a row per layer."""
    if report.main_fields is None:
        return Table(map(Column, FIELDS), map(_values, report.rows))
    rows = [(*_values(row), _size(report.main_field(row))) for row in report.rows]
    return Table(map(Column, (*FIELDS, "rf_main_size")), rows)


def _values(row: Row) -> tuple[object, ...]:
    figures = (figure.of_row(row) for figure in COLUMN_FIGURES if figure.of_row)
    return row.name, row.kind, row.line, row.inputs, row.output, row.boxes, *figures, *_field(row.receptive_field)


def _size(field: ReceptiveField | None) -> tuple[int, ...] | None:
    return field.size if field else None


def _field(field: ReceptiveField | None) -> tuple[object, ...]:
    if field is None:
        return None, None, None, None
    return field.size, field.stride, field.padding, field.aligned
