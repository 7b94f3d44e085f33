"""Names next to the marks of a plot, as many as fit; the others have numbers, and a key below the plot names them."""

from collections.abc import Iterator, Sequence
from math import cos, pi, sin

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.metrics import text_width
from cnnshape.render.plot.boxes import Ball, Box, Line
from cnnshape.render.plot.page import curve, word

NAME, NUMBER = 11, 10
"""The font sizes of names and of numbers."""
_NEAR = 4
"""The distance of a text from its mark."""
_REACHES = (12, 24, 36, 50)
"""Other distances of a name. A line leads to it."""
_REACHES_OF_NUMBERS = (8, 14, 20, 28, 36, 46, 56, 68, 80)
_GAP = 2
"""The distance of a text from its line."""
_AROUND = 24
"""The number of directions."""
_LEVEL = 0.3
"""A text whose direction has less than that across is centred."""


class Labels(NamedTuple):
    """The labels of marks as elements, the marks that have numbers, from 1, and how many have neither."""

    parts: tuple[str, ...]
    numbered: tuple[Ball, ...]
    left: int


class _Place(NamedTuple):
    """A place for a text: its point, the anchor, the rectangle that it covers, and the line that leads to it."""

    x: float
    y: float
    anchor: str
    box: Box
    line: Line | None


class _Plot:
    """What is covered already."""

    def __init__(self, balls: Sequence[Ball], frame: Box, lines: Sequence[Line] = ()) -> None:
        self._balls = balls
        self._frame = frame
        self._texts: list[Box] = []
        self._lines = list(lines)

    def take(self, ball: Ball, width: float, font: int, reaches: Sequence[int]) -> _Place | None:
        """The nearest free place for a text of a mark, which is taken; None if there is none."""
        free = (place for place in _places(ball, width, font, reaches) if self._is_free(ball, place))
        place = next(free, None)
        if place is not None:
            self._texts.append(place.box)
            self._lines += [place.line] if place.line else []
        return place

    def _is_free(self, ball: Ball, place: _Place) -> bool:
        """Whether a place is inside the frame, and neither the text nor its line overlaps anything."""
        box, line = place.box, place.line
        if not self._frame.holds(box) or any(map(box.meets, self._texts)) or any(map(box.is_crossed, self._lines)):
            return False
        if any(other.meets(box) for other in self._balls):
            return False
        if line is None:
            return True
        if any(text.is_crossed(line) for text in self._texts) or any(map(line.crosses, self._lines)):
            return False
        return not any(other.is_crossed(line) for other in self._balls if other is not ball)


def labels(balls: Sequence[Ball], frame: Box) -> Labels:
    """The labels of marks in a frame: none overlaps another one, a mark or a line. Short names, which are the best known,
    come first. A mark whose name doesn't fit has a number, if that fits."""
    plot = _Plot(balls, frame)
    ordered = sorted(balls, key=lambda ball: (len(ball.name), ball.name))
    placed = [(ball, plot.take(ball, text_width(ball.name, NAME), NAME, _REACHES)) for ball in ordered]
    parts = [part for ball, place in placed if place for part in _drawn(ball, place, ball.name, NAME)]
    unnamed = sorted((ball for ball, place in placed if place is None), key=lambda ball: (ball.x, ball.y, ball.name))
    width = text_width(str(len(unnamed)), NUMBER)
    places = [(ball, plot.take(ball, width, NUMBER, _REACHES_OF_NUMBERS)) for ball in unnamed]
    numbered = [(ball, place) for ball, place in places if place is not None]
    for number, (ball, place) in enumerate(numbered, 1):
        parts += _drawn(ball, place, str(number), NUMBER)
    return Labels(tuple(parts), tuple(ball for ball, _ in numbered), len(unnamed) - len(numbered))


def names_with_room(named: Sequence[Ball], balls: Sequence[Ball], lines: Sequence[Line], frame: Box) -> list[str]:
    """The names of some marks of a plot, as elements, without those that would overlap a mark, a line or another name."""
    plot = _Plot(balls, frame, lines)
    placed = [(ball, plot.take(ball, text_width(ball.name, NAME), NAME, _REACHES)) for ball in named]
    return [part for ball, place in placed if place for part in _drawn(ball, place, ball.name, NAME)]


def _places(ball: Ball, width: float, font: int, reaches: Sequence[int]) -> Iterator[_Place]:
    """Places for a text around a mark, the nearest first."""
    for reach in (_NEAR, *reaches):
        for across, down in _DIRECTIONS:
            away = ball.radius + reach
            x, y = ball.x + away * across, ball.y + away * down
            anchor = "middle" if abs(across) < _LEVEL else "start" if across > 0 else "end"
            start = (ball.x + ball.radius * across, ball.y + ball.radius * down)
            line = Line(start, (x - _GAP * across, y - _GAP * down)) if reach > _NEAR else None
            if anchor == "middle":
                y += font / 2 if down > 0 else -font / 2
            left = {"start": x, "end": x - width, "middle": x - width / 2}[anchor]
            yield _Place(x, y, anchor, Box(left, y - font / 2 - 1, left + width, y + font / 2 + 1), line)


_DIRECTIONS = sorted(
    ((cos(2 * pi * turn / _AROUND), sin(2 * pi * turn / _AROUND)) for turn in range(_AROUND)),
    key=lambda direction: (round(abs(direction[1]), 6), -direction[0]),
)
"""Unit vectors, those to the right and to the left first."""


def _drawn(ball: Ball, place: _Place, text: str, font: int) -> Iterator[str]:
    if place.line:
        (x, y), (end_x, end_y) = place.line
        yield curve(f"M{x:.1f} {y:.1f}L{end_x:.1f} {end_y:.1f}", ball.color, width=0.8)
    yield word(place.x, place.y + font * 0.35, text, ball.color, place.anchor, font)
