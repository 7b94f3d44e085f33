"""A drawn picture as values: what the browser measured, in units of the picture's viewBox."""

import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

Color = tuple[float, ...]
"""Red, green and blue, from 0 to 255."""
Point = tuple[float, float]
Item = TypeVar("Item")


def named(color: Color | None) -> str:
    """A color as SVG writes it."""
    return "#" + "".join(f"{round(part):02x}" for part in color) if color else "no color"


class Box(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, by: float) -> "Box":
        """The box with a margin; a negative one makes it smaller."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def overlaps(self, other: "Box") -> bool:
        """Whether both have an area in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        """Whether the other one is inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    @property
    def middle(self) -> Point:
        """Its centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class Segment(NamedTuple):
    """A straight piece of a wire."""

    start: Point
    end: Point

    @property
    def box(self) -> Box:
        """The smallest box around it; without area where the piece is parallel to an axis."""
        (x, y), (to_x, to_y) = self
        return Box(min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y))

    @property
    def is_parallel(self) -> bool:
        """Whether it is horizontal or vertical."""
        return min(abs(self.start[0] - self.end[0]), abs(self.start[1] - self.end[1])) < 0.01

    @property
    def is_horizontal(self) -> bool:
        """Whether it is wider than high."""
        return abs(self.start[0] - self.end[0]) >= abs(self.start[1] - self.end[1])


class Inset(NamedTuple):
    """A block that is drawn once, in a frame."""

    name: str
    box: Box


class Card(NamedTuple):
    """A card: the box of its outline, which may be a circle."""

    name: str
    inset: Inset | None
    box: Box
    is_round: bool
    has_title: bool

    def distance(self, point: Point) -> float:
        """How far outside of the outline a point is; negative inside."""
        (x, y), (left, top, right, bottom) = point, self.box
        if self.is_round:
            return math.dist(point, self.box.middle) - (right - left) / 2
        across, down = max(left - x, x - right), max(top - y, y - bottom)
        return math.hypot(max(across, 0), max(down, 0)) if max(across, down) > 0 else max(across, down)

    def is_crossed(self, box: Box) -> bool:
        """Whether a box, or a segment as a box without area, has points inside of the outline."""
        x, y = self.box.middle
        nearest = min(max(x, box.left), box.right), min(max(y, box.top), box.bottom)
        return self.distance(nearest) < 0 if self.is_round else self.box.overlaps(box)

    def holds(self, box: Box) -> bool:
        """Whether a box is inside of the outline."""
        corners = ((x, y) for x in (box.left, box.right) for y in (box.top, box.bottom))
        return all(self.distance(corner) <= 0 for corner in corners) if self.is_round else self.box.holds(box)

    def grown(self, by: float) -> "Card":
        """The card with a margin."""
        return self._replace(box=self.box.grown(by))


class Text(NamedTuple):
    """A line of text: the box of its letters, its size, its color and the color below it."""

    words: str
    box: Box
    size: float
    card: Card | None
    """The card to which it belongs."""
    inset: Inset | None
    is_shape: bool
    """A caption, which is outside of its card."""
    color: Color | None
    ground: Color

    @property
    def is_free(self) -> bool:
        """Whether it need not be inside of a card."""
        return self.is_shape or self.card is None


class Wire(NamedTuple):
    """An edge as it is drawn."""

    source: str
    target: str
    inset: Inset | None
    segments: tuple[Segment, ...]
    color: Color | None
    ground: Color

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}" + (f" in {self.inset.name}" if self.inset else "")


class Mark(NamedTuple):
    """An element that paints something: its tag and class."""

    name: str
    box: Box

    @property
    def tag(self) -> str:
        """What kind of element it is."""
        return self.name.partition(" ")[0]

    def overlaps(self, box: Box) -> bool:
        """Whether both have an area in common. A circle leaves the corners of its box free."""
        if self.tag != "circle":
            return self.box.overlaps(box)
        x, y = self.box.middle
        across, down = max(box.left - x, 0, x - box.right), max(box.top - y, 0, y - box.bottom)
        return math.hypot(across, down) < (self.box.right - self.box.left) / 2


class Drawing(NamedTuple):
    """Everything that the checks need to know of a picture."""

    frame: Box
    cards: tuple[Card, ...]
    insets: tuple[Inset, ...]
    texts: tuple[Text, ...]
    wires: tuple[Wire, ...]
    heads: tuple[Box, ...]
    marks: tuple[Mark, ...]

    def card(self, name: str, inset: Inset | None) -> Card | None:
        """The card of that name in an inset, or in the picture itself."""
        return next((card for card in self.cards if (card.name, card.inset) == (name, inset)), None)


class UnreadablePath(Exception):
    """The path of a wire has other commands than a wire may have."""


_COMMAND = re.compile(r"([A-Za-z])|(-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?)")
_ENDS: dict[str, tuple[int, Callable[[Point, Sequence[float]], list[Point]]]] = {
    "M": (2, lambda _, numbers: [(numbers[0], numbers[1])]),
    "L": (2, lambda _, numbers: [(numbers[0], numbers[1])]),
    "H": (1, lambda at, numbers: [(numbers[0], at[1])]),
    "V": (1, lambda at, numbers: [(at[0], numbers[0])]),
    # A rounded corner is taken as the corner: its control point is there.
    "Q": (4, lambda _, numbers: [(numbers[0], numbers[1]), (numbers[2], numbers[3])]),
}
"""How many numbers a command takes, and the points to which it goes."""


def points_of(path: str) -> list[Point]:
    """The corners of a path. Raises UnreadablePath for a relative command, an arc, or a second start."""
    points: list[Point] = []
    for command, numbers in _commands(path):
        count, ends = _ENDS.get(command, (0, None))
        if not ends or not numbers or len(numbers) % count or (command == "M") == bool(points):
            raise UnreadablePath(f"{command} {numbers}")
        for start in range(0, len(numbers), count):
            points += ends(points[-1] if points else (0, 0), numbers[start : start + count])
    return points


def _commands(path: str) -> list[tuple[str, list[float]]]:
    commands: list[tuple[str, list[float]]] = []
    for letter, number in _COMMAND.findall(path):
        if letter:
            commands.append((letter, []))
        elif commands:
            commands[-1][1].append(float(number))
    return commands


def drawing(measured: dict[str, Any]) -> Drawing:
    """The picture that the browser measured. Raises UnreadablePath."""
    insets = tuple(_boxed(Inset, row) for row in measured["insets"])

    def placed(kind: type[Item], rows: list[dict[str, Any]]) -> tuple[Item, ...]:
        return tuple(_boxed(kind, {**row, "inset": _at(insets, row["inset"])}) for row in rows)

    cards = placed(Card, measured["cards"])
    return Drawing(
        frame=Box(*measured["frame"]),
        cards=cards,
        insets=insets,
        texts=placed(Text, [{**text, "card": _at(cards, text["card"])} for text in measured["texts"]]),
        wires=placed(Wire, [_with_segments(**wire) for wire in measured["wires"]]),
        heads=tuple(Box(*box) for box in measured["heads"]),
        marks=tuple(_boxed(Mark, row) for row in measured["marks"]),
    )


def _at(items: Sequence[Item], place: int) -> Item | None:
    return items[place] if place >= 0 else None


def _boxed(kind: type[Item], row: dict[str, Any]) -> Item:
    return kind(**{**row, "box": Box(*row["box"])} if "box" in row else row)


def _with_segments(path: str, matrix: Sequence[float], **words: Any) -> dict[str, Any]:
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x, y in points_of(path)]
    segments = (Segment(start, end) for start, end in pairwise(corners) if math.dist(start, end) > 0.01)
    return {**words, "segments": tuple(segments)}
