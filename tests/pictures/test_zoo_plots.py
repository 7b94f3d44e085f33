"""The plots of architectures: every ball is where its figures are, and no name overlaps another element."""

from itertools import combinations, pairwise
from math import log10, pi
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cnnshape.render.plot.axes import Axis, powers_of_two, short
from cnnshape.render.plot.scatter import costs_plot, main_measure, spans_of_years, zoo_plot
from cnnshape.render.zoo import FORMATS
from cnnshape.source import shipped_names
from cnnshape.study.zoo import Entry, survey
from tests.command import run
from tests.pictures.measure import Judge

SVG = "{http://www.w3.org/2000/svg}"
Balls = dict[str, tuple[float, float, float, str]]


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return [survey(name) for name in shipped_names()]


@pytest.fixture(scope="module")
def rated(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if "ImageNet top-1" in dict(entry.results)]


def entry(**changes: Any) -> Entry:
    made = Entry(
        name="net",
        title="Net",
        family="nets",
        year=2015,
        input=(3, 8, 8),
        params=1234567,
        macs=7 * 10**9,
        field=(5, 5),
        aligned=True,
        source="Nobody, Someone: Nets (2015)",
        results=(),
    )
    return made._replace(**changes)


def balls_of(svg: str) -> Balls:
    """The balls that have a title: place, radius and color, by the title of the architecture."""
    balls = {}
    for ball in ElementTree.fromstring(svg).iter(f"{SVG}circle"):
        title = ball.find(f"{SVG}title")
        if title is not None:
            x, y, radius = (float(ball.get(name, "")) for name in ("cx", "cy", "r"))
            balls[(title.text or "").partition(" (")[0].partition(":")[0]] = (x, y, radius, ball.get("fill", ""))
    return balls


def texts_of(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_neither_plot_has_a_defect(judge: Judge, entries: list[Entry]) -> None:
    assert judge.defects({"accuracy": zoo_plot(entries), "costs": costs_plot(entries)}) == []


def test_no_plot_of_few_has_a_defect(judge: Judge, entries: list[Entry]) -> None:
    drawn = {
        "none": zoo_plot([]),
        "one": zoo_plot(entries[:1]),
        "unknown": zoo_plot([entry(year=None, params=0, macs=0)]),
        "equal": zoo_plot([entry(name=f"net{index}", results=(("top-1", 50.0),)) for index in range(40)]),
        "nothing right": zoo_plot([entry(results=(("top-1", 0.0),))]),
        "detectors": zoo_plot([known for known in entries if "COCO box mAP" in dict(known.results)]),
        "a long name": zoo_plot([entry(name="name" * 90, results=(("measure" * 30, 1.0),))]),
    }
    assert judge.defects(drawn, pixels=False) == []


def test_accuracy_is_against_macs(rated: list[Entry], entries: list[Entry]) -> None:
    assert main_measure(entries) == "ImageNet top-1"
    assert len(rated) > 70
    balls = balls_of(zoo_plot([known._replace(title=known.name) for known in entries]))
    assert sorted(balls) == sorted(known.name for known in rated)
    macs = {known.name: log10(known.macs) for known in rated}
    accuracies = {known.name: -dict(known.results)["ImageNet top-1"] for known in rated}
    for figures, axis, least in ((macs, 0, 900), (accuracies, 1, 500)):
        first, last = min(figures, key=figures.__getitem__), max(figures, key=figures.__getitem__)
        length = balls[last][axis] - balls[first][axis]
        assert length > least
        for name, figure in figures.items():
            share = (figure - figures[first]) / (figures[last] - figures[first])
            assert balls[name][axis] == pytest.approx(balls[first][axis] + share * length, abs=0.2)


def test_others_are_counted(rated: list[Entry], entries: list[Entry]) -> None:
    heading, notes, *_ = texts_of(zoo_plot(entries))
    assert heading == "ImageNet top-1 against MACs"
    assert notes.startswith(f"{len(rated)} architectures")
    assert notes.endswith(f"{len(entries) - len(rated)} more have no ImageNet top-1")


def test_areas_are_those_of_params() -> None:
    shown = [
        entry(title=f"net {size}", params=size * 10**6, macs=size, results=(("top-1", 50.0),)) for size in (4, 16, 64)
    ]
    radii = [radius for _, _, radius, _ in balls_of(zoo_plot(shown)).values()]
    areas = sorted(pi * radius**2 for radius in radii)
    assert [area / areas[0] for area in areas] == pytest.approx([1, 4, 16], rel=0.02)


def test_marks_are_where_the_figures_are(entries: list[Entry]) -> None:
    """More params are further right, more MACs further up, and ten times as many are always as far."""
    drawn = costs_plot([known._replace(title=known.name) for known in entries])
    places = [(known, *balls_of(drawn)[known.name][:2]) for known in entries]
    for (one, x, y), (other, other_x, other_y) in combinations(places, 2):
        assert (one.params <= other.params or x >= other_x) and (one.macs <= other.macs or y <= other_y)
    ticks = [
        float(text.get("x", ""))
        for text in ElementTree.fromstring(drawn).iter(f"{SVG}text")
        if text.text in ("1 M", "10 M", "100 M") and text.get("text-anchor") == "middle"
    ]
    assert ticks[1] - ticks[0] == pytest.approx(ticks[2] - ticks[1], abs=0.2)


def test_a_color_is_a_span_of_years(entries: list[Entry]) -> None:
    spans = spans_of_years(entries)
    assert [year for span in spans for year in span] == sorted({known.year or 0 for known in entries})
    assert len(spans) == 8
    balls = balls_of(costs_plot([known._replace(title=known.name) for known in entries]))
    colors = [{balls[known.name][3] for known in entries if known.year in span} for span in spans]
    assert all(len(color) == 1 for color in colors)
    assert len(set.union(*colors)) == len(spans)
    assert f"{spans[0][0]} to {spans[0][-1]}" in texts_of(costs_plot(entries))


def test_many_names_fit(entries: list[Entry], rated: list[Entry]) -> None:
    names, shown = {known.name for known in entries}, {known.name for known in rated}
    assert len(names & set(texts_of(costs_plot(entries)))) > 0.7 * len(names)
    assert len(shown & set(texts_of(zoo_plot(entries)))) > 0.9 * len(shown)
    assert {"alexnet", "vgg16", "resnet18", "efficientnet_b0", "mobilenet_v2"} <= set(texts_of(zoo_plot(entries)))


def test_without_results_costs_are_shown() -> None:
    shown = [entry(), entry(name="other", title="Other", macs=10**8)]
    assert zoo_plot(shown) == costs_plot(shown)
    assert texts_of(zoo_plot(shown))[0] == "MACs against params"


def test_odd_titles_are_no_markup() -> None:
    text = zoo_plot([entry(title="<b> & co", results=(("a<b", 1.0),))])
    assert "&lt;b&gt; &amp; co" in text and "a&lt;b" in text
    ElementTree.fromstring(text)


def test_the_command_prints_the_plot_of_what_it_lists() -> None:
    shown = run("list", "vgg", "--format", "svg").stdout
    assert "svg" in FORMATS
    assert {"vgg11", "vgg19"} <= set(texts_of(shown))
    assert len(balls_of(shown)) == len([name for name in shipped_names() if name.startswith("vgg")])


def test_the_pages_show_the_plots() -> None:
    page = (Path(__file__).parents[2] / "docs" / "architectures.md").read_text(encoding="utf-8")
    assert "](architectures.svg)" in page and "](accuracy.svg)" in page


@pytest.mark.parametrize(
    ("axis", "ticks"),
    [
        (Axis(0, 9.6, 0, 100), [0, 2, 4, 6, 8]),
        (Axis(-0.3, 0.3, 0, 100), [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]),
        (Axis(0, 1, 0, 100), [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (Axis(3e5, 2e8, 0, 100, logarithmic=True), [1e6, 1e7, 1e8]),
        (Axis(8, 60, 0, 100, logarithmic=True), [10, 20, 50]),
        (Axis(1e-3, 1e12, 0, 100, logarithmic=True), [1e-3, 1, 1e3, 1e6, 1e9, 1e12]),
    ],
)
def test_ticks_are_round_numbers(axis: Axis, ticks: list[float]) -> None:
    assert axis.ticks(6) == pytest.approx(ticks)
    places = [axis.at(tick) for tick in ticks]
    assert places == sorted(places) and places[0] >= 0 and places[-1] <= 100
    gaps = [after - before for before, after in pairwise(places)]
    assert max(gaps) / min(gaps) < 1.4


def test_powers_of_two() -> None:
    assert powers_of_two(1, 20, 10) == [1, 2, 4, 8, 16]
    assert powers_of_two(1, 1100, 4) == [1, 8, 64, 512]
    assert powers_of_two(5, 7, 4) == []


def test_short_numbers() -> None:
    assert [short(number) for number in (0, 0.5, 20, 1000, 2e6, 5e10)] == ["0", "0.5", "20", "1 k", "2 M", "50 G"]
