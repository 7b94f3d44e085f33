"""Diagrams as SVG elements: the network as a strip or as rows by resolution, and a form of a block."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.boxes import NOTE, Box, box_svg, compact_box, tall_box
from cnnshape.render.picture.colors import BAND, FRAME_EDGE, MACS, PARAMS, SOFT, WIRE
from cnnshape.render.picture.geometry import Layout, Point, Spacing, lay_out
from cnnshape.render.picture.levels import is_strip, level_names, levels_of
from cnnshape.render.picture.metrics import text_width
from cnnshape.render.picture.placing import GAP, Cell
from cnnshape.render.picture.tooltips import tooltip
from cnnshape.render.picture.words import face_of, shape_text
from cnnshape.render.svg import element, line, number, path, rectangle, text
from cnnshape.render.wrapping import rounded
from cnnshape.study.picture.model import Card, CardKind, Diagram, Wire

_TALLEST, _LOWEST, _STEP = 200, 64, 26
"""The height of the cards with the largest maps, that of the lowest, and what each level takes off."""
_LINES_OF_TALL = 2
"""A strip with more lines has lower cards."""
_SMALLER = 0.55
_BAR, _BAR_ROOM = 34, 116
"""The height of the longest bar below a strip, and the room for both kinds."""
_LABEL, _HEADING_ROOM = 8, 44
"""The space before and after the label of a row, and the room for the headings of bars."""
_DASHES = "5 3"
_HEAD = 6


class Drawing(NamedTuple):
    """Elements with the origin at their upper left corner, which may be made when they are used, and their size."""

    parts: Iterable[str]
    width: float
    height: float


class Prepared:
    """A diagram with what its cards say, which is the same however the cards are placed."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.levels = levels_of(diagram)
        self.is_strip = is_strip(diagram, self.levels)
        self.faces = list(map(face_of, diagram.cards))
        self.shapes = _shapes(diagram)
        self.ports = Counter(wire.target for wire in diagram.wires)
        self._tall: dict[float, list[Box]] = {}
        self.most_macs = max([1, *(card.macs for card in diagram.cards)])
        self.most_params = max([1, *(card.params for card in diagram.cards)])

    def compact(self, index: int, *, bars: bool = False) -> Box:
        """A small card."""
        card, face, shape = self.diagram.cards[index], self.faces[index], self.shapes[index]
        notes = (*face.notes, shape) if shape and shape not in face.title else face.notes
        return compact_box(face, notes, self.ports[index], bars=bars and bool(card.macs or card.params))

    def tall(self, scale: float) -> list[Box]:
        """The cards with heights that show the levels of their maps."""
        if scale not in self._tall:
            self._tall[scale] = [self._tall_box(index, scale) for index in range(len(self.diagram.cards))]
        return self._tall[scale]

    def _tall_box(self, index: int, scale: float) -> Box:
        if self.diagram.cards[index].kind is CardKind.INPUT:
            return self.compact(index)
        height = max(_TALLEST - _STEP * self.levels[index], _LOWEST) * scale
        return tall_box(self.faces[index], height, self.shapes[index], self.ports[index])


def network_drawing(prepared: Prepared, limit: float) -> Drawing:
    """The network: a strip with the resolution as height, or rows by resolution if that shows more."""
    return _strip(prepared, limit) if prepared.is_strip else _rows(prepared, limit)


def form_drawing(diagram: Diagram, prefix: str, limit: float) -> Drawing:
    """A form of a block, from top to bottom. The names of its cards get a prefix."""
    prepared = Prepared(diagram)
    boxes = [prepared.compact(index) for index in range(len(diagram.cards))]
    cells = [Cell(along=box.height, across=box.width) for box in boxes]
    layout = lay_out(cells, diagram.wires, limit, Spacing(), centered=True)
    names = [f"{prefix}{card.name}" for card in diagram.cards]
    wires = [wire_svg(names, wire, list(map(_turned, points)), "") for wire, points in layout.paths.items()]
    cards = [
        box_svg(box, names[index], tooltip(diagram.cards[index]), *_turned(layout.middles[index]))
        for index, box in enumerate(boxes)
    ]
    return Drawing((wires_svg(wires), *cards), layout.across, layout.along)


def _turned(point: Point) -> Point:
    """A point of a diagram that runs from top to bottom."""
    return point[1], point[0]


def _strip(prepared: Prepared, limit: float) -> Drawing:
    boxes = prepared.tall(1)
    if sum(box.width + GAP for box in boxes) > _LINES_OF_TALL * limit:
        boxes = prepared.tall(_SMALLER)
    cells = [Cell(box.width, box.height, box.caption_width, 18 if box.caption else 0) for box in boxes]
    layout = lay_out(cells, prepared.diagram.wires, limit, Spacing(before=_HEADING_ROOM, below=_BAR_ROOM))
    parts = chain(_all_bars(prepared, layout), _cards_and_wires(prepared, boxes, layout))
    return Drawing(parts, layout.along, layout.across)


def _rows(prepared: Prepared, limit: float) -> Drawing:
    boxes = [prepared.compact(index, bars=True) for index in range(len(prepared.diagram.cards))]
    cells = [Cell(box.width, box.height, level=prepared.levels[index]) for index, box in enumerate(boxes)]
    names = level_names(prepared.diagram, prepared.levels)
    before = max(text_width(name, NOTE) for name in names) + 2 * _LABEL
    layout = lay_out(cells, prepared.diagram.wires, limit, Spacing(before=before, above=8, level=22))
    parts = chain(_bands(names, layout), _cards_and_wires(prepared, boxes, layout))
    return Drawing(parts, layout.along, layout.across + 8)


def _shapes(diagram: Diagram) -> list[str]:
    """The shape of each card that has another one than its last source; empty for the others."""
    sources = {wire.target: wire.source for wire in diagram.wires}
    shapes: list[str] = []
    for index, card in enumerate(diagram.cards):
        before = diagram.cards[sources[index]].shape if index in sources else None
        shapes.append(shape_text(card.shape) if card.shape and card.shape != before else "")
    return shapes


def _cards_and_wires(prepared: Prepared, boxes: Sequence[Box], layout: Layout) -> Iterator[str]:
    """The wires, which are below, and the cards with their shares of the figures. A wire that passes cards is dashed."""
    cards = prepared.diagram.cards
    names = [card.name for card in cards]
    dashes = {wire: _DASHES if layout.distance[wire] > 1 else "" for wire in layout.paths}
    yield wires_svg([wire_svg(names, wire, points, dashes[wire]) for wire, points in layout.paths.items()])
    for index, card in enumerate(cards):
        shares = card.macs / prepared.most_macs, card.params / prepared.most_params
        yield box_svg(boxes[index], card.name, tooltip(card), *layout.middles[index], shares=shares)


def wires_svg(wires: Sequence[str]) -> str:
    """Wires as one group."""
    return element("g", *wires, fill="none", stroke=WIRE) if wires else ""


def wire_svg(names: Sequence[str], wire: Wire, points: list[Point], dashes: str) -> str:
    """A wire with an arrow head at its end."""
    (before_x, before_y), (x, y) = points[-2:]
    data = {"class": "wire", "data-from": names[wire.source], "data-to": names[wire.target]}
    dash = {"stroke_dasharray": dashes} if dashes else {}
    d = f"M{_pair(points[0])}" + "".join(map(_leg, points, points[1:]))
    head = (
        f"M{_pair((x, y))}l-{_HEAD}-3.5v7z" if y == before_y and x > before_x else f"M{_pair((x, y))}l-3.5-{_HEAD}h7z"
    )
    return path(d, **data, **dash) + path(head, fill=WIRE, stroke="none", **{"class": "head"})


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _leg(start: Point, end: Point) -> str:
    return f"H{number(end[0])}" if start[1] == end[1] else f"V{number(end[1])}"


def _bands(names: Sequence[str], layout: Layout) -> Iterator[str]:
    """The background of each row with the name of its level."""
    for band in layout.bands:
        yield rectangle(0, band.start - 6, layout.along, band.end - band.start + 12, fill=BAND, **{"class": "band"})
        middle = (band.start + band.end) / 2 + 4
        yield text(
            _LABEL, middle, names[band.level], font_size=NOTE, fill=SOFT, text_anchor="start", **{"class": "soft"}
        )


def _all_bars(prepared: Prepared, layout: Layout) -> Iterator[str]:
    """The MACs and params of each card as bars below its line of the strip."""
    shown: dict[int, list[tuple[float, Card]]] = {}
    for (x, _), system, card in zip(layout.middles, layout.systems, prepared.diagram.cards, strict=True):
        shown.setdefault(system, []).append((x, card))
    for band in layout.bands:
        places = shown[band.system]
        macs = [(x, card.macs) for x, card in places]
        params = [(x, card.params) for x, card in places]
        yield from _bars("MACs", macs, prepared.most_macs, band.end + 14 + _BAR, layout.along)
        yield from _bars("params", params, prepared.most_params, band.end + 66 + _BAR, layout.along)


def _bars(heading: str, figures: Sequence[tuple[float, int]], most: int, base: float, end: float) -> Iterator[str]:
    color, style = (MACS, "macs") if heading == "MACs" else (PARAMS, "params")
    name = {"class": style}
    yield line((0, base), (end, base), stroke=FRAME_EDGE, **{"class": "axis"})
    yield text(0, base - 3, heading, font_size=NOTE, font_weight="bold", fill=color, text_anchor="start", **name)
    for x, figure in figures:
        if figure:
            height = max(_BAR * figure / most, 1)
            yield rectangle(x - 18, base - height, 36, height, fill=color, **name)
            yield text(x, base - height - 4, rounded(figure), font_size=NOTE, fill=SOFT, **{"class": "soft"})
