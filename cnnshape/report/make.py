"""Making a report: the passes run over a graph, and put side by side."""

from typing import NamedTuple

from cnnshape.analysis import Field, Peak, activation_elements, peak_memory, receptive_fields, weight_counts, work
from cnnshape.graph import Graph
from cnnshape.report.report import InputTensor, PeakActivation, ReceptiveField, Report, Row, Totals

DTYPES = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "float8": 1,
    "int8": 1,
}
"""Bytes per value."""


class Settings(NamedTuple):
    """What figures are asked for: samples per batch, type of weights and activations, what runs in place."""

    batch: int = 1
    dtype: str = "float32"
    inplace_activations: bool = False
    inplace_adds: bool = False


def make_report(graph: Graph, origin: str = "", settings: Settings | None = None) -> Report:
    """The report of a graph; `KeyError` for a dtype that isn't in DTYPES."""
    settings = settings or Settings()
    peak = peak_memory(graph, inplace_activations=settings.inplace_activations, inplace_adds=settings.inplace_adds)
    rows = _rows(graph, settings)
    return Report(
        graph.name,
        origin,
        {given.name: InputTensor(*given.tensor) for given in graph.inputs},
        settings.batch,
        settings.dtype,
        settings.inplace_activations,
        settings.inplace_adds,
        rows,
        graph.root,
        _totals(rows, peak, settings),
        _peak(graph, peak, settings),
        {name: graph.value(index).shape for name, index in graph.outputs.items()},
        complete=graph.complete,
    )


def _rows(graph: Graph, settings: Settings) -> tuple[Row, ...]:
    batch, width = settings.batch, DTYPES[settings.dtype]
    stated: dict[int, tuple[ReceptiveField | None, str]] = {}
    nodes = graph.nodes
    rows = []
    passes = zip(
        nodes, weight_counts(graph), work(graph), activation_elements(graph), receptive_fields(graph), strict=True
    )
    for node, counts, amount, elements, field in passes:
        if id(field) not in stated:
            stated[id(field)] = _stated(field)
        seen, undefined = stated[id(field)]
        rows.append(
            Row(
                node.name,
                node.application,
                node.at.line,
                counts.params,
                counts.buffers,
                amount.macs * batch,
                None if amount.flops is None else amount.flops * batch,
                elements * batch * width,
                seen,
                undefined,
                node.follows,
                node.frozen,
                "" if node.shares is None else nodes[node.shares].name,
                node.shortcut,
            )
        )
    return tuple(rows)


def _stated(field: object) -> tuple[ReceptiveField | None, str]:
    if isinstance(field, Field):
        return ReceptiveField(field.size, field.stride, field.padding, field.aligned), ""
    return None, getattr(field, "reason", "")


def _totals(rows: tuple[Row, ...], peak: Peak, settings: Settings) -> Totals:
    width = DTYPES[settings.dtype]
    params = sum(row.params for row in rows)
    return Totals(
        params,
        sum(row.params for row in rows if not row.frozen),
        sum(row.buffers for row in rows),
        sum(row.macs for row in rows),
        sum(row.flops for row in rows if row.flops is not None),
        tuple(row.name for row in rows if row.flops is None),
        params * width,
        sum(row.activation_bytes for row in rows),
        peak.elements * settings.batch * width,
    )


def _peak(graph: Graph, peak: Peak, settings: Settings) -> PeakActivation:
    size = settings.batch * DTYPES[settings.dtype]
    tensors = tuple((graph.value_name(index), graph.value(index).elements * size) for index in peak.alive)
    layer = graph.nodes[peak.node].name if peak.node is not None else ""
    return PeakActivation(peak.elements * size, layer, tensors)
