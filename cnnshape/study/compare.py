"""Designs side by side: totals, stages, and the layers that differ."""

from difflib import SequenceMatcher
from typing import NamedTuple

from cnnshape.graph import Group
from cnnshape.layers import show
from cnnshape.report import COMPARED, Report, Row

MOST_LAYERS = 5_000
SAME_LAYERS = 0.5
SAME_KINDS = 0.95
"""Two designs are versions of one another if that share of their layers is equal, or equal in kind and order."""


class Side(NamedTuple):
    """One design of a comparison under the name that it is shown by."""

    label: str
    report: Report


class Part(NamedTuple):
    """A stage or block that sides have in common by name: per side parameters and MACs, None where it is missing."""

    label: str
    params: tuple[int | None, ...]
    macs: tuple[int | None, ...]


class Change(NamedTuple):
    """Layers that were `added`, `removed` or `changed` from the first side to the second.

    A changed layer has one row `before` and one `after`. What came or went together is one change: a layer, or all
    layers of a block, of `blocks` neighbouring blocks of one kind where they are several.
    """

    change: str
    name: str
    before: tuple[Row, ...]
    after: tuple[Row, ...]
    blocks: int = 0

    @property
    def params(self) -> int:
        """Parameters that the change brings."""
        return sum(row.params for row in self.after) - sum(row.params for row in self.before)

    @property
    def macs(self) -> int:
        """MACs that the change brings."""
        return sum(row.macs for row in self.after) - sum(row.macs for row in self.before)


class Comparison(NamedTuple):
    """Sides with what they have in common; `changes` is None where the sides are no versions of one design."""

    sides: tuple[Side, ...]
    figures: tuple[tuple[str, tuple[int, ...]], ...]
    receptive_fields: tuple[str, ...]
    parts: tuple[Part, ...]
    changes: tuple[Change, ...] | None


def compare(sides: tuple[Side, ...]) -> Comparison:
    """The comparison of two sides or more; differences are from the first one."""
    figures = tuple((figure.name, tuple(figure.of(side.report) for side in sides)) for figure in COMPARED)
    reach = [side.report.reach for side in sides]
    fields = tuple(show(row.receptive_field.size) if row and row.receptive_field else "-" for row in reach)
    changes = _changes(sides[0].report, sides[1].report) if len(sides) == 2 else None
    return Comparison(sides, figures, fields, _parts(sides), changes)


def _parts(sides: tuple[Side, ...]) -> tuple[Part, ...]:
    """The named stages and blocks at the top that at least two sides share."""
    tables = [_top(side.report) for side in sides]
    labels = list(dict.fromkeys(label for table in tables for label in table))
    shared = [label for label in labels if sum(label in table for table in tables) > 1]
    if not shared:
        return ()
    rest = Part("other layers", *_rest(sides, tables, shared))
    return (*(_part(label, tables) for label in shared), rest)


def _part(label: str, tables: list[dict[str, tuple[int, int]]]) -> Part:
    found = [table.get(label) for table in tables]
    return Part(label, tuple(each and each[0] for each in found), tuple(each and each[1] for each in found))


def _rest(
    sides: tuple[Side, ...], tables: list[dict[str, tuple[int, int]]], shared: list[str]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    params, macs = [], []
    for side, table in zip(sides, tables, strict=True):
        told = [table[label] for label in shared if label in table]
        params.append(side.report.totals.params - sum(each[0] for each in told))
        macs.append(side.report.totals.macs - sum(each[1] for each in told))
    return tuple(params), tuple(macs)


def _top(report: Report) -> dict[str, tuple[int, int]]:
    found = {}
    for group in report.groups.children:
        rows = report.rows[group.start : group.end]
        found[group.label] = sum(row.params for row in rows), sum(row.macs for row in rows)
    return found


def _changes(before: Report, after: Report) -> tuple[Change, ...] | None:
    """What differs layer by layer; None where the designs have too little in common, or too many layers."""
    if max(len(before.rows), len(after.rows)) > MOST_LAYERS:
        return None
    alike = SequenceMatcher(None, list(map(_signature, before.rows)), list(map(_signature, after.rows)), autojunk=False)
    if alike.ratio() < SAME_LAYERS and _kinds(before.rows, after.rows).ratio() < SAME_KINDS:
        return None
    matcher = SequenceMatcher(None, _placed(before), _placed(after), autojunk=False)
    found: list[Change] = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            found += _paired(before.rows[start:end], after.rows[new_start:new_end])
    blocks = {**_whole_blocks(before, found, "removed"), **_whole_blocks(after, found, "added")}
    return tuple(_gathered(found, blocks))


def _signature(row: Row) -> tuple[object, ...]:
    """What makes layers of two designs the same."""
    return row.application.layer, row.inputs, row.output, row.boxes, row.params


def _placed(report: Report) -> list[tuple[object, ...]]:
    """The signature of each row, inside of a block with its place in it, so that repeated blocks match whole."""
    places: dict[int, tuple[int, int]] = {}

    def visit(group: Group) -> None:
        for child in group.children:
            visit(child)
        if not group.children and group.label:
            rows = range(group.start, group.end)
            places.update({index: (index - group.start, len(rows)) for index in rows})

    visit(report.groups)
    return [(*_signature(row), places.get(index)) for index, row in enumerate(report.rows)]


def _kinds(old: tuple[Row, ...], new: tuple[Row, ...]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [row.kind for row in old], [row.kind for row in new], autojunk=False)


def _paired(old: tuple[Row, ...], new: tuple[Row, ...]) -> list[Change]:
    """Layers of the same kind in the same order have changed; the others have come or gone."""
    found: list[Change] = []
    for tag, start, end, new_start, new_end in _kinds(old, new).get_opcodes():
        if tag == "equal":
            pairs = zip(old[start:end], new[new_start:new_end], strict=True)
            found += [
                Change("changed", after.name, (before,), (after,))
                for before, after in pairs
                if _signature(before) != _signature(after)
            ]
            continue
        found += [Change("removed", row.name, (row,), ()) for row in old[start:end]]
        found += [Change("added", row.name, (), (row,)) for row in new[new_start:new_end]]
    return found


def _whole_blocks(report: Report, changes: list[Change], word: str) -> dict[int, Group]:
    """For each row of a block that came or went as a whole, that block, the largest that does."""
    touched = {id(row) for change in changes if change.change == word for row in (*change.before, *change.after)}
    found: dict[int, Group] = {}

    def visit(group: Group) -> None:
        rows = report.rows[group.start : group.end]
        if group.label and all(id(row) in touched for row in rows):
            found.update({id(row): group for row in rows})
            return
        for child in group.children:
            visit(child)

    visit(report.groups)
    return found


def _gathered(changes: list[Change], blocks: dict[int, Group]) -> list[Change]:
    """Layers of one block, and neighbouring blocks of one kind, as one change."""
    found: list[Change] = []
    current: Group | None = None
    for change in changes:
        row = (*change.before, *change.after)[0]
        group = blocks.get(id(row)) if change.change != "changed" else None
        if group is None:
            found.append(change)
        elif group is current:
            found[-1] = _with(found[-1], change, found[-1].blocks)
        elif current is not None and found[-1].change == change.change and _alike(current, group):
            found[-1] = _with(found[-1], change, found[-1].blocks + 1)
        else:
            found.append(change._replace(name=group.label, blocks=1))
        current = group
    return found


def _alike(one: Group, other: Group) -> bool:
    return one.word == other.word and one.label.rpartition(".")[0] == other.label.rpartition(".")[0]


def _with(gathered: Change, change: Change, blocks: int) -> Change:
    before, after = gathered.before + change.before, gathered.after + change.after
    return gathered._replace(before=before, after=after, blocks=blocks)
