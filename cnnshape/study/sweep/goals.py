"""What a sweep looks for: bounds that a design keeps, figures to make small or large, and the front of several figures."""

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnshape.diagnostics.refusal import Refusal
from cnnshape.named_tuple import NamedTuple
from cnnshape.study.condition import FIELD, Condition, condition_fault, meant_figure, parse_condition

Columns = Mapping[str, NDArray[Any]]
_LARGE = "max:"
_WORST = 2**63 - 1


def read_bounds(texts: Iterable[str], figures: Collection[str]) -> tuple[Condition, ...]:
    """The conditions on figures that designs keep; raises Refusal. One on `receptive_field` is one along every axis."""
    return tuple(bound for text in texts for bound in _bounds(text, figures))


def _bounds(text: str, figures: Collection[str]) -> list[Condition]:
    known = (*figures, FIELD)
    condition = parse_condition(text, known)
    if condition is None or condition.relative:
        raise Refusal("where", condition_fault(text, known, differences=False))
    along = [name for name in figures if condition.figure == FIELD and name.startswith(f"{FIELD}_")]
    return [condition._replace(figure=name) for name in along or [condition.figure]]


def keeps(bounds: Iterable[Condition], columns: Columns, count: int) -> NDArray[np.bool_]:
    """Whether each of `count` designs keeps all bounds. One without the figure, which is below 0 then, does not."""
    kept = np.ones(count, dtype=np.bool_)
    for condition in bounds:
        values = columns[condition.figure]
        kept &= (values >= 0) & _holds(condition.sign, values, condition.bound)
    return kept


def _holds(sign: str, values: NDArray[Any], bound: Fraction) -> NDArray[Any]:
    """The comparison with a fraction, as one with a whole number: exact."""
    at_most = sign in ("<=", ">")
    below: NDArray[Any] = values <= floor(bound) if at_most else values < ceil(bound)
    return below if sign in ("<=", "<") else np.logical_not(below)


class Goal(NamedTuple):
    """A figure to make small, or large if `large`."""

    figure: str
    large: bool = False

    def __str__(self) -> str:
        return f"{_LARGE}{self.figure}" if self.large else self.figure

    def costs(self, columns: Columns) -> NDArray[Any]:
        """The figure with the sign that makes less of it better. A design without it, where it is below 0, is the worst."""
        values = columns[self.figure]
        return np.negative(values) if self.large else np.where(values < 0, _WORST, values)


def read_goal(option: str, text: str, figures: Collection[str]) -> Goal:
    """The goal that `macs` or `max:macs` states; raises Refusal."""
    word = text.strip()
    figure = word.removeprefix(_LARGE).strip()
    if figure in figures:
        return Goal(figure, word.startswith(_LARGE))
    if figure[:1] in ("-", "+") and figure[1:] in figures:
        raise Refusal(option, f"{text!r} is not a figure; write `{_LARGE}{figure[1:]}` for designs with the most")
    raise Refusal(option, f"{figure!r} is not a figure; {meant_figure(figure, figures)}")


def read_goals(text: str, figures: Collection[str]) -> tuple[Goal, ...]:
    """The goals that `params,max:receptive_field` lists; raises Refusal."""
    goals = tuple(read_goal("pareto", part, figures) for part in text.split(",")) if text else ()
    if len({goal.figure for goal in goals}) < len(goals):
        raise Refusal("pareto", f"{text!r} has a figure twice")
    if len(goals) == 1:
        raise Refusal("pareto", f"{text!r} is one figure, and a front needs two; `--objective {text}` sorts by one")
    return goals


class Points(NamedTuple):
    """Distinct points of designs: `costs` has a row per point, `positions` the first design with it, `counts` how many
    designs have it."""

    costs: NDArray[Any]
    positions: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, goals: Iterable[Goal], columns: Columns, positions: NDArray[np.int64]) -> "Points":
        """The point of every design; without goals, all are equal."""
        costs = [goal.costs(columns) for goal in goals] or [np.zeros(len(positions), dtype=np.int64)]
        return cls(np.stack(costs, axis=1), positions, np.ones(len(positions), dtype=np.int64))

    @classmethod
    def joined(cls, several: "Iterable[Points]") -> "Points":
        """The points of all of them, some of which may be equal."""
        return cls(*[np.concatenate(parts) for parts in zip(*several, strict=True)])

    def ranked(self, ranks: NDArray[Any]) -> "Points":
        """The points with a rank as the first of their costs."""
        return self._replace(costs=np.column_stack([ranks, self.costs]))

    def front(self) -> "Points":
        """The points for which no other one is as good in every figure; equal points become one. In order of their costs."""
        points = self._distinct()
        costs = points.costs
        if costs.shape[1] == 2:
            best = np.minimum.accumulate(costs[:, 1])
            return points._taken(np.flatnonzero(np.append(True, costs[1:, 1] < best[:-1])[: len(costs)]))
        kept, left = [], np.arange(len(costs))
        while len(left):
            first, left = left[0], left[1:]
            kept.append(first)
            # A later point is no better in all figures, as the first one that differs is worse.
            left = left[np.any(costs[left] < costs[first], axis=1)]
        return points._taken(np.array(kept, dtype=np.int64))

    def best(self, most: int) -> "Points":
        """At most `most` points with the least costs; of equal ones, the first."""
        return self._taken(_sorted((self.positions, *self.costs.T[::-1]))[:most])

    def _distinct(self) -> "Points":
        order = _sorted((self.positions, *self.costs.T[::-1]))
        points = self._taken(order)
        if not len(order):
            return points
        new = np.append(True, np.any(points.costs[1:] != points.costs[:-1], axis=1))
        starts = np.flatnonzero(new)
        return Points(points.costs[starts], points.positions[starts], np.add.reduceat(points.counts, starts))

    def _taken(self, places: NDArray[Any]) -> "Points":
        return Points(self.costs[places], self.positions[places], self.counts[places])


def _sorted(keys: tuple[NDArray[Any], ...]) -> NDArray[Any]:
    """The order by the last key, then by the one before it, and so on."""
    # numpy sorts objects by one key only: their ranks have the same order.
    ranks = [np.unique(key, return_inverse=True)[1] if key.dtype == object else key for key in keys]
    return np.lexsort(ranks)
