"""The report as JSON: a contract, versioned, with exact integers."""

from collections.abc import Mapping
from typing import Any

from cnnshape.graph import Application, Group, LayerValue
from cnnshape.layers import Tensor
from cnnshape.render.contract import VERSION
from cnnshape.render.layout import Records, document
from cnnshape.report import TOTAL_FIGURES, LayerFigures, ReceptiveField, Report, Row

_PLAIN = {bool, int, float, str}


def to_json(report: Report) -> str:
    """The report as JSON text."""
    return document(as_data(report))


def as_data(report: Report) -> dict[str, Any]:
    """The report as data for `document`. Shapes leave the batch out; counts are of the whole batch."""
    figures = LayerFigures(report)
    return {
        "version": VERSION,
        "name": report.name,
        "source": report.origin,
        "inputs": {name: list(given.shape) for name, given in report.inputs.items()},
        "boxes": {name: given.boxes for name, given in report.inputs.items() if given.of_boxes},
        "batch": report.batch,
        "dtype": report.dtype,
        "inplace_activations": report.inplace_activations,
        "inplace_adds": report.inplace_adds,
        "complete": report.complete,
        "layers": _layers(report, figures),
        "groups": _groups(report, report.groups, figures),
        "totals": _totals(report),
        "peak": {
            "bytes": report.peak.bytes,
            "layer": report.peak.layer,
            "tensors": [{"name": name, "bytes": size} for name, size in report.peak.tensors],
        },
        "outputs": {name: list(shape) for name, shape in report.outputs.items()},
        "output_layers": dict(report.output_layers),
        "receptive_fields": {name: _reach(report.reaches.get(name)) for name in report.outputs},
        **_folded_norms(report),
    }


def _folded_norms(report: Report) -> dict[str, Any]:
    """What became of the norms, if the report folds them."""
    if report.folded_norms is None:
        return {}
    into, kept = report.folded_norms
    return {
        "folded_norms": {
            "into": dict(into),
            "kept": [{"layer": norm.layer, "reason": norm.reason} for norm in kept],
        }
    }


def _totals(report: Report) -> dict[str, Any]:
    totals: dict[str, Any] = {}
    for figure in TOTAL_FIGURES:
        totals[figure.name] = figure.of(report)
        if figure.name == "flops":
            totals["flops_unknown"] = list(report.totals.flops_unknown)
    totals["stated"] = {
        "layers": list(report.totals.stated),
        "params": report.totals.stated_params,
        "macs": report.totals.stated_macs,
    }
    return totals


def _layers(report: Report, figures: LayerFigures) -> Records:
    """The data of the layers. Layers that are the same application, or have the same field, share a value."""
    rows = report.rows
    applications = [row.application for row in rows]
    # Layers of one application have other figures if one of them is frozen, or shares weights.
    alike = list(zip(applications, *figures.columns.values(), strict=True))
    applied = {
        key: {**_applied(key[0]), **dict(zip(figures.columns, key[1:], strict=True))} for key in dict.fromkeys(alike)
    }
    shared = [applied[key] for key in alike]
    distinct_fields = {id(row.receptive_field): row.receptive_field for row in rows}
    # Layers of different blocks often have equal fields.
    written = {field: _field(field) for field in dict.fromkeys(distinct_fields.values())}
    fields = {identity: written[field] for identity, field in distinct_fields.items()}
    return Records(
        {
            "name": [row.name for row in rows],
            "kind": [application.layer.name for application in applications],
            "line": [row.line for row in rows],
            "from": [list(row.sources) for row in rows],
            ("inputs", "output", "boxes", *figures.columns): shared,
            "receptive_field": [fields[id(row.receptive_field)] for row in rows],
            **_main_fields(report),
            ("arguments", "stated"): shared,
            "shares": [row.shares or None for row in rows],
            "shortcut": [row.shortcut or None for row in rows],
            **_dtypes(report),
        }
    )


def _main_fields(report: Report) -> dict[str, list[dict[str, Any] | None]]:
    """The receptive fields along the main path where they differ, if the report has them."""
    if report.main_fields is None:
        return {}
    return {"main_receptive_field": [_field(report.main_fields.get(row.name)) for row in report.rows]}


def _dtypes(report: Report) -> dict[str, list[dict[str, Any]]]:
    """The types of each layer's values, if the design states some."""
    if not report.states_dtypes:
        return {}
    return {"dtypes": [row.dtypes._asdict() for row in report.rows]}


def _applied(application: Application) -> dict[str, Any]:
    """The data of a layer that depend only on its application."""
    # Tensors are listed as inputs of the layer.
    values = application.layer.values.items()
    return {
        "inputs": [list(tensor.shape) for tensor in application.inputs],
        "output": list(application.output.shape),
        "boxes": application.output.boxes,
        "arguments": {name: value for name, value in values if not isinstance(value, Tensor)},
        "stated": application.layer.stated,
    }


def _field(field: ReceptiveField | None) -> dict[str, Any] | None:
    if field is None:
        return None
    return {
        "size": list(field.size),
        "stride": [step if isinstance(step, int) else str(step) for step in field.stride],
        "padding": list(field.padding),
        "aligned": field.aligned,
    }


def _reach(row: Row | None) -> dict[str, Any] | None:
    """The receptive field of an output, with the layer that has it."""
    field = _field(row.receptive_field) if row else None
    return {"layer": row.name, **field} if row and field else None


def _groups(report: Report, parent: Group, figures: LayerFigures) -> list[dict[str, Any]]:
    """The stages and blocks in a group. The layers of each are those from `first` to `last`, `layers` in number."""
    return [
        {
            "name": group.label,
            "block": group.word,
            "params": _params(group.params),
            "first": report.rows[group.start].name,
            "last": report.rows[group.end - 1].name,
            "layers": group.end - group.start,
            "totals": figures.totals(group),
            "groups": _groups(report, group, figures),
        }
        for group in parent.children
    ]


def _params(params: Mapping[str, object]) -> dict[str, Any]:
    return {name: _value(value) for name, value in params.items()}


def _value(value: object) -> Any:
    """The value of a param as data; None for a tensor."""
    if type(value) in _PLAIN:
        return value
    if type(value) is tuple:
        return [_value(item) for item in value]
    return {value.plan.kind.name: _params(value.arguments)} if isinstance(value, LayerValue) else None
