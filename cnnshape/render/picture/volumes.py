"""The network as volumes, the figure of lectures and papers: each map is a box whose height, width and depth are its
sizes."""

from collections import Counter
from collections.abc import Iterator
from math import sqrt

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.boxes import NOTE, NOTE_LINE, TITLE, TITLE_LINE, in_two_lines
from cnnshape.render.picture.colors import CARDS, SOFT
from cnnshape.render.picture.drawing import Drawing, wire_svg, wires_svg
from cnnshape.render.picture.geometry import Layout, Spacing, lay_out
from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.picture.placing import Cell
from cnnshape.render.picture.tooltips import tooltip
from cnnshape.render.picture.words import face_of, shape_text
from cnnshape.render.svg import Number, element, escape_xml, polygon, rectangle, text
from cnnshape.study.picture.maps import maps_of
from cnnshape.study.picture.model import Card, CardKind, Diagram, Wire

NOTE_OF_SCALE = "height and width to scale, depth as the root of the channels"
_TALLEST, _DEEPEST, _LEAST = 170.0, 60.0, 4.0
"""The height of the largest map, the depth of the most channels, and the least of both."""
_RIGHT, _UP = 0.4, 0.28
"""A width of 1 goes back by so much to the right and up."""
_FLAT = 14.0
"""The depth of a tensor without space, whose height is the root of its channels."""
_PARTS = (1.0, 0.5, 0.25)
_HIGHEST = 4000.0
"""Maps of networks with many branches are smaller, so that the picture is not higher."""
_LABEL = 104.0
"""The most that a line of a label takes."""


class Volume(NamedTuple):
    """A map on paper: the front of its box, how far the box goes back, and the texts above and below it."""

    color: str
    label: tuple[str, ...]
    caption: str
    depth: float
    height: float
    right: float
    up: float

    @property
    def width(self) -> float:
        """The space along the flow."""
        return max(self.depth + self.right, *(text_width(line, TITLE) for line in self.label), 0) + 4

    @property
    def whole_height(self) -> float:
        """The space across the flow."""
        return self.height + self.up + len(self.label) * TITLE_LINE + 8


class Scale(NamedTuple):
    """The sizes that the largest map, the most channels and the most values without space have, and the part of their
    usual size on paper."""

    size: int
    channels: int
    values: int
    part: float


def volumes_drawing(diagram: Diagram, limit: float) -> Drawing:
    """The maps of a network from left to right. Wires between neighbours in one line go without saying."""
    maps = maps_of(diagram)
    drawing = _drawing(maps, limit, _PARTS[0])
    for part in _PARTS[1:]:
        if drawing.height <= _HIGHEST:
            break
        drawing = _drawing(maps, limit, part)
    return drawing


def _drawing(maps: Diagram, limit: float, part: float) -> Drawing:
    """The maps, on paper with a part of their usual size."""
    scale = _scale(maps, part)
    volumes = [_volume(card, scale) for card in maps.cards]
    cells = [Cell(item.width, item.whole_height, text_width(item.caption, NOTE), 18) for item in volumes]
    layout = lay_out(cells, maps.wires, limit, Spacing(before=4, above=4))
    names = [card.name for card in maps.cards]
    plain = _plain_wires(layout, maps)
    wires = [wire_svg(names, wire, points, "") for wire, points in layout.paths.items() if wire not in plain]
    cards = [
        _svg(item, card, *layout.middles[index])
        for index, (item, card) in enumerate(zip(volumes, maps.cards, strict=True))
    ]
    return Drawing((wires_svg(wires), *cards), layout.along, layout.across)


def _plain_wires(layout: Layout, maps: Diagram) -> set[Wire]:
    """The wires that say no more than the order of the boxes: the only one between neighbours in one line."""
    leaving = Counter(wire.source for wire in maps.wires)
    entering = Counter(wire.target for wire in maps.wires)
    return {
        wire
        for wire in maps.wires
        if leaving[wire.source] == entering[wire.target] == layout.distance[wire] == 1
        and layout.middles[wire.source][1] == layout.middles[wire.target][1]
    }


def _scale(diagram: Diagram, part: float) -> Scale:
    shapes = [card.shape for card in diagram.cards if card.shape]
    maps = [shape for shape in shapes if len(shape) > 1]
    return Scale(
        size=max([max(shape[-2:]) if len(shape) > 2 else shape[-1] for shape in maps], default=1),
        channels=max([shape[0] for shape in maps], default=1),
        values=max([shape[0] for shape in shapes if len(shape) == 1], default=1),
        part=part,
    )


def _volume(card: Card, scale: Scale) -> Volume:
    face = face_of(card)
    color = "conv" if card.kind is CardKind.GROUP else face.color
    label = tuple([shortened(line, TITLE, _LABEL) for line in in_two_lines(face.title)])
    shape = card.shape
    if shape is None:
        # An error's message is above it, as there is no card that it fits into.
        error = card.kind is CardKind.ERROR
        texts = ((*label, *face.notes), "") if error else (label, card.note)
        return Volume(color, *texts, _FLAT, _FLAT, right=0, up=0)
    caption = shape_text(shape)
    tallest = _TALLEST * scale.part
    if len(shape) == 1:
        height = max(tallest * sqrt(shape[0] / scale.values), _LEAST)
        return Volume(color, label, caption, _FLAT, height, right=0, up=0)
    height, width = (shape[-2], shape[-1]) if len(shape) > 2 else (1, shape[-1])
    back = max(tallest * width / scale.size, _LEAST)
    return Volume(
        color=color,
        label=label,
        caption=caption,
        depth=max(_DEEPEST * scale.part * sqrt(shape[0] / scale.channels), _LEAST),
        height=max(tallest * height / scale.size, _LEAST),
        right=back * _RIGHT,
        up=back * _UP,
    )


def _svg(item: Volume, card: Card, x: float, y: float) -> str:
    """A box around its middle, with its label above and its shape below."""
    left, top = x - item.width / 2, y - item.whole_height / 2
    title = element("title", "\n".join(map(escape_xml, tooltip(card).split("\n"))))
    outline = rectangle(left, top, item.width, item.whole_height, fill="none")
    lines = [
        text(x, top + (index + 1) * TITLE_LINE - 3, line, font_size=TITLE) for index, line in enumerate(item.label)
    ]
    caption = {"class": "shape soft"}
    below = text(x, top + item.whole_height + NOTE_LINE, item.caption, font_size=NOTE, fill=SOFT, **caption)
    sides = _sides(item, x - (item.depth + item.right) / 2, top + item.whole_height - 4)
    data = {"class": f"card {item.color}", "data-card": card.name}
    return element("g", title, outline, *sides, *lines, below if item.caption else "", **data)


def _sides(item: Volume, left: float, bottom: float) -> Iterator[str]:
    """The front, the top and the right side of a box."""
    right, top = left + item.depth, bottom - item.height
    back: list[list[tuple[Number, Number]]] = [
        [(left, top), (left + item.right, top - item.up), (right + item.right, top - item.up), (right, top)],
        [(right, top), (right + item.right, top - item.up), (right + item.right, bottom - item.up), (right, bottom)],
    ]
    color = CARDS[item.color]
    for corners in [[(left, bottom), (left, top), (right, top), (right, bottom)], *(back if item.right else [])]:
        yield polygon(corners, fill=color.fill, stroke=color.stroke, stroke_linejoin="round")
