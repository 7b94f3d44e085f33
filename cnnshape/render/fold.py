"""Folding a report's rows: the layers of one step in one line, equal neighbours in one group."""

from collections.abc import Callable
from typing import NamedTuple

from cnnshape.graph import Group
from cnnshape.report import Report, Row


class Line(NamedTuple):
    """A line of a table: rows `rows[0]` to `rows[-1]` of one instance, `times` equal instances, at a depth.

    A `group` line sums what the lines below it show of one instance.
    """

    label: str
    rows: tuple[Row, ...]
    last: Row
    times: int
    depth: int
    group: bool

    def total(self, measure: Callable[[Row], int | None]) -> int:
        """The sum of a measure over all instances; unknown values count as nothing."""
        return self.times * sum(measure(row) or 0 for row in self.rows)


class _Item(NamedTuple):
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


def _items(rows: tuple[Row, ...], group: Group) -> tuple[_Item, ...]:
    found: list[_Item] = []
    position = group.start
    prefix = len(group.label) + 1 if group.label else 0
    for child in group.children:
        found += _units(rows[position : child.start], prefix)
        inner = _items(rows, child)
        signature = (child.word, *(item.signature for item in inner))
        found.append(_Item(_group_label(child, prefix), rows[child.start : child.end], signature, inner))
        position = child.end
    return (*found, *_units(rows[position : group.end], prefix))


def _group_label(group: Group, prefix: int) -> str:
    """A block by its word where it has no name of its own; its number among its neighbours says nothing."""
    label = group.label[prefix:]
    return group.word if label.rpartition("_")[0] == group.word else label


def _units(rows: tuple[Row, ...], prefix: int) -> list[_Item]:
    """Layers, each with those that its `norm` and `act` brought along."""
    found: list[list[Row]] = []
    for row in rows:
        if row.follows and found:
            found[-1].append(row)
        else:
            found.append([row])
    return [_Item(unit[0].name[prefix:], tuple(unit), tuple(map(_signature, unit)), ()) for unit in found]


def _signature(row: Row) -> tuple[object, ...]:
    return id(row.application), row.params, row.frozen, row.shortcut


def _lines(items: tuple[_Item, ...], depth: int, most: int | None) -> list[Line]:
    found: list[Line] = []
    position = 0
    while position < len(items):
        item = items[position]
        end = position + 1
        while end < len(items) and items[end].signature == item.signature:
            end += 1
        last = items[end - 1].rows[-1]
        found.append(Line(item.label, item.rows, last, end - position, depth, bool(item.items)))
        if most is None or depth < most:
            found += _lines(item.items, depth + 1, most)
        position = end
    return found
