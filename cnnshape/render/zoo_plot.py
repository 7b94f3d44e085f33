"""The shipped architectures as a plot: parameters against MACs, both on logarithmic axes. SVG."""

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.svg import path, picture, text
from cnnshape.render.wrapping import count, rounded
from cnnshape.study.zoo import Entry

WIDTH, HEIGHT = 900, 720
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 780, 12, 672
_RADIUS = 4
_FONT = 10
_GLYPH = 0.6
"""The width of a letter, in font sizes; the usual sans-serif fonts are no wider."""
_REACHES = (8, 17, 28, 40, 52)
"""The distances of a name from its mark. From the second on, a line leads to it."""

# All are dark enough to be read on white. Where two come close in hue, their places give them different shapes.
_COLORS = (
    "#1b6ca8", "#c8401f", "#2d8a3e", "#8e44ad", "#b8860b", "#0f8b8d", "#d6336c", "#5b6770", "#6b4f2a", "#3f51d1",
    "#7a9a01", "#a61e4d", "#e06c00", "#a05195", "#00796b", "#2b8cbe", "#7048e8", "#9c2f2f", "#8a6d00", "#33691e",
    "#1f5f5b", "#4d7c0f", "#d0541c", "#0b5394", "#b0413e", "#5c3d99", "#1a7f64", "#995c00", "#5f0f40", "#2f4858",
    "#a0522d", "#006d77", "#4a7a2e", "#bc4749", "#386641", "#720026", "#3a5a9b", "#9a3b9e", "#556b2f", "#c2185b",
    "#455a64", "#7b5e00", "#d11ec4", "#2222e6", "#f0148c", "#e61919", "#b3717f", "#a11de0", "#0f990f", "#6f80e8",
)  # fmt: skip


class Box(NamedTuple):
    """The rectangle that an element covers."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether they overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


class Axis(NamedTuple):
    """A logarithmic axis from one coordinate to another."""

    low: float
    high: float
    start: float
    end: float

    def at(self, number: float) -> float:
        """The coordinate of a number."""
        return self.start + (log10(number) - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, steps: Sequence[int]) -> list[int]:
        """These multiples of the powers of ten on it."""
        powers = range(floor(self.low), ceil(self.high))
        marks = (step * 10**power for power in powers for step in steps)
        return [mark for mark in marks if self.low <= log10(mark) <= self.high]


class Point(NamedTuple):
    """An architecture with its place in the plot."""

    entry: Entry
    x: float
    y: float
    color: str
    shape: int

    @property
    def box(self) -> Box:
        """The rectangle that the mark covers."""
        return Box(self.x - _RADIUS, self.y - _RADIUS, self.x + _RADIUS, self.y + _RADIUS)


def zoo_plot(entries: Sequence[Entry]) -> str:
    """The plot of these entries: a mark for each, a colour per family, and names if there is room."""
    families = sorted({entry.family for entry in entries}, key=lambda family: (_first_year(entries, family), family))
    looks = {family: (_COLORS[index % len(_COLORS)], index % len(_SHAPES)) for index, family in enumerate(families)}
    across = _axis([entry.params for entry in entries], _LEFT, _RIGHT)
    up = _axis([entry.macs for entry in entries], _BOTTOM, _TOP)
    points = [
        Point(entry, across.at(entry.params), up.at(entry.macs), *looks[entry.family])
        for entry in sorted(entries, key=lambda entry: (families.index(entry.family), entry.params, entry.name))
    ]
    title = "Parameters against multiply-accumulates of the shipped architectures"
    parts = [*_grid(across, up), *_marks(points), *_names(points), *_legend(looks)]
    font = "Helvetica, Arial, sans-serif"
    return picture(WIDTH, HEIGHT, parts, title, width=WIDTH, height=HEIGHT, font_family=font, role="img")


def _first_year(entries: Sequence[Entry], family: str) -> int:
    return min(entry.year or 0 for entry in entries if entry.family == family)


def _axis(numbers: Sequence[int], start: float, end: float) -> Axis:
    """An axis that has room for all numbers, and a little more."""
    return Axis(log10(min(numbers)) - 0.2, log10(max(numbers)) + 0.2, start, end)


def _grid(across: Axis, up: Axis) -> Iterator[str]:
    for steps, color in ((range(2, 10), "#eef0f2"), ((1,), "#c3c9cf")):
        for number in across.ticks(steps):
            yield path(f"M{across.at(number):.1f} {_TOP}V{_BOTTOM}", stroke=color)
        for number in up.ticks(steps):
            yield path(f"M{_LEFT} {up.at(number):.1f}H{_RIGHT}", stroke=color)
    for decade in across.ticks((1,)):
        yield text(across.at(decade), _BOTTOM + 16, _short(decade), text_anchor="middle", font_size=12, fill="#333")
    for decade in up.ticks((1,)):
        yield text(_LEFT - 6, up.at(decade) + 4, _short(decade), text_anchor="end", font_size=12, fill="#333")
    x, y = (_LEFT + _RIGHT) / 2, (_TOP + _BOTTOM) / 2
    style: dict[str, str | int] = {"text_anchor": "middle", "font_size": 13, "fill": "#111"}
    yield text(x, _BOTTOM + 36, "parameters", **style)
    yield text(14, y, "multiply-accumulates at the network's default input", transform=f"rotate(-90 14 {y:g})", **style)


def _short(decade: int) -> str:
    number, _, prefix = rounded(decade).partition(" ")
    return f"{float(number):g} {prefix}"


_SHAPES = (
    "M{x:.1f} {y:.1f}m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    "M{x:.1f} {y:.1f}m-3.5 -3.5h7v7h-7z",
    "M{x:.1f} {y:.1f}m0 -5l4.6 8h-9.2z",
    "M{x:.1f} {y:.1f}m0 -5l5 5l-5 5l-5 -5z",
)
"""A circle, a square, a triangle, a diamond."""


def _outline(x: float, y: float, shape: int) -> str:
    return _SHAPES[shape].format(x=x, y=y)


def _marks(points: Sequence[Point]) -> Iterator[str]:
    for point in points:
        entry = point.entry
        title = f"{entry.title}: {count(entry.params)} parameters, {rounded(entry.macs)} MACs"
        yield path(_outline(point.x, point.y, point.shape), title, fill=point.color, fill_opacity="0.85")


def _names(points: Sequence[Point]) -> Iterator[str]:
    """The names that fit: none overlaps another name, a mark or a line. Short names, which are the best known, come
    first."""
    covered = [point.box for point in points]
    for point in sorted(points, key=lambda point: (len(point.entry.name), point.entry.name)):
        place = next((place for place in _places(point) if not place.hits(covered, point.box)), None)
        if place is not None:
            covered += place.boxes
            yield from place.drawn(point)


class Place(NamedTuple):
    """A place for a name: its point, the anchor of the text, and the rectangles that it and its line cover."""

    x: float
    y: float
    anchor: str
    reach: int
    boxes: tuple[Box, ...]

    def hits(self, covered: Sequence[Box], own: Box) -> bool:
        """Whether it leaves the plot or overlaps other elements."""
        name = self.boxes[0]
        if name.left < _LEFT or name.right > _RIGHT or name.top < _TOP or name.bottom > _BOTTOM:
            return True
        return any(box.meets(other) for box in self.boxes for other in covered if other != own)

    def drawn(self, point: Point) -> Iterator[str]:
        """The name, and the line to it if it is not next to the mark."""
        if self.reach > _REACHES[0]:
            line = f"M{point.x:.1f} {point.y:.1f}L{self.x:.1f} {self.y:.1f}"
            yield path(line, stroke=point.color, stroke_width=0.7)
        style: dict[str, str | int] = {"text_anchor": self.anchor, "font_size": _FONT, "fill": point.color}
        yield text(self.x, self.y + _FONT * 0.35, point.entry.name, **style)


def _places(point: Point) -> Iterator[Place]:
    """Places for a name around its mark, the nearest first."""
    wide = len(point.entry.name) * _FONT * _GLYPH
    for reach in _REACHES:
        for across, down, anchor in _DIRECTIONS:
            x, y = point.x + reach * across, point.y + reach * down
            left = {"start": x, "end": x - wide, "middle": x - wide / 2}[anchor]
            name = Box(left, y - _FONT * 0.5, left + wide, y + _FONT * 0.5)
            line = [_around(point.x + reach * across * part, point.y + reach * down * part) for part in _STOPS]
            yield Place(x, y, anchor, reach, (name, *(line if reach > _REACHES[0] else ())))


_DIRECTIONS = (
    (1, 0, "start"), (-1, 0, "end"), (0.8, -0.8, "start"), (0.8, 0.8, "start"), (-0.8, -0.8, "end"), (-0.8, 0.8, "end"),
    (0, -1.1, "middle"), (0, 1.1, "middle"), (1, -0.4, "start"), (1, 0.4, "start"), (-1, -0.4, "end"), (-1, 0.4, "end"),
)  # fmt: skip
_STOPS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""The positions along a line that must not overlap anything."""


def _around(x: float, y: float) -> Box:
    return Box(x - 2, y - 2, x + 2, y + 2)


def _legend(looks: dict[str, tuple[str, int]]) -> Iterator[str]:
    """A line per family. Many families get lower lines, so that the last one is still in the picture."""
    first = _TOP + 12
    step = min(20, (HEIGHT - 12 - first) / max(len(looks) - 1, 1))
    for index, (family, (color, shape)) in enumerate(looks.items()):
        y = first + step * index
        yield path(_outline(_RIGHT + 16, y, shape), fill=color)
        yield text(_RIGHT + 28, y + 4, family, font_size=f"{min(13, 0.8 * step):.1f}", fill="#222")
