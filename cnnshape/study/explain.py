"""The arithmetic behind a layer's figures, with its numbers, from the same facts that the report is made of."""

from math import prod
from typing import NamedTuple

from cnnshape.graph import Application, Graph, Node
from cnnshape.layers import AxisRelation, Phases, Shape, Sight, Tensor, Window, show
from cnnshape.layers.family import pairs, per_axis
from cnnshape.report import DTYPES, ReceptiveField, Report, Row

AXES: dict[int, tuple[str, ...]] = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}


class Fact(NamedTuple):
    """One figure of a layer: what it is, and how it comes about; `remark` says what the arithmetic doesn't."""

    topic: str
    text: str
    remark: str = ""


class Explanation(NamedTuple):
    """All figures of a layer, explained."""

    name: str
    kind: str
    line: int
    meaning: str
    facts: tuple[Fact, ...]


class SizeStep(NamedTuple):
    """A layer that changes the size of the feature maps."""

    name: str
    kind: str
    output: Shape
    facts: tuple[Fact, ...]


def explain(graph: Graph, report: Report, index: int) -> Explanation:
    """The explanation of the node of that index."""
    node, row = graph.nodes[index], report.rows[index]
    application = node.application
    facts = [
        *_inputs(graph, node),
        *sizes(node),
        Fact("output", _shape(application.output)),
        *_weights(row),
        *_work(row, report),
        Fact("bytes", _bytes(row, report)),
        *_receptive_field(graph, report, node, row),
    ]
    meaning = (type(application.layer).__doc__ or "").partition("\n")[0]
    return Explanation(row.name, row.kind, row.line, meaning, tuple(facts))


def size_chain(graph: Graph) -> tuple[SizeStep, ...]:
    """The layers that change the spatial size, with the arithmetic of each axis."""
    return tuple(
        SizeStep(node.name, node.application.layer.name, node.application.output.shape, tuple(sizes(node)))
        for node in graph.nodes
        if _spatial(node.application.inputs[0]) != _spatial(node.application.output)
    )


def _spatial(tensor: Tensor) -> Shape:
    return tensor.shape[1:]


def _shape(tensor: Tensor) -> str:
    return f"{tensor.boxes} boxes of {show(tensor.shape)}" if tensor.boxes > 1 else show(tensor.shape)


def _inputs(graph: Graph, node: Node) -> list[Fact]:
    many = len(node.inputs) > 1
    return [
        Fact(f"input {number}" if many else "input", _shape(graph.value(value)), f"from {graph.value_name(value)}")
        for number, value in enumerate(node.inputs, 1)
    ]


# Sizes


def sizes(node: Node) -> list[Fact]:
    """The arithmetic of each spatial axis; axes that agree are told once."""
    application = node.application
    footprint = application.layer.footprint(application.inputs, application.output)
    if not isinstance(footprint, tuple):
        return []
    before, after = _spatial(application.inputs[0]), _spatial(application.output)
    if "output_padding" in vars(application.layer):
        told = [(text, "") for text in _transposed_sizes(application, before)]
    else:
        told = [_size(relation, *pair) for relation, *pair in zip(footprint, before, after, strict=True)]
    names = AXES[len(before)]
    if len(set(told)) == 1:
        return [Fact(", ".join(names), *told[0])]
    return [Fact(name, *each) for name, each in zip(names, told, strict=True)]


def _size(relation: AxisRelation, before: int, after: int) -> tuple[str, str]:
    if isinstance(relation, Window):
        return _window_size(relation, before, after)
    if isinstance(relation, Phases) and relation.advance and after == before * relation.period // relation.advance:
        ratio = str(relation.period) if relation.advance == 1 else f"{relation.period} / {relation.advance}"
        exact = before * relation.period % relation.advance == 0
        return f"{before} * {ratio} = {after}" if exact else f"floor({before} * {ratio}) = {after}", ""
    return f"{before} -> {after}", ""


def _transposed_sizes(application: Application, before: Shape) -> list[str]:
    """`(W - 1) * S + K_eff - P_before - P_after + output_padding` for each axis."""
    values, rank = vars(application.layer), len(before)
    kernels, strides, dilations, extras = (
        per_axis(values[name], rank, name) for name in ("kernel", "stride", "dilation", "output_padding")
    )
    told = []
    for axis, (start, end) in enumerate(pairs(values["padding"], rank, "padding")):
        window = Window(kernels[axis], strides[axis], dilations[axis], start, end)
        terms = [f"({before[axis]} - 1) * {window.stride} + {_kernel(window)}"]
        terms += [f"- {cut}" for cut in (start, end) if cut]
        terms += [f"+ {extras[axis]}"] if extras[axis] else []
        told.append(f"{' '.join(terms)} = {application.output.shape[axis + 1]}")
    return told


def _kernel(window: Window) -> str:
    """The cells that a window spans, with its dilation."""
    return f"({window.dilation} * ({window.kernel} - 1) + 1)" if window.dilation > 1 else str(window.kernel)


def _window_size(window: Window, before: int, after: int) -> tuple[str, str]:
    room = before - window.extent + window.before + window.after
    rounding = "ceil" if window.ceil else "floor"
    start = f"{rounding}(({before} - {_kernel(window)}{_padding(window)}) / {window.stride}) + 1"
    middle = f"{rounding}({room} / {window.stride}) + 1"
    if window.output(before) != (-(-room // window.stride) if window.ceil else room // window.stride) + 1:
        return f"{start} = {middle} = {after + 1}", f"{after}: the last window would start in the padding"
    return f"{start} = {middle} = {after}", _dropped(window, room)


def _padding(window: Window) -> str:
    if window.before == window.after:
        return f" + 2*{window.before}" if window.before else ""
    return "".join(f" {'+' if each > 0 else '-'} {abs(each)}" for each in (window.before, window.after) if each)


def _dropped(window: Window, room: int) -> str:
    rest = 0 if window.ceil else room % window.stride
    lost = rest - max(window.after, 0)
    if lost > 0:
        return f"the last {_cells(lost)} of the input {'is' if lost == 1 else 'are'} never seen"
    return f"the last {_cells(rest)} of the padding {'is' if rest == 1 else 'are'} not used" if rest else ""


def _cells(count: int) -> str:
    return "cell" if count == 1 else f"{count} cells"


# Weights and work


def _weights(row: Row) -> list[Fact]:
    application = row.application
    weights = application.layer.weights(application.inputs)
    if row.shares:
        return [Fact("params", "0", f"uses the weights of {row.shares}")]
    learned = [weight for weight in weights if not weight.buffer]
    kept = [weight for weight in weights if weight.buffer]
    found = []
    for topic, own, total in (("params", learned, row.params), ("buffers", kept, row.buffers)):
        found += [Fact(f"{topic[:-1]} {weight.name}", _product(weight.shape, weight.elements)) for weight in own]
        if len(own) > 1:
            found.append(Fact(topic, f"{' + '.join(f'{weight.elements:,}' for weight in own)} = {total:,}"))
    return found or [Fact("params", "0")]


def _product(shape: Shape, value: int) -> str:
    return f"{' * '.join(map(str, shape))} = {value:,}" if len(shape) > 1 else f"{value:,}"


def _work(row: Row, report: Report) -> list[Fact]:
    application = row.application
    found = []
    if row.macs:
        found.append(Fact("MACs", _macs(row, report)))
    formula = f"by the formula: {application.layer.operations}"
    if row.flops is None:
        found.append(Fact("FLOPs", "unknown", formula))
    elif row.macs:
        rest = row.flops - 2 * row.macs
        found.append(Fact("FLOPs", f"2 * {row.macs:,}{f' + {rest:,}' if rest else ''} = {row.flops:,}", formula))
    else:
        values = application.output.elements * report.batch
        per_value = f"{row.flops // values} * {values:,} = " if row.flops and row.flops % values == 0 else ""
        found.append(Fact("FLOPs", f"{per_value}{row.flops:,}", formula))
    return found


def _macs(row: Row, report: Report) -> str:
    application = row.application
    weight = application.layer.weights(application.inputs)[0].elements
    factors, remark = [f"{weight:,}"], ""
    repeated = row.macs // (weight * application.output.boxes * report.batch)
    for what, tensor in (("output", application.output), ("input", application.inputs[0])):
        positions = _spatial(tensor)
        if positions and prod(positions) == repeated:
            factors += map(str, positions)
            remark = f" ({what} positions)"
            break
    factors += [str(number) for number in (application.output.boxes, report.batch) if number > 1]
    return f"{' * '.join(factors)} = {row.macs:,}{remark}" if len(factors) > 1 else f"{row.macs:,}"


def _bytes(row: Row, report: Report) -> str:
    factors = [*row.output, *(number for number in (row.boxes, report.batch) if number > 1), DTYPES[report.dtype]]
    return f"{' * '.join(map(str, factors))} = {row.activation_bytes:,}"


# Receptive field


def _receptive_field(graph: Graph, report: Report, node: Node, row: Row) -> list[Fact]:
    field = row.receptive_field
    if field is None:
        return [Fact("receptive field", "undefined", row.undefined)] if row.undefined else []
    if field.is_global:
        return [Fact("receptive field", show(field.size), "every cell of the output sees the same cells of the input")]
    application = node.application
    footprint = application.layer.footprint(application.inputs, application.output)
    before = [_field_of(graph, report, value) for value in node.inputs]
    if len(node.inputs) > 1:
        met = " and ".join(_brief(each) for each in before if each is not None)
        aligned = "their centres agree" if field.aligned else "their centres differ"
        return [Fact("receptive field", _brief(field), f"the union of {met}; {aligned}")]
    if footprint is Sight.POINT or before[0] is None:
        return [Fact("receptive field", _brief(field), "as its input")]
    windows = (
        [relation for relation in footprint if isinstance(relation, Window)] if isinstance(footprint, tuple) else []
    )
    if len(windows) == len(field.size) and _slides_evenly(windows, before[0], field):
        return _window_fields(windows, before[0], field)
    return [Fact("receptive field", _brief(field), f"its input sees {_brief(before[0])}")]


def _field_of(graph: Graph, report: Report, value: int) -> ReceptiveField | None:
    if value >= len(graph.inputs):
        return report.rows[value - len(graph.inputs)].receptive_field
    rank = len(graph.inputs[value].tensor.shape) - 1
    return ReceptiveField((1,) * rank, (1,) * rank, (0,) * rank, True) if value == 0 and rank else None


def _brief(field: ReceptiveField) -> str:
    return f"{show(field.size)}, stride {_each(field.stride)}, padding {_each(field.padding)}"


def _each(values: tuple[object, ...]) -> str:
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def _slides_evenly(windows: list[Window], before: ReceptiveField, after: ReceptiveField) -> bool:
    """Whether one formula holds for all cells: not after an enlargement, where neighbours see the same cells."""
    grown = zip(windows, before.size, before.stride, after.size, strict=True)
    moved = zip(windows, before.padding, before.stride, after.padding, strict=True)
    return all(size + (window.extent - 1) * jump == result for window, size, jump, result in grown) and all(
        padding + window.before * jump == result for window, padding, jump, result in moved
    )


def _window_fields(windows: list[Window], before: ReceptiveField, after: ReceptiveField) -> list[Fact]:
    told = []
    for axis, window in enumerate(windows):
        size, jump, padding = before.size[axis], before.stride[axis], before.padding[axis]
        told.append(
            (
                f"{size} + ({window.extent} - 1) * {jump} = {after.size[axis]}",
                f"{jump} * {window.stride} = {after.stride[axis]}",
                f"{padding} + {window.before} * {jump} = {after.padding[axis]}",
            )
        )
    topics = ("receptive field", "its stride", "its padding")
    if len(set(told)) == 1:
        return [Fact(topic, text) for topic, text in zip(topics, told[0], strict=True)]
    names = AXES[len(told)]
    return [
        Fact(f"{topic}, {name}", text)
        for number, topic in enumerate(topics)
        for name, text in zip(names, (each[number] for each in told), strict=True)
    ]
