"""Rectangles, balls and lines on a plot, and whether they overlap."""

from cnnshape.named_tuple import NamedTuple

Point = tuple[float, float]
RIM = 1
"""The room around a mark and along a line."""


class Line(NamedTuple):
    """A straight line."""

    start: Point
    end: Point

    def crosses(self, other: "Line") -> bool:
        """Whether they have a point in common."""
        return self._divides(other) and other._divides(self)

    def _divides(self, other: "Line") -> bool:
        """Whether the ends of another line are not on one side of this one."""
        return _turn(self.start, self.end, other.start) * _turn(self.start, self.end, other.end) <= 0

    def distance(self, point: Point) -> float:
        """The distance of a point from the nearest point of the line."""
        (x, y), (end_x, end_y) = self.start, self.end
        across, down = end_x - x, end_y - y
        square = across * across + down * down
        share = ((point[0] - x) * across + (point[1] - y) * down) / square if square else 0
        share = min(max(share, 0), 1)
        return _length(x + share * across - point[0], y + share * down - point[1])


class Box(NamedTuple):
    """The rectangle that an element covers."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: "Box") -> bool:
        """Whether another one is inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def meets(self, other: "Box") -> bool:
        """Whether they overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def is_crossed(self, line: Line) -> bool:
        """Whether a line goes through it or near it."""
        (x, y), (end_x, end_y) = line
        left, top, right, bottom = self.left - RIM, self.top - RIM, self.right + RIM, self.bottom + RIM
        if max(x, end_x) < left or min(x, end_x) > right or max(y, end_y) < top or min(y, end_y) > bottom:
            return False
        turns = [_turn(*line, corner) for corner in ((left, top), (right, top), (left, bottom), (right, bottom))]
        return min(turns) <= 0 <= max(turns)


class Ball(NamedTuple):
    """A mark of a plot: its middle and radius, its color, its name, and what it says under the pointer."""

    x: float
    y: float
    radius: float
    color: int
    name: str
    title: str

    def meets(self, box: Box) -> bool:
        """Whether it overlaps a rectangle."""
        across = max(box.left - self.x, 0, self.x - box.right)
        down = max(box.top - self.y, 0, self.y - box.bottom)
        return _length(across, down) < self.radius + RIM

    def is_crossed(self, line: Line) -> bool:
        """Whether a line goes through it or near it."""
        return line.distance((self.x, self.y)) < self.radius + RIM


def _turn(start: Point, end: Point, point: Point) -> float:
    """On which side of a line a point is: the sign says it."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _length(across: float, down: float) -> float:
    return float((across * across + down * down) ** 0.5)
