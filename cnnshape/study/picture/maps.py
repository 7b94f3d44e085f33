"""The diagram of the maps of a network: without the cards that change no shape."""

from cnnshape.study.picture.model import Card, CardKind, Diagram, Wire


def maps_of(diagram: Diagram) -> Diagram:
    """The diagram without the layers that pass on one tensor in its shape and have no weights: activations, dropout."""
    sources: dict[int, list[int]] = {}
    for wire in diagram.wires:
        sources.setdefault(wire.target, []).append(wire.source)
    shown_by: dict[int, int] = {}
    for index, card in enumerate(diagram.cards):
        own = sources.get(index, [])
        keeps = len(own) == 1 and _keeps(card, diagram.cards[own[0]])
        shown_by[index] = shown_by[own[0]] if keeps else index
    kept = [index for index in range(len(diagram.cards)) if shown_by[index] == index]
    number = {index: position for position, index in enumerate(kept)}
    wires = {Wire(number[shown_by[source]], number[target]) for source, target in diagram.wires if target in number}
    return Diagram(tuple([diagram.cards[index] for index in kept]), tuple(sorted(wires)))


def _keeps(card: Card, source: Card) -> bool:
    """Whether a card only passes on the tensor of its source."""
    return card.kind is CardKind.STEP and card.shape == source.shape and not card.params
