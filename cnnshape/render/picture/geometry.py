"""The coordinates of cards and wires: how wide columns, lanes and channels are."""

from collections.abc import Iterator, Sequence
from math import ceil, floor

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.placing import Cell, Grid
from cnnshape.render.picture.routing import MARGIN, Channel, Route, Router
from cnnshape.study.picture.model import Wire

TRACK = 7.0
"""The distance between tracks."""
BEFORE, AFTER = 6.0, 11.0
"""The space in a channel before its first track and after its last, which an arrow head needs."""
APART = 3.0
"""The least distance between tracks of one system and of the next."""
LANE_GAP = 14.0
PORT = 9.0
"""The distance between wires that enter a card."""
NEAR = 4.0
"""Wires that enter a card keep this distance from lines of other cards."""

Point = tuple[float, float]


class Spacing(NamedTuple):
    """The space around the cards: before the first column, above each system (for a heading), below it (for bars), and
    between levels."""

    before: float = 0
    above: float = 0
    below: float = 0
    level: float = 0


class Band(NamedTuple):
    """A level of a system: the space across the flow that its lanes take."""

    system: int
    level: int
    start: float
    end: float


class Layout(NamedTuple):
    """A diagram with coordinates along and across the flow: the middle and the system of each card, the corners of each
    wire and the number of columns that it goes on by (0 to another system), the bands of levels, and the whole size."""

    middles: list[Point]
    systems: list[int]
    paths: dict[Wire, list[Point]]
    distance: dict[Wire, int]
    bands: list[Band]
    along: float
    across: float


def lay_out(
    cells: Sequence[Cell], wires: Sequence[Wire], limit: float, spacing: Spacing, *, centered: bool = False
) -> Layout:
    """The layout of a diagram whose systems are at most `limit` long, if a card is no longer than that."""
    grid = Grid(cells, wires, limit, centered=centered)
    return _Geometry(cells, grid, Router(grid, wires), spacing).layout()


class _Geometry:
    """The coordinates of a grid and its routes."""

    def __init__(self, cells: Sequence[Cell], grid: Grid, router: Router, spacing: Spacing) -> None:
        self._cells = cells
        self._grid = grid
        self._router = router
        self._spacing = spacing
        self._users: dict[Channel, list[Route]] = {}
        for route in router.routes:
            for channel in dict.fromkeys(route.channels):
                self._users.setdefault(channel, []).append(route)
        self._start = spacing.before + self._tracks(MARGIN) * TRACK
        self._along = self._columns()
        self._lanes, self._across = self._rows()
        self._middles = [self._middle(card) for card in range(len(cells))]

    def layout(self) -> Layout:
        """All coordinates."""
        ports = self._ports()
        paths = {route.wire: self._path(route, ports[route.wire]) for route in self._router.routes}
        along = max((edge for edges in self._along for _, edge in edges), default=0.0)
        return Layout(
            middles=self._middles,
            systems=[place.system for place in self._grid.places],
            paths=dict(sorted(paths.items())),
            distance={wire: self._distance(wire) for wire in paths},
            bands=self._bands(),
            along=along,
            across=self._across,
        )

    def _distance(self, wire: Wire) -> int:
        source, target = self._grid.places[wire.source], self._grid.places[wire.target]
        return target.column - source.column if source.system == target.system else 0

    def _tracks(self, channel: Channel) -> int:
        return max(self._router.tracks.get(channel, {}).values(), default=-1) + 1

    def _columns(self) -> list[list[tuple[float, float]]]:
        """The start and end of each column of each system; one more column starts and ends where the system does."""
        widths: dict[tuple[int, int], float] = {}
        for cell, place in zip(self._cells, self._grid.places, strict=True):
            widths[place[:2]] = max(widths.get(place[:2], 0), cell.width)
        columns: list[list[tuple[float, float]]] = []
        above: set[float] = set()
        for system, count in enumerate(self._grid.columns):
            channels = [self._tracks(Channel(across=True, number=column, system=system)) for column in range(count + 1)]
            columns.append(
                self._edges(channels, [widths.get((system, column), 0) for column in range(count + 1)], above)
            )
            above = {
                line for tracks, (start, _) in zip(channels, columns[-1], strict=True) for line in _lines(start, tracks)
            }
        return columns

    def _edges(self, channels: Sequence[int], widths: Sequence[float], above: set[float]) -> list[tuple[float, float]]:
        """The start and end of each column of a system. Its tracks meet those of the system above, so that none may
        continue one of them."""
        edges: list[tuple[float, float]] = []
        edge = self._start
        for column, (tracks, width) in enumerate(zip(channels, widths, strict=True)):
            # Nothing enters the first column of the first system, and few wires leave the last one.
            if tracks or 0 < column < len(channels) - 1:
                edge += BEFORE + tracks * TRACK + AFTER
            while any(abs(line - other) < APART for line in _lines(edge, tracks) for other in above):
                edge += APART
            edges.append((edge, edge + width))
            edge += width
        return edges

    def _rows(self) -> "tuple[list[_Lane], float]":
        """The lanes, and the end of the last one with its channel."""
        lanes: list[_Lane] = []
        thickness = self._thickness()
        end = 0.0
        for row, (system, level) in enumerate(self._grid.rows):
            first = row == 0 or self._grid.rows[row - 1][0] != system
            end += self._space_above(row, first=first)
            half, below = thickness[row]
            lanes.append(
                _Lane(system, level, end, end + half, end + 2 * half + below, self._spacing.above if first else 0)
            )
            end = lanes[-1].end
        last = Channel(across=False, number=len(self._grid.rows))
        return lanes, end + self._spacing.below + self._channel(last)

    def _space_above(self, row: int, *, first: bool) -> float:
        """The space between a lane and the one above it."""
        channel = self._channel(Channel(across=False, number=row))
        if first:
            return (self._spacing.below + LANE_GAP if row else 0) + channel + self._spacing.above
        same = self._grid.rows[row - 1] == self._grid.rows[row]
        return channel + (LANE_GAP if same else self._spacing.level)

    def _channel(self, channel: Channel) -> float:
        tracks = self._tracks(channel)
        return 2 * BEFORE + (tracks - 1) * TRACK if tracks else 0

    def _thickness(self) -> list[tuple[float, float]]:
        """Half of the thickness of each lane, and the space for captions below it. The cards between the lanes of a
        system fit into all of them."""
        rows: dict[tuple[int, float], tuple[float, float]] = {}
        for cell, (system, _, row) in zip(self._cells, self._grid.places, strict=True):
            key = system, -1 if row % 1 else row
            half, below = rows.get(key, (0, 0))
            rows[key] = max(half, cell.across / 2), max(below, cell.below)
        nothing = 0.0, 0.0
        both = [
            (rows.get((system, row), nothing), rows.get((system, -1), nothing))
            for row, (system, _) in enumerate(self._grid.rows)
        ]
        return [(max(own[0], between[0]), max(own[1], between[1])) for own, between in both]

    def _middle(self, card: int) -> Point:
        place = self._grid.places[card]
        start, end = self._along[place.system][place.column]
        above, below = self._lanes[floor(place.row)], self._lanes[ceil(place.row)]
        return (start + end) / 2, (above.middle + below.middle) / 2

    def _bands(self) -> list[Band]:
        bands: dict[tuple[int, int], Band] = {}
        for lane in self._lanes:
            band = bands.get((lane.system, lane.level), Band(lane.system, lane.level, lane.start, lane.end))
            bands[lane.system, lane.level] = band._replace(end=lane.end)
        return list(bands.values())

    def _track(self, channel: Channel, card: int) -> float:
        """The coordinate of a card's track: along the flow for a channel across it, and the other way round."""
        track = self._router.tracks[channel][card] * TRACK
        if channel == MARGIN:
            return self._spacing.before + track
        if channel.across:
            return _lines(self._along[channel.system][channel.number][0], self._router.tracks[channel][card] + 1)[-1]
        if channel.number == len(self._lanes):
            return self._lanes[-1].end + self._spacing.below + BEFORE + track
        lane = self._lanes[channel.number]
        return lane.start - lane.above - BEFORE - track

    def _ports(self) -> dict[Wire, float]:
        """Where wires enter their cards, across the flow."""
        entering: dict[int, list[Route]] = {}
        for route in self._router.routes:
            entering.setdefault(route.wire.target, []).append(route)
        ports: dict[Wire, float] = {}
        for card, routes in entering.items():
            middle = self._middles[card][1]
            ports.update({route.wire: middle for route in routes if route.middle})
            others = [route for route in routes if not route.middle]
            above = [route for route in others if self._turn(route) <= middle]
            first = 1.0 if len(others) < len(routes) or len(above) in (0, len(others)) else 0.5
            for side, same in ((-1, above), (1, [route for route in others if route not in above])):
                ports.update(self._side(card, side, same, first))
        return ports

    def _side(self, card: int, side: int, routes: list[Route], first: float) -> Iterator[tuple[Wire, float]]:
        """The ports on one side of the middle, the first one that many steps from it: the wire that comes from farthest
        is the outermost."""
        middle = self._middles[card][1]
        room = self._cells[card].across / 2 - NEAR
        step = min(PORT, room / (len(routes) or 1))
        port = middle + side * (first - 1) * step
        for route in sorted(routes, key=lambda route: (abs(self._turn(route) - middle), route.wire)):
            port += side * step
            while abs(port - middle) < room and any(abs(port - line) < NEAR / 2 for line in self._others(route)):
                port += side
            yield route.wire, port

    def _turn(self, route: Route) -> float:
        """The coordinate across the flow from which a wire turns towards its card."""
        if len(route.channels) > 1:
            return self._track(route.channels[-2], route.wire.source)
        return self._middles[route.wire.source][1]

    def _others(self, route: Route) -> Iterator[float]:
        """Lines of other cards that end in the channel before the card of a route, across the flow."""
        for other in self._users[route.channels[-1]]:
            if other.wire.source != route.wire.source:
                yield self._middles[other.wire.source][1]
                yield from (self._track(channel, other.wire.source) for channel in other.channels if not channel.across)

    def _path(self, route: Route, port: float) -> list[Point]:
        """The corners of a wire."""
        wire = route.wire
        along, across = self._middles[wire.source]
        points = [(along + self._cells[wire.source].along / 2, across)]
        for index, channel in enumerate(route.channels):
            if channel.across:
                along = self._track(channel, wire.source)
                following = route.channels[index + 1] if index + 1 < len(route.channels) else None
                points.append((along, across))
                across = port if following is None else self._track(following, wire.source)
                points.append((along, across))
        target = self._middles[wire.target][0] - self._cells[wire.target].along / 2
        return _without_repeats([*points, (target, port)])


class _Lane(NamedTuple):
    """A lane across the flow: where it starts, its middle, its end with captions, and the space for a heading above."""

    system: int
    level: int
    start: float
    middle: float
    end: float
    above: float


def _lines(start: float, tracks: int) -> list[float]:
    """The coordinates of the tracks before a column."""
    return [start - AFTER - track * TRACK for track in range(tracks)]


def _without_repeats(points: list[Point]) -> list[Point]:
    """The corners without those that equal the one before."""
    return [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
