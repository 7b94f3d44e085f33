"""What is known of many designs without their rows: counts, spreads, the front. The tallies of parts add up in any order."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnshape.named_tuple import NamedTuple
from cnnshape.study.sweep.goals import Points
from cnnshape.study.sweep.spread import Spread, merged

SOME = 1000
"""The designs that a plot shows, besides the front."""


class Refused(NamedTuple):
    """Designs with one error: its code, name and place, the message of the first of these designs and its position in the order
    of the sweep, and how many they are. `line` and `column` are 0 for an error without a place."""

    code: str
    name: str
    path: str
    line: int
    column: int
    message: str
    position: int
    designs: int

    @property
    def kind(self) -> tuple[str, str, int, int]:
        """What the errors of these designs have in common."""
        return self.name, self.path, self.line, self.column


class Tally(NamedTuple):
    """What is known of the designs of some positions. `kept` ones fit together and keep all bounds: spreads, the front, the
    best, and `some` chosen at random with their costs, are theirs. `slow` is how many designs were evaluated one by one, by
    the reason: the figures don't depend on it, but processes differ."""

    designs: int
    kept: int
    refused: tuple[Refused, ...]
    spreads: Mapping[str, Spread]
    front: Points | None
    some: Points | None
    best: Points
    slow: Mapping[str, int]


def united(refused: Iterable[Refused]) -> tuple[Refused, ...]:
    """One entry for each kind, the most frequent first."""
    kinds: dict[tuple[str, str, int, int], Refused] = {}
    for one in refused:
        other = kinds.get(one.kind, one._replace(designs=0))
        first = min(one, other, key=lambda refused: refused.position)
        kinds[one.kind] = first._replace(designs=one.designs + other.designs)
    return tuple(sorted(kinds.values(), key=lambda refused: (-refused.designs, refused.position)))


def added(tallies: Iterable[Tally], top: int) -> Tally:
    """The tally of all designs together, with at most `top` best ones."""
    tallies = tuple(tallies)
    fronts = [tally.front for tally in tallies if tally.front is not None]
    some = [tally.some for tally in tallies if tally.some is not None]
    names = {name: None for tally in tallies for name in tally.spreads}
    reasons = {reason: None for tally in tallies for reason in tally.slow}
    spreads = {name: merged(tally.spreads[name] for tally in tallies if name in tally.spreads) for name in names}
    return Tally(
        sum(tally.designs for tally in tallies),
        sum(tally.kept for tally in tallies),
        united(one for tally in tallies for one in tally.refused),
        {name: spread for name, spread in spreads.items() if spread is not None},
        Points.joined(fronts).front() if fronts else None,
        Points.joined(some).best(SOME) if some else None,
        Points.joined(tally.best for tally in tallies).best(top),
        {reason: sum(tally.slow.get(reason, 0) for tally in tallies) for reason in reasons},
    )


def tally_data(tally: Tally) -> dict[str, Any]:
    """The tally as data for JSON."""
    return {
        **tally._asdict(),
        "front": _points_data(tally.front) if tally.front is not None else None,
        "some": _points_data(tally.some) if tally.some is not None else None,
        "best": _points_data(tally.best),
    }


def tally_of(data: Mapping[str, Any]) -> Tally:
    """The tally that data states. Raises KeyError, TypeError or ValueError for other data."""
    return Tally(
        int(data["designs"]),
        int(data["kept"]),
        tuple(Refused(*one) for one in data["refused"]),
        {name: Spread(*spread[:2], *map(tuple, spread[2:])) for name, spread in data["spreads"].items()},
        _points_of(data["front"]) if data["front"] is not None else None,
        _points_of(data["some"]) if data["some"] is not None else None,
        _points_of(data["best"]),
        dict(data["slow"]),
    )


def _points_data(points: Points) -> list[Any]:
    return [points.costs.shape[1], *(array.tolist() for array in points)]


def _points_of(data: list[Any]) -> Points:
    goals, costs, positions, counts = data
    table = whole_numbers(costs).reshape(len(positions), goals)
    return Points(table, np.array(positions, dtype=np.int64), np.array(counts, dtype=np.int64))


def whole_numbers(values: list[Any]) -> NDArray[Any]:
    """An array of whole numbers, with Python's own where 64 bits are too few."""
    try:
        return np.array(values, dtype=np.int64)
    except OverflowError:
        return np.array(values, dtype=object)
