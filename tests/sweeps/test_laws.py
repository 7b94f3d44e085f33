"""Laws of whole sweeps: random networks and random spaces, against the engine on every single design."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

import cnnshape  # noqa: E402 -- numpy is there
from cnnshape.report import FIGURES  # noqa: E402
from tests.sweeps.networks import TINY, engine  # noqa: E402

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "width": st.lists(st.integers(1, 24), min_size=1, max_size=4, unique=True),
    "kernel": st.lists(st.integers(1, 18), min_size=1, max_size=3, unique=True),
    "act": st.lists(st.sampled_from(["relu", "silu", "none", "sigmod"]), min_size=1, max_size=2, unique=True),
    "groups": st.lists(st.integers(1, 6), min_size=1, max_size=3, unique=True),
    "repeats": st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2)).map(list), min_size=1, max_size=3, unique_by=tuple
    ),
}
SIZES = st.lists(st.integers(1, 20), max_size=3, unique=True)
GOALS = ("params", "max:macs", "peak_activation_bytes", "max:receptive_field_width")


@st.composite
def sweeps(draw: st.DrawFn) -> dict[str, Any]:
    """The arguments of a sweep of at most some hundred designs."""
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
    return {
        "space": {name: draw(VALUES[name]) for name in names},
        "input": draw(SIZES) or None,
        "where": draw(st.lists(st.sampled_from(["params <= 2k", "macs >= 50k", "receptive_field <= 12"]), max_size=2)),
        "pareto": draw(st.lists(st.sampled_from(GOALS), min_size=2, max_size=3, unique=True)),
        "batch": draw(st.sampled_from([1, 3, 10**9])),
        "dtype": draw(st.sampled_from(["float32", "int8"])),
    }


def keeps(figures: dict[str, int], where: list[str]) -> bool:
    tests = {
        "params <= 2k": figures["params"] <= 2000,
        "macs >= 50k": figures["macs"] >= 50_000,
        "receptive_field <= 12": 0 <= figures["receptive_field_height"] <= 12
        and figures["receptive_field_width"] <= 12,
    }
    return all(tests[text] for text in where)


def costs(figures: dict[str, int], goals: list[str]) -> tuple[int, ...]:
    """Figures of which less is better; one that a design doesn't have is the worst."""
    least = [(figures[goal], 1) if not goal.startswith("max:") else (figures[goal[4:]], -1) for goal in goals]
    return tuple(2**80 if value < 0 else sign * value for value, sign in least)


@settings(deadline=None, max_examples=25)
@given(sweeps())
def test_a_sweep_says_what_the_engine_says_of_every_design(given: dict[str, Any]) -> None:
    result = cnnshape.sweep(TINY, **given)
    axes = list(result.plan.axes)
    rows = {row.number: row.figures for row in result}
    errors = 0
    whole: dict[int, dict[str, int]] = {}
    for index in range(result.space):
        examined = engine(TINY, axes, index)
        if examined.problems:
            errors += 1
            continue
        report = examined.report(result.plan.settings)
        reach = report.reach.receptive_field.size if report.reach and report.reach.receptive_field else (-1, -1)
        whole[index] = {
            **{name: figure.of(report) for name, figure in FIGURES.items()},
            "receptive_field_height": reach[0],
            "receptive_field_width": reach[1],
        }
    kept = {index: figures for index, figures in whole.items() if keeps(figures, given["where"])}
    assert rows == kept
    assert sum(one.designs for one in result.refused) == errors
    assert (result.evaluated, result.kept) == (result.space, len(kept))
    points = [costs(figures, given["pareto"]) for figures in kept.values()]
    front = {
        point
        for point in points
        if not any(other != point and all(a <= b for a, b in zip(other, point, strict=True)) for other in points)
    }
    listed = [costs(dict(row.figures), given["pareto"]) for row in result.listed]
    assert listed == sorted(front)
    assert [row.designs for row in result.listed] == [points.count(point) for point in listed]
    for name, spread in result.spreads.items():
        values = [figures[name] for figures in kept.values() if figures[name] >= 0]
        assert (spread.least, spread.largest, spread.number) == (min(values), max(values), len(values))
