"""Receptive fields over the input, to scale: what the middle cell of some layers sees."""

from collections.abc import Iterator, Sequence

from cnnshape.layers import format_shape
from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.colors import FRAME, WIRE
from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.picture.words import DOT
from cnnshape.render.plot.page import EDGE, HEADER, curve, plot_file, section, soft, word
from cnnshape.render.plot.page import area as area_of_series
from cnnshape.render.svg import rectangle
from cnnshape.study.rf import Region, Span, Trace

_SIZE = 420
"""The side of the square in which fields are drawn."""
_LABELS = 215
"""The room for the names of fields."""
_LEAD = 34
"""The room for the lines to the names."""
_WIDTH = _SIZE + _LEAD + _LABELS
_ROW = 38
_GAP = 40
_SMALL = 6
"""A field whose side is less than that part of the whole is drawn again, larger."""
_CAPTION = 26
_TOP = HEADER + 24

Spans = tuple[Span, ...]


class Square(NamedTuple):
    """A field on paper: the layers that have it, the cells that it covers, and its color."""

    layers: tuple[str, ...]
    spans: Spans
    color: int

    @property
    def size(self) -> int:
        """Cells of its longest side."""
        return max(span.size for span in self.spans)


class _Frame(NamedTuple):
    """The mapping from cells of the input to a square of the picture at `x`, `y`."""

    top: int
    left: int
    scale: float
    x: float
    y: float

    def corner(self, row: float, column: float) -> tuple[float, float]:
        """The point of a corner of a cell."""
        return self.x + (column - self.left) * self.scale, self.y + (row - self.top) * self.scale


def fields_picture(trace: Trace, regions: Sequence[Region]) -> str:
    """The fields of regions of a 2-D input as an SVG file: large ones to scale, and small ones again, enlarged."""
    squares = squares_of(regions)
    whole = ((0, trace.input[0]), (0, trace.input[1]))
    area = _around(whole, squares)
    parts = _panel("to scale", squares, trace, area, EDGE)
    width = EDGE + _WIDTH
    small = [square for square in squares if square.size * _SMALL < _reach(area)]
    if small:
        near = _around(None, small)
        times = round(_reach(area) / _reach(near))
        parts += _panel(f"the smallest, {times} times larger", small, trace, near, width + _GAP)
        width += _GAP + _WIDTH
    border = {"fill": "none", "stroke": WIRE, "stroke_dasharray": "5 4", "class": "guide"}
    parts.append(_input(_frame(area, EDGE), trace, area, border))
    height = _TOP + max(_SIZE, _ROW * len(squares)) + _CAPTION + EDGE
    parts.append(soft(EDGE, height - EDGE, "dashed: the border of the input; what is outside of it is padding"))
    notes = f"input {format_shape(trace.input)}{DOT}a square is what the middle cell of a layer's output sees"
    return plot_file(f"{trace.name}: receptive fields", notes, parts, width + EDGE, height)


def squares_of(regions: Sequence[Region]) -> list[Square]:
    """The fields, the largest first. Layers that see the same cells share a square."""
    layers: dict[Spans, list[str]] = {}
    for region in regions:
        if all(span.size for span in region.spans):
            layers.setdefault(region.spans, []).append(region.layer)
    squares = [Square(tuple(names), spans, color) for color, (spans, names) in enumerate(layers.items())]
    return sorted(squares, key=lambda square: (-square.size, square.color))


Range = tuple[int, int]


def _around(start: tuple[Range, Range] | None, squares: Sequence[Square]) -> tuple[Range, Range]:
    """The first row and column, and those after the last ones, of all fields, and of the start."""
    rows, columns = ([(square.spans[axis].first, square.spans[axis].last + 1) for square in squares] for axis in (0, 1))
    if start:
        rows, columns = [start[0], *rows], [start[1], *columns]
    return _hull(rows), _hull(columns)


def _hull(ranges: Sequence[Range]) -> Range:
    return min(first for first, _ in ranges), max(end for _, end in ranges)


def _reach(area: tuple[Range, Range]) -> int:
    return max(end - first for first, end in area)


def _frame(area: tuple[Range, Range], x: float) -> _Frame:
    return _Frame(area[0][0], area[1][0], _SIZE / _reach(area), x, _TOP)


def _panel(words: str, squares: Sequence[Square], trace: Trace, area: tuple[Range, Range], x: float) -> list[str]:
    """An area of the input with its fields, and their names on the right."""
    frame = _frame(area, x)
    return [
        section(x, _TOP - 10, words),
        _input(frame, trace, area, {"fill": FRAME, "class": "paper"}),
        *(_drawn(frame, square) for square in squares),
        *(part for row, square in enumerate(squares) for part in _name(frame, square, row)),
    ]


def _input(frame: _Frame, trace: Trace, area: tuple[Range, Range], style: dict[str, str]) -> str:
    """The cells of the area that are in the input."""
    (top, bottom), (left, right) = (
        (max(first, 0), min(end, cells)) for (first, end), cells in zip(area, trace.input, strict=True)
    )
    x, y = frame.corner(top, left)
    words = f"the input, {format_shape(trace.input)}"
    return rectangle(x, y, max(right - left, 0) * frame.scale, max(bottom - top, 0) * frame.scale, words, **style)


def _drawn(frame: _Frame, square: Square) -> str:
    rows, columns = square.spans
    x, y = frame.corner(rows.first, columns.first)
    title = f"{', '.join(square.layers)}: {rows.size}x{columns.size}"
    return area_of_series(x, y, columns.size * frame.scale, rows.size * frame.scale, square.color, title)


def _name(frame: _Frame, square: Square, row: int) -> Iterator[str]:
    """The size of a field and its layers, and a line to them from its upper right corner."""
    rows, columns = square.spans
    x, y = frame.corner(rows.first, columns.last + 1)
    left, middle = frame.x + _SIZE + _LEAD, _TOP + 10 + _ROW * row
    turn = frame.x + _SIZE + 6
    lead = f"M{x:.1f} {y:.1f}H{turn:.1f}L{left - 4:.1f} {middle:.1f}"
    yield curve(lead, square.color, width=1, dashes="1 3")
    shape = format_shape((rows.size, columns.size))
    outside = _outside(square.spans)
    yield word(left, middle + 4, shape + outside, square.color)
    others = f" and {len(square.layers) - 1} more" if len(square.layers) > 1 else ""
    names = shortened(square.layers[0], 11, _LABELS - text_width(others, 11)) + others
    yield soft(left, middle + 19, names, 11)


def _outside(spans: Spans) -> str:
    """How much of a field is padding."""
    cells = inside = 1
    for span in spans:
        cells *= span.size
        inside *= span.inside
    share = round(100 * (cells - inside) / cells)
    return f", {share} % padding" if share else ""
