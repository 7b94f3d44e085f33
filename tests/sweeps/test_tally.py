"""Tallies add up: the parts of a sweep in any order and grouping give the tally of the whole, also after a file has kept them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from cnnshape.study.sweep.goals import Points  # noqa: E402 -- numpy is there
from cnnshape.study.sweep.spread import spread_of  # noqa: E402
from cnnshape.study.sweep.tally import (  # noqa: E402
    SOME,
    Refused,
    Tally,
    added,
    tally_data,
    tally_of,
    united,
    whole_numbers,
)

TOP = 4
KINDS = [
    ("CS501", "shape-rejected", "net.yaml", 7, 9),
    ("CS501", "shape-rejected", "net.yaml", 8, 9),
    ("CS302", "bad-argument", "net.yaml", 7, 9),
    ("CS302", "bad-argument", "--param width", 1, 1),
]

Design = tuple[int, int, int] | int
"""A design of a made-up sweep: its figures and a random rank, or the kind of its error."""

kept = st.tuples(st.integers(0, 2**66), st.integers(0, 5000), st.integers(0, 10**6))
designs = st.lists(st.one_of(kept, st.integers(0, len(KINDS) - 1)), min_size=1, max_size=40)


def table(rows: list[Any], width: int) -> Any:
    return whole_numbers([list(row) for row in rows]).reshape(len(rows), width)


def tally(part: list[Design], start: int) -> Tally:
    """The tally of designs from a position on, made design by design."""
    sound = [(position, one) for position, one in enumerate(part, start) if isinstance(one, tuple)]
    faulty = [(position, one) for position, one in enumerate(part, start) if not isinstance(one, tuple)]
    positions = np.array([position for position, _ in sound], dtype=np.int64)
    ones = np.ones(len(sound), dtype=np.int64)
    costs = Points(table([one[:2] for _, one in sound], 2), positions, ones)
    some = Points(table([(one[2], *one[:2]) for _, one in sound], 3), positions, ones)
    best = Points(table([(one[1],) for _, one in sound], 1), positions, ones)
    spreads = {name: spread_of(costs.costs[:, place]) for place, name in enumerate(("macs", "params"))}
    return Tally(
        len(part),
        len(sound),
        united(Refused(*KINDS[kind], f"at {position}", position, 1) for position, kind in faulty),
        {name: spread for name, spread in spreads.items() if spread is not None},
        costs.front(),
        some.best(SOME),
        best.best(TOP),
        {"a reason": len(faulty)} if faulty else {},
    )


def comparable(tally: Tally) -> Any:
    """A tally as plain data, for which `==` compares everything."""
    return json.loads(json.dumps(tally_data(tally)))


@st.composite
def divided(draw: st.DrawFn) -> tuple[list[Design], list[Tally]]:
    """Designs, and the tallies of parts of them in any order."""
    whole = draw(designs)
    cuts = sorted(draw(st.sets(st.integers(1, len(whole)), max_size=4)))
    bounds = list(zip([0, *cuts], [*cuts, len(whole)], strict=True))
    parts = [tally(whole[start:stop], start) for start, stop in bounds if stop > start]
    return whole, draw(st.permutations(parts))


@given(divided())
def test_parts_in_any_order_add_up_to_the_whole(case: tuple[list[Design], list[Tally]]) -> None:
    whole, parts = case
    assert comparable(added(parts, TOP)) == comparable(tally(whole, 0))


@given(divided(), st.integers(1, 4))
def test_sums_of_sums_are_sums(case: tuple[list[Design], list[Tally]], first: int) -> None:
    _, parts = case
    several = added([added(parts[:first], TOP), *parts[first:]], TOP)
    assert comparable(several) == comparable(added(parts, TOP))


@given(divided())
def test_a_file_keeps_a_tally(case: tuple[list[Design], list[Tally]]) -> None:
    _, parts = case
    kept = [tally_of(json.loads(json.dumps(tally_data(part)))) for part in parts]
    assert [comparable(part) for part in kept] == [comparable(part) for part in parts]
    assert comparable(added(kept, TOP)) == comparable(added(parts, TOP))


@given(designs)
def test_refused_designs_are_counted_by_kind(whole: list[Design]) -> None:
    counted = tally(whole, 0).refused
    kinds = Counter(one for one in whole if not isinstance(one, tuple))
    assert sorted(one.designs for one in counted) == sorted(kinds.values())
    for one in counted:
        kind = KINDS.index(one[:5])
        assert one.designs == kinds[kind]
        assert (one.position, one.message) == (whole.index(kind), f"at {whole.index(kind)}")
    assert [(-one.designs, one.position) for one in counted] == sorted((-one.designs, one.position) for one in counted)


@pytest.mark.parametrize(
    "damage", [{"refused": [[1, 2]]}, {"best": None}, {"front": [2, [[1]], [0], [1]]}, {"spreads": {"a": [1]}}]
)
def test_other_data_is_no_tally(damage: dict[str, Any]) -> None:
    data = {**tally_data(tally([(1, 2, 3)], 0)), **damage}
    with pytest.raises((KeyError, TypeError, ValueError)):
        tally_of(data)


def test_numbers_beyond_64_bits_are_pythons() -> None:
    assert whole_numbers([1, 2**63 - 1]).dtype == np.int64
    assert whole_numbers([1, 2**63]).tolist() == [1, 2**63]
    assert whole_numbers([]).dtype == np.int64
