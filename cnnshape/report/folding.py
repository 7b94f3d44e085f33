"""Folds a report's rows: the layers of one step become one line, equal neighbours become one group."""

from collections.abc import Callable, Sequence

from cnnshape.graph import Group
from cnnshape.named_tuple import NamedTuple
from cnnshape.report.report import Report, Row


class Line(NamedTuple):
    """A line of a table: rows `rows[0]` to `rows[-1]` of one instance, `times` equal instances, at a depth.

    `last` is the last row of the last instance. A `group` line sums what the lines below it show of one instance.
    """

    label: str
    rows: tuple[Row, ...]
    last: Row
    times: int
    depth: int
    group: bool

    def total(self, measure: Callable[[Row], int | None]) -> int:
        """The sum of a measure over all instances; unknown values count as nothing."""
        return self.times * sum([measure(row) or 0 for row in self.rows])


class _Item(NamedTuple):
    """The layers of a step, or a group with its `items`. Neighbours with equal signatures are folded."""

    label: str
    rows: tuple[Row, ...]
    signature: tuple[object, ...]
    items: "tuple[_Item, ...]"


def folded(report: Report, depth: int | None = None) -> list[Line]:
    """The lines of a report; groups deeper than `depth` are closed (0: stages and blocks at the top only)."""
    return _lines(_items(report.rows, report.groups), 0, depth)


def expanded(report: Report) -> list[Line]:
    """A line per layer."""
    return [Line(row.name, (row,), row, 1, 0, False) for row in report.rows]


def unfolded(report: Report, depth: int | None = None) -> list[Line]:
    """A line per step, by its whole name and in no group; groups deeper than `depth` are closed, and a line each."""
    return _unfolded(report.rows, report.groups, depth)


def _unfolded(rows: tuple[Row, ...], group: Group, depth: int | None) -> list[Line]:
    lines: list[Line] = []
    position = group.start
    for child in group.children:
        lines += map(_line_of, _units(rows, position, child.start, 0))
        if depth == 0:
            lines.append(Line(child.label, rows[child.start : child.end], rows[child.end - 1], 1, 0, True))
        else:
            lines += _unfolded(rows, child, None if depth is None else depth - 1)
        position = child.end
    return [*lines, *map(_line_of, _units(rows, position, group.end, 0))]


def _line_of(item: _Item) -> Line:
    return Line(item.label, item.rows, item.rows[-1], 1, 0, False)


def parts_of(report: Report, group: Group) -> list[Line]:
    """A line for each step, stage and block right inside a group; equal neighbours share one."""
    return _lines(_items(report.rows, group), 0, 0)


def _items(rows: tuple[Row, ...], group: Group) -> tuple[_Item, ...]:
    items: list[_Item] = []
    position = group.start
    prefix = len(group.label) + 1 if group.label else 0
    for child in group.children:
        items += _units(rows, position, child.start, prefix)
        inner = _items(rows, child)
        signature = (child.word, *(item.signature for item in inner))
        items.append(_Item(_group_label(child, prefix), rows[child.start : child.end], signature, inner))
        position = child.end
    return (*items, *_units(rows, position, group.end, prefix))


def _group_label(group: Group, prefix: int) -> str:
    """The label of a group: the name of a named block, else its word without a number."""
    label = group.label[prefix:]
    return group.word if label.rpartition("_")[0] == group.word else label


def _units(rows: tuple[Row, ...], start: int, end: int, prefix: int) -> list[_Item]:
    """The steps among the rows from `start` to `end` (exclusive)."""
    units = [rows[first:after] for first, after in step_ranges(rows, start, end)]
    return [_Item(unit[0].name[prefix:], unit, tuple(map(_signature, unit)), ()) for unit in units]


def step_ranges(rows: Sequence[Row], start: int, end: int) -> list[tuple[int, int]]:
    """The rows of each step from `start` to `end` (exclusive): a layer with those of its `norm` and `act`."""
    heads = [index for index in range(start, end) if index == start or not rows[index].follows]
    return list(zip(heads, [*heads[1:], end], strict=False))


def _signature(row: Row) -> tuple[object, ...]:
    """The signature of equal layers. A step that is applied again to the same shapes has the same application."""
    return id(row.application), row.params, row.frozen, row.shortcut, row.dtypes


def _lines(items: tuple[_Item, ...], depth: int, most: int | None) -> list[Line]:
    lines: list[Line] = []
    position = 0
    while position < len(items):
        item = items[position]
        end = _end_of_run(items, position)
        last = items[end - 1].rows[-1]
        lines.append(Line(item.label, item.rows, last, end - position, depth, bool(item.items)))
        if most is None or depth < most:
            lines += _lines(item.items, depth + 1, most)
        position = end
    return lines


def _end_of_run(items: tuple[_Item, ...], start: int) -> int:
    """The position after the last neighbour that equals the item at `start`."""
    end = start + 1
    while end < len(items) and items[end].signature == items[start].signature:
        end += 1
    return end
