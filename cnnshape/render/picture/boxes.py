"""The size of a card on paper, and its SVG."""

from collections.abc import Iterator

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.colors import CARDS, MACS, PARAMS, SOFT
from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.picture.words import Face
from cnnshape.render.svg import element, escape_xml, rectangle, text

TITLE, NOTE = 12, 10
"""Font sizes."""
TITLE_LINE, NOTE_LINE = 15, 13
_LONG, _MOST = 110.0, 160.0
"""A longer title goes on in a second line; the most that a text takes."""
_SIDE = 6
"""The space between a text and the border."""
_SLIM = 26
_SIGN = 22
"""The diameter of a sign."""
_ON_CIRCLE = 3
_BARS = 12
"""The height that the bars of a card take."""


class Box(NamedTuple):
    """A card on paper: its texts, its size, whether its title is upright, and the caption below it."""

    face: Face
    title: tuple[str, ...]
    notes: tuple[str, ...]
    width: float
    height: float
    upright: bool = False
    caption: str = ""
    bars: bool = False

    @property
    def caption_width(self) -> float:
        """The width of the caption."""
        return text_width(self.caption, NOTE) if self.caption else 0


def compact_box(face: Face, notes: tuple[str, ...], ports: int, *, bars: bool = False) -> Box:
    """A card that is as small as its texts and the wires that enter it allow."""
    if face.sign:
        return Box(face, face.title, (), _SIGN, _sign(ports))
    long = text_width(face.title[0], TITLE, bold=True) > _LONG
    title, notes = _fitting(in_two_lines(face.title) if long else face.title, notes)
    height = len(title) * TITLE_LINE + len(notes) * NOTE_LINE + 11 + (_BARS if bars else 0)
    return Box(face, title, notes, max(_width(title, notes), 40), max(height, _least(ports)), bars=bars)


def tall_box(face: Face, height: float, caption: str, ports: int) -> Box:
    """A card of a given height, or more if it needs more. Cards that do little are slim, with an upright title."""
    if face.sign:
        return Box(face, face.title, (), _SIGN, _sign(ports), caption=caption)
    title, notes = _fitting(in_two_lines(face.title), face.notes)
    least = len(title) * TITLE_LINE + len(notes) * NOTE_LINE + 14
    if face.slim and not notes and len(title) == 1:
        length = text_width(title[0], TITLE, bold=True) + 2 * _SIDE
        return Box(face, title, (), _SLIM, max(height, length, _least(ports)), upright=True, caption=caption)
    return Box(face, title, notes, max(_width(title, notes), 56), max(height, least, _least(ports)), caption=caption)


def _sign(ports: int) -> float:
    """The height of a sign: two or three wires fit on a circle."""
    return _SIGN if ports <= _ON_CIRCLE else _least(ports)


def _least(ports: int) -> float:
    """The least height of a card that so many wires enter."""
    return 12.0 + 10 * ports if ports > 1 else 0


def in_two_lines(title: tuple[str, ...]) -> tuple[str, ...]:
    """A title on two lines if it has two parts."""
    parts = title[0].split(", ", 1)
    return tuple(parts) if len(title) == 1 and len(parts) == 2 else title


def _fitting(title: tuple[str, ...], notes: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple([shortened(line, TITLE, _MOST, bold=True) for line in title]),
        tuple([shortened(note, NOTE, _MOST) for note in notes]),
    )


def _width(title: tuple[str, ...], notes: tuple[str, ...]) -> float:
    widths = [*(text_width(line, TITLE, bold=True) for line in title), *(text_width(note, NOTE) for note in notes)]
    return round(max(widths, default=0) + 2 * _SIDE)


def box_svg(box: Box, name: str, tooltip: str, x: float, y: float, shares: tuple[float, float] = (0, 0)) -> str:
    """A card around its middle. `shares` are those of MACs and params, of the largest card's."""
    children = [
        element("title", "\n".join(map(escape_xml, tooltip.split("\n")))),
        *_outline(box, x, y),
        *_texts(box, x, y),
    ]
    if box.bars:
        children += _bars(box, x, y, shares)
    if box.caption:
        below = y + box.height / 2 + NOTE_LINE
        children.append(text(x, below, box.caption, font_size=NOTE, fill=SOFT, **{"class": "shape soft"}))
    return element("g", *children, **{"class": f"card {box.face.color}", "data-card": name})


def _outline(box: Box, x: float, y: float) -> Iterator[str]:
    color = CARDS[box.face.color]
    left, top = x - box.width / 2, y - box.height / 2
    corner = min(box.height / 2, 11) if box.face.sign or box.face.color == "port" else 5
    yield rectangle(left, top, box.width, box.height, rx=corner, fill=color.fill, stroke=color.stroke)
    if box.face.color == "group":
        lid = {"class": "lid", "fill": color.stroke}
        yield rectangle(left + 1, top + 1, box.width - 2, 3, rx=1, **lid)


def _texts(box: Box, x: float, y: float) -> Iterator[str]:
    if box.upright:
        turned = f"rotate(-90 {x:.1f} {y:.1f})"
        yield text(x, y + 4, box.title[0], font_size=TITLE, transform=turned)
        return
    height = len(box.title) * TITLE_LINE + len(box.notes) * NOTE_LINE
    middle = y - (_BARS / 2 if box.bars else 0) + (1 if box.face.color == "group" else 0)
    line = middle - height / 2 - 3
    for title in box.title:
        line += TITLE_LINE
        yield text(x, line, title, font_size=TITLE, font_weight="bold")
    for note in box.notes:
        line += NOTE_LINE
        yield text(x, line, note, font_size=NOTE, fill=SOFT, **{"class": "soft"})


def _bars(box: Box, x: float, y: float, shares: tuple[float, float]) -> Iterator[str]:
    """Two bars at the bottom of a card: its MACs and params, as shares of the most that a card has."""
    left, bottom, room = x - box.width / 2 + 4, y + box.height / 2, box.width - 8
    for share, color, name, above in zip(shares, (MACS, PARAMS), ("macs", "params"), (10, 6), strict=True):
        if share:
            yield rectangle(left, bottom - above, max(share * room, 1), 3, fill=color, **{"class": name})
