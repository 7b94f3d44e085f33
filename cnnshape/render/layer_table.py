"""The layers of a network as a table: its columns, and the value of each for a line."""

from collections.abc import Callable, Sequence

from cnnshape.graph import is_numbered
from cnnshape.layers import format_shape
from cnnshape.layers.tensor import is_bias
from cnnshape.render.table import Column, Table
from cnnshape.render.window import window
from cnnshape.render.wrapping import count
from cnnshape.report import COLUMN_FIGURES, Figure, Line, ReceptiveField, Report, Row

MOST_OUTPUTS = 8


def reach_lines(report: Report) -> list[tuple[str, str, str]]:
    """Name, value and definition for each output whose last map differs from those of earlier outputs."""
    if (unknown := report.unknown_reach) is not None:
        return [("receptive field", "unknown", f"at {unknown.name}: {unknown.undefined}")]
    if report.reach is None:
        return []
    lines: list[tuple[str, str, str]] = []
    rows: set[str] = set()
    for output, row in report.reaches.items():
        if row.name not in rows:
            name = f"of {output}" if rows else "receptive field"
            field = row.receptive_field
            lines.append((name, receptive_field_text(field) if field else "-", f"at {row.name}"))
        rows.add(row.name)
    more = len(lines) - MOST_OUTPUTS
    return [*lines[:MOST_OUTPUTS], ("", "", f"and {more:,} more (--format json has all)")] if more > 0 else lines


INDENT = 2
"""The indentation of a layer in a block."""


class LayerColumn:
    """A column of layers: a description, the value for a line, and the figure that it sums up, if any."""

    __slots__ = ("column", "doc", "figure", "value")

    def __init__(self, column: Column, doc: str, value: Callable[[Line], object], figure: Figure | None = None) -> None:
        self.column = column
        self.doc = doc
        self.value = value
        self.figure = figure

    def total(self, report: Report) -> object:
        """The value for the whole network; empty if the column has no sum."""
        return self.figure.of(report) if self.figure else ""


def layer_table(report: Report, lines: Sequence[Line], names: Sequence[str], by: str = "macs") -> Table:
    """The table of these lines, with a total if a column sums something up; `share` is of the figure `by`."""
    made = {"share": lambda: _share_column(FIGURE_COLUMNS[by], report, lines), "rf_main": lambda: _main_column(report)}
    columns = [made[name]() if name in made else COLUMNS[name] for name in names]
    rows = [tuple(column.value(line) for column in columns) for line in lines]
    groups = frozenset(index for index, line in enumerate(lines) if line.group)
    if not any(column.figure for column in columns):
        return Table([column.column for column in columns], rows, groups=groups)
    rows.append(tuple("total" if column.column.key == "layer" else column.total(report) for column in columns))
    return Table([column.column for column in columns], rows, groups=groups | {len(lines)}, totals=True)


def _label(line: Line) -> str:
    times = f" x{line.times}" if line.times > 1 else ""
    return " " * (INDENT * line.depth) + line.label + times


def _kinds(line: Line) -> tuple[str, ...]:
    """The kind with its settings, and the kinds of the layers that follow it in the same step."""
    if line.group:
        return ()
    head = line.rows[0]
    rank = max(len(head.inputs[0]) - 1, 0)
    words = (
        "" if is_numbered(line.label, head.kind) else head.kind,
        window(head.application.layer, rank),
        _remarks(head),
    )
    return " ".join(filter(None, words)), *(row.kind for row in line.rows[1:])


def _remarks(row: Row) -> str:
    remarks = (
        "stated" if row.stated else "",
        row.shortcut,
        f"weights of {row.shares}" if row.shares else "",
        "frozen" if row.frozen and row.params else "",
        f"{row.boxes} boxes" if row.boxes > 1 else "",
    )
    text = ", ".join(filter(None, remarks))
    return f"({text})" if text else ""


def _kinds_text(kinds: tuple[str, ...]) -> str:
    return ", ".join(filter(None, kinds))


def _short_kinds_text(kinds: tuple[str, ...]) -> str:
    return _kinds_text((*kinds[:1], *("norm" if kind.endswith("_norm") else kind for kind in kinds[1:])))


def _inputs_text(shapes: tuple[tuple[int, ...], ...]) -> str:
    return ", ".join(map(format_shape, shapes))


def receptive_field_text(field: ReceptiveField) -> str:
    """`427`, or per axis `7x5`; `all` if every cell sees the same, with `*` if paths aren't aligned."""
    if field.is_global:
        return "all"
    text = axes_text(field.size)
    return text if field.aligned else text + "*"


def axes_text(values: Sequence[object]) -> str:
    """A value per axis: `3x5`, or one number if all axes agree."""
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def _figure_column(figure: Figure) -> LayerColumn:
    column = Column(figure.name, figure.heading, numeric=True, text=_count_text, priority=_PRIORITIES.get(figure.name))
    return LayerColumn(column, figure.column, lambda line: _sum(line, figure), figure)


def _sum(line: Line, figure: Figure) -> int | None:
    """The figure of all layers of a line; None for a single layer whose figure is unknown."""
    measure = figure.of_row
    if measure is None or (len(line.rows) == 1 and measure(line.rows[0]) is None):
        return None
    return line.total(measure)


def _count_text(number: int | None) -> str:
    return "unknown" if number is None else count(number)


BAR = 10
"""The characters of the longest bar."""


def _share_column(figure: Figure, report: Report, lines: Sequence[Line]) -> LayerColumn:
    """The part of the whole network's figure that a line has; the line with the most has the longest bar."""
    whole = max(figure.of(report), 1)

    def share(line: Line) -> float:
        return (_sum(line, figure) or 0) / whole

    largest = max(map(share, lines), default=0) or 1
    column = Column(
        "share",
        f"{figure.heading} share",
        text=lambda part: f"{_percent(part)} {'#' * round(BAR * part / largest)}".rstrip(),
        short=_percent,
        priority=_PRIORITIES["share"],
    )
    return LayerColumn(column, _SHARE_DOC, share)


def _percent(share: float) -> str:
    return f"{100 * share:5.1f} %"


def _learned(row: Row, *, biases: bool) -> int:
    """The learned parameters of a layer that are biases, or those that aren't."""
    if row.shares:
        return 0
    tensors = (tensor for tensor in row.application.layer.owned if not tensor.buffer)
    own = (tensor for tensor in tensors if is_bias(tensor.name) is biases)
    return sum(tensor.formula.value(row.application) for tensor in own)


def _learned_figure(name: str, doc: str, *, biases: bool) -> Figure:
    return Figure(
        name,
        doc,
        of=lambda report: sum(_learned(row, biases=biases) for row in report.rows),
        of_row=lambda row: _learned(row, biases=biases),
        column=doc,
    )


def _field_column(
    name: str,
    heading: str,
    doc: str,
    text: Callable[[ReceptiveField], str],
    field: Callable[[Row], ReceptiveField | None] = lambda row: row.receptive_field,
) -> LayerColumn:
    def field_text(stated: ReceptiveField | None) -> str:
        return "-" if stated is None else text(stated)

    column = Column(name, heading, numeric=True, text=field_text, priority=_PRIORITIES[name])
    return LayerColumn(column, doc, lambda line: field(line.last))


def _main_column(report: Report) -> LayerColumn:
    return _field_column("rf_main", "main RF", _MAIN_DOC, receptive_field_text, report.main_field)


_DROPPED_FIRST = (
    "rf", "line", "dtype", "rf_main", "rf_padding", "rf_stride", "buffers", "input", "activation_bytes", "biases", "weights", "flops",
    "macs", "kind", "share",
)  # fmt: skip
_SHARE_DOC = "part of the MACs, or of what `--sort` names, in percent and as a bar"
_MAIN_DOC = "size of the receptive field along the main path, past gates that see the whole input, as in squeeze-excite"
_SORTABLE = (
    *COLUMN_FIGURES,
    _learned_figure("weights", "learned parameters without biases", biases=False),
    _learned_figure("biases", "biases, of normalization too", biases=True),
)
FIGURE_COLUMNS = {figure.name: figure for figure in _SORTABLE}
"""The figures that are columns, by name: what lines can be sorted by."""
_PRIORITIES = {name: priority for priority, name in enumerate(_DROPPED_FIRST)}
_DECLARED = (
    LayerColumn(Column("layer"), "name, without the prefix in the lines above", _label),
    LayerColumn(
        Column("kind", text=_kinds_text, short=_short_kinds_text, priority=_PRIORITIES["kind"]),
        "kind (unless the name shows it), window, normalization and activation",
        _kinds,
    ),
    LayerColumn(
        Column("input", text=_inputs_text, priority=_PRIORITIES["input"]),
        "shapes of the inputs",
        lambda line: line.rows[0].inputs,
    ),
    LayerColumn(Column("output", text=format_shape), "shape of the output", lambda line: line.last.output),
    *map(_figure_column, _SORTABLE),
    LayerColumn(Column("share", priority=_PRIORITIES["share"]), _SHARE_DOC, lambda line: ""),
    _field_column("rf", "RF", "size of the receptive field", receptive_field_text),
    LayerColumn(Column("rf_main", priority=_PRIORITIES["rf_main"]), _MAIN_DOC, lambda line: ""),
    _field_column(
        "rf_stride",
        "RF stride",
        "input cells between two neighbouring output cells",
        lambda field: axes_text(field.stride),
    ),
    _field_column(
        "rf_padding",
        "RF padding",
        "cells of the first field before the input",
        lambda field: axes_text(field.padding),
    ),
    LayerColumn(
        Column("dtype", priority=_PRIORITIES["dtype"]),
        "types of the weights, biases and output, as `--dtype` takes them",
        lambda line: "" if line.group else line.rows[0].dtypes.text,
    ),
    LayerColumn(
        Column("line", numeric=True, text=str, priority=_PRIORITIES["line"]),
        "line in the spec",
        lambda line: line.rows[0].line,
    ),
)
COLUMNS = {column.column.key: column for column in _DECLARED}
"""All columns by name, in the order in which they are listed."""
DEFAULT = ("layer", "kind", "output", "params", "macs", "rf")
