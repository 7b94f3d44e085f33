"""Runs the passes over a graph and puts their results into one report."""

from collections.abc import Sequence
from typing import Any

from cnnshape.analysis import (
    Field,
    Peak,
    Undefined,
    costs,
    last_maps,
    layer_dtypes,
    peak_bytes,
    peak_memory,
    receptive_fields,
    tensor_bytes,
    weight_bytes,
)
from cnnshape.graph import Graph, Hole
from cnnshape.language.dtypes import Dtypes, parse_dtypes
from cnnshape.layers import Layer, SamePlace
from cnnshape.named_tuple import NamedTuple
from cnnshape.report.report import (
    FailedStep,
    FoldedNorms,
    InputTensor,
    KeptNorm,
    Outline,
    PeakActivation,
    ReceptiveField,
    Report,
    Row,
    Totals,
)

Fields = list[Field | Undefined | None]


class Settings(NamedTuple):
    """The settings of a report: samples per batch, type of weights and activations, in-place operations, whether
    receptive fields ignore gates that see everything, whether the report has the fields of the main path too, and
    whether norms are folded into the layers before them, and whether types that steps state are ignored."""

    batch: int = 1
    dtype: str = "float32"
    inplace_activations: bool = False
    inplace_adds: bool = False
    ignore_gates: bool = False
    main_fields: bool = False
    fold_norms: bool = False
    ignore_dtypes: bool = False


def make_report(graph: Graph, origin: str = "", settings: Settings | None = None, *, complete: bool = True) -> Report:
    """The report of a graph; `complete` says whether the graph covers the whole design. Raises UnknownType, a
    ValueError, for an unknown dtype."""
    settings = settings or Settings()
    folded_norms = None
    if settings.fold_norms:
        graph, folded_norms = _folded(graph)
    default = parse_dtypes(settings.dtype)
    types = [default] * len(graph.nodes) if settings.ignore_dtypes else layer_dtypes(graph, default)
    sizes = tensor_bytes(graph, types, default, settings.batch)
    peak = peak_memory(
        graph, sizes, inplace_activations=settings.inplace_activations, inplace_adds=settings.inplace_adds
    )
    fields = receptive_fields(graph, ignore_gates=settings.ignore_gates)
    columns = _columns(graph, fields, settings.batch, types, sizes)
    rows = tuple(map(Row._make, zip(*[columns[field] for field in Row._fields], strict=True)))
    return Report(
        name=graph.name,
        origin=origin,
        inputs={given.name: InputTensor(*given.tensor, given.of_boxes) for given in graph.inputs},
        batch=settings.batch,
        dtype=parse_dtypes(settings.dtype).text,
        inplace_activations=settings.inplace_activations,
        inplace_adds=settings.inplace_adds,
        rows=rows,
        groups=graph.root,
        totals=_totals(graph, columns, peak.bytes),
        peak=_peak(graph, peak, sizes),
        outputs={name: graph.value(index).shape for name, index in graph.outputs.items()},
        output_layers={name: graph.value_name(index) for name, index in graph.outputs.items()},
        reaches={name: rows[index] for name, index in last_maps(graph, fields).items()},
        main_fields=_main_fields(graph, fields) if settings.main_fields else None,
        complete=complete,
        failed=tuple([_failed(graph, hole) for hole in graph.holes]),
        folded_norms=folded_norms,
    )


def outline(graph: Graph, settings: Settings) -> Outline:
    """The figures of a graph without its rows. The numbers of the graph may be recorded: then the figures are too."""
    default = parse_dtypes(settings.dtype)
    types = layer_dtypes(graph, default)
    sizes = tensor_bytes(graph, types, default, settings.batch)
    peak = peak_bytes(
        graph, sizes, inplace_activations=settings.inplace_activations, inplace_adds=settings.inplace_adds
    )
    fields = receptive_fields(graph, ignore_gates=settings.ignore_gates)
    last = last_maps(graph, fields).get(next(iter(graph.outputs), ""))
    field = None if last is None else fields[last]
    size = field.size if isinstance(field, Field) else ()
    return Outline(_totals(graph, _counts(graph, settings.batch, types, sizes), peak), graph.nodes, size)


def _folded(graph: Graph) -> tuple[Graph, FoldedNorms]:
    """The graph without the norms that fold, and what became of each norm."""
    # Few reports fold norms.
    from cnnshape.analysis.norm_folding import norm_folding, without_norms

    folding, nodes = norm_folding(graph), graph.nodes
    into = {nodes[norm].name: nodes[product].name for norm, product in folding.into.items()}
    kept = tuple([KeptNorm(nodes[norm].name, reason) for norm, reason in folding.kept.items()])
    return without_norms(graph, folding), FoldedNorms(into, kept)


def _failed(graph: Graph, hole: Hole) -> FailedStep:
    source = "" if hole.entering is None else graph.value_name(hole.entering)
    return FailedStep(hole.word, hole.at.line, hole.at.column, hole.message, source)


def _columns(
    graph: Graph, fields: Fields, batch: int, types: list[Dtypes], sizes: list[int]
) -> dict[str, Sequence[Any]]:
    """The column of each field of the rows. Columns halve the time that a large design takes."""
    nodes = graph.nodes
    names = [node.name for node in nodes]
    value_name = [*[given.name for given in graph.inputs], *names].__getitem__
    distinct = {identity: _stated(field) for identity, field in {id(field): field for field in fields}.items()}
    stated = [distinct[identity] for identity in map(id, fields)]
    return {
        **_counts(graph, batch, types, sizes),
        "name": names,
        "sources": [tuple(map(value_name, node.inputs)) for node in nodes],
        "line": [node.at.line for node in nodes],
        "receptive_field": [field for field, _ in stated],
        "undefined": [reason for _, reason in stated],
        "follows": [node.follows for node in nodes],
        "frozen": [node.frozen for node in nodes],
        "shares": ["" if node.shares is None else names[node.shares] for node in nodes],
        "shortcut": [node.shortcut for node in nodes],
        "dtypes": types,
    }


def _counts(graph: Graph, batch: int, types: list[Dtypes], sizes: list[int]) -> dict[str, Sequence[Any]]:
    """The columns of rows that are counts, by their names. `sizes` are the bytes of each value."""
    applications = [node.application for node in graph.nodes]
    outputs = sizes[len(graph.inputs) :]
    params, buffers, macs, flops = zip(*costs(graph), strict=True) if applications else ((),) * 4
    main = {application: _is_main(application.layer) for application in dict.fromkeys(applications)}
    return {
        "application": applications,
        "params": params,
        "buffers": buffers,
        "macs": _of_batch(macs, batch),
        "flops": _of_batch(flops, batch),
        "weight_bytes": weight_bytes(graph, types),
        "activation_bytes": outputs,
        "main_activation_bytes": [
            size if main[application] else 0 for size, application in zip(outputs, applications, strict=True)
        ],
    }


def _of_batch(counts: Sequence[int | None], batch: int) -> Sequence[int | None]:
    """The counts of a whole batch, from those of a sample."""
    # A product is an object of its own, even if it is by one.
    return counts if batch == 1 else [None if count is None else count * batch for count in counts]


def _is_main(layer: Layer) -> bool:
    """False for a layer that works value by value or only renames its input."""
    return not (layer.view or isinstance(layer, SamePlace))


def _main_fields(graph: Graph, fields: Fields) -> dict[str, ReceptiveField | None]:
    """The fields past gates that see everything, of the layers that have another one then."""
    if not any(len(node.inputs) > 1 and node.application.layer.gates for node in graph.nodes):
        return {}
    main = receptive_fields(graph, ignore_gates=True)
    distinct = {id(field): field for field in (*fields, *main)}
    stated = {identity: _stated(field)[0] for identity, field in distinct.items()}
    pairs = (
        (node.name, stated[id(field)], stated[id(past)])
        for node, field, past in zip(graph.nodes, fields, main, strict=True)
    )
    return {name: past for name, field, past in pairs if past != field}


def _stated(field: Field | Undefined | None) -> tuple[ReceptiveField | None, str]:
    """The field of a row, or the reason why it has none."""
    if isinstance(field, Field):
        size, stride, padding = field.stated
        return ReceptiveField(size, stride, padding, field.aligned), ""
    return None, field.reason if field else ""


def _totals(graph: Graph, columns: dict[str, Sequence[Any]], peak: int) -> Totals:
    """The sums of the columns; `peak` is the most bytes alive at once."""
    nodes, learned, flops = graph.nodes, columns["params"], columns["flops"]
    params = sum(learned)
    # Most designs have no such layer, and deep designs repeat a few distinct ones.
    has_stated = any([application.layer.stated for application in dict.fromkeys(columns["application"])])
    stated = [index for index, node in enumerate(nodes) if node.application.layer.stated] if has_stated else []
    unknown = [node.name for node, count in zip(nodes, flops, strict=True) if count is None] if None in flops else []
    is_frozen = any([node.frozen for node in nodes])
    trained = [count for node, count in zip(nodes, learned, strict=True) if not node.frozen] if is_frozen else learned
    return Totals(
        params=params,
        trainable_params=sum(trained) if is_frozen else params,
        buffers=sum(columns["buffers"]),
        macs=sum(columns["macs"]),
        flops=sum([count for count in flops if count is not None] if unknown else flops),
        flops_unknown=tuple(unknown),
        weight_bytes=sum(columns["weight_bytes"]),
        activation_bytes=sum(columns["activation_bytes"]),
        main_activation_bytes=sum(columns["main_activation_bytes"]),
        peak_activation_bytes=peak,
        stated=tuple([nodes[index].name for index in stated]),
        stated_params=sum([learned[index] for index in stated]),
        stated_macs=sum([columns["macs"][index] for index in stated]),
    )


def _peak(graph: Graph, peak: Peak, sizes: list[int]) -> PeakActivation:
    tensors = tuple((graph.value_name(index), sizes[index]) for index in peak.alive)
    layer = graph.nodes[peak.node].name if peak.node is not None else ""
    return PeakActivation(peak.bytes, layer, tensors)
