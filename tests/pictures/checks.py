"""What can be wrong with a drawing: one function per check, which gives a sentence per defect."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NamedTuple, Protocol, TypeVar

from tests.pictures.drawing import Box, Card, Color, Drawing, Mark, Point, Segment, Wire, named

SLACK = 0.5
"""Units by which two elements may overlap: the outline of a card is a line, not an edge."""
TOUCHING = 2.0
"""How far from its card, or from the head that reaches it, a wire may start or end, in units."""
SAME_LINE = 1.0
"""Two wires closer than that look like one."""
SMALLEST_TEXT = 9.0
"""CSS pixels where the picture is `WIDTH` wide."""
WIDTH = 1600
FEW_CARDS = 60
"""A picture with more cards may have any aspect ratio."""
ASPECT = (1 / 3, 4.0)
BAND = 40.0
"""The height of the bands in which elements are looked for, in units."""
TEXT_CONTRAST = 4.5
"""Of WCAG 2.2, success criterion 1.4.3."""
WIRE_CONTRAST = 2.0


class Boxed(Protocol):
    """What has a box."""

    @property
    def box(self) -> Box:
        """Where it is."""


Item = TypeVar("Item", bound=Boxed)
Check = Callable[[Drawing], Iterator[str]]


class Crossing(NamedTuple):
    """A segment of a wire, to be compared with those of other wires."""

    wire: Wire
    segment: Segment

    @property
    def box(self) -> Box:
        """The segment with half of the room that the next line needs, but not longer."""
        box, margin = self.segment.box, SAME_LINE / 2
        if self.segment.is_horizontal:
            return Box(box.left, box.top - margin, box.right, box.bottom + margin)
        return Box(box.left - margin, box.top, box.right + margin, box.bottom)


def contract(drawing: Drawing) -> Iterator[str]:
    """Finds cards without a title, names that two cards share, and wires without cards at their ends."""
    names = Counter((card.name, card.inset) for card in drawing.cards)
    yield from (f"{name!r} names {count} cards" for (name, _), count in names.items() if count > 1)
    yield from (f"{card.name} has no title" for card in drawing.cards if not card.has_title)
    yield from (f"{card.name} has no outline" for card in drawing.cards if card.box.left >= card.box.right)
    yield from (f"{inset.name} has no frame" for inset in drawing.insets if inset.box.left >= inset.box.right)
    for wire in drawing.wires:
        ends = [end for end in (wire.source, wire.target) if (end, wire.inset) not in names]
        yield from (f"{wire}: no card {end!r}" for end in ends)


def overlapping_cards(drawing: Drawing) -> Iterator[str]:
    """Finds cards and insets that overlap, and cards that leave their inset."""
    for card, other in overlaps(drawing.cards):
        yield f"{card.name} and {other.name}"
    for inset, other in overlaps(drawing.insets):
        yield f"insets {inset.name} and {other.name}"
    for inset in drawing.insets:
        frame = inset.box.grown(SLACK)
        for card in drawing.cards:
            if card.inset == inset and not frame.holds(card.box):
                yield f"{card.name} leaves its inset {inset.name}"
            elif card.inset != inset and card.is_crossed(inset.box.grown(-SLACK)):
                yield f"{card.name} and inset {inset.name}"


def text_outside(drawing: Drawing) -> Iterator[str]:
    """Finds texts that leave their card or their inset, and captions on cards."""
    cards = Near(drawing.cards)
    for text in drawing.texts:
        if text.card and not text.is_shape and not text.card.grown(SLACK).holds(text.box):
            yield f"{text.words!r} leaves card {text.card.name}"
        if text.inset and not text.inset.box.grown(SLACK).holds(text.box):
            yield f"{text.words!r} leaves inset {text.inset.name}"
        if text.is_free:
            letters = text.box.grown(-SLACK)
            yield from (f"{text.words!r} on card {card.name}" for card in cards.of(letters) if card.is_crossed(letters))


def outside_picture(drawing: Drawing) -> Iterator[str]:
    """Finds texts and other elements that leave the picture."""
    frame = drawing.frame.grown(SLACK)
    yield from (f"{text.words!r}" for text in drawing.texts if not frame.holds(text.box))
    yield from (f"{mark.name} at {mark.box}" for mark in drawing.marks if not frame.holds(mark.box))


def overlapping_texts(drawing: Drawing) -> Iterator[str]:
    """Finds texts on each other, and heads of wires on texts."""
    for text, other in overlaps(drawing.texts):
        yield f"{text.words!r} and {other.words!r}"
    heads = Near([Mark("head", head) for head in drawing.heads])
    for text in drawing.texts:
        letters = text.box.grown(-SLACK)
        yield from (f"{text.words!r} and a head" for _ in heads.of(letters))


def texts_across_borders(drawing: Drawing) -> Iterator[str]:
    """Finds texts that are partly on a bar, a band or a line. Cards, insets and wires have checks of their own."""
    checked = {drawing.frame, *(item.box for item in (*drawing.cards, *drawing.insets))}
    marks = (mark for mark in drawing.marks if mark.tag in ("rect", "line", "circle") and mark.box not in checked)
    straight = Near(marks)
    for text in drawing.texts:
        letters = text.box.grown(-SLACK)
        near = straight.of(letters)
        crossed = [mark for mark in near if mark.overlaps(letters) and not mark.box.holds(letters)]
        yield from (f"{text.words!r} and {mark.name}" for mark in crossed)


def wires_through_cards(drawing: Drawing) -> Iterator[str]:
    """Finds wires that cross a card, their own ends included, and wires that cross the frame of an inset."""
    cards = Near([card.grown(-2 * SLACK) for card in drawing.cards])
    for wire in drawing.wires:
        pieces = [segment.box for segment in wire.segments]
        crossed = {card.name for piece in pieces for card in cards.of(piece) if card.is_crossed(piece)}
        yield from (f"{wire} crosses {name}" for name in sorted(crossed))
        for inset in drawing.insets:
            if wire.inset == inset and not all(map(inset.box.holds, pieces)):
                yield f"{wire} leaves its inset"
            elif wire.inset != inset and any(map(inset.box.grown(-SLACK).overlaps, pieces)):
                yield f"{wire} crosses inset {inset.name}"


def loose_wires(drawing: Drawing) -> Iterator[str]:
    """Finds wires that don't start and end at the borders of their cards."""
    for wire in drawing.wires:
        source, target = drawing.card(wire.source, wire.inset), drawing.card(wire.target, wire.inset)
        if not wire.segments:
            yield f"{wire} has no length"
            continue
        if source and abs(source.distance(wire.segments[0].start)) > TOUCHING:
            yield f"{wire} starts away from its card"
        end = wire.segments[-1].end
        if target and abs(target.distance(end)) > TOUCHING and not _reached(target, end, drawing.heads):
            yield f"{wire} ends away from its card"


def slanted_wires(drawing: Drawing) -> Iterator[str]:
    """Finds wires with segments that are not parallel to an axis."""
    for wire in drawing.wires:
        if not all(segment.is_parallel for segment in wire.segments):
            yield f"{wire}"


def shared_lines(drawing: Drawing) -> Iterator[str]:
    """Finds wires of different sources that run along one line."""
    crossings = [Crossing(wire, segment) for wire in drawing.wires for segment in wire.segments]
    pairs = {
        (str(first.wire), str(second.wire))
        for first, second in overlaps(crossings, slack=0)
        if (first.wire.source, first.wire.inset) != (second.wire.source, second.wire.inset)
        and first.segment.is_horizontal == second.segment.is_horizontal
        and _common_length(first.segment, second.segment) > 1
    }
    yield from (f"{first} and {second}" for first, second in sorted(pairs))


def wires_through_texts(drawing: Drawing) -> Iterator[str]:
    """Finds wires that cross a caption or another text outside of the cards."""
    texts = Near([text for text in drawing.texts if text.is_free])
    for wire in drawing.wires:
        crossed = {text.words for segment in wire.segments for text in texts.of(segment.box)}
        yield from (f"{wire} crosses {words!r}" for words in sorted(crossed))


def small_text(drawing: Drawing) -> Iterator[str]:
    """Finds texts that are too small to read where the picture is as wide as a screen."""
    scale = WIDTH / (drawing.frame.right - drawing.frame.left)
    for text in drawing.texts:
        if text.size * scale < SMALLEST_TEXT - 0.01:
            yield f"{text.words!r} has {text.size * scale:.1f} px"


def aspect_ratio(drawing: Drawing) -> Iterator[str]:
    """Finds pictures of few cards that fit on no slide."""
    left, top, right, bottom = drawing.frame
    ratio = (right - left) / (bottom - top)
    if len(drawing.cards) <= FEW_CARDS and not ASPECT[0] <= ratio <= ASPECT[1]:
        yield f"{right - left:g} x {bottom - top:g} with {len(drawing.cards)} cards"


def repeated_edges(drawing: Drawing) -> Iterator[str]:
    """Finds edges that are drawn twice."""
    edges = Counter(map(str, drawing.wires))
    yield from (f"{edge} is drawn {count} times" for edge, count in edges.items() if count > 1)


def contrast(drawing: Drawing) -> Iterator[str]:
    """Finds texts and wires that are hard to see on what is below them."""
    for text in drawing.texts:
        if not text.color or contrast_of(text.color, text.ground) < TEXT_CONTRAST:
            yield f"{text.words!r}: {named(text.color)} on {named(text.ground)}"
    for wire in drawing.wires:
        if not wire.color or contrast_of(wire.color, wire.ground) < WIRE_CONTRAST:
            yield f"{wire}: {named(wire.color)} on {named(wire.ground)}"


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        contract,
        overlapping_cards,
        text_outside,
        outside_picture,
        overlapping_texts,
        texts_across_borders,
        wires_through_cards,
        loose_wires,
        slanted_wires,
        shared_lines,
        wires_through_texts,
        small_text,
        aspect_ratio,
        repeated_edges,
        contrast,
    )
}
"""The checks of a picture as it is shown on a light page."""
DARK_CHECKS: dict[str, Check] = {"dark_contrast": contrast}
"""The checks of what changes where the user prefers dark colors."""


class Near(Generic[Item]):
    """Items by the bands of the picture that they are in, so that a box needs not be compared with all of them."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._bands: dict[int, list[Item]] = {}
        for item in items:
            for band in _bands(item.box):
                self._bands.setdefault(band, []).append(item)

    def of(self, box: Box) -> list[Item]:
        """The items whose boxes overlap a box."""
        near = (item for band in _bands(box) for item in self._bands.get(band, ()) if item.box.overlaps(box))
        return list({id(item): item for item in near}.values())


def _bands(box: Box) -> range:
    return range(int(box.top // BAND), int(box.bottom // BAND) + 1)


def overlaps(items: Iterable[Item], slack: float = SLACK) -> Iterator[tuple[Item, Item]]:
    """The pairs that have a common area in both directions of more than the slack."""
    ordered = sorted(items, key=lambda item: item.box.left)
    for place, item in enumerate(ordered):
        box = item.box.grown(-slack)
        for other in ordered[place + 1 :]:
            if other.box.left >= box.right:
                break
            if box.overlaps(other.box):
                yield item, other


def luminance(color: Color) -> float:
    """The relative luminance of an sRGB color, from 0 to 1, as WCAG 2.2 defines it."""
    parts = [part / 255 for part in color]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_of(color: Color, other: Color) -> float:
    """The contrast ratio of two colors, from 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((luminance(color), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _reached(card: Card, end: Point, heads: Iterable[Box]) -> bool:
    """Whether the head of a wire fills the gap between its end and its card."""
    near = (head.grown(TOUCHING) for head in heads)
    return any(head.holds(Box(*end, *end)) and card.is_crossed(head) for head in near)


def _common_length(first: Segment, second: Segment) -> float:
    axis = 0 if first.is_horizontal else 1
    (start, end), (other_start, other_end) = (
        sorted((segment.start[axis], segment.end[axis])) for segment in (first, second)
    )
    return min(end, other_end) - max(start, other_start)
