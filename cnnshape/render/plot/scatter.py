"""Architectures as balls: accuracy against MACs, or MACs against params. The color is the year."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import sqrt

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.picture.words import DOT
from cnnshape.render.plot.axes import Axis, padded, padded_ratio, short
from cnnshape.render.plot.boxes import Ball, Box
from cnnshape.render.plot.colors import SERIES
from cnnshape.render.plot.key import Key
from cnnshape.render.plot.labels import labels
from cnnshape.render.plot.page import EDGE, HEADER, LABEL, grid, label, mark, plot_file, soft
from cnnshape.render.svg import text
from cnnshape.render.wrapping import count, rounded
from cnnshape.study.zoo import Entry

WIDTH, HEIGHT = 1200, 960
_FRAME = Box(78, HEADER + 30, WIDTH - EDGE, HEIGHT - 64)
_LARGEST, _LEAST = 30, 3.5
"""The radius of the largest ball, and of the smallest one."""
_MARK = 4
"""The radius of balls that have no size."""
_TICKS = 12


class Scale(NamedTuple):
    """One direction of a plot: its axis, what it shows in words, and its value of an architecture."""

    axis: Axis
    words: str
    value: Callable[[Entry], float]

    def at(self, entry: Entry) -> float:
        """The coordinate of an architecture."""
        return self.axis.at(self.value(entry))


def zoo_plot(entries: Sequence[Entry]) -> str:
    """The published accuracy of architectures against their MACs, as an SVG file; balls have areas by their params.

    The measure is the one that most of them have; the others are left out. Without results, it is `costs_plot`.
    """
    measure = main_measure(entries)
    known = [entry for entry in entries if measure in dict(entry.results)]
    if not known:
        return costs_plot(entries)
    others = len(entries) - len(known)
    notes = [_architectures(len(known)), "published results of networks that were trained differently"]
    notes += [f"{others} more have no {measure}"] if others else []
    values = padded([dict(entry.results)[measure] for entry in known])
    up = Scale(Axis(*values, _FRAME.bottom, _FRAME.top), measure, lambda entry: dict(entry.results)[measure])
    across = Scale(_macs_axis(known, _FRAME.left, _FRAME.right), _MACS, lambda entry: entry.macs)
    largest = max(entry.params for entry in known)
    balls = _balls(known, across, up, lambda entry: max(_LARGEST * sqrt(entry.params / max(largest, 1)), _LEAST))
    parts = [*_grid(across, up), *_sizes(largest)]
    return _page(f"{measure} against MACs", DOT.join(notes), parts, balls, known)


def main_measure(entries: Sequence[Entry]) -> str:
    """The measure that is the main one of most architectures; of several, the first one."""
    counts = Counter(measure for entry in entries for measure, _ in entry.results[:1])
    return max(counts, key=lambda measure: counts[measure], default="")


_MACS = "MACs at the network's default input"


def costs_plot(entries: Sequence[Entry]) -> str:
    """The MACs of architectures against their params, both on logarithmic axes, as an SVG file."""
    params = padded_ratio([max(entry.params, 1) for entry in entries] or [1])
    across = Scale(
        Axis(*params, _FRAME.left, _FRAME.right, logarithmic=True), "params", lambda entry: max(entry.params, 1)
    )
    up = Scale(_macs_axis(entries, _FRAME.bottom, _FRAME.top), _MACS, lambda entry: max(entry.macs, 1))
    balls = _balls(entries, across, up, lambda _: _MARK)
    return _page("MACs against params", _architectures(len(entries)), list(_grid(across, up)), balls, entries)


def _architectures(number: int) -> str:
    return f"{number} architecture{'' if number == 1 else 's'}"


def _macs_axis(entries: Sequence[Entry], start: float, end: float) -> Axis:
    low, high = padded_ratio([max(entry.macs, 1) for entry in entries] or [1])
    return Axis(low, high, start, end, logarithmic=True)


def _grid(across: Scale, up: Scale) -> Iterator[str]:
    left, top, right, bottom = _FRAME
    for number in across.axis.ticks(_TICKS + 3):
        x = across.axis.at(number)
        yield grid(f"M{x:.1f} {top:.1f}V{bottom:.1f}")
        yield soft(x, bottom + 18, short(number), anchor="middle")
    for number in up.axis.ticks(_TICKS):
        y = up.axis.at(number)
        yield grid(f"M{left:.1f} {y:.1f}H{right:.1f}")
        yield soft(left - 8, y + 4, short(number), anchor="end")
    yield label((left + right) / 2, bottom + 44, across.words, "middle")
    turned = {"transform": f"rotate(-90 22 {(top + bottom) / 2:g})"}
    words = shortened(up.words, LABEL, bottom - top)
    yield text(22, (top + bottom) / 2, words, font_size=LABEL, text_anchor="middle", **turned)


def _balls(entries: Sequence[Entry], across: Scale, up: Scale, radius: Callable[[Entry], float]) -> list[Ball]:
    """A ball for each architecture, the largest first."""
    colors = {year: color for color, years in enumerate(spans_of_years(entries)) for year in years}
    return sorted(
        (
            Ball(
                x=across.at(entry),
                y=up.at(entry),
                radius=radius(entry),
                color=colors[entry.year or 0],
                name=entry.name,
                title=_title(entry),
            )
            for entry in entries
        ),
        key=lambda ball: (-ball.radius, ball.name),
    )


def _title(entry: Entry) -> str:
    year = f" ({entry.year})" if entry.year else ""
    results = "".join(f", {value:.12g} {measure}" for measure, value in entry.results)
    return f"{entry.title}{year}: {count(entry.params)} params, {rounded(entry.macs)} MACs{results}"


def _page(title: str, notes: str, parts: list[str], balls: Sequence[Ball], entries: Sequence[Entry]) -> str:
    """The plot with its balls and their names."""
    labeled = labels(balls, _FRAME)
    key = Key(labeled, WIDTH - 2 * EDGE)
    parts += [mark(ball.x, ball.y, ball.radius, ball.color, ball.title) for ball in balls]
    parts += [*labeled.parts, *_years(entries), *key.drawn(EDGE, HEIGHT)]
    return plot_file(title, notes, parts, WIDTH, round(HEIGHT + key.height))


def _years(entries: Sequence[Entry]) -> Iterator[str]:
    """The key to the colors."""
    x = _FRAME.left
    for color, years in enumerate(spans_of_years(entries)):
        words = _years_text(years)
        yield mark(x + 6, HEADER + 12, 6, color)
        yield label(x + 17, HEADER + 16, words)
        x += 40 + text_width(words, LABEL)


def spans_of_years(entries: Sequence[Entry]) -> list[list[int]]:
    """The years of architectures in order, as many spans of them as there are colors: the emptiest neighbours are
    joined. An unknown year is 0."""
    counts = Counter(entry.year or 0 for entry in entries)
    spans = [[year] for year in sorted(counts)]
    while len(spans) > len(SERIES):
        sizes = [sum(counts[year] for year in span) for span in spans]
        first = min(range(len(spans) - 1), key=lambda place: sizes[place] + sizes[place + 1])
        spans[first : first + 2] = [spans[first] + spans[first + 1]]
    return spans


def _years_text(years: Sequence[int]) -> str:
    first, last = years[0] or "unknown", years[-1]
    return f"{first}" if len(years) == 1 else f"{first} to {last}"


def _sizes(largest: int) -> Iterator[str]:
    """A key to the areas of balls: round numbers of params, at the right end of the line of colors."""
    axis = Axis(largest / 200, largest, 0, 1, logarithmic=True)
    x = _FRAME.right
    for number in sorted(axis.ticks(3), reverse=True):
        words = f"{short(number)} params" if x == _FRAME.right else short(number)
        radius = max(_LARGEST * sqrt(number / largest), _LEAST)
        x -= text_width(words, LABEL)
        yield label(x, HEADER + 16, words)
        x -= radius + 7
        yield mark(x, HEADER + 12, radius, len(SERIES) - 1)
        x -= radius + 18
