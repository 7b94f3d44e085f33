"""The plot of a front: every mark is where its figures are, and a browser shows no defect."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("numpy")

import cnnshape
from cnnshape.render.plot.front import front_plot
from cnnshape.study.sweep.result import Sweep
from tests.pictures.measure import Judge
from tests.sweeps.networks import TINY

SVG = "{http://www.w3.org/2000/svg}"


def tiny(pareto: str, **options: object) -> Sweep:
    return cnnshape.sweep(
        TINY, {"width": "4..64:4", "kernel": "1..9", "repeats": "[0..2, 1..2]"}, pareto=pareto, **options
    )


SWEEPS = {
    "least of both": lambda: tiny("params,macs"),
    "groups": lambda: cnnshape.sweep("resnet50", {"groups": "1,2,4,8,16,32"}, pareto="params,max:activation_bytes"),
    "most and least": lambda: tiny("max:macs,peak_activation_bytes"),
    "least and most": lambda: tiny("params,max:receptive_field_height"),
    "most of both": lambda: tiny("max:params,max:flops"),
    "three figures": lambda: tiny("params,macs,max:receptive_field_width"),
    "one design": lambda: cnnshape.sweep(TINY, {"width": "4"}, pareto="params,macs"),
    "bounds": lambda: tiny("max:macs,params", where=["params <= 20k", "peak_activation_bytes <= 40kB"]),
    "a long name": lambda: cnnshape.sweep(
        TINY.replace("name: tiny", f"name: {'long_' * 60}"), {"width": "1..9"}, pareto="params,max:macs"
    ),
}


@pytest.fixture(scope="module")
def plots() -> dict[str, tuple[Sweep, str]]:
    swept = {name: make() for name, make in SWEEPS.items()}
    return {name: (sweep, front_plot(sweep)) for name, sweep in swept.items()}


SPARSE = ("groups", "one design", "a long name")
"""Plots in which no point covers the middle of another one."""


def test_no_plot_has_a_defect(judge: Judge, plots: dict[str, tuple[Sweep, str]]) -> None:
    assert judge.defects({name: plot for name, (_, plot) in plots.items()}, pixels=False) == []


def test_other_programs_draw_them_too(judge: Judge, plots: dict[str, tuple[Sweep, str]]) -> None:
    assert judge.defects({name: plots[name][1] for name in SPARSE}) == []


def marks(plot: str) -> dict[str, tuple[float, float]]:
    """The places of the marks with titles, by the options that they begin with."""
    places = {}
    for ball in ElementTree.fromstring(plot).iter(f"{SVG}circle"):
        title = ball.find(f"{SVG}title")
        if title is not None:
            places[(title.text or "").rpartition(": ")[0]] = (float(ball.get("cx", "")), float(ball.get("cy", "")))
    return places


@pytest.mark.parametrize("name", SWEEPS)
def test_every_design_of_the_front_has_a_mark_at_its_figures(name: str, plots: dict[str, tuple[Sweep, str]]) -> None:
    sweep, plot = plots[name]
    places = marks(plot)
    assert set(places) == {design.options for design in sweep.listed}
    first, second = (goal.figure for goal in sweep.plan.goals[:2])
    # More of a figure is farther to the right, and higher.
    rows = [(design.figures[first], design.figures[second], *places[design.options]) for design in sweep.listed]
    for a, b in pairwise(sorted(rows)):
        assert (a[2] < b[2]) == (a[0] < b[0])
    for a, b in pairwise(sorted(rows, key=lambda row: row[1])):
        assert (a[3] > b[3]) == (a[1] < b[1])


@pytest.mark.parametrize("name", ["least of both", "most and least", "least and most", "most of both"])
def test_the_border_goes_from_design_to_design(name: str, plots: dict[str, tuple[Sweep, str]]) -> None:
    """Nothing that is kept is beyond the border: it is made of steps from one design of the front to the next."""
    _, plot = plots[name]
    places = sorted(marks(plot).values())
    curve = next(
        path.get("d", "")
        for path in ElementTree.fromstring(plot).iter(f"{SVG}path")
        if "curve" in path.get("class", "")
    )
    corners = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", curve)]
    assert all(before[0] == after[0] or before[1] == after[1] for before, after in pairwise(corners))
    assert corners[::2] == [(round(x, 1), round(y, 1)) for x, y in places]


def test_the_other_points_are_kept_designs(plots: dict[str, tuple[Sweep, str]]) -> None:
    for sweep, _ in plots.values():
        first, second = (goal.figure for goal in sweep.plan.goals[:2])
        kept = {(design.figures[first], design.figures[second]) for design in sweep}
        assert {point[:2] for point in sweep.some} <= kept
        assert len(sweep.some) == min(sweep.kept, 1000)


def test_the_key_says_what_is_shown(plots: dict[str, tuple[Sweep, str]]) -> None:
    assert "all 6 kept designs" in plots["groups"][1]
    assert re.search(
        r"of [\d,]+ designs are kept · params &lt;= 20k · peak_activation_bytes &lt;= 40kB", plots["bounds"][1]
    )
    large = cnnshape.sweep(TINY, {"width": "1..1100"}, pareto="params,max:macs")
    assert "1,000 of 1,100 kept designs, at random" in front_plot(large)
    assert "some with their numbers" in front_plot(large)


def test_the_caption_of_the_documentation_is_true() -> None:
    docs = Path(__file__).parents[2] / "docs"
    caption = re.search(
        r"!\[The params of (\d+) designs .* front of (\d+) of them\]\(front.svg\)", (docs / "sweep.md").read_text()
    )
    drawn = (docs / "front.svg").read_text()
    assert caption is not None
    assert f"all {caption[1]} kept designs" in drawn
    assert f"the front: {caption[2]} designs" in drawn
