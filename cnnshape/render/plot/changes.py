"""Designs side by side: how far each figure is from that of the first design, and how receptive fields grow."""

from collections.abc import Iterator, Sequence
from math import log2

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.header import header
from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.plot.axes import Axis
from cnnshape.render.plot.growth import GROWTH_HEIGHT, growth
from cnnshape.render.plot.page import EDGE, HEADER, LABEL, area, guide, label, mark, plot_file, section, soft, word
from cnnshape.render.wrapping import rounded, size
from cnnshape.report import FIGURES
from cnnshape.study.compare import Comparison, Side

WIDTH = 1000
_MIDDLE, _REACH = 470, 190
"""Where equal figures are, and the length of the longest bar."""
_NAMES, _VALUES = 190, 735
"""The right end of the names of figures, and the left end of their values."""
_BAR, _GAP = 16, 12
_LEAST = log2(1.1)
"""The ratio of the longest bar is at least that."""
_LINE = 20
_STEEPEST = 3
"""The height is at most three times the width: a picture of many sides has room on its right."""


class Change(NamedTuple):
    """A figure of the first design and that of another one."""

    before: int
    after: int

    @property
    def octaves(self) -> float:
        """The logarithm of their ratio to the base of 2; 0 where there is none."""
        return log2(self.after / self.before) if self.before and self.after else 0.0

    @property
    def words(self) -> str:
        """`+3.5 %`, `x 2.40`, `equal`; `new` and `none` where one of them is 0."""
        if self.before == self.after:
            return "equal"
        if not (self.before and self.after):
            return "none" if self.before else "new"
        ratio = self.after / self.before
        return f"{100 * (ratio - 1):+.1f} %" if 0.5 < ratio < 2 else f"x {ratio:.3g}"


def changes(comparison: Comparison) -> str:
    """The figures of the sides as bars, and their receptive fields over depth, as an SVG file."""
    first, *others = comparison.sides
    top = HEADER + _LINE * len(comparison.sides) + 34
    rows = figures_of(comparison)
    step = len(others) * _BAR + _GAP
    reach = max([_LEAST, *(abs(change.octaves) for _, row in rows for change in row)])
    axis = Axis(-reach, reach, _MIDDLE - _REACH, _MIDDLE + _REACH)
    parts = [*_legend(comparison.sides), section(EDGE, top - 12, f"Change from {first.label}" if others else "")]
    for place, (name, row) in enumerate(rows):
        parts += _figure(name, row, axis, top + place * step)
    end = top + step * len(rows)
    parts.append(guide(f"M{_MIDDLE} {top - 4}V{end:.1f}"))
    fields = growth([(side.label, side.report) for side in comparison.sides], end + 40, WIDTH)
    parts += fields
    notes = "the length of a bar is the logarithm of the ratio: half and double are as long"
    height = round(end + EDGE + (40 + GROWTH_HEIGHT if fields else 0))
    return plot_file(_title(comparison.sides), notes, parts, max(WIDTH, -(-height // _STEEPEST)), height)


def _title(sides: Sequence[Side]) -> str:
    if len(sides) > 2:
        return f"{sides[0].report.name} and {len(sides) - 1} others"
    return " and ".join(side.report.name for side in sides)


def figures_of(comparison: Comparison) -> list[tuple[str, list[Change]]]:
    """The figures that a side has, and their change from the first side to each other one."""
    return [
        (name, [Change(values[0], value) for value in values[1:]]) for name, values in comparison.figures if any(values)
    ]


def _legend(sides: Sequence[Side]) -> Iterator[str]:
    """A line for each side: its color, its label, and its network with the settings."""
    labels = [shortened(side.label, LABEL, WIDTH / 2) for side in sides]
    x = EDGE + 32 + max(text_width(words, LABEL) for words in labels)
    for index, (side, words) in enumerate(zip(sides, labels, strict=True)):
        y = HEADER + 6 + _LINE * index
        yield mark(EDGE + 6, y, 6, index)
        yield label(EDGE + 20, y + 4, words)
        yield soft(x, y + 4, shortened(header(side.report), LABEL, WIDTH - EDGE - x))


def _figure(name: str, row: Sequence[Change], axis: Axis, top: float) -> Iterator[str]:
    """The bars of a figure, one for each side but the first, with the change in words and in numbers."""
    figure = FIGURES[name]
    shown = size if figure.unit == "bytes" else rounded
    yield label(_NAMES, top + _BAR - 4, figure.heading, "end")
    for place, change in enumerate(row):
        y, color = top + place * _BAR, place + 1
        end = axis.at(change.octaves)
        left, right = sorted((float(_MIDDLE), end))
        title = f"{figure.heading}: {change.words}"
        if change.octaves:
            yield area(left, y, right - left, _BAR - 3, color, title)
        x, anchor = (left - 6, "end") if change.octaves < 0 else (right + 6, "start")
        yield word(x, y + _BAR - 5, change.words, color, anchor)
        yield soft(_VALUES, y + _BAR - 5, f"{shown(change.before)} \u2192 {shown(change.after)}")
