"""The pieces of plots: laws that hold for any numbers, names and colors. No browser is needed."""

import re
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.api import load
from cnnshape.render.picture.colors import DARK_GROUND
from cnnshape.render.picture.metrics import text_width
from cnnshape.render.plot.axes import Axis, padded, padded_ratio, powers_of_two, short
from cnnshape.render.plot.colors import SERIES, dark_style, series, series_class
from cnnshape.render.plot.growth import growth_of, spread
from cnnshape.render.plot.labels import Ball, Box, names
from cnnshape.render.plot.page import EDGE, heading, plot_file
from cnnshape.render.plot.scatter import spans_of_years, zoo_plot
from cnnshape.render.plot.shares import SHOWN, parts_of_report, shares
from cnnshape.report import FIGURES
from cnnshape.study.zoo import survey
from tests.laws.plain import Spec
from tests.laws.strategy import specs
from tests.pictures.checks import TEXT_CONTRAST, contrast_of
from tests.pictures.drawing import Color
from tests.pictures.pictures_of import examined, examined_shipped
from tests.pictures.test_plots import PLOTS
from tests.pictures.test_zoo_plots import entry

SVG = "{http://www.w3.org/2000/svg}"
FRAME = Box(50, 50, 900, 600)
NUMBERS = st.floats(-1e12, 1e12, allow_nan=False)
SIZES = st.floats(1, 1e15, allow_nan=False)


def rgb(color: str) -> Color:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))


# Colors


@pytest.mark.parametrize("color", SERIES)
def test_texts_can_be_read_in_a_color_and_on_it(color: object) -> None:
    fill, stroke, dark_fill, dark_stroke = map(rgb, color)
    assert contrast_of(stroke, rgb("#ffffff")) >= TEXT_CONTRAST
    assert contrast_of(dark_stroke, rgb(DARK_GROUND)) >= TEXT_CONTRAST
    assert contrast_of(fill, rgb("#1b1f23")) >= TEXT_CONTRAST
    assert contrast_of(dark_fill, rgb("#e6edf3")) >= TEXT_CONTRAST


@pytest.mark.parametrize("field", ["stroke", "dark_stroke"])
def test_no_two_colors_are_close(field: str) -> None:
    colors = [rgb(getattr(color, field)) for color in SERIES]
    distances = [sum(abs(a - b) for a, b in zip(*pair, strict=True)) for pair in combinations(colors, 2)]
    assert min(distances) > 60


def test_a_series_repeats_its_colors() -> None:
    assert series(0) == series(len(SERIES))
    assert series_class("mark", len(SERIES) + 2) == "mark mark2"


@pytest.mark.parametrize("plot", PLOTS)
def test_every_color_has_a_dark_one(plot: str) -> None:
    """Whatever has a color has a class that the style of dark grounds names."""
    known = set(re.findall(r"\.([a-z]+\d*)", dark_style()))
    for element in ElementTree.fromstring(PLOTS[plot](*examined_shipped("resnet50"))).iter():
        colored = {element.get("fill", "none"), element.get("stroke", "none")} - {"none"}
        if colored and element.tag not in (f"{SVG}svg", f"{SVG}style"):
            assert known & set(element.get("class", "").split()), element.attrib


# Axes


@given(st.lists(NUMBERS, min_size=1, max_size=9), st.integers(2, 14))
def test_a_linear_axis_has_all_numbers(numbers: list[float], most: int) -> None:
    axis = Axis(*padded(numbers), 100, 900)
    assert all(100 <= axis.at(number) <= 900 for number in numbers)
    ticks = axis.ticks(most)
    assert len(ticks) <= most + 1
    assert ticks == sorted(ticks)
    assert all(99 <= axis.at(tick) <= 901 for tick in ticks)


@given(st.lists(SIZES, min_size=1, max_size=9), st.integers(2, 14))
def test_a_logarithmic_axis_has_all_numbers(numbers: list[float], most: int) -> None:
    axis = Axis(*padded_ratio(numbers), 900, 100, logarithmic=True)
    assert all(100 <= axis.at(number) <= 900 for number in numbers)
    ticks = axis.ticks(most)
    assert len(ticks) <= most
    assert all(axis.low <= tick <= axis.high for tick in ticks)
    places = [axis.at(tick) for tick in ticks]
    assert places == sorted(places, reverse=True)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(2, 24))
def test_powers_are_within_their_bounds(one: int, other: int, most: int) -> None:
    low, high = sorted((one, other))
    powers = powers_of_two(low, high, most)
    assert len(powers) <= most
    assert all(low <= power <= high and float(power).is_integer() for power in powers)
    if most >= 20:
        assert len(powers) == sum(low <= 2**power <= high for power in range(20))


@given(st.integers(1, 9), st.integers(0, 14))
def test_a_round_number_is_short(digit: int, power: int) -> None:
    words = short(digit * 10**power)
    assert len(words) <= 6
    number, _, prefix = words.partition(" ")
    assert float(number) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[prefix] == pytest.approx(digit * 10**power)


# Names

BALLS = st.lists(
    st.builds(
        Ball,
        x=st.floats(60, 890),
        y=st.floats(60, 590),
        radius=st.floats(3, 30),
        color=st.integers(0, 7),
        name=st.text("abcdefg_0123", min_size=1, max_size=24),
        title=st.just(""),
    ),
    max_size=30,
)


@given(BALLS)
def test_no_name_overlaps_another_one_or_a_ball(balls: list[Ball]) -> None:
    texts = [element for element in map(ElementTree.fromstring, names(balls, FRAME)) if element.tag == "text"]
    boxes = [box_of(text) for text in texts]
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
    for box in boxes:
        assert FRAME.left <= box.left and box.right <= FRAME.right + 1 and FRAME.top <= box.top <= FRAME.bottom
        assert not any(box.meets(Box(b.x - b.radius, b.y - b.radius, b.x + b.radius, b.y + b.radius)) for b in balls)


def box_of(text: ElementTree.Element) -> Box:
    """The letters of a name, without what is below the line."""
    x, y, wide = float(text.get("x", "")), float(text.get("y", "")), text_width(text.text or "", 11)
    left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor", "")]
    return Box(left + 0.2, y - 8, left + wide - 0.2, y)


def test_a_lonely_ball_has_its_name_beside_it() -> None:
    (drawn,) = names([Ball(x=400, y=300, radius=10, color=2, name="resnet18", title="")], FRAME)
    text = ElementTree.fromstring(drawn)
    assert (text.text, text.get("x"), text.get("text-anchor")) == ("resnet18", "414", "start")
    assert text.get("fill") == SERIES[2].stroke


@given(st.lists(st.floats(0, 300), max_size=15).map(sorted))
def test_names_at_the_ends_of_lines_are_apart(heights: list[float]) -> None:
    moved = spread(heights, 300)
    assert all(after - before >= 16 - 1e-6 for before, after in pairwise(moved))
    assert all(height <= 300 for height in moved)
    if all(after - before >= 16 for before, after in pairwise(heights)):
        assert moved == heights


@given(st.lists(st.none() | st.integers(1990, 2030), min_size=1, max_size=40))
def test_spans_have_each_year_once_and_in_order(years: list[int | None]) -> None:
    spans = spans_of_years([entry(year=year) for year in years])
    assert [year for span in spans for year in span] == sorted({year or 0 for year in years})
    assert len(spans) == min(len({year or 0 for year in years}), len(SERIES))


def test_colors_of_few_years_are_those_of_the_key() -> None:
    few = [survey(name) for name in ("alexnet", "resnet18", "efficientnet_b0")]
    root = ElementTree.fromstring(zoo_plot(few))
    fills = {circle.get("fill") for circle in root.iter(f"{SVG}circle") if circle.find(f"{SVG}title") is not None}
    assert fills == {SERIES[place].stroke for place in range(len({known.year for known in few}))}
    texts = {element.text for element in root.iter(f"{SVG}text")}
    assert {str(known.year) for known in few} <= texts


# Pages


@given(st.text(max_size=200), st.text(max_size=300), st.integers(200, 1200))
def test_a_heading_fits_its_page(title: str, notes: str, width: int) -> None:
    for drawn, size, bold in zip(heading(title, notes, width), (20, 12), (True, False), strict=True):
        words = ElementTree.fromstring(drawn).text or ""
        assert EDGE + text_width(words, size, bold=bold) <= width - EDGE or len(words) <= 1


def test_a_plot_is_named_for_screen_readers() -> None:
    root = ElementTree.fromstring(plot_file("a & b", "notes", [], 300, 200))
    assert root.find(f"{SVG}title").text == "a & b"
    assert (root.get("role"), root.get("width"), root.get("viewBox")) == ("img", "300", "0 0 300 200")


# Shares and growth


@given(specs(), st.integers(0, 2))
def test_parts_of_any_design_have_all_of_each_figure(spec: Spec, depth: int) -> None:
    _, report = examined(load(spec.text))
    parts = parts_of_report(report, depth)
    for place, key in enumerate(SHOWN):
        assert sum(part.values[place] for part in parts) == FIGURES[key].of(report)
    assert all(any(part.values) for part in parts)
    ElementTree.fromstring(shares(report, depth))


@given(specs())
def test_growth_never_falls(spec: Spec) -> None:
    _, report = examined(load(spec.text))
    grown = growth_of("any", report)
    if grown is not None:
        macs, fields = zip(*grown.steps, strict=True)
        assert list(macs) == sorted(macs) and macs[-1] <= grown.macs == report.totals.macs
        assert list(fields) == sorted(fields) and fields[0] >= 0
