"""The report as JSON: a contract, versioned, with exact integers."""

import json
from fractions import Fraction
from typing import Any

from cnnshape.report import ReceptiveField, Report, Row

VERSION = 1


def to_json(report: Report) -> str:
    """The report as JSON text."""
    return written(as_data(report)) + "\n"


def written(data: Any, indent: str = "") -> str:
    """Data as JSON text: two spaces a level, lists of plain values on one line."""
    inner = indent + "  "
    if isinstance(data, dict) and data:
        entries = [
            f"{inner}{json.dumps(key, ensure_ascii=False)}: {written(value, inner)}" for key, value in data.items()
        ]
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    if isinstance(data, list) and any(isinstance(each, dict) for each in data):
        return "[\n" + ",\n".join(inner + written(each, inner) for each in data) + f"\n{indent}]"
    return json.dumps(data, ensure_ascii=False)


def as_data(report: Report) -> dict[str, Any]:
    """The report as data. Shapes leave the batch out; counts are of the whole batch."""
    totals = report.totals
    return {
        "version": VERSION,
        "name": report.name,
        "source": report.origin,
        "inputs": {name: list(given.shape) for name, given in report.inputs.items()},
        "boxes": {name: given.boxes for name, given in report.inputs.items() if given.boxes != 1},
        "batch": report.batch,
        "dtype": report.dtype,
        "inplace_activations": report.inplace_activations,
        "inplace_adds": report.inplace_adds,
        "layers": [_layer(row) for row in report.rows],
        "totals": {
            "params": totals.params,
            "trainable_params": totals.trainable_params,
            "buffers": totals.buffers,
            "macs": totals.macs,
            "flops": totals.flops,
            "flops_unknown": list(totals.flops_unknown),
            "weight_bytes": totals.weight_bytes,
            "activation_bytes": totals.activation_bytes,
            "peak_activation_bytes": totals.peak_activation_bytes,
        },
        "peak": {
            "bytes": report.peak.bytes,
            "layer": report.peak.layer,
            "tensors": [{"name": name, "bytes": size} for name, size in report.peak.tensors],
        },
        "outputs": {name: list(shape) for name, shape in report.outputs.items()},
    }


def _layer(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "line": row.line,
        "inputs": [list(shape) for shape in row.inputs],
        "output": list(row.output),
        "boxes": row.boxes,
        "params": row.params,
        "trainable_params": row.trainable_params,
        "buffers": row.buffers,
        "macs": row.macs,
        "flops": row.flops,
        "activation_bytes": row.activation_bytes,
        "receptive_field": _field(row.receptive_field),
        "arguments": {name: value for name, value in vars(row.application.layer).items() if name != "boxes"},
        "shares": row.shares or None,
        "shortcut": row.shortcut or None,
    }


def _field(field: ReceptiveField | None) -> dict[str, Any] | None:
    if field is None:
        return None
    return {
        "size": list(field.size),
        "stride": [str(each) if isinstance(each, Fraction) else each for each in field.stride],
        "padding": list(field.padding),
        "aligned": field.aligned,
    }
