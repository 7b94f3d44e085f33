"""Memory over time as a staircase: the bytes that are alive while each layer runs, and the stages that they belong to."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from cnnshape.graph import Group
from cnnshape.named_tuple import NamedTuple
from cnnshape.render.header import header
from cnnshape.render.picture.colors import BAND
from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.plot.axes import Axis
from cnnshape.render.plot.colors import series, series_class
from cnnshape.render.plot.page import EDGE, HEADER, LABEL, curve, grid, label, plot_file, soft, word
from cnnshape.render.svg import path, rectangle
from cnnshape.render.wrapping import count, size
from cnnshape.report import Report
from cnnshape.study.memory import Memory

WIDTH, HEIGHT = 1000, 460
LEFT, RIGHT = 90, WIDTH - EDGE
TOP, BASE = HEADER + 34, HEIGHT - 70
_COLUMNS = 600
"""The most steps that are drawn; of more layers, each step has the most bytes of several."""
_PEAK = 3
"""The color of the peak."""
_TICKS = 6


class Stage(NamedTuple):
    """A stage, block or layer along the axis of layers: its name, its first layer, and the layer after its last one."""

    label: str
    start: int
    end: int


def staircase(memory: Memory) -> str:
    """The staircase as an SVG file. The peak is marked; bands and names below show the stages."""
    across = Axis(0, max(len(memory.steps), 1), LEFT, RIGHT)
    up = Axis(0, max(_most(memory), 1), BASE, TOP)
    name, _, settings = header(memory.report).partition(": ")
    layers = f"{count(len(memory.steps))} layers in the order in which they run"
    parts = [
        *_bands(memory.report.groups.children, across),
        *bytes_axis(up),
        *stairs([step.alive_bytes for step in memory.steps], across, up),
        *_peak(memory, across),
        *stage_names(stages_of(memory.report), across),
        soft((LEFT + RIGHT) / 2, HEIGHT - 16, layers, anchor="middle"),
    ]
    return plot_file(f"{name}: activations alive, layer by layer", settings, parts, WIDTH, HEIGHT)


def _most(memory: Memory) -> int:
    return memory.peak.alive_bytes if memory.peak else memory.report.peak.bytes


def bytes_axis(up: Axis) -> Iterator[str]:
    """The ticks of an axis of bytes, with lines across the plot."""
    for number in up.ticks(_TICKS):
        y = up.at(number)
        yield grid(f"M{LEFT} {y:.1f}H{RIGHT}")
        yield soft(LEFT - 8, y + 4, _short_size(number), anchor="end")


def _short_size(number: float) -> str:
    digits, prefix = size(round(number)).split(" ")
    return f"{float(digits):g} {prefix}" if number else "0"


def stairs(alive: Sequence[int], across: Axis, up: Axis) -> Iterator[str]:
    """The area below the steps, and its outline."""
    color = series(0)
    steps = "".join(f"H{across.at(start):.1f}V{up.at(most):.1f}" for start, most in _steps(alive))
    outline = f"M{LEFT} {BASE}{steps}H{RIGHT}V{BASE}Z"
    yield path(outline, fill=color.fill, stroke=color.stroke, **{"class": series_class("area", 0)})


def _steps(alive: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first layer of each step and its bytes: equal neighbours are one step, and deep networks have wide steps."""
    wide = -(-len(alive) // _COLUMNS) or 1
    columns = [(start, max(alive[start : start + wide])) for start in range(0, len(alive), wide)]
    return (next(equal) for _, equal in groupby(columns, key=lambda column: column[1]))


def _peak(memory: Memory, across: Axis) -> Iterator[str]:
    """A line at the peak, and its name."""
    peak = memory.peak
    if peak is None:
        return
    index = next(index for index, step in enumerate(memory.steps) if step is peak)
    words = f"peak at {peak.row.name}: {count(peak.alive_bytes)} bytes in {peak.tensors} tensors"
    yield from peak_line(across.at(index + 0.5), BASE, words)


def peak_line(x: float, end: float, words: str) -> Iterator[str]:
    """A line down to the peak, and words above it, which stay within the picture."""
    shown = shortened(words, LABEL, RIGHT - LEFT)
    half = text_width(shown, LABEL) / 2
    yield curve(f"M{x:.1f} {TOP - 6}V{end:.1f}", _PEAK, width=1.5, dashes="4 3")
    yield word(min(max(x, LEFT + half), RIGHT - half), TOP - 14, shown, _PEAK, "middle")


def stages_of(report: Report) -> list[Stage]:
    """The stages and blocks at the top; of a network that has none, its layers."""
    groups = report.groups.children
    if groups:
        return [Stage(group.label, group.start, group.end) for group in groups]
    return [Stage(row.name, index, index + 1) for index, row in enumerate(report.rows)]


def _bands(groups: Sequence[Group], across: Axis) -> Iterator[str]:
    """A band below every second stage."""
    for group in groups[::2]:
        left, right = across.at(group.start), across.at(group.end)
        yield rectangle(left, TOP, right - left, BASE - TOP, group.label, fill=BAND, **{"class": "band"})


def stage_names(stages: Sequence[Stage], across: Axis) -> Iterator[str]:
    """The names of the stages, on two lines below the axis, as many as there is room for. The longest stages come
    first."""
    taken: list[list[tuple[float, float]]] = [[], []]
    for stage in sorted(stages, key=lambda stage: (stage.start - stage.end, stage.start)):
        middle = across.at((stage.start + stage.end) / 2)
        half = text_width(stage.label, LABEL) / 2
        middle = min(max(middle, EDGE + half), WIDTH - EDGE - half)
        left, right = middle - half - 6, middle + half + 6
        free = (row for row, spans in enumerate(taken) if all(right <= start or end <= left for start, end in spans))
        row = next(free, None)
        if row is not None and right - left < WIDTH / 3:
            taken[row].append((left, right))
            yield label(middle, BASE + 18 + 16 * row, stage.label, "middle")
