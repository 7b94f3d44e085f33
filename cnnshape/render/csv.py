"""The report as CSV: a line per layer, numbers as they are."""

import csv
import io

from cnnshape.layers import show
from cnnshape.report import ReceptiveField, Report, Row

FIELDS = (
    "name", "kind", "line", "inputs", "output", "boxes", "params", "buffers", "macs", "flops", "activation_bytes",
    "rf_size", "rf_stride", "rf_padding", "rf_aligned",
)  # fmt: skip


def to_csv(report: Report) -> str:
    """The layers as CSV text; several values in a cell are joined by `x`, several inputs by a space."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows(map(_cells, report.rows))
    return text.getvalue()


def _cells(row: Row) -> tuple[object, ...]:
    return (
        row.name,
        row.kind,
        row.line,
        " ".join(map(show, row.inputs)),
        show(row.output),
        row.boxes,
        row.params,
        row.buffers,
        row.macs,
        "" if row.flops is None else row.flops,
        row.activation_bytes,
        *_field(row.receptive_field),
    )


def _field(field: ReceptiveField | None) -> tuple[str, ...]:
    if field is None:
        return "", "", "", ""
    values = (field.size, field.stride, field.padding)
    return (*("x".join(map(str, each)) for each in values), "true" if field.aligned else "false")
