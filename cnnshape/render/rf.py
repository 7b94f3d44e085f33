"""Receptive fields as text."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnnshape.layers import format_shape
from cnnshape.render.contract import to_contract
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.html import block, paragraphs, title
from cnnshape.render.layer_table import axes_text
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


def _to_text(view: FieldsView, page: Page) -> str:
    return plain(view.trace, page.width, color=page.color)


def _to_svg(view: FieldsView) -> str:
    from cnnshape.render.plot.fields import fields_picture

    return fields_picture(view.trace, view.regions)


FORMATS: Formats[FieldsView] = {
    "table": Format(_to_text),
    "json": Format.fixed(lambda view: to_json(view.trace)),
    "svg": Format.fixed(_to_svg),
}
