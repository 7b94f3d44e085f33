"""The pieces of plots: laws that hold for any numbers, names and colors. No browser is needed."""

import re
from itertools import combinations, pairwise
from math import hypot
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.api import load
from cnnshape.render.picture.colors import DARK_GROUND
from cnnshape.render.picture.metrics import text_width
from cnnshape.render.plot.axes import Axis, padded, padded_ratio, powers_of_two, short
from cnnshape.render.plot.boxes import RIM, Ball, Box, Line
from cnnshape.render.plot.colors import SERIES, dark_style, series, series_class
from cnnshape.render.plot.growth import growth_of, spread
from cnnshape.render.plot.key import Key
from cnnshape.render.plot.labels import NAME, NUMBER, labels
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
    drawn = list(map(ElementTree.fromstring, labels(balls, FRAME).parts))
    boxes = [box_of(text) for text in drawn if text.tag == "text"]
    lines = [line_of(path) for path in drawn if path.tag == "path"]
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
    assert not any(one.crosses(other) for one, other in combinations(lines, 2))
    for box in boxes:
        assert FRAME.left <= box.left and box.right <= FRAME.right + 1 and FRAME.top <= box.top <= FRAME.bottom
        assert not any(nearest(ball, points_of(box)) < ball.radius for ball in balls)
    for line in lines:
        assert not any(holds(box, point) for box in boxes for point in points_on(line))
        # A line ends at its own ball.
        assert sum(nearest(ball, points_on(line)) < ball.radius + RIM / 2 for ball in balls) <= 1


def points_on(line: Line) -> list[tuple[float, float]]:
    """Points along a line."""
    (x, y), (end_x, end_y) = line
    return [(x + share / 40 * (end_x - x), y + share / 40 * (end_y - y)) for share in range(41)]


def points_of(box: Box) -> list[tuple[float, float]]:
    """Points of a rectangle, corners included."""
    edges = [Line((box.left, y), (box.right, y)) for y in (box.top, (box.top + box.bottom) / 2, box.bottom)]
    return [point for edge in edges for point in points_on(edge)]


def nearest(ball: Ball, points: list[tuple[float, float]]) -> float:
    """How near points are to the middle of a ball."""
    return min(hypot(x - ball.x, y - ball.y) for x, y in points)


def holds(box: Box, point: tuple[float, float]) -> bool:
    return box.left < point[0] < box.right and box.top < point[1] < box.bottom


def line_of(path: ElementTree.Element) -> Line:
    x, y, end_x, end_y = map(float, re.findall(r"-?[\d.]+", path.get("d", "")))
    return Line((x, y), (end_x, end_y))


@given(BALLS)
def test_every_name_is_at_its_ball_or_in_the_key_or_counted(balls: list[Ball]) -> None:
    labeled = labels(balls, FRAME)
    drawn = [text for text in map(ElementTree.fromstring, labeled.parts) if text.tag == "text"]
    named = [text.text for text in drawn if text.get("font-size") == f"{NAME}"]
    numbers = [text.text for text in drawn if text.get("font-size") == f"{NUMBER}"]
    assert numbers == [f"{number}" for number in range(1, len(numbers) + 1)]
    assert len(named) + len(numbers) + labeled.left == len(balls)
    key = Key(labeled, 500)
    words = [text.text for text in map(ElementTree.fromstring, key.drawn(20, 700))]
    pairs = [text for ball, number in zip(labeled.numbered, numbers, strict=True) for text in (number, ball.name)]
    assert words[1:] == pairs
    assert sorted([*filter(None, named), *pairs[1::2]]) == sorted(ball.name for ball in balls) or labeled.left
    assert bool(key.height) == bool(words)


@given(BALLS, st.integers(60, 900))
def test_no_text_of_a_key_overlaps_another_one(balls: list[Ball], width: int) -> None:
    key = Key(labels(balls, Box(50, 50, 200, 200)), width)
    _, *texts = list(map(ElementTree.fromstring, key.drawn(20, 700))) or [None]
    boxes = [box_of(text) for text in texts if text is not None]
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
    for box in boxes:
        assert box.top >= 700 and box.bottom <= 700 + key.height
        assert box.right <= 20 + width


def test_a_crowd_has_numbers() -> None:
    """Balls with others on all sides have no room for names."""
    crowd = [
        Ball(x=300 + 32 * column, y=300 + 20 * row, radius=6, color=1, name=f"network_{column}{row}", title="")
        for column in range(6)
        for row in range(6)
    ]
    labeled = labels(crowd, FRAME)
    assert len(labeled.numbered) > 5
    places = [(ball.x, ball.y) for ball in labeled.numbered]
    assert places == sorted(places)


def test_balls_at_one_place_have_their_names_around_it() -> None:
    same = [Ball(x=300, y=300, radius=6, color=1, name=f"net{number}", title="") for number in range(4)]
    labeled = labels(same, FRAME)
    assert (labeled.numbered, labeled.left) == ((), 0)


@pytest.mark.parametrize(
    ("line", "crosses", "distance"),
    [
        (Line((0, 0), (10, 10)), True, 0),
        (Line((0, 5), (10, 5)), True, 0),
        (Line((5, 9), (5, 20)), True, 4),
        (Line((0, 8), (10, 18)), False, 5.7),
        (Line((20, 5), (30, 5)), False, 15),
        (Line((2, 2), (2, 2)), False, 4.2),
    ],
)
def test_lines_and_boxes(line: Line, crosses: bool, distance: float) -> None:
    """A box of 2 x 2 around (5, 5), with its room."""
    assert Box(4, 4, 6, 6).is_crossed(line) == (distance < 2)
    assert Ball(x=5, y=5, radius=1, color=0, name="", title="").is_crossed(line) == (distance < 2)
    assert line.distance((5, 5)) == pytest.approx(distance, abs=0.1)
    assert line.crosses(Line((5, 0), (5, 10))) == crosses or line.start[0] == line.end[0]


def box_of(text: ElementTree.Element) -> Box:
    """The letters of a name, without what is below the line."""
    size = float(text.get("font-size", ""))
    x, y, wide = float(text.get("x", "")), float(text.get("y", "")), text_width(text.text or "", size)
    left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor", "")]
    return Box(left + 0.2, y - 8, left + wide - 0.2, y)


def test_a_lonely_ball_has_its_name_beside_it() -> None:
    (drawn,) = labels([Ball(x=400, y=300, radius=10, color=2, name="resnet18", title="")], FRAME).parts
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
