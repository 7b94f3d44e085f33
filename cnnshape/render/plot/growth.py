"""How receptive fields grow: their size over the share of the MACs done so far, a line for each network."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.plot.axes import Axis, powers_of_two
from cnnshape.render.plot.page import EDGE, LABEL, curve, grid, guide, label, section, soft, word
from cnnshape.report import Report

GROWTH_HEIGHT = 400
_LEFT, _LABELS = 76, 210
"""The room for the ticks, and for the names at the ends of lines."""
_ROW = 16
_MOST = 20
"""Names that have room, one above the other."""
_TICKS = 10


class Growth(NamedTuple):
    """The receptive field of a network through its layers. `steps` are the MACs done after a layer and the largest
    field so far, in input cells of the longest axis; `input` is the size of that axis of the input."""

    name: str
    macs: int
    steps: tuple[tuple[int, int], ...]
    input: int


def growth_of(name: str, report: Report) -> Growth | None:
    """The growth in a network that has MACs and fields, under a name. Layers that see the whole input are left out."""
    shape = next(iter(report.inputs.values())).shape[1:]
    so_far = accumulate(row.macs for row in report.rows)
    fields = [
        (macs, max(row.receptive_field.size))
        for macs, row in zip(so_far, report.rows, strict=True)
        if row.receptive_field and not row.receptive_field.is_global
    ]
    largest = accumulate((field for _, field in fields), max)
    steps = tuple((macs, field) for (macs, _), field in zip(fields, largest, strict=True))
    if not (shape and steps and report.totals.macs and steps[-1][1]):
        return None
    return Growth(name, report.totals.macs, steps, max(shape))


def growth(reports: Sequence[tuple[str, Report]], top: float, width: float) -> list[str]:
    """The lines of these networks, by name, in a frame that is `GROWTH_HEIGHT` high; nothing if none of them has any."""
    grown = [growth_of(*report) for report in reports]
    colored = [(color, one) for color, one in enumerate(grown) if one]
    if not colored:
        return []
    largest = max(max(grown.steps[-1][1], grown.input) for _, grown in colored)
    across = Axis(0, 100, _LEFT, width - EDGE - _LABELS)
    up = Axis(0.9, largest * 1.3, top + GROWTH_HEIGHT - 60, top + 14, logarithmic=True)
    parts = [section(EDGE, top, "Receptive field over the share of MACs done so far"), *_grid(across, up)]
    parts += _inputs((one.input for _, one in colored), across, up)
    parts += [curve(_line(grown, across, up), color, grown.name) for color, grown in colored]
    return [*parts, *_names(colored, across, up)]


def _grid(across: Axis, up: Axis) -> Iterator[str]:
    for share in across.ticks(5):
        x = across.at(share)
        yield grid(f"M{x:.1f} {up.end:.1f}V{up.start:.1f}")
        yield soft(x, up.start + 18, f"{share:g} %", anchor="middle")
    for field in powers_of_two(1, up.high, _TICKS):
        y = up.at(field)
        yield grid(f"M{across.start} {y:.1f}H{across.end:.1f}")
        yield soft(across.start - 8, y + 4, f"{field:g}", anchor="end")
    middle = (across.start + across.end) / 2
    yield label(middle, up.start + 40, "MACs done; the field is in input cells of the longer axis", "middle")


def _inputs(sizes: Iterable[int], across: Axis, up: Axis) -> Iterator[str]:
    """Dashed lines at the sizes of inputs, named where there is room."""
    named = up.start
    for size in sorted(set(sizes)):
        y = up.at(size)
        yield guide(f"M{across.start} {y:.1f}H{across.end:.1f}", "5 4")
        if named - y >= _ROW:
            named = y
            yield soft(across.start + 8, y - 5, f"input {size}")


def _line(grown: Growth, across: Axis, up: Axis) -> str:
    """Steps: the field that a layer reaches, as long as the layer has MACs. Steps of less than a unit are joined."""
    d, x = "", float(across.start)
    for place, (macs, field) in enumerate(grown.steps):
        end, y = across.at(100 * macs / grown.macs), up.at(field)
        if end - x >= 1 or place in (0, len(grown.steps) - 1):
            d += f"V{y:.1f}H{end:.1f}" if d else f"M{x:.1f} {y:.1f}H{end:.1f}"
            x = end
    return d


def _names(colored: Sequence[tuple[int, Growth]], across: Axis, up: Axis) -> Iterator[str]:
    """The names and last fields on the right, as many as there is room for, and lines to them."""
    left = across.end + 26
    ordered = sorted(colored[:_MOST], key=lambda pair: -pair[1].steps[-1][1])
    heights = spread([up.at(grown.steps[-1][1]) for _, grown in ordered], up.start)
    for (color, grown), height in zip(ordered, heights, strict=True):
        macs, field = grown.steps[-1]
        x, y = across.at(100 * macs / grown.macs), up.at(field)
        number = f" {field}"
        name = shortened(grown.name, LABEL, _LABELS - 26 - text_width(number, LABEL))
        yield curve(f"M{x:.1f} {y:.1f}H{across.end + 4:.1f}L{left - 4:.1f} {height:.1f}", color, width=1, dashes="1 3")
        yield word(left, height + 4, name + number, color)


def spread(heights: Sequence[float], bottom: float) -> list[float]:
    """The heights, from the top to the bottom, moved as far as names that are that high must not overlap."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + _ROW) if moved else height)
    for place in reversed(range(len(moved))):
        moved[place] = min(moved[place], bottom - _ROW * (len(moved) - 1 - place))
    return moved
