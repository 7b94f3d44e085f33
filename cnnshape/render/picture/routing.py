"""Routes wires between the cells of a grid, through channels: one before each column of a system, and one above each lane.

No wire can go through a card, as cards are in cells and wires in channels, or in lanes where they pass no card. A wire
leaves its card in the middle of the end, goes along at most three channels, and enters in front. Wires of different
cards get different tracks of a channel wherever they would share a line.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil, floor

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.placing import Grid, Place
from cnnshape.study.picture.model import Wire


class Channel(NamedTuple):
    """A channel across the flow, before a column of a system, or along it, above a row. Row numbers are of all systems.

    `MARGIN` is across the flow too, before all systems.
    """

    across: bool
    number: int
    system: int = 0


MARGIN = Channel(across=True, number=-1, system=-1)


class Route(NamedTuple):
    """The channels that a wire goes through, and whether it enters its card in the middle.

    Channels across and along the flow take turns. A route without channels is a straight line.
    """

    wire: Wire
    channels: tuple[Channel, ...]
    middle: bool


class Router:
    """The routes of all wires of a grid, and the track of each card's wires in each channel."""

    def __init__(self, grid: Grid, wires: Sequence[Wire]) -> None:
        self._grid = grid
        self._lines = _Lines()
        first: dict[int, int] = {}
        for row, (system, _) in enumerate(grid.rows):
            first.setdefault(system, row)
        self._first = [*first.values(), len(grid.rows)]
        self._between_systems = frozenset(self._first)
        self._cards_in_row: dict[tuple[int, float], list[int]] = {}
        for place in grid.places:
            self._cards_in_row.setdefault((place.system, place.row), []).append(place.column)
        straight = [wire for wire in wires if self._is_free(*self._places(wire))]
        for wire in wires:
            source = grid.places[wire.source]
            self._lines.add(wire.source, source, source.column + 1, source.column + 1)
        self.routes = [self._straight(wire) for wire in straight]
        rest = sorted(set(wires) - set(straight), key=lambda wire: (self._span(wire), wire))
        self.routes += [self._route(wire) for wire in rest]
        self.tracks = _tracks(self._uses())

    def _places(self, wire: Wire) -> tuple[Place, Place]:
        return self._grid.places[wire.source], self._grid.places[wire.target]

    def _span(self, wire: Wire) -> tuple[int, int]:
        source, target = self._places(wire)
        return target.system - source.system, target.column - source.column

    def _straight(self, wire: Wire) -> Route:
        source, target = self._places(wire)
        self._lines.add(wire.source, source, source.column + 1, target.column)
        return Route(wire, (), middle=True)

    def _is_free(self, source: Place, target: Place) -> bool:
        """Whether a straight line connects two cards in one row."""
        if source.system != target.system or source.row != target.row:
            return False
        return self._is_empty(source.row, source, target.column)

    def _is_empty(self, row: float, source: Place, end: int) -> bool:
        """Whether a row has no card between the column of a place and another one."""
        if row % 1:
            # Between two lanes, the cards of both may be in the way.
            return end == source.column + 1
        columns = self._cards_in_row.get((source.system, row), [])
        return not any(source.column < column < end for column in columns)

    def _route(self, wire: Wire) -> Route:
        source, target = self._places(wire)
        if source.system != target.system:
            return self._finish(wire, (_before(source, 1), *self._between(source, target), _before(target)))
        before = _before(target)
        if target.column == source.column + 1:
            return self._finish(wire, (before,))
        if source.row != target.row:
            if self._passes(wire.source, source, source, target.column):
                return self._finish(wire, (before,))
            if self._passes(wire.source, target, source, target.column):
                return Route(wire, (_before(source, 1),), middle=True)
        row = _row_between(source, target)
        return self._finish(wire, (_before(source, 1), Channel(across=False, number=row), before))

    def _passes(self, card: int, lane: Place, source: Place, end: int) -> bool:
        """Takes the middle of a lane from one column to another, if no card or wire is there."""
        if not self._is_empty(lane.row, source, end):
            return False
        return self._lines.take(card, lane, source.column + 1, end)

    def _finish(self, wire: Wire, channels: tuple[Channel, ...]) -> Route:
        """The route through these channels. A card's only wire enters in the middle if no other line is there."""
        target = self._grid.places[wire.target]
        only = len(self._grid.sources[wire.target]) == 1
        middle = only and self._lines.take(wire.source, target, target.column, target.column)
        return Route(wire, channels, middle)

    def _between(self, source: Place, target: Place) -> Iterator[Channel]:
        """The channels between two systems."""
        yield Channel(across=False, number=self._first[source.system + 1])
        if target.system > source.system + 1:
            yield MARGIN
            yield Channel(across=False, number=self._first[target.system])

    def _uses(self) -> "Iterator[_Use]":
        for route in self.routes:
            source, target = self._places(route.wire)
            stops = [
                _position(source.row),
                *(2 * channel.number for channel in route.channels[1::2]),
                _position(target.row),
            ]
            for index, channel in enumerate(route.channels):
                ends = stops[index // 2 : index // 2 + 2] if channel.across else self._columns(route, index)
                yield _Use(channel, route.wire.source, min(ends), max(ends))

    def _columns(self, route: Route, index: int) -> tuple[float, ...]:
        """The columns between which a route uses a channel along the flow. Those of different systems don't compare, so
        that a channel between systems gives a track of its own to each card."""
        if len(self._grid.columns) > 1 and route.channels[index].number in self._between_systems:
            return 0, float("inf")
        return route.channels[index - 1].number, route.channels[index + 1].number


class _Use(NamedTuple):
    """The part of a channel that wires of a card need: positions of a channel across the flow, columns of one along it."""

    channel: Channel
    card: int
    start: float
    end: float


def _tracks(uses: Iterable[_Use]) -> dict[Channel, dict[int, int]]:
    """The track of each card in each channel: the first one in which no other card's wires touch its own. Short ones
    come first, next to the cards."""
    needs: dict[Channel, dict[int, tuple[float, float]]] = {}
    for use in uses:
        cards = needs.setdefault(use.channel, {})
        start, end = cards.get(use.card, (use.start, use.end))
        cards[use.card] = min(start, use.start), max(end, use.end)
    return {channel: _tracks_of(cards) for channel, cards in needs.items()}


def _tracks_of(needs: dict[int, tuple[float, float]]) -> dict[int, int]:
    tracks: dict[int, int] = {}
    for card in sorted(needs, key=lambda card: (needs[card][1] - needs[card][0], needs[card], card)):
        start, end = needs[card]
        taken = {tracks[other] for other in tracks if needs[other][0] <= end and start <= needs[other][1]}
        tracks[card] = next(track for track in range(len(tracks) + 1) if track not in taken)
    return tracks


class _Lines:
    """Which card's wires have the middle of a row, before which columns."""

    def __init__(self) -> None:
        self._taken: dict[tuple[int, float], list[tuple[int, int, int]]] = {}

    def add(self, card: int, lane: Place, start: int, end: int) -> None:
        """Marks the middle of a lane as a card's, from before one column to before another."""
        self._taken.setdefault((lane.system, lane.row), []).append((start, end, card))

    def take(self, card: int, lane: Place, start: int, end: int) -> bool:
        """Does the same if no other card's wires are there, and returns whether it did."""
        lines = self._taken.get((lane.system, lane.row), [])
        if any(first <= end and start <= last and other != card for first, last, other in lines):
            return False
        self.add(card, lane, start, end)
        return True


def _row_between(source: Place, target: Place) -> int:
    """The row above which a wire passes the cards between its own: next to the target, or above both if they are in one
    row."""
    if target.row >= source.row:
        return ceil(target.row)
    return floor(target.row) + 1


def _before(place: Place, columns: int = 0) -> Channel:
    """The channel before a card's column, or before one after it."""
    return Channel(across=True, number=place.column + columns, system=place.system)


def _position(row: float) -> float:
    """The position of a row among channels: the channel above row `n` is at `2 * n`."""
    return 2 * row + 1
