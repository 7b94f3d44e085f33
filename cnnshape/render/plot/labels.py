"""Names next to the marks of a plot, as many as fit."""

from collections.abc import Iterator, Sequence

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.metrics import text_width
from cnnshape.render.plot.page import curve, word

_FONT = 11
_REACHES = (4, 12, 24, 36, 50)
"""The distances of a name from its mark. From the second on, a line leads to it."""
_DIRECTIONS = (
    (1, 0, "start"), (-1, 0, "end"), (1, -0.8, "start"), (1, 0.8, "start"), (-1, -0.8, "end"), (-1, 0.8, "end"),
    (0, -1, "middle"), (0, 1, "middle"), (1, -0.4, "start"), (1, 0.4, "start"), (-1, -0.4, "end"), (-1, 0.4, "end"),
)  # fmt: skip
_RIM = 1
"""The room around a mark."""
_STOPS = 8
"""The positions along a line that must not overlap anything."""


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


class Ball(NamedTuple):
    """A mark of a plot: its middle and radius, its color, its name, and what it says under the pointer."""

    x: float
    y: float
    radius: float
    color: int
    name: str
    title: str

    @property
    def box(self) -> Box:
        """The rectangle that the mark covers, and a little room around it."""
        return _around(self.x, self.y, self.radius + _RIM)


class _Place(NamedTuple):
    """A place for a name: its point, the anchor of the text, the rectangle of the name, and those along its line."""

    x: float
    y: float
    anchor: str
    name: Box
    line: tuple[Box, ...]

    def is_free(self, frame: Box, ball: Ball, balls: Sequence[Ball], covered: Sequence[Box]) -> bool:
        """Whether it is inside the frame and overlaps no mark and nothing that is covered."""
        name = self.name
        if name.left < frame.left or name.right > frame.right or name.top < frame.top or name.bottom > frame.bottom:
            return False
        if any(box.meets(other) for box in (name, *self.line) for other in covered):
            return False
        others = [other.box for other in balls if other is not ball]
        return not ball.box.meets(name) and not any(box.meets(other) for box in (name, *self.line) for other in others)

    def drawn(self, ball: Ball) -> Iterator[str]:
        """The name, and the line to it if it is not next to the mark."""
        if self.line:
            start = self.line[0]
            x, y = (start.left + start.right) / 2, (start.top + start.bottom) / 2
            yield curve(f"M{x:.1f} {y:.1f}L{self.x:.1f} {self.y:.1f}", ball.color, width=0.8)
        yield word(self.x, self.y + _FONT * 0.35, ball.name, ball.color, self.anchor, _FONT)


def names(balls: Sequence[Ball], frame: Box) -> Iterator[str]:
    """The names that fit: none overlaps another name, a mark or a line. Short names, which are the best known, come
    first."""
    covered: list[Box] = []
    for ball in sorted(balls, key=lambda ball: (len(ball.name), ball.name)):
        place = next((place for place in _places(ball) if place.is_free(frame, ball, balls, covered)), None)
        if place is not None:
            covered += [place.name, *place.line]
            yield from place.drawn(ball)


def _places(ball: Ball) -> Iterator[_Place]:
    """Places for a name around its mark, the nearest first."""
    wide = text_width(ball.name, _FONT)
    for reach in _REACHES:
        for across, down, anchor in _DIRECTIONS:
            away = ball.radius + reach
            x, y = ball.x + away * across, ball.y + (away + (0 if across else _FONT / 2)) * down
            left = {"start": x, "end": x - wide, "middle": x - wide / 2}[anchor]
            name = Box(left, y - _FONT / 2 - 1, left + wide, y + _FONT / 2 + 1)
            yield _Place(x, y, anchor, name, tuple(_line(ball, across, down, reach)) if reach > _REACHES[0] else ())


def _line(ball: Ball, across: float, down: float, reach: float) -> Iterator[Box]:
    for stop in range(_STOPS):
        away = ball.radius + reach * stop / _STOPS
        yield _around(ball.x + away * across, ball.y + away * down, 1)


def _around(x: float, y: float, radius: float) -> Box:
    return Box(x - radius, y - radius, x + radius, y + radius)
