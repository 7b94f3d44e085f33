"""The summary as a table: columns chosen, cells made, widths fitted. How it is printed is the caller's."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from cnnshape.layers import show
from cnnshape.render.numbers import count
from cnnshape.render.window import window
from cnnshape.report import Line, ReceptiveField, Report, Row, expanded, folded

INDENT = 2
GAP = 2
LEAST_COLUMNS = 2

T = TypeVar("T")


class Column(NamedTuple):
    """A column: its heading, what it shows, and whether it holds numbers."""

    name: str
    heading: str
    doc: str
    cell: Callable[[Line], str]
    short: Callable[[Line], str] | None = None
    measure: Callable[[Row], int | None] | None = None


class Table(NamedTuple):
    """Cells by row; `rules` are the indices of rows that sum up others, `numeric` the columns to align right.

    `folds` tells that some row stands for several, `sums` that the last one is the total; `notes` are remarks."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    groups: frozenset[int]
    numeric: tuple[bool, ...]
    folds: bool = False
    sums: bool = False
    notes: tuple[str, ...] = ()

    @property
    def widths(self) -> tuple[int, ...]:
        """The width that each column needs."""
        columns = zip(self.headings, *self.rows, strict=True)
        return tuple(max(map(len, column)) for column in columns)

    @property
    def width(self) -> int:
        """The width that the whole table needs."""
        return sum(self.widths) + GAP * (len(self.headings) - 1)

    def without(self, heading: str) -> "Table":
        """The table without a column."""
        at = self.headings.index(heading)

        def cut(cells: Sequence[T]) -> tuple[T, ...]:
            return (*cells[:at], *cells[at + 1 :])

        rows = tuple(map(cut, self.rows))
        return self._replace(headings=cut(self.headings), rows=rows, numeric=cut(self.numeric))


def fitted(table: Table, width: int | None, expendable: Sequence[str]) -> Table:
    """The table in `width`, if need be without some of these columns; a note names them. Two columns stay."""
    dropped: list[str] = []
    for heading in expendable:
        if width is None or table.width <= width or len(table.headings) == LEAST_COLUMNS:
            break
        if heading in table.headings:
            table = table.without(heading)
            dropped.append(heading)
    if not dropped:
        return table
    return table._replace(notes=(*table.notes, f"left out at this width, but not in a pipe: {', '.join(dropped)}"))


def _label(line: Line) -> str:
    times = f" x{line.times}" if line.times > 1 else ""
    return " " * (INDENT * line.depth) + line.label + times


def _kind(line: Line, followers: Callable[[Row], str]) -> str:
    if line.group:
        return ""
    head = line.rows[0]
    rank = max(len(head.inputs[0]) - 1, 0)
    own = line.label.rpartition(".")[2]
    named = own == head.kind or own.rpartition("_")[0] == head.kind
    word = "" if named else head.kind
    text = " ".join(part for part in (word, window(head.application.layer, rank), _remarks(head)) if part)
    return ", ".join(part for part in (text, *map(followers, line.rows[1:])) if part)


def _remarks(row: Row) -> str:
    remarks = [
        row.shortcut,
        f"weights of {row.shares}" if row.shares else "",
        "frozen" if row.frozen and row.params else "",
        f"{row.boxes} boxes" if row.boxes > 1 else "",
    ]
    found = ", ".join(remark for remark in remarks if remark)
    return f"({found})" if found else ""


def _full_kind(line: Line) -> str:
    return _kind(line, lambda row: row.kind)


def _short_kind(line: Line) -> str:
    return _kind(line, lambda row: "norm" if row.kind.endswith("_norm") else row.kind)


def _sum(measure: Callable[[Row], int | None]) -> Callable[[Line], str]:
    def cell(line: Line) -> str:
        if len(line.rows) == 1 and measure(line.rows[0]) is None:
            return "unknown"
        return count(line.total(measure))

    return cell


def receptive_field(field: ReceptiveField | None) -> str:
    """`427`, or per axis `7x5`; `all` where every cell sees the same, `*` where paths aren't aligned."""
    if field is None:
        return "-"
    if field.is_global:
        return "all"
    text = str(field.size[0]) if len(set(field.size)) == 1 else show(field.size)
    return text if field.aligned else text + "*"


def _axis_values(values: Sequence[object] | None) -> str:
    if values is None:
        return "-"
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def _column(name: str, doc: str, measure: Callable[[Row], int | None], heading: str = "") -> Column:
    return Column(name, heading or name.replace("_", " "), doc, _sum(measure), None, measure)


COLUMNS: tuple[Column, ...] = (
    Column("layer", "layer", "name, without the prefix that the lines above show", _label),
    Column("kind", "kind", "kind (where the name doesn't say it), window, and what follows", _full_kind, _short_kind),
    Column("input", "input", "shapes that go in", lambda line: ", ".join(map(show, line.rows[0].inputs))),
    Column("output", "output", "shape that comes out", lambda line: show(line.last.output)),
    _column("params", "learned parameters", lambda row: row.params),
    _column("buffers", "running statistics", lambda row: row.buffers),
    _column("macs", "multiply-accumulates", lambda row: row.macs, "MACs"),
    _column("flops", "floating-point operations", lambda row: row.flops, "FLOPs"),
    _column("activation_bytes", "bytes of the output", lambda row: row.activation_bytes),
    Column("rf", "RF", "size of the receptive field", lambda line: receptive_field(line.last.receptive_field)),
    Column("rf_stride", "RF stride", "input cells between two neighbouring output cells",
           lambda line: _axis_values(line.last.receptive_field and line.last.receptive_field.stride)),
    Column("rf_padding", "RF padding", "cells of the first field before the input",
           lambda line: _axis_values(line.last.receptive_field and line.last.receptive_field.padding)),
    Column("line", "line", "line in the spec", lambda line: str(line.rows[0].line)),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
DEFAULT = ("layer", "kind", "output", "params", "macs", "rf")
_DROPPED_FIRST = (
    "rf",
    "line",
    "rf_padding",
    "rf_stride",
    "buffers",
    "input",
    "activation_bytes",
    "flops",
    "macs",
    "kind",
)
_TEXT = ("layer", "kind", "input", "output")


def lines_of(report: Report, *, expand: bool = False, depth: int | None = None) -> list[Line]:
    """The lines of a summary."""
    return expanded(report) if expand else folded(report, depth)


def make_table(report: Report, lines: list[Line], columns: Sequence[str] = DEFAULT, width: int | None = None) -> Table:
    """The table of these lines. Where it is wider than `width`, kinds are shortened, then columns dropped."""
    table = _table(report, lines, columns, short=False)
    if width is None or table.width <= width:
        return table
    return fitted(_table(report, lines, columns, short=True), width, [BY_NAME[name].heading for name in _DROPPED_FIRST])


def _table(report: Report, lines: list[Line], names: Sequence[str], *, short: bool) -> Table:
    columns = [BY_NAME[name] for name in names]
    cells = [(column.short or column.cell) if short else column.cell for column in columns]
    rows = [tuple(cell(line) for cell in cells) for line in lines]
    groups = frozenset(index for index, line in enumerate(lines) if line.group)
    sums = any(column.measure for column in columns)
    if sums:
        rows.append(tuple(_total(report, column) for column in columns))
        groups |= {len(lines)}
    return Table(
        tuple(column.heading for column in columns),
        tuple(rows),
        groups,
        tuple(column.name not in _TEXT for column in columns),
        any(line.times > 1 for line in lines),
        sums,
    )


def _total(report: Report, column: Column) -> str:
    if column.name == "layer":
        return "total"
    measure = column.measure
    return count(sum(measure(row) or 0 for row in report.rows)) if measure else ""
