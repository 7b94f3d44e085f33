"""The page of a plot: its heading, its size, and the pieces that all plots have."""

from collections.abc import Iterable, Iterator

from cnnshape.render.picture.colors import FRAME_EDGE, SOFT, TEXT, WIRE
from cnnshape.render.picture.metrics import shortened
from cnnshape.render.plot.colors import dark_style, series, series_class
from cnnshape.render.svg import Number, circle, path, picture, rectangle, text

EDGE = 20
"""The space around a plot."""
HEADER = 76
"""The height of the heading."""
TITLE, NOTE, LABEL = 20, 12, 12
"""Font sizes."""


def plot_file(title: str, notes: str, parts: Iterable[str], width: int, height: int) -> str:
    """A plot below its heading, as an SVG file."""
    attributes: dict[str, Number | str] = {"font_family": "Helvetica, Arial, sans-serif", "fill": TEXT, "role": "img"}
    body = [*heading(title, notes, width), *parts]
    return picture(width, height, body, title, dark_style(), width=width, height=height, **attributes)


def heading(title: str, notes: str, width: float) -> Iterator[str]:
    """The name of a plot, and a line of notes below it, both as far as they fit."""
    room = width - 2 * EDGE
    yield text(EDGE, 38, shortened(title, TITLE, room, bold=True), font_size=TITLE, font_weight="bold")
    yield soft(EDGE, 60, shortened(notes, NOTE, room), NOTE)


def section(x: Number, y: Number, words: str) -> str:
    """The heading of a part of a plot."""
    return text(x, y, words, font_size=14, font_weight="bold")


def label(x: Number, y: Number, words: str, anchor: str = "start", size: Number = LABEL) -> str:
    """A text that belongs to an element."""
    return text(x, y, words, font_size=size, text_anchor=anchor)


def soft(x: Number, y: Number, words: str, size: Number = LABEL, anchor: str = "start") -> str:
    """A text in the background: a note, the number of a tick."""
    return text(x, y, words, font_size=size, text_anchor=anchor, fill=SOFT, **{"class": "soft"})


def word(x: Number, y: Number, words: str, index: int, anchor: str = "start", size: Number = LABEL) -> str:
    """A text in the color of a series."""
    color = {"class": series_class("word", index)}
    return text(x, y, words, font_size=size, text_anchor=anchor, fill=series(index).stroke, **color)


def area(x: Number, y: Number, width: Number, height: Number, index: int, title: str = "") -> str:
    """A rectangle in the color of a series, which texts can be on."""
    color = series(index)
    style = {"fill": color.fill, "stroke": color.stroke, "class": series_class("area", index)}
    return rectangle(x, y, width, height, title, **style)


def mark(x: Number, y: Number, radius: Number, index: int, title: str = "") -> str:
    """A ball in the color of a series, with a rim in that of the ground."""
    color = {"fill": series(index).stroke, "stroke": "#ffffff", "class": series_class("mark", index)}
    return circle(x, y, radius, title, **color)


def curve(d: str, index: int, title: str = "", width: Number = 2, dashes: str = "none") -> str:
    """A line in the color of a series, in the notation of SVG."""
    color = {"stroke": series(index).stroke, "class": series_class("curve", index)}
    return path(d, title, fill="none", stroke_width=width, stroke_dasharray=dashes, **color)


def grid(d: str) -> str:
    """Faint lines to read values by, in the notation of SVG. Texts may cross them."""
    return path(d, fill="none", stroke=FRAME_EDGE, **{"class": "grid"})


def guide(d: str, dashes: str = "none") -> str:
    """A gray line that leads from one thing to another, in the notation of SVG."""
    return path(d, fill="none", stroke=WIRE, stroke_dasharray=dashes, **{"class": "guide"})
