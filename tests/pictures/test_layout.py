"""The layout of any diagram: cards apart, wires past cards, and a line of its own for each card's wires."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnshape.render.picture.geometry import Layout, Point, Spacing, lay_out
from cnnshape.render.picture.placing import Cell
from cnnshape.study.picture.model import Wire

SLACK = 0.5
SPACING = Spacing(before=40, above=10, below=60, level=15)


class Sketch(NamedTuple):
    cells: list[Cell]
    wires: list[Wire]


@st.composite
def sketches(draw: st.DrawFn, most: int = 14) -> Sketch:
    """Diagrams as networks have them: chains with skips, branches, several inputs and outputs, on a few levels."""
    count = draw(st.integers(1, most))
    wires = set()
    for target in range(1, count):
        sources = draw(st.sets(st.integers(0, target - 1), max_size=3) | st.just({target - 1}))
        wires |= {Wire(source, target) for source in sources}
    entering = [sum(wire.target == card for wire in wires) for card in range(count)]
    levels = draw(st.sampled_from([1, 1, 3]))
    sizes = st.tuples(st.integers(22, 150), st.integers(22, 200), st.integers(0, 160), st.integers(0, levels - 1))
    cells = []
    for card in range(count):
        along, across, caption, level = draw(sizes)
        across = max(across, 12 + 10 * entering[card])
        cells.append(Cell(float(along), float(across), float(caption), 18.0 if caption else 0.0, level))
    return Sketch(cells, sorted(wires))


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


def boxes(sketch: Sketch, layout: Layout) -> list[Box]:
    return [
        Box(x - cell.along / 2, y - cell.across / 2, x + cell.along / 2, y + cell.across / 2)
        for cell, (x, y) in zip(sketch.cells, layout.middles, strict=True)
    ]


def overlaps(boxes: list[Box]) -> Iterator[tuple[int, int]]:
    for index, one in enumerate(boxes):
        for other_index, other in enumerate(boxes[:index]):
            across = min(one.right, other.right) - max(one.left, other.left)
            down = min(one.bottom, other.bottom) - max(one.top, other.top)
            if across > -SLACK and down > -SLACK:
                yield other_index, index


class Leg(NamedTuple):
    """A straight part of a wire: which axis stays, where, and from where to where on the other one."""

    wire: Wire
    axis: int
    at: float
    start: float
    end: float


def legs(layout: Layout) -> Iterator[Leg]:
    for wire, points in layout.paths.items():
        for start, end in pairwise(points):
            axis = 0 if start[0] == end[0] else 1
            assert start[axis] == end[axis], "a part of a wire is not parallel to an axis"
            low, high = sorted((start[1 - axis], end[1 - axis]))
            yield Leg(wire, axis, start[axis], low, high)


def through(boxes: list[Box], layout: Layout) -> Iterator[tuple[Wire, int]]:
    for leg in legs(layout):
        for card, box in enumerate(boxes):
            low, high = (box.left, box.right) if leg.axis == 0 else (box.top, box.bottom)
            start, end = (box.top, box.bottom) if leg.axis == 0 else (box.left, box.right)
            if low + SLACK < leg.at < high - SLACK and min(leg.end, end) - max(leg.start, start) > SLACK:
                yield leg.wire, card


def shared(layout: Layout) -> Iterator[tuple[Wire, Wire]]:
    parts = list(legs(layout))
    for index, one in enumerate(parts):
        for other in parts[:index]:
            same_line = one.axis == other.axis and abs(one.at - other.at) < 1
            together = min(one.end, other.end) - max(one.start, other.start)
            if one.wire.source != other.wire.source and same_line and together > 1:
                yield other.wire, one.wire


def outside(sketch: Sketch, layout: Layout) -> Iterator[Point]:
    for points in layout.paths.values():
        yield from (point for point in points if not (0 <= point[0] <= layout.along and 0 <= point[1] <= layout.across))
    for box in boxes(sketch, layout):
        if box.left < 0 or box.top < 0 or box.right > layout.along + SLACK or box.bottom > layout.across + SLACK:
            yield box.right, box.bottom


@settings(max_examples=300, deadline=None)
@given(sketches(), st.sampled_from([1.0, 300.0, 700.0, 5000.0]), st.booleans())
def test_no_layout_has_a_defect(sketch: Sketch, limit: float, centered: bool) -> None:
    layout = lay_out(sketch.cells, sketch.wires, limit, SPACING, centered=centered)
    placed = boxes(sketch, layout)
    assert not list(overlaps(placed))
    assert not list(through(placed, layout))
    assert not list(shared(layout))
    assert not list(outside(sketch, layout))
    assert set(layout.paths) == set(sketch.wires)
    for wire, points in layout.paths.items():
        source, target = placed[wire.source], placed[wire.target]
        assert points[0][0] == pytest.approx(source.right)
        assert points[-1][0] == pytest.approx(target.left)
        assert source.top < points[0][1] < source.bottom
        assert target.top < points[-1][1] < target.bottom


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 9), st.data())
def test_a_chain_keeps_its_lane(length: int, data: st.DataObject) -> None:
    """Inputs that join it on its way are in other lanes, in whatever order the cards are."""
    joined = data.draw(st.sets(st.integers(1, length - 1), min_size=1))
    order = data.draw(st.permutations([("input", card) for card in joined]))
    inputs = {card: index for index, (_, card) in enumerate(order, start=1)}
    chain = [0, *range(1 + len(order), length + len(order))]
    wires = [Wire(before, after) for before, after in pairwise(chain)]
    wires += [Wire(inputs[card], chain[card]) for card in joined]
    layout = lay_out([Cell(80, 40)] * (length + len(order)), sorted(wires), 10_000, Spacing())
    assert len({layout.middles[card][1] for card in chain}) == 1
    assert not {layout.middles[card][1] for card in inputs.values()} & {layout.middles[0][1]}
