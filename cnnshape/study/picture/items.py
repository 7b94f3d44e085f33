"""The parts of a stage or block that become cards: steps and groups, and which of them are equal."""

from collections.abc import Iterator, Sequence

from cnnshape.graph import Group, is_numbered
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Row, step_ranges


class Item(NamedTuple):
    """The layers `start` to `end` (exclusive) of a report: those of one step, or a group."""

    start: int
    end: int
    group: Group | None


def items_of(rows: Sequence[Row], group: Group, depth: int) -> Iterator[Item]:
    """The items of a group, with those of inner groups down to `depth` levels in their place."""
    position = group.start
    for child in group.children:
        yield from _steps(rows, position, child.start)
        if child.end > child.start:
            yield from items_of(rows, child, depth - 1) if depth > 0 else [Item(child.start, child.end, child)]
        position = child.end
    yield from _steps(rows, position, group.end)


def _steps(rows: Sequence[Row], start: int, end: int) -> Iterator[Item]:
    return (Item(first, after, None) for first, after in step_ranges(rows, start, end))


def is_round(group: Group) -> bool:
    """Whether a group is a round of a loop, `stage.0`, rather than a block."""
    return group.label.rpartition(".")[2].isdigit()


def is_named(group: Group) -> bool:
    """Whether the spec names this use of a block: its label is not the block's word with a number."""
    return not is_numbered(group.label, group.word)


def signature(rows: Sequence[Row], item: Item) -> tuple[object, ...]:
    """Items with the same signature may share a card: equal layers, or uses of one block with equal sizes of their maps."""
    if item.group is None:
        layers = rows[item.start : item.end]
        return (own_name(layers[0]), *[(row.application.layer, row.inputs, row.params, row.frozen) for row in layers])
    output = rows[item.end - 1].output
    if is_round(item.group):
        return (item.group.word, output, *[_content(rows, inner) for inner in items_of(rows, item.group, 0)])
    if is_named(item.group):
        # A block that the spec names has a card of its own.
        return (item.start,)
    return (item.group.word, output[1:])


def _content(rows: Sequence[Row], item: Item) -> object:
    """What a round has in a place: the word of a block, or the kinds and kernels of a step."""
    if item.group:
        return item.group.word
    return [(row.kind, row.application.layer.values.get("kernel")) for row in rows[item.start : item.end]]


def own_name(row: Row) -> str:
    """The name that the spec gives a step; empty if it has that of its kind, with a number."""
    return "" if is_numbered(row.name, row.kind) else row.name
