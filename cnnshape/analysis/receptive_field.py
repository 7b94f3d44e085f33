"""Receptive fields: which cells of the network's first input one cell of each output depends on.

Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019), kept
here as explicit intervals per phase, so that enlargement and joins are exact. Statistics of normalization layers
count as constants, and the channels of a tensor are not distinguished.
"""

from collections.abc import Sequence
from math import prod

from cnnshape.analysis.field import (
    TOO_LATE,
    Dependence,
    Field,
    Undefined,
    everywhere,
    per_axis,
)
from cnnshape.analysis.meeting import union
from cnnshape.analysis.taps import POINT, Reading, Taps, composed_axes, narrowed, read_by, reading_of
from cnnshape.graph import Graph
from cnnshape.layers import Coverage, Phases, Shape, Tensor

MAX_PHASES = 200_000
"""The limit of phases of all fields together: a few long patterns in a deep network would take minutes and
gigabytes."""
_UNSTATED = Undefined("an opaque layer doesn't state which cells it reads", lasting=True)
_REARRANGED = Undefined("values were rearranged, so that neighbours don't see neighbours")


def receptive_fields(graph: Graph, *, ignore_gates: bool = False) -> list[Field | Undefined | None]:
    """The field of each node in the first input; None if the node doesn't depend on it, or if it has no spatial
    axes.

    With `ignore_gates`, what is scaled by values that see everything, as in a squeeze-excite block, keeps its own
    field.
    """
    tracer = _Tracer(graph, ignore_gates=ignore_gates)
    return [None if dependence is None else dependence.field for dependence in tracer.run()]


class _Tracer:
    def __init__(self, graph: Graph, *, ignore_gates: bool) -> None:
        self.graph = graph
        self.ignore_gates = ignore_gates
        self.values: list[Dependence | None] = [None] * len(graph.inputs)
        self.phases = 0
        sizes = graph.inputs[0].tensor.shape[1:]
        if sizes:
            itself = Field((Phases(1, (0,), (0,)),) * len(sizes), sizes, True)
            self.values[0] = Dependence(itself, tuple((0, size - 1) for size in sizes))

    def run(self) -> list[Dependence | None]:
        values, nodes = self.values, self.graph.nodes
        readings = {application: read_by(application) for application in {node.application for node in nodes}}
        for node in nodes:
            application, inputs = node.application, node.inputs
            reading, value = readings[application], values[inputs[0]]
            if reading is not POINT:
                value = None if value is None else self.bounded(_follow(value, reading, application.output))
            elif len(inputs) > 1:
                paths = [path for index in inputs if (path := values[index]) is not None]
                if self.ignore_gates and application.layer.gates:
                    paths = [path for path in paths if not _sees_everything(path)] or paths
                value = self.bounded(union(paths)) if paths else None
            values.append(value)
        return values[len(self.graph.inputs) :]

    def bounded(self, value: Dependence) -> Dependence:
        """The same dependence, unless all fields together have too many phases."""
        if isinstance(value.field, Field):
            for axis in value.field.axes:
                self.phases += len(axis.first) - 1
        return value if self.phases < MAX_PHASES else Dependence(TOO_LATE, value.reach, value.seeing)


def _sees_everything(path: Dependence) -> bool:
    return isinstance(path.field, Field) and path.field.everywhere


def _follow(value: Dependence, reading: Reading, output: Tensor) -> Dependence:
    """The dependence of a layer's output, from the dependence of its input."""
    field, reach, seeing = value
    taps, sizes = reading.taps, output.shape[1:]
    if isinstance(field, Undefined) or isinstance(taps, Coverage) or field.everywhere:
        return _without_window(value, taps, sizes)
    if seeing is not None:
        reading = reading_of(taps, seeing, sizes)
    if reading.cells is not None:
        reach = per_axis(narrowed, field.axes, reach, reading.cells)
    axes = composed_axes(field.axes, taps)
    if axes is None:
        return Dependence(TOO_LATE, reach, reading.seeing)
    if reading.skips:
        readers = reading.seeing or [(0, size - 1) for size in sizes]
        reach = per_axis(narrowed, axes, reach, readers)
    return Dependence(Field(axes, sizes, field.aligned), reach, reading.seeing)


def _without_window(value: Dependence, taps: Taps, sizes: Shape) -> Dependence:
    """The dependence of an output whose cells see no window, or see one of an input without windows."""
    field, reach = value.field, value.reach
    if taps is Coverage.UNSTATED:
        return Dependence(_UNSTATED, reach)
    if field.lasting if isinstance(field, Undefined) else field.everywhere:
        return value
    if taps is Coverage.WHOLE:
        return Dependence(Field(everywhere(reach), sizes, True), reach)
    return value if isinstance(field, Undefined) else Dependence(_REARRANGED, reach)


def last_maps(graph: Graph, fields: Sequence[Field | Undefined | None]) -> dict[str, int]:
    """The node that makes the last map of each output, among the output's own node and all nodes that it depends on.

    A map is a tensor with spatial axes. Its space ends where it is pooled to one cell, flattened, or cut into regions.
    Skips maps without a receptive field. An output without such a map, or one after an opaque layer, is left out.
    """
    inputs = len(graph.inputs)
    last: dict[int, int] = {}
    beyond: list[int] = []
    pending = list(graph.outputs.values())
    while pending:
        value = pending.pop()
        if value in last:
            continue
        last[value] = value - inputs
        if value >= inputs and not _is_map(graph.value(value), fields[value - inputs]):
            beyond.append(value)
            pending += graph.nodes[value - inputs].inputs
    for value in sorted(beyond):
        last[value] = max([last[read] for read in graph.nodes[value - inputs].inputs])
    known = {name: value for name, value in graph.outputs.items() if not is_lasting(fields, value - inputs)}
    return {name: last[value] for name, value in known.items() if last[value] >= 0}


def is_lasting(fields: Sequence[Field | Undefined | None], index: int) -> bool:
    """Whether a node comes after a layer that makes the fields of all later layers unknown."""
    field = fields[index] if index >= 0 else None
    return isinstance(field, Undefined) and field.lasting


def _is_map(output: Tensor, field: Field | Undefined | None) -> bool:
    return isinstance(field, Field) and _has_space(output, field)


def _has_space(output: Tensor, field: Field) -> bool:
    """Whether a tensor is a map; a single cell is one where a window made it, and not the whole space."""
    if output.boxes > 1 or len(output.shape) == 1:
        return False
    return not field.everywhere or prod(output.shape[1:]) > 1
