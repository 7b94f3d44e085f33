"""The diagram of a network, or of one use of a block: its items as cards, equal neighbours as one."""

from collections.abc import Sequence
from itertools import groupby

from cnnshape.graph import Group
from cnnshape.layers import Tensor
from cnnshape.report import Report
from cnnshape.study.picture.items import Item, is_named, is_round, items_of
from cnnshape.study.picture.links import links_of, runs_of
from cnnshape.study.picture.model import Card, CardKind, Diagram, Part, Wire
from cnnshape.study.picture.values import Values, boxes_text

INPUT = "input "
"""The names of the cards of inputs start with it."""
MOST_FAILED = 12
"""Failed steps that a picture shows."""


def network_diagram(values: Values, depth: int) -> Diagram:
    """The diagram of the whole network, with groups open down to `depth`."""
    return _diagram(values, values.report.groups, depth)


def with_failed(report: Report, diagram: Diagram) -> Diagram:
    """The diagram of a network with a card for each step that failed, after the card whose tensor enters it."""
    position = {row.name: index for index, card in enumerate(diagram.cards) for row in card.rows}
    position |= {card.name.removeprefix(INPUT): index for index, card in enumerate(diagram.cards) if not card.rows}
    cards, wires = list(diagram.cards), list(diagram.wires)
    for step in report.failed[:MOST_FAILED]:
        if step.source:
            wires.append(Wire(position[step.source], len(cards)))
        name = f"error at line {step.line}:{step.column}"
        cards.append(Card(name, CardKind.ERROR, step.word or "?", None, note=f"line {step.line}: {step.message}"))
    return Diagram(tuple(cards), tuple(sorted(wires)))


def block_diagram(values: Values, group: Group) -> Diagram:
    """The diagram of one use of a block, with cards for the tensors that enter and leave."""
    return _diagram(values, group, 0)


def _diagram(values: Values, group: Group, depth: int) -> Diagram:
    report = values.report
    items = list(items_of(report.rows, group, depth))
    links = links_of(values, group, items)
    is_network = group is report.groups
    entering = dict.fromkeys(report.inputs if is_network else [])
    entering.update(dict.fromkeys(name for names in links.entering for name in names))
    number = {name: index for index, name in enumerate(entering)}
    inputs = [_entering_card(values, group, name, index) for name, index in number.items()]
    runs = runs_of(values, items, links)
    cards = [_card(values, group, [items[position] for position in run]) for run in runs]
    card_of = {position: len(inputs) + index for index, run in enumerate(runs) for position in run}
    giving = dict.fromkeys(card_of[position] for position in card_of if links.leaves[position])
    outputs = [] if is_network else [(card, _leaving_card(cards[card - len(inputs)])) for card in giving]
    wires = {Wire(number[name], card_of[position]) for position in card_of for name in links.entering[position]}
    wires |= {Wire(card_of[source], card_of[position]) for position in card_of for source in links.sources[position]}
    wires |= {Wire(card, len(inputs) + len(cards) + index) for index, (card, _) in enumerate(outputs)}
    between = sorted(wire for wire in wires if wire.source != wire.target)
    return Diagram((*inputs, *cards, *(card for _, card in outputs)), tuple(between))


def _entering_card(values: Values, group: Group, name: str, index: int) -> Card:
    """The card of a tensor that enters; further ones of a block have the name of its param, or of their layer."""
    shape = values.shape(name)
    if group is values.report.groups:
        label = name
    else:
        tensors = [param for param, value in group.params.items() if isinstance(value, Tensor) and value.shape == shape]
        label = "" if index == 0 else tensors[0] if len(tensors) == 1 else name
    given = values.report.inputs.get(name)
    if given and given.of_boxes:
        return Card(f"{INPUT}{name}", CardKind.INPUT, label or name, None, note=boxes_text(given.boxes))
    return Card(f"{INPUT}{name}", CardKind.INPUT, label, shape)


def _leaving_card(giver: Card) -> Card:
    return Card(f"output {giver.name}", CardKind.OUTPUT, "", giver.shape)


def _card(values: Values, outer: Group, items: Sequence[Item]) -> Card:
    """The card of a run of equal items in a group."""
    rows = values.report.rows[items[0].start : items[-1].end]
    group = items[0].group
    name = group.label if group else rows[0].name
    own = name.removeprefix(f"{outer.label}.")
    return Card(
        name=name,
        kind=CardKind.GROUP if group else CardKind.STEP,
        label=own if group is None or is_round(group) or is_named(group) else "",
        shape=rows[-1].output,
        rows=rows,
        times=len(items),
        parts=_parts(values, group) if group else (),
        outputs=tuple([output for row in rows for output in values.outputs.get(row.name, ())]),
    )


def _parts(values: Values, group: Group) -> tuple[Part, ...]:
    """The block, or the blocks and layers of a stage; neighbours with the same word are one part."""
    if not is_round(group):
        return (Part(group.word, 1),)
    words = (_word(values, item) for item in items_of(values.report.rows, group, 0))
    return tuple([Part(word, len(list(same))) for word, same in groupby(words)])


def _word(values: Values, item: Item) -> str:
    return item.group.word if item.group else values.report.rows[item.start].kind
