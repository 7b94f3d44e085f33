"""What a sweep looks for: bounds, fronts and the best designs, against comparing every pair."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from cnnshape.diagnostics.refusal import Refusal  # noqa: E402
from cnnshape.report import FIGURES, parse_quantity  # noqa: E402 -- numpy is there
from cnnshape.study.sweep.goals import Goal, Points, keeps, read_bounds, read_goal, read_goals  # noqa: E402

NAMES = (*FIGURES, "receptive_field_height", "receptive_field_width")
HUGE = 2**70


def points(rows: list[tuple[int, ...]], start: int = 0) -> Points:
    fits = all(abs(cost) < 2**63 for row in rows for cost in row)
    costs = np.array(rows, dtype=np.int64 if fits else object).reshape(len(rows), -1 if rows else 2)
    return Points(costs, np.arange(start, start + len(rows)), np.ones(len(rows), dtype=np.int64))


def shown(front: Points) -> list[tuple[tuple[int, ...], int, int]]:
    rows = zip(front.costs.tolist(), front.positions.tolist(), front.counts.tolist(), strict=True)
    return [(tuple(costs), position, count) for costs, position, count in rows]


def brute_front(rows: list[tuple[int, ...]]) -> list[tuple[tuple[int, ...], int, int]]:
    """The rows that no other one is as good as in every cost, once each, with the first place and the number."""

    def is_worse(row: tuple[int, ...]) -> bool:
        return any(other != row and all(a <= b for a, b in zip(other, row, strict=True)) for other in rows)

    return [(row, rows.index(row), rows.count(row)) for row in sorted(set(rows)) if not is_worse(row)]


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[int, ...]]:
    width = draw(st.integers(2, 4))
    cell = st.integers(-4, 4) if draw(st.booleans()) else st.sampled_from([-HUGE, 0, 5, HUGE])
    return draw(st.lists(st.tuples(*[cell] * width), min_size=1, max_size=40))


@given(tables())
def test_a_front_has_what_nothing_beats(rows: list[tuple[int, ...]]) -> None:
    assert shown(points(rows).front()) == brute_front(rows)


@given(tables(), st.data())
def test_fronts_of_parts_have_the_front_of_the_whole(rows: list[tuple[int, ...]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(rows)))
    parts = [points(part, start).front() for part, start in ((rows[:cut], 0), (rows[cut:], cut)) if part]
    assert shown(Points.joined(parts[::-1]).front()) == brute_front(rows)


@given(tables(), st.integers(1, 10))
def test_the_best_are_the_first_when_sorted(rows: list[tuple[int, ...]], most: int) -> None:
    ordered = sorted((row, place) for place, row in enumerate(rows))[:most]
    assert [(row, place) for row, place, _ in shown(points(rows).best(most))] == ordered


def test_nothing_has_no_front() -> None:
    empty = points([])
    assert shown(empty.front()) == shown(empty.best(3)) == []


def test_goals_make_figures_small_or_large() -> None:
    columns = {"params": np.array([3, 1, 2]), "macs": np.array([10, 10, 30])}
    goals = (Goal("params"), Goal("macs", large=True))
    assert Points.of(goals, columns, np.arange(3)).costs.tolist() == [[3, -10], [1, -10], [2, -30]]


@pytest.mark.parametrize("large", [False, True])
def test_a_design_without_a_figure_is_the_worst(large: bool) -> None:
    costs = Goal("receptive_field_height", large).costs({"receptive_field_height": np.array([-1, 5, 2**62])})
    assert costs.argmax() == 0
    assert len(set(costs.tolist())) == 3


BOUNDS = ("5", "2.5", "1.0005k", "0", "9,223,372,036,854,775,807")
VALUES = [0, 2, 3, 5, 6, 1000, 1001, 2**63 - 1]


@pytest.mark.parametrize(("sign", "bound"), list(product(("<", "<=", ">", ">="), BOUNDS)))
def test_bounds_are_exact(sign: str, bound: str) -> None:
    quantity = parse_quantity(bound)
    assert quantity is not None
    limit = Fraction(quantity.value)
    conditions = read_bounds([f"params {sign} {bound}"], NAMES)
    tests = {"<": lambda n: n < limit, "<=": lambda n: n <= limit, ">": lambda n: n > limit, ">=": lambda n: n >= limit}
    for dtype in (np.int64, object):
        kept = keeps(conditions, {"params": np.array(VALUES, dtype=dtype)}, len(VALUES))
        assert kept.tolist() == [tests[sign](value) for value in VALUES]


def test_all_bounds_are_kept() -> None:
    columns = {"params": np.array([1, 2, 3]), "macs": np.array([3, 2, 1])}
    assert keeps(read_bounds(["params <= 2", "macs <= 2"], NAMES), columns, 3).tolist() == [False, True, False]
    assert keeps((), columns, 3).tolist() == [True] * 3


def test_a_receptive_field_is_bounded_along_every_axis() -> None:
    columns = {
        "receptive_field_height": np.array([10, 10, 20, -1]),
        "receptive_field_width": np.array([10, 20, 20, -1]),
    }
    bounds = read_bounds(["receptive_field <= 15"], NAMES)
    assert {bound.text for bound in bounds} == {"receptive_field <= 15"}
    # The last design has no receptive field.
    assert keeps(bounds, columns, 4).tolist() == [True, False, False, False]


BAD_BOUNDS = {
    "params": "'params' compares nothing; write `params <= 5M` or `params <= 256kB`",
    "params = 5M": "compares nothing",
    "size < 3": "'size' is not a figure; known here:",
    "parms <= 5M": "did you mean `params`?",
    "MACS <= 5M": "did you mean `macs`?",
    "params <= big": "'big' is not a bound; write `params <= 5M` or `params <= 256kB`",
    "params > +5%": "'+5%' is not a bound; write `params > 5M`",
    "params > 5%": "'5%' is not a bound; write `params > 5M`",
    "params > +5": "'+5' is not a bound",
}


@pytest.mark.parametrize(("text", "reason"), BAD_BOUNDS.items())
def test_a_bound_that_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_bounds([text], NAMES)
    assert refused.value.option == "where"
    assert reason in refused.value.reason


def test_goals_are_read() -> None:
    assert read_goal("objective", " max:macs ", NAMES) == Goal("macs", large=True)
    assert read_goals("params, max:receptive_field_height", NAMES) == (
        Goal("params"),
        Goal("receptive_field_height", large=True),
    )
    assert read_goals("", NAMES) == ()
    assert [str(goal) for goal in read_goals("params,max:macs", NAMES)] == ["params", "max:macs"]


BAD_GOALS = {
    "params,-macs": "'-macs' is not a figure; write `max:macs` for designs with the most",
    "params,mac": "'mac' is not a figure; did you mean `macs`?",
    "params,": "'' is not a figure",
    "params,max:params": "has a figure twice",
    "params": "'params' is one figure, and a front needs two; `--objective params` sorts by one",
}


@pytest.mark.parametrize(("text", "reason"), BAD_GOALS.items())
def test_a_front_that_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_goals(text, NAMES)
    assert refused.value.option == "pareto"
    assert reason in refused.value.reason
