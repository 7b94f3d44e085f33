"""The arithmetic of a layer's receptive field."""

from cnnshape.graph import Graph, Node
from cnnshape.layers import Coverage, Window, format_shape
from cnnshape.report import ReceptiveField, Report, Row
from cnnshape.study.fact import AXES, Fact

_TOPICS = ("receptive field", "its stride", "its padding")


def field_facts(graph: Graph, report: Report, node: Node, row: Row) -> list[Fact]:
    """The receptive field of a node, from those of its inputs."""
    field = row.receptive_field
    if field is None:
        return [Fact("receptive field", "undefined", row.undefined)] if row.undefined else []
    if field.is_global:
        return [
            Fact(
                "receptive field", format_shape(field.size), "every cell of the output sees the same cells of the input"
            )
        ]
    application = node.application
    footprint = application.footprint
    before = [field_of(graph, report, value) for value in node.inputs]
    if len(node.inputs) > 1 and footprint is Coverage.POINT:
        met = " and ".join(brief(path) for path in before if path is not None)
        aligned = "their centres agree" if field.aligned else "their centres differ"
        return [Fact("receptive field", brief(field), f"the union of {met}; {aligned}")]
    if footprint is Coverage.POINT or before[0] is None:
        return [Fact("receptive field", brief(field), "as its input")]
    windows = (
        [relation for relation in footprint if isinstance(relation, Window)] if isinstance(footprint, tuple) else []
    )
    if len(windows) == len(field.size) and _slides_evenly(windows, before[0], field):
        return _window_fields(windows, before[0], field)
    return [Fact("receptive field", brief(field), f"its input sees {brief(before[0])}")]


def field_of(graph: Graph, report: Report, value: int) -> ReceptiveField | None:
    """The receptive field of a value of the graph; None if it has none."""
    if value >= len(graph.inputs):
        return report.rows[value - len(graph.inputs)].receptive_field
    rank = len(graph.inputs[value].tensor.shape) - 1
    return ReceptiveField((1,) * rank, (1,) * rank, (0,) * rank, True) if value == 0 and rank else None


def brief(field: ReceptiveField) -> str:
    """`11x11, stride 4, padding 5`"""
    return f"{format_shape(field.size)}, stride {_axes(field.stride)}, padding {_axes(field.padding)}"


def _axes(values: tuple[object, ...]) -> str:
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def _slides_evenly(windows: list[Window], before: ReceptiveField, after: ReceptiveField) -> bool:
    """Whether one formula applies to all cells. After an enlargement it doesn't, as neighbours see the same cells."""
    grown = zip(windows, before.size, before.stride, after.size, strict=True)
    moved = zip(windows, before.padding, before.stride, after.padding, strict=True)
    return all(size + (window.extent - 1) * jump == result for window, size, jump, result in grown) and all(
        padding + window.before * jump == result for window, padding, jump, result in moved
    )


def _window_fields(windows: list[Window], before: ReceptiveField, after: ReceptiveField) -> list[Fact]:
    axes = [_window_field(window, before, after, axis) for axis, window in enumerate(windows)]
    if len(set(axes)) == 1:
        return [Fact(topic, text) for topic, text in zip(_TOPICS, axes[0], strict=True)]
    return [
        Fact(f"{topic}, {name}", text)
        for topic, texts in zip(_TOPICS, zip(*axes, strict=True), strict=True)
        for name, text in zip(AXES[len(axes)], texts, strict=True)
    ]


def _window_field(window: Window, before: ReceptiveField, after: ReceptiveField, axis: int) -> tuple[str, str, str]:
    size, jump, padding = before.size[axis], before.stride[axis], before.padding[axis]
    return (
        f"{size} + ({window.extent} - 1) * {jump} = {after.size[axis]}",
        f"{jump} * {window.stride} = {after.stride[axis]}",
        f"{padding} + {window.before} * {jump} = {after.padding[axis]}",
    )
