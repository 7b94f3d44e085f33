"""Places the cards of a diagram on a grid.

The flow goes along columns. A card is in the column after the last of its sources. Columns that don't fit into the limit
go on in the next system, as the staves of a score do. Across the flow, each level of a system has lanes: a branch gets a
lane of its own, and a chain stays in its lane.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate

from cnnshape.named_tuple import NamedTuple
from cnnshape.study.picture.model import Wire

GAP = 30
"""The usual distance between columns."""
SEARCHED = 4
"""A system may end this many columns early, where fewer wires are cut."""


class Cell(NamedTuple):
    """The size of a card along and across the flow, the space that its caption needs along the flow and across it, and
    its level: cards of different levels never share a lane."""

    along: float
    across: float
    caption: float = 0
    below: float = 0
    level: int = 0

    @property
    def width(self) -> float:
        """The space along the flow."""
        return max(self.along, self.caption)


class Place(NamedTuple):
    """The place of a card. `row` counts lanes from the first system on; a card between two lanes has a half."""

    system: int
    column: int
    row: float


class Grid:
    """The places of cards. `rows` has the system and level of each lane, `columns` the number of columns per system."""

    def __init__(self, cells: Sequence[Cell], wires: Sequence[Wire], limit: float, *, centered: bool) -> None:
        self.sources: list[list[int]] = [[] for _ in cells]
        self.targets: list[list[int]] = [[] for _ in cells]
        for wire in wires:
            self.sources[wire.target].append(wire.source)
            self.targets[wire.source].append(wire.target)
        flat = self._columns()
        system, start = _systems(cells, flat, wires, limit)
        column = [flat[card] - start[system[card]] for card in range(len(cells))]
        self.columns = [0] * len(start)
        for which, own in zip(system, column, strict=True):
            self.columns[which] = max(self.columns[which], own + 1)
        lanes = _Lanes(self, cells, system, column)
        self.rows = lanes.rows
        self.places = [Place(system[card], column[card], lanes.row(card)) for card in range(len(cells))]
        if centered:
            self._centre(wires)

    def _columns(self) -> list[int]:
        """The column of each card if there were one system. A card without sources is right before its first reader."""
        columns: list[int] = []
        for sources in self.sources:
            columns.append(max([columns[source] + 1 for source in sources], default=0))
        for card, sources in enumerate(self.sources):
            if not sources and self.targets[card]:
                columns[card] = max(min(columns[target] for target in self.targets[card]) - 1, 0)
        return columns

    def _centre(self, wires: Sequence[Wire]) -> None:
        """Moves cards that all wires go through to the middle of their system."""
        for card, place in enumerate(self.places):
            if self._is_passage(wires, place):
                rows = [index for index, (system, _) in enumerate(self.rows) if system == place.system]
                self.places[card] = place._replace(row=(rows[0] + rows[-1]) / 2)

    def _is_passage(self, wires: Sequence[Wire], place: Place) -> bool:
        """Whether a card is alone in its column, and no wire passes it."""
        same = [other for other in self.places if other[:2] == place[:2]]
        return len(same) == 1 and not any(
            self.places[wire.source][:2] < place[:2] < self.places[wire.target][:2] for wire in wires
        )


def _systems(
    cells: Sequence[Cell], columns: Sequence[int], wires: Sequence[Wire], limit: float
) -> tuple[list[int], list[int]]:
    """The system of each card, and the first column of each system."""
    widths = [0.0] * (max(columns, default=0) + 1)
    for cell, column in zip(cells, columns, strict=True):
        widths[column] = max(widths[column], cell.width + GAP)
    ends = [0] * (len(widths) + 1)
    for wire in wires:
        ends[columns[wire.source] + 1] += 1
        ends[columns[wire.target] + 1] -= 1
    cut = list(accumulate(ends))
    starts = [0]
    rest = sum(widths)
    share = rest / -(-rest // limit)
    while rest > limit:
        starts.append(_end(widths, starts[-1], limit, share, cut))
        rest -= sum(widths[starts[-2] : starts[-1]])
    return [bisect(starts, column) - 1 for column in columns], starts


def _end(widths: Sequence[float], start: int, limit: float, share: float, cut: Sequence[int]) -> int:
    """The column at which the system that starts at a column ends: near its share of all columns, where the fewest
    wires are cut."""
    end, total, preferred = start, 0.0, start + 1
    while end < len(widths) and (end == start or total + widths[end] <= limit):
        total += widths[end]
        end += 1
        if total <= share:
            preferred = end
    candidates = range(max(start + 1, preferred - SEARCHED), min(end, preferred + SEARCHED) + 1)
    return min(candidates, key=lambda column: (cut[column], abs(column - preferred)))


class _Lanes:
    """The lanes of each level of each system."""

    def __init__(self, grid: Grid, cells: Sequence[Cell], system: Sequence[int], column: Sequence[int]) -> None:
        self._grid = grid
        self._key = [(system[card], cells[card].level) for card in range(len(cells))]
        self._column = column
        self._lane: dict[int, int] = {}
        self._last: dict[tuple[int, int], list[int]] = {}
        for card in sorted(range(len(cells)), key=lambda card: (system[card], column[card], card)):
            self._add(card)
        self.rows: list[tuple[int, int]] = []
        self._first_row: dict[tuple[int, int], int] = {}
        for key in sorted(self._last):
            self._first_row[key] = len(self.rows)
            self.rows += [key] * len(self._last[key])

    def row(self, card: int) -> float:
        """The row of a card."""
        return self._first_row[self._key[card]] + self._lane[card]

    def _add(self, card: int) -> None:
        last = self._last.setdefault(self._key[card], [])
        lane = next(self._candidates(card, last), len(last))
        last[lane:] = [card, *last[lane + 1 :]]
        self._lane[card] = lane

    def _candidates(self, card: int, last: list[int]) -> Iterator[int]:
        """The lanes that a card may be in: that of a source that is the last one there, then free ones."""
        same = [source for source in self._grid.sources[card] if self._key[source] == self._key[card]]
        yield from (self._lane[source] for source in same if last[self._lane[source]] == source)
        wanted = self._lane[same[0]] if same else 0
        free = [lane for lane in range(len(last)) if self._is_free(last[lane], card)]
        yield from sorted(free, key=lambda lane: abs(lane - wanted))

    def _is_free(self, last: int, card: int) -> bool:
        """Whether nothing reads the last card of a lane beyond the column of a new card."""
        ends = [self._column[target] for target in self._grid.targets[last] if self._key[target] == self._key[card]]
        return self._column[last] < self._column[card] and max(ends, default=0) <= self._column[card]
