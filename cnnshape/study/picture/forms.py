"""The forms of the blocks: a block that is used many times is drawn once, or once for each set of layers that it has."""

from collections.abc import Iterator

from cnnshape.graph import Group
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report
from cnnshape.study.picture.diagram import block_diagram, network_diagram, with_failed
from cnnshape.study.picture.items import is_round
from cnnshape.study.picture.model import Card, CardKind, Diagram, Form, Picture, Style
from cnnshape.study.picture.values import Values

MOST_CARDS = 64
"""Cards of all forms that a picture shows. A form that would be beyond is left out."""
MOST_PARTS = 3
"""Parts that the card of a stage lists. A stage with more is drawn as a block is."""


def picture_of(report: Report, depth: int = 0, style: Style = Style.FOLDED) -> Picture:
    """The picture of a report, with stages and blocks open down to `depth` levels.

    Steps that failed are cards of their own.
    """
    values = Values(report)
    diagram = with_failed(report, network_diagram(values, depth))
    forms = _Forms(values)
    for group in _closed(report.groups, depth):
        forms.add(group)
    shown, unseen = _shown(forms.named())
    return Picture(report, diagram, shown, unseen, style)


def _shown(forms: list[Form]) -> tuple[tuple[Form, ...], int]:
    """The forms that there is room for, and the number of the others."""
    shown: list[Form] = []
    cards = 0
    for form in forms:
        if not shown or cards + len(form.diagram.cards) <= MOST_CARDS:
            shown.append(form)
            cards += len(form.diagram.cards)
    return tuple(shown), len(forms) - len(shown)


def _closed(group: Group, depth: int) -> Iterator[Group]:
    """The groups that are one card each."""
    for child in group.children:
        if depth > 0:
            yield from _closed(child, depth - 1)
        elif child.end > child.start:
            yield child


class _Use(NamedTuple):
    """The first use of a form, and how many there are."""

    group: Group
    diagram: Diagram
    uses: int


class _Forms:
    """The forms of the blocks that were added, in the order of their first use."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._uses: dict[tuple[object, ...], _Use] = {}
        self._diagrams: dict[tuple[object, ...], Diagram] = {}

    def add(self, group: Group) -> None:
        """Counts a use of a block, and those of the blocks in it."""
        diagram = self._diagram(group)
        if not is_round(group) or not _is_simple(diagram):
            key = (group.word, tuple(map(_content, diagram.cards)), diagram.wires)
            first = self._uses.get(key, _Use(group, diagram, 0))
            self._uses[key] = first._replace(uses=first.uses + 1)
        for child in group.children:
            if child.end > child.start:
                self.add(child)

    def named(self) -> list[Form]:
        """The forms, outer blocks first."""
        varieties: dict[str, set[str]] = {}
        for use in self._uses.values():
            varieties.setdefault(use.group.word, set()).add(_variety(use.diagram))
        return [
            Form(
                word=use.group.word,
                variety=_variety(use.diagram) if len(varieties[use.group.word]) > 1 else "",
                uses=use.uses,
                example=use.group.label,
                diagram=use.diagram,
            )
            for use in self._uses.values()
        ]

    def _diagram(self, group: Group) -> Diagram:
        """The diagram of a use. Deep networks repeat the same layers on the same shapes, whose diagram is made once."""
        layers = self._layers(group)
        if layers not in self._diagrams:
            self._diagrams[layers] = block_diagram(self._values, group)
        return self._diagrams[layers]

    def _layers(self, group: Group) -> tuple[object, ...]:
        """The layers of a use and the tensors that they read: from where in the block, or which of those that enter."""
        entering: dict[str, int] = {}
        layers: list[object] = [group.word]
        for index in range(group.start, group.end):
            row = self._values.report.rows[index]
            layers.append((id(row.application), self._values.leaves(index, group.end)))
            for name in row.sources:
                position = self._values.position.get(name, -1)
                inside = position >= group.start
                layers.append(position - group.start if inside else -1 - entering.setdefault(name, len(entering)))
        return tuple(layers)


def _is_simple(diagram: Diagram) -> bool:
    """Whether the card of a stage says all: its parts are few, and a chain."""
    cards = [card for card in diagram.cards if card.kind in (CardKind.STEP, CardKind.GROUP)]
    return len(cards) <= MOST_PARTS and all(wire.target == wire.source + 1 for wire in diagram.wires)


def _content(card: Card) -> tuple[object, ...]:
    """What the cards of uses of one form have in common: the words of their layers, or their block."""
    return (card.kind, tuple([part.word for part in card.parts] or dict.fromkeys(row.kind for row in card.rows)))


def _variety(diagram: Diagram) -> str:
    """The word that distinguishes a form of a block: the type of its shortcut."""
    shortcuts = dict.fromkeys(row.shortcut for card in diagram.cards for row in card.rows if row.shortcut)
    return f"{' and '.join(shortcuts)} shortcut" if shortcuts else "no shortcut"
