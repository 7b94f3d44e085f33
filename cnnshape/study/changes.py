"""The layers that differ between two versions of a design."""

from collections.abc import Hashable, Sequence

from cnnshape.graph import Group
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, Row
from cnnshape.study.alignment import aligned, common, differences

MOST_LAYERS = 5_000
SAME_LAYERS = 0.5
SAME_KINDS = 0.95
"""The share of equal layers, or of layers equal in kind and order, from which two designs are versions of one
design."""


class Change(NamedTuple):
    """Layers that were `added`, `removed` or `changed` from the first side to the second.

    A changed layer has one row `before` and one `after`. Layers that were added or removed together are one
    change: a layer, or all layers of a block, or of `blocks` neighbouring blocks of one kind.
    """

    change: str
    name: str
    before: tuple[Row, ...]
    after: tuple[Row, ...]
    blocks: int = 0

    @property
    def params(self) -> int:
        """The difference of the parameters."""
        return sum(row.params for row in self.after) - sum(row.params for row in self.before)

    @property
    def macs(self) -> int:
        """The difference of the MACs."""
        return sum(row.macs for row in self.after) - sum(row.macs for row in self.before)


def changes_between(before: Report, after: Report) -> tuple[Change, ...] | None:
    """The changes layer by layer; None if the designs have too little in common, or too many layers."""
    if max(len(before.rows), len(after.rows)) > MOST_LAYERS or not _are_versions(before.rows, after.rows):
        return None
    changes: list[Change] = []
    for start, end, new_start, new_end in differences(_placed(before), _placed(after)):
        changes += _paired(before.rows[start:end], after.rows[new_start:new_end])
    blocks = {**_whole_blocks(before, changes, "removed"), **_whole_blocks(after, changes, "added")}
    return tuple(_gathered(changes, blocks))


def _are_versions(old: tuple[Row, ...], new: tuple[Row, ...]) -> bool:
    """Whether two designs are versions of one design."""
    alike = _share(list(map(signature, old)), list(map(signature, new)), SAME_LAYERS)
    return alike or _share(_kinds(old), _kinds(new), SAME_KINDS)


def _share(old: Sequence[Hashable], new: Sequence[Hashable], least: float) -> bool:
    """Whether a share of the items is equal in the same order. Counting the items excludes most pairs of designs."""
    needed = least * (len(old) + len(new)) / 2
    return common(old, new) >= needed and len(aligned(old, new)) >= needed


def signature(row: Row) -> tuple[object, ...]:
    """What equal layers of two designs have in common: the layer, its shapes and its parameters."""
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
    return [(*signature(row), places.get(index)) for index, row in enumerate(report.rows)]


def _kinds(rows: tuple[Row, ...]) -> list[str]:
    return [row.kind for row in rows]


def _paired(old: tuple[Row, ...], new: tuple[Row, ...]) -> list[Change]:
    """Layers of the same kind in the same order have changed; the others have come or gone."""
    changes: list[Change] = []
    start = new_start = 0
    for index, new_index in [*_counterparts(old, new), (len(old), len(new))]:
        changes += [Change("removed", row.name, (row,), ()) for row in old[start:index]]
        changes += [Change("added", row.name, (), (row,)) for row in new[new_start:new_index]]
        for before, after in zip(old[index : index + 1], new[new_index : new_index + 1], strict=True):
            if signature(before) != signature(after):
                changes.append(Change("changed", after.name, (before,), (after,)))
        start, new_start = index + 1, new_index + 1
    return changes


def _counterparts(old: tuple[Row, ...], new: tuple[Row, ...]) -> list[tuple[int, int]]:
    """Positions of layers of the same kind in the same order: those of the same name first, then those between."""
    pairs: list[tuple[int, int]] = []
    start = new_start = 0
    named = aligned([(row.kind, row.name) for row in old], [(row.kind, row.name) for row in new])
    for end, new_end in [*named, (len(old), len(new))]:
        between = aligned(_kinds(old[start:end]), _kinds(new[new_start:new_end]))
        pairs += [(start + index, new_start + new_index) for index, new_index in between]
        pairs.append((end, new_end))
        start, new_start = end + 1, new_end + 1
    return pairs[:-1]


def _whole_blocks(report: Report, changes: list[Change], word: str) -> dict[int, Group]:
    """The largest block that was added or removed as a whole, for each of its rows."""
    touched = {id(row) for change in changes if change.change == word for row in (*change.before, *change.after)}
    blocks: dict[int, Group] = {}

    def visit(group: Group) -> None:
        rows = report.rows[group.start : group.end]
        if group.label and all(id(row) in touched for row in rows):
            blocks.update({id(row): group for row in rows})
            return
        for child in group.children:
            visit(child)

    visit(report.groups)
    return blocks


def _gathered(changes: list[Change], blocks: dict[int, Group]) -> list[Change]:
    """Layers of one block, and neighbouring blocks of one kind, as one change."""
    gathered: list[Change] = []
    current: Group | None = None
    for change in changes:
        row = (*change.before, *change.after)[0]
        group = blocks.get(id(row)) if change.change != "changed" else None
        if group is None:
            gathered.append(change)
        elif group is current:
            gathered[-1] = _with(gathered[-1], change, gathered[-1].blocks)
        elif current is not None and gathered[-1].change == change.change and _alike(current, group):
            gathered[-1] = _with(gathered[-1], change, gathered[-1].blocks + 1)
        else:
            gathered.append(change._replace(name=group.label, blocks=1))
        current = group
    return gathered


def _alike(one: Group, other: Group) -> bool:
    return one.word == other.word and one.label.rpartition(".")[0] == other.label.rpartition(".")[0]


def _with(gathered: Change, change: Change, blocks: int) -> Change:
    before, after = gathered.before + change.before, gathered.after + change.after
    return gathered._replace(before=before, after=after, blocks=blocks)
