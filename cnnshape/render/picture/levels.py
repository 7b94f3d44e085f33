"""The levels of a diagram: how far each card's map is from the largest one, and whether levels show what matters."""

from collections.abc import Sequence
from math import log2

from cnnshape.render.picture.words import shape_text
from cnnshape.study.picture.model import Card, CardKind, Diagram


def levels_of(diagram: Diagram) -> list[int]:
    """The level of each card: 0 for the finest maps, 1 for those whose cells are twice as far apart, and so on.

    The distance of cells is the stride of the receptive field, or follows from the size of the map where there is no such
    stride. Levels that no card has are left out. Tensors without space are on the last level.
    """
    largest = max([size for size in map(_size, diagram.cards) if size], default=1)
    steps = [_step(card, largest) for card in diagram.cards]
    for wire in diagram.wires:
        if diagram.cards[wire.target].kind is CardKind.ERROR:
            steps[wire.target] = steps[wire.source]
    ranks = {step: rank for rank, step in enumerate(sorted({step for step in steps if step is not None}))}
    return [len(ranks) if step is None else ranks[step] for step in steps]


def _step(card: Card, largest: int) -> int | None:
    size = _size(card)
    if size is None:
        return None
    field = card.rows[-1].receptive_field if card.rows else None
    if field is not None and not field.is_global and len(field.stride) == len(card.shape or ()) - 1:
        return round(log2(field.stride[-1]))
    return round(log2(largest / size))


def _size(card: Card) -> int | None:
    """The size of the last axis; None without space."""
    return card.shape[-1] if card.shape and len(card.shape) > 1 else None


def level_names(diagram: Diagram, levels: Sequence[int]) -> list[str]:
    """The name of each level: the size of its maps, or its part of the largest maps if sizes differ; empty without space."""
    largest = max([size for size in map(_size, diagram.cards) if size], default=1)
    names: list[str] = []
    for level in range(max(levels, default=-1) + 1):
        cards = [card for card, own in zip(diagram.cards, levels, strict=True) if own == level]
        sizes = {card.shape[1:] for card in cards if card.shape}
        step = _step(cards[0], largest)
        name = shape_text(sizes.pop()) if len(sizes) == 1 else f"1/{2**step}" if step is not None and step >= 0 else ""
        names.append(name)
    return names


def is_strip(diagram: Diagram, levels: Sequence[int]) -> bool:
    """Whether the cards are one line: none are side by side, and no wire passes cards of a deeper level than its own ends,
    as in a U-Net."""
    columns: list[int] = []
    sources: dict[int, list[int]] = {}
    for wire in diagram.wires:
        sources.setdefault(wire.target, []).append(wire.source)
        if max(levels[wire.source : wire.target + 1]) > max(levels[wire.source], levels[wire.target]):
            return False
    for card in range(len(diagram.cards)):
        columns.append(max([columns[source] + 1 for source in sources.get(card, [])], default=0))
    return len(set(columns)) == len(columns)
