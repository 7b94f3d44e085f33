"""Receptive fields through a network, and the region of the input that one cell sees."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from cnnshape.analysis import Field, receptive_fields
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.graph import Graph
from cnnshape.layers import Shape, format_shape
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, Row, Settings, make_report


class Stage(NamedTuple):
    """A layer at which the field changes. `centre` is the middle of the first cell's field, in input cells from 0."""

    row: Row
    centre: tuple[Fraction, ...]
    covers: bool


class Span(NamedTuple):
    """The cells of an axis that one cell sees: the first and last one, and how many are padding before and after the
    input."""

    first: int
    last: int
    before: int
    after: int

    @property
    def size(self) -> int:
        """Cells of the field, padding included."""
        return max(self.last - self.first + 1, 0)

    @property
    def inside(self) -> int:
        """Cells of the field inside the input."""
        return max(self.size - self.before - self.after, 0)


class _RegionFields(NamedTuple):
    """The fields of a region."""

    layer: str
    cell: tuple[int, ...]
    spans: tuple[Span, ...]

    @property
    def padding_share(self) -> Fraction:
        """The share of the field that is padding."""
        total = inside = 1
        for span in self.spans:
            total *= span.size
            inside *= span.inside
        return Fraction(total - inside, total) if total else Fraction(0)


class Region(Data, _RegionFields):
    """The region of the input that the cell at `cell` of a layer's output sees."""

    __slots__ = ()

    def __repr__(self) -> str:
        sizes = "x".join(str(span.size) for span in self.spans)
        return f"<Region {sizes} that cell {self.cell} of {brief(self.layer, 80)} sees>"


class _TraceFields(NamedTuple):
    """The fields of a trace."""

    name: str
    input: Shape
    stages: tuple[Stage, ...]
    covered: str
    unaligned: tuple[str, ...]
    opaque: str = ""


class Trace(Data, _TraceFields):
    """The receptive field through a network. `covered` is the first layer whose field is as large as the input, `opaque`
    the first that doesn't state which cells it reads: no layer that reads it has a field.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        covered = f", the whole input from {brief(self.covered, 60)} on" if self.covered else ""
        return f"<Trace {brief(self.name, 60)}: {len(self.stages):,} receptive fields{covered}>"


def trace_to(graph: Graph, end: int, *, ignore_gates: bool = False) -> Trace:
    """The layers at which the field changes, among the first `end` layers."""
    part = graph._replace(nodes=graph.nodes[:end], outputs={})
    return trace(part, make_report(part, settings=Settings(ignore_gates=ignore_gates)))


def trace(graph: Graph, report: Report) -> Trace:
    """The layers at which the field changes, in order."""
    sizes = graph.inputs[0].tensor.shape[1:]
    stages: list[Stage] = []
    for row in report.rows:
        field = row.receptive_field
        if field is None or (stages and field == stages[-1].row.receptive_field):
            continue
        if not stages and all(size == 1 for size in field.size):
            continue
        centre = tuple(Fraction(size - 1, 2) - pad for size, pad in zip(field.size, field.padding, strict=True))
        stages.append(Stage(row, centre, all(map(int.__ge__, field.size, sizes))))
    opaque = next((row.name for row in report.rows if row.stated and row.undefined), "")
    return Trace(graph.name, sizes, tuple(stages), _covered(stages), _unaligned(graph, report), opaque)


def _covered(stages: Sequence[Stage]) -> str:
    """The first layer whose field covers the input. A global one counts only if no local one follows: a gate that
    is ignored, or another branch."""
    local = [number for number, stage in enumerate(stages) if not _is_global(stage)]
    last = local[-1] if local else -1
    covering = (
        stage for number, stage in enumerate(stages) if stage.covers and (number > last or not _is_global(stage))
    )
    return next((stage.row.name for stage in covering), "")


def _is_global(stage: Stage) -> bool:
    field = stage.row.receptive_field
    return field is not None and field.is_global


def _unaligned(graph: Graph, report: Report) -> tuple[str, ...]:
    """The joins at which paths with different centres meet."""
    aligned = [True] * len(graph.inputs)
    joins = []
    for node, row in zip(graph.nodes, report.rows, strict=True):
        aligned.append(row.receptive_field is None or row.receptive_field.aligned)
        if not aligned[-1] and all(aligned[value] for value in node.inputs):
            joins.append(row.name)
    return tuple(joins)


def region_at(graph: Graph, index: int, at: str, *, ignore_gates: bool = False) -> Region:
    """The region that the cell `at` of a node's output sees, `3,3`. Raises Refusal for no such cell, and if there is no
    receptive field."""
    words = [word.strip() for word in at.split(",")]
    cell = tuple(int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 10)
    node = graph.nodes[index]
    try:
        seen = region(graph, index, cell if len(cell) == len(words) else (), ignore_gates=ignore_gates)
    except IndexError:
        shape = format_shape(node.application.output.shape)
        raise Refusal("at", f"{at!r} is not a cell of an output of {shape}; cells count from 0") from None
    if seen is None:
        opaque = trace(graph, make_report(graph)).opaque
        reason = f": it comes after {opaque}, an opaque layer" if opaque else ""
        raise Refusal("at", f"{node.name} has no receptive field{reason}")
    return seen


def region(graph: Graph, index: int, cell: tuple[int, ...], *, ignore_gates: bool = False) -> Region | None:
    """The region that a cell of a node's output sees; None without a receptive field. Raises IndexError for a cell
    outside."""
    return regions(graph, [(index, cell)], ignore_gates=ignore_gates)[0]


def regions(
    graph: Graph, cells: Iterable[tuple[int, tuple[int, ...]]], *, ignore_gates: bool = False
) -> list[Region | None]:
    """The regions that cells of nodes' outputs see, as by `region`."""
    fields = receptive_fields(graph, ignore_gates=ignore_gates)
    return [_region(graph, fields[index], index, cell) for index, cell in cells]


def _region(graph: Graph, field: object, index: int, cell: tuple[int, ...]) -> Region | None:
    node = graph.nodes[index]
    grid = node.application.output.shape[1:]
    if not cell or len(cell) != len(grid) or any(not 0 <= at < size for at, size in zip(cell, grid, strict=True)):
        raise IndexError(cell)
    if not isinstance(field, Field):
        return None
    axes = enumerate(zip(cell, graph.inputs[0].tensor.shape[1:], strict=True))
    spans = tuple(_span(*field.interval(axis, at), size) for axis, (at, size) in axes)
    return Region(node.name, cell, spans)


def _span(first: int, last: int, size: int) -> Span:
    width = max(last - first + 1, 0)
    return Span(first, last, min(max(-first, 0), width), min(max(last - size + 1, 0), width))


def central_cells(graph: Graph, fields: Trace, most: int) -> list[tuple[int, tuple[int, ...]]]:
    """The cells to draw: the middle cell of the last layer of each stride, on the way down and on the way up.

    At most `most` layers, evenly chosen; each as the index of its node and a cell.
    """
    indices = {node.name: index for index, node in enumerate(graph.nodes)}
    rows: list[Row] = []
    stride: object = None
    for stage in fields.stages:
        field = stage.row.receptive_field
        if field is None or field.is_global:
            continue
        if field.stride == stride:
            rows.pop()
        stride = field.stride
        rows.append(stage.row)
    if len(rows) > most:
        rows = [rows[number * (len(rows) - 1) // (most - 1)] for number in range(most)]
    return [(indices[row.name], tuple(size // 2 for size in row.output[1:])) for row in rows]
