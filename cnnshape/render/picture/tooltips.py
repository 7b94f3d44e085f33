"""The text that is shown while the pointer is over a card: every figure of it."""

from cnnshape.layers import format_shape
from cnnshape.render.layer_table import receptive_field_text
from cnnshape.render.window import window
from cnnshape.render.wrapping import count
from cnnshape.study.picture.model import Card, CardKind


def tooltip(card: Card) -> str:
    """Lines with the names, the shape, the figures and the receptive field of a card."""
    lines = [_heading(card)]
    if card.shape is not None:
        word = "shape" if card.kind in (CardKind.INPUT, CardKind.OUTPUT) else "output"
        lines.append(f"{word} {format_shape(card.shape)}")
    if card.rows:
        lines += [f"{count(card.params)} params", f"{count(card.macs)} MACs"]
        field = card.rows[-1].receptive_field
        lines += [f"receptive field {receptive_field_text(field)}"] if field else []
    if card.outputs:
        lines.append(f"output of the network: {', '.join(card.outputs)}")
    return "\n".join([*lines, card.note] if card.note else lines)


def _heading(card: Card) -> str:
    if not card.rows:
        return card.label or card.name
    first, last = card.rows[0], card.rows[-1]
    if card.kind is CardKind.GROUP:
        return f"{card.name}: {first.name} to {last.name}, line {first.line}"
    rank = max(len(first.inputs[0]) - 1, 0) if first.inputs else 0
    settings = window(first.application.layer, rank)
    kinds = ", ".join(
        [f"{first.kind} {settings}".rstrip(), *(row.kind for row in card.rows[1 : len(card.rows) // card.times])]
    )
    return f"{card.name}: {kinds}, line {first.line}" if card.name != first.kind else f"{kinds}, line {first.line}"
