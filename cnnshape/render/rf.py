"""Receptive fields as text and as a picture."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnnshape.layers import format_shape
from cnnshape.render.contract import to_contract
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.html import block, paragraphs, title
from cnnshape.render.layer_table import axes_text
from cnnshape.render.svg import picture, rectangle, text
from cnnshape.render.table import Column, Table, fit, text_lines
from cnnshape.render.table.html import html_table
from cnnshape.render.table.records import records
from cnnshape.render.wrapping import BOLD, paint
from cnnshape.study.rf import Region, Span, Stage, Trace

SHOWN = 40
"""The first layers, and as many last ones, that a notebook shows of a deep network."""


class FieldsView:
    """The receptive fields of a network, and regions of the input for the picture."""

    __slots__ = ("regions", "trace")

    def __init__(self, trace: Trace, regions: Sequence[Region] = ()) -> None:
        self.trace = trace
        self.regions = regions


def plain(trace: Trace, width: int | None = None, *, color: bool = False) -> str:
    """The fields of a network as plain text."""
    lines = [paint(_head(trace), BOLD if color else ""), ""]
    table = fit(Table(_COLUMNS, map(_values, trace.stages)), width)
    if trace.stages:
        lines += [*text_lines(table, color=color), "", *table.notes]
    return "\n".join([*lines, *_remarks(trace)]) + "\n"


def to_html(trace: Trace) -> str:
    """The fields of a network as a notebook shows them."""
    stages, remarks = trace.stages, _remarks(trace)
    if len(stages) > 2 * SHOWN:
        remarks = [f"the first and the last {SHOWN} of {len(stages):,} layers; `stages` has all", *remarks]
        stages = (*stages[:SHOWN], *stages[-SHOWN:])
    table = [html_table(Table(_COLUMNS, map(_values, stages)))] if stages else []
    return block(title(_head(trace)), *table, paragraphs(remarks))


def _head(trace: Trace) -> str:
    return f"{trace.name}: input {format_shape(trace.input)}"


def _remarks(trace: Trace) -> list[str]:
    """Where the field covers the input, where it is unknown, and where paths aren't aligned."""
    remarks = []
    whole = "as large as the whole input"
    if trace.covered:
        remarks.append(f"the field is {whole} from {trace.covered} on")
    elif not trace.opaque:
        remarks.append(f"the field is nowhere {whole}")
    if trace.opaque:
        remarks.append(f"unknown after {trace.opaque}: an opaque layer doesn't state which cells it reads")
    return remarks + [f"paths with different centres meet at {name}" for name in trace.unaligned]


def _values(stage: Stage) -> tuple[object, ...]:
    row, field = stage.row, stage.row.receptive_field
    assert field is not None
    start = (row.name, row.kind, row.output, field.size)
    if field.is_global:
        return (*start, "-", "-", "-", "all cells see the same")
    return (*start, field.stride, stage.centre, field.padding, "covers the input" if stage.covers else "")


def _decimal(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"


def _centre_text(centre: tuple[Fraction, ...]) -> str:
    return axes_text(tuple(map(_decimal, centre)))


_COLUMNS = (
    Column("layer"),
    Column("kind", priority=0),
    Column("output", text=format_shape, priority=1),
    Column("size", numeric=True, text=axes_text),
    Column("stride", numeric=True, text=axes_text),
    Column("centre", numeric=True, text=_centre_text, priority=2),
    Column("padding", numeric=True, text=axes_text),
    Column("remark", ""),
)


_NAMES = {1: ("cells",), 2: ("rows", "columns"), 3: ("slices", "rows", "columns")}


def region_text(region: Region) -> str:
    """The region that one cell sees, as plain text."""
    names = _NAMES[len(region.spans)]
    lines = [f"{_cell_text(region)}:"]
    for name, span in zip(names, region.spans, strict=True):
        lines.append(f"  {name.ljust(max(map(len, names)))}  {_span_text(span)}")
    return "\n".join([*lines, f"  {_padding_text(region)}"]) + "\n"


def region_html(region: Region) -> str:
    """The region that one cell sees, as a notebook shows it."""
    seen = [(name, _span_text(span)) for name, span in zip(_NAMES[len(region.spans)], region.spans, strict=True)]
    table = html_table(Table((Column("axis"), Column("cells")), seen), headings=False)
    return block(title(_cell_text(region)), table, paragraphs([_padding_text(region)]))


def region_json(region: Region) -> str:
    """The region that one cell sees, as JSON."""
    spans = records(spans_table(region))
    return to_contract({"layer": region.layer, "cell": list(region.cell), "spans": spans})


def spans_table(region: Region) -> Table:
    """The cells that one cell sees: a row per axis."""
    axes = zip(_NAMES[len(region.spans)], region.spans, strict=True)
    rows = [(name, span.first, span.last, span.size, span.before, span.after) for name, span in axes]
    return Table(map(Column, ("axis", "first", "last", "size", "before", "after")), rows)


def _cell_text(region: Region) -> str:
    return f"cell {','.join(map(str, region.cell))} of {region.layer} sees"


def _padding_text(region: Region) -> str:
    share = region.padding_share
    return f"padding  {float(share * 100):.1f} % of the field" if share else "no padding"


def _span_text(span: Span) -> str:
    if not span.size:
        return "nothing"
    parts = [
        f"{number} {side} the input" for number, side in ((span.before, "before"), (span.after, "after")) if number
    ]
    outside = f" ({', '.join(parts)})" if parts else ""
    return f"{span.first} to {span.last}: {span.size}{outside}"


def to_json(trace: Trace) -> str:
    """The fields of a network as JSON."""
    data: dict[str, Any] = {
        "name": trace.name,
        "input": list(trace.input),
        "layers": records(stages_table(trace)),
        "covered_from": trace.covered or None,
        "unaligned": list(trace.unaligned),
        "opaque": trace.opaque or None,
    }
    return to_contract(data)


def stages_table(trace: Trace) -> Table:
    """The fields with exact values: a row per layer at which the field changes."""
    return Table(map(Column, _KEYS), map(_data, trace.stages))


_KEYS = ("name", "size", "stride", "padding", "centre", "aligned", "covers_input")


def _data(stage: Stage) -> tuple[object, ...]:
    field = stage.row.receptive_field
    assert field is not None
    centre = tuple(map(str, stage.centre))
    return stage.row.name, field.size, field.stride, field.padding, centre, field.aligned, stage.covers


_SIZE, _LABELS, _MARGIN = 620, 330, 24
_INPUT = "#222222"
_COLORS = ("#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd", "#d62728", "#8c564b", "#17becf", "#e377c2")


def to_svg(trace: Trace, regions: Sequence[Region]) -> str:
    """The fields of regions (of a 2-D network) over the input, to scale, the largest first."""
    frame = _frame(trace, regions)
    colored = list(zip(regions, _COLORS * len(regions), strict=False))
    labels = [(_INPUT, format_shape(trace.input), "the input")]
    labels += [
        (color, format_shape(tuple(span.size for span in region.spans)), region.layer) for region, color in colored
    ]
    parts = [
        frame.input(trace),
        *(frame.field(region, color) for region, color in sorted(colored, key=lambda pair: -pair[0].spans[0].size)),
        text(_SIZE, 34, f"{trace.name}: receptive fields", font_size=15, fill=_INPUT),
        *(part for index, label in enumerate(labels) for part in _label(66 + 40 * index, *label)),
    ]
    height = max(_SIZE, 60 + 40 * len(labels))
    return picture(_SIZE + _LABELS, height, parts, font_family="sans-serif", font_size=13)


def _frame(trace: Trace, regions: Sequence[Region]) -> "_Frame":
    """The frame in which the input and all regions have room."""
    rows, columns = ([region.spans[axis] for region in regions] for axis in (0, 1))
    top, left = (min([0, *(span.first for span in spans)]) for spans in (rows, columns))
    height, width = trace.input
    bottom = max([height, *(span.last + 1 for span in rows)])
    right = max([width, *(span.last + 1 for span in columns)])
    return _Frame(left, top, (_SIZE - 2 * _MARGIN) / max(bottom - top, right - left))


class _Frame:
    """The mapping from input cells to the picture."""

    __slots__ = ("left", "scale", "top")

    def __init__(self, left: int, top: int, scale: float) -> None:
        self.left = left
        self.top = top
        self.scale = scale

    def input(self, trace: Trace) -> str:
        """The input as a rectangle."""
        height, width = trace.input
        style = {"stroke": _INPUT, "fill": "#f3f3f3"}
        return self._rectangle((0, 0), (width, height), f"the input, {format_shape(trace.input)}", style)

    def field(self, region: Region, color: str) -> str:
        """The field of a region, as a rectangle."""
        rows, columns = region.spans
        title = f"{region.layer}: {rows.size}x{columns.size}"
        style = {"stroke": color, "fill": color, "fill_opacity": "0.12"}
        return self._rectangle((columns.first, rows.first), (columns.size, rows.size), title, style)

    def _rectangle(self, corner: tuple[int, int], size: tuple[int, int], title: str, style: dict[str, str]) -> str:
        x, y = _MARGIN + (corner[0] - self.left) * self.scale, _MARGIN + (corner[1] - self.top) * self.scale
        return rectangle(x, y, size[0] * self.scale, size[1] * self.scale, title, stroke_width=1.5, **style)


def _label(y: int, color: str, size: str, name: str) -> list[str]:
    return [
        rectangle(_SIZE, y - 11, 13, 13, fill=color),
        text(_SIZE + 22, y, size, fill=_INPUT),
        text(_SIZE + 22, y + 16, name, fill="#666666", font_size=11),
    ]


def _to_text(view: FieldsView, page: Page) -> str:
    return plain(view.trace, page.width, color=page.color)


FORMATS: Formats[FieldsView] = {
    "table": Format(_to_text),
    "json": Format.fixed(lambda view: to_json(view.trace)),
    "svg": Format.fixed(lambda view: to_svg(view.trace, view.regions)),
}
