"""The shipped architectures as a plot: parameters against MACs, both on logarithmic axes. SVG, written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

from cnnshape.render.numbers import count, rounded
from cnnshape.render.zoo import Entry

WIDTH, HEIGHT = 900, 660
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 762, 16, 606
_RADIUS = 4
_FONT = 9.5
_GLYPH = 0.56
"""The width of a letter, in font sizes: the mean of the usual sans-serif faces."""

# Pairs of neighbours in this list differ in hue and in lightness; all are dark enough to be read on white.
_COLORS = (
    "#1b6ca8", "#c8401f", "#2d8a3e", "#8e44ad", "#b8860b", "#0f8b8d", "#d6336c", "#5b6770", "#6b4f2a", "#3f51d1",
    "#7a9a01", "#a61e4d", "#00796b", "#e06c00", "#7048e8", "#b0413e", "#2b8cbe", "#4d7c0f", "#a05195", "#8a6d00",
    "#1f5f5b", "#d0541c", "#5c3d99", "#9c2f2f", "#33691e", "#0b5394",
)  # fmt: skip


class Box(NamedTuple):
    """A rectangle that something covers."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether they overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


class Axis(NamedTuple):
    """A logarithmic axis: the first decade at `start`, the last at `end`."""

    low: int
    high: int
    start: float
    end: float

    def at(self, number: float) -> float:
        """Where a number is."""
        return self.start + (log10(number) - self.low) / (self.high - self.low) * (self.end - self.start)

    def decades(self) -> list[int]:
        """The powers of ten on it."""
        return [10**power for power in range(self.low, self.high + 1)]


class Point(NamedTuple):
    """An architecture with its place in the plot."""

    entry: Entry
    x: float
    y: float
    color: str

    @property
    def box(self) -> Box:
        """What the mark covers."""
        return Box(self.x - _RADIUS, self.y - _RADIUS, self.x + _RADIUS, self.y + _RADIUS)


def zoo_plot(entries: Sequence[Entry]) -> str:
    """The plot of these entries: a mark each, a colour per family, and names where there is room."""
    families = sorted({entry.family for entry in entries}, key=lambda family: (_first_year(entries, family), family))
    colors = {family: _COLORS[index % len(_COLORS)] for index, family in enumerate(families)}
    across = _axis([entry.params for entry in entries], _LEFT, _RIGHT)
    up = _axis([entry.macs for entry in entries], _BOTTOM, _TOP)
    points = [
        Point(entry, across.at(entry.params), up.at(entry.macs), colors[entry.family])
        for entry in sorted(entries, key=lambda entry: (families.index(entry.family), entry.params, entry.name))
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="Helvetica, Arial, sans-serif" role="img">',
        "<title>Parameters against multiply-accumulates of the shipped architectures</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_grid(across, up),
        *_marks(points),
        *_names(points),
        *_legend(colors),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _first_year(entries: Sequence[Entry], family: str) -> int:
    return min(entry.year or 0 for entry in entries if entry.family == family)


def _axis(numbers: Sequence[int], start: float, end: float) -> Axis:
    return Axis(floor(log10(min(numbers))), ceil(log10(max(numbers))), start, end)


def _grid(across: Axis, up: Axis) -> Iterator[str]:
    for axis, line in ((across, _vertical), (up, _horizontal)):
        for decade in axis.decades():
            for step in range(1, 10):
                if decade * step <= axis.decades()[-1]:
                    yield line(axis.at(decade * step), "#c9ced3" if step == 1 else "#eef0f2")
    for decade in across.decades():
        yield _text(across.at(decade), _BOTTOM + 18, _short(decade), 'text-anchor="middle" font-size="12" fill="#333"')
    for decade in up.decades():
        yield _text(_LEFT - 8, up.at(decade) + 4, _short(decade), 'text-anchor="end" font-size="12" fill="#333"')
    middle = (_LEFT + _RIGHT) / 2
    yield _text(middle, _BOTTOM + 40, "parameters", 'text-anchor="middle" font-size="13" fill="#111"')
    turned = f'transform="rotate(-90 14 {(_TOP + _BOTTOM) / 2:g})" text-anchor="middle" font-size="13" fill="#111"'
    yield _text(14, (_TOP + _BOTTOM) / 2, "MACs at the network's own input", turned)


def _short(decade: int) -> str:
    return rounded(decade).replace(".00", "")


def _vertical(x: float, color: str) -> str:
    return f'<path d="M{x:.1f} {_TOP}V{_BOTTOM}" stroke="{color}"/>'


def _horizontal(y: float, color: str) -> str:
    return f'<path d="M{_LEFT} {y:.1f}H{_RIGHT}" stroke="{color}"/>'


def _text(x: float, y: float, text: str, attributes: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}>{escape(text)}</text>'


def _marks(points: Sequence[Point]) -> Iterator[str]:
    for point in points:
        entry = point.entry
        said = f"{entry.title}: {count(entry.params)} parameters, {rounded(entry.macs)} MACs"
        place = f'cx="{point.x:.1f}" cy="{point.y:.1f}" r="{_RADIUS}"'
        yield f'<circle {place} fill="{point.color}" fill-opacity="0.85"><title>{escape(said)}</title></circle>'


def _names(points: Sequence[Point]) -> Iterator[str]:
    """The names that fit: none lies on another one, or on a mark. Those with the fewest neighbours come first."""
    taken = [point.box for point in points]
    for point in sorted(points, key=lambda point: (_crowd(point, points), point.entry.name)):
        for x, y, box in _places(point):
            inside = box.left > _LEFT and box.right < _RIGHT and box.top > _TOP and box.bottom < _BOTTOM
            if inside and not any(box.meets(other) for other in taken):
                taken.append(box)
                yield _text(x, y, point.entry.name, f'font-size="{_FONT}" fill="{point.color}"')
                break


def _crowd(point: Point, points: Sequence[Point]) -> int:
    return sum(abs(point.x - other.x) < 60 and abs(point.y - other.y) < 14 for other in points)


def _places(point: Point) -> Iterator[tuple[float, float, Box]]:
    """Where a name may stand: right, left, above and below of its mark. The start of its line, and what it covers."""
    wide = len(point.entry.name) * _FONT * _GLYPH
    gap = _RADIUS + 2
    for x, y in (
        (point.x + gap, point.y + _FONT / 3),
        (point.x - gap - wide, point.y + _FONT / 3),
        (point.x - wide / 2, point.y - gap),
        (point.x - wide / 2, point.y + gap + _FONT * 0.7),
    ):
        yield x, y, Box(x, y - _FONT * 0.75, x + wide, y + _FONT * 0.2)


def _legend(colors: dict[str, str]) -> Iterator[str]:
    for index, (family, color) in enumerate(colors.items()):
        y = _TOP + 12 + 20 * index
        yield f'<circle cx="{_RIGHT + 24}" cy="{y}" r="5" fill="{color}"/>'
        yield _text(_RIGHT + 36, y + 4, family, 'font-size="13" fill="#222"')
