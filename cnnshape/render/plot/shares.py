"""Where the work of a network is: the shares of stages and layers in MACs, params and activations."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cnnshape.graph import Group
from cnnshape.named_tuple import NamedTuple
from cnnshape.render.header import header
from cnnshape.render.picture.metrics import text_width
from cnnshape.render.plot.colors import series, series_class
from cnnshape.render.plot.page import EDGE, HEADER, LABEL, area, label, plot_file, soft
from cnnshape.render.svg import path
from cnnshape.render.wrapping import count, rounded, size
from cnnshape.report import FIGURES, Figure, Report

WIDTH = 1000
SHOWN = ("macs", "params", "activation_bytes")
"""The figures that are drawn, a bar for each."""
_LEFT, _RIGHT = 130, WIDTH - EDGE
_BAR, _GAP = 46, 34
"""The height of a bar, and of the room between two."""
_SIDE = 4
_LINE = 15


class Part(NamedTuple):
    """A stage, a block or a layer, and its figures, in the order of `SHOWN`."""

    label: str
    values: tuple[int, ...]


class _Segment(NamedTuple):
    """A part of a bar on paper."""

    left: float
    right: float


def shares(report: Report, depth: int = 0) -> str:
    """The shares as an SVG file: a bar for each figure, with a segment for each part. Stages and blocks are opened to
    a depth."""
    name, _, settings = header(report).partition(": ")
    parts = parts_of_report(report, depth)
    bars = {key: place for place, key in enumerate(SHOWN) if sum(part.values[place] for part in parts)}
    segments = [_segments([part.values[place] for part in parts]) for place in bars.values()]
    tops = [HEADER + row * (_BAR + _GAP) for row in range(len(bars))]
    drawn: list[str] = []
    for (upper, lower), top in zip(pairwise(segments), tops, strict=False):
        drawn += _ribbons(upper, lower, top + _BAR)
    for (key, place), row, top in zip(bars.items(), segments, tops, strict=True):
        drawn += _bar(FIGURES[key], report, parts, place, row, top)
    height = max(HEADER + len(bars) * (_BAR + _GAP) - _GAP + 2 * EDGE, WIDTH // 4)
    return plot_file(f"{name}: where the work is", settings, drawn, WIDTH, height)


def parts_of_report(report: Report, depth: int = 0) -> list[Part]:
    """The stages and blocks of a report, opened to a depth, and the layers outside of them that have a figure."""
    figures = [FIGURES[key] for key in SHOWN]
    parts = []
    for name, start, end in _spans(report, report.groups, depth):
        rows = report.rows[start:end]
        values = tuple(sum(figure.of_row(row) or 0 for row in rows) if figure.of_row else 0 for figure in figures)
        parts.append(Part(name, values))
    return [part for part in parts if any(part.values)]


def _spans(report: Report, group: Group, depth: int) -> Iterator[tuple[str, int, int]]:
    """The parts of a group: their names, their first layers, and the layers after their last ones."""
    at = group.start
    for child in group.children:
        yield from _layers(report, at, child.start)
        if depth > 0:
            yield from _spans(report, child, depth - 1)
        else:
            yield child.label, child.start, child.end
        at = child.end
    yield from _layers(report, at, group.end)


def _layers(report: Report, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    return ((report.rows[index].name, index, index + 1) for index in range(start, end))


def _segments(values: Sequence[int]) -> list[_Segment]:
    total, so_far, segments = sum(values), 0, []
    scale = (_RIGHT - _LEFT) / total
    for value in values:
        segments.append(_Segment(_LEFT + so_far * scale, _LEFT + (so_far + value) * scale))
        so_far += value
    return segments


def _bar(
    figure: Figure, report: Report, parts: Sequence[Part], place: int, segments: Sequence[_Segment], top: float
) -> Iterator[str]:
    """A bar with its name and total on the left, and the names and shares of parts that are wide enough."""
    total = figure.of(report)
    yield label(EDGE, top + 20, figure.label)
    yield soft(EDGE, top + 20 + _LINE, size(total) if figure.unit == "bytes" else rounded(total))
    whole = sum(part.values[place] for part in parts)
    for color, (part, segment) in enumerate(zip(parts, segments, strict=True)):
        value = part.values[place]
        if value:
            share = 100 * value / whole
            title = f"{part.label}: {count(value)} {figure.heading}, {share:.1f} %"
            yield area(segment.left, top, segment.right - segment.left, _BAR, color, title)
            yield from _words(part.label, share, segment, top)


def _words(name: str, share: float, segment: _Segment, top: float) -> Iterator[str]:
    """The name and the share of a part as far as its segment is wide enough."""
    room, middle = segment.right - segment.left - 2 * _SIDE, (segment.left + segment.right) / 2
    percent = f"{share:.0f} %"
    if text_width(percent, LABEL) > room:
        return
    if text_width(name, LABEL) > room:
        yield label(middle, top + _BAR / 2 + 4, percent, "middle")
        return
    yield label(middle, top + 20, name, "middle")
    yield label(middle, top + 20 + _LINE, percent, "middle")


def _ribbons(upper: Sequence[_Segment], lower: Sequence[_Segment], top: float) -> Iterator[str]:
    """Bands from the parts of a bar to the same parts of the next one."""
    bottom, middle = top + _GAP, top + _GAP / 2
    for color, (above, below) in enumerate(zip(upper, lower, strict=True)):
        if max(above.right - above.left, below.right - below.left) >= 1:
            down = f"C{above.left:.1f} {middle:.1f} {below.left:.1f} {middle:.1f} {below.left:.1f} {bottom:.1f}"
            up = f"C{below.right:.1f} {middle:.1f} {above.right:.1f} {middle:.1f} {above.right:.1f} {top:.1f}"
            band = f"M{above.left:.1f} {top:.1f}{down}H{below.right:.1f}{up}Z"
            yield path(band, fill=series(color).fill, fill_opacity="0.5", **{"class": series_class("ribbon", color)})
