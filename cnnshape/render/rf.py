"""Receptive fields as text."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnnshape.layers import format_shape
from cnnshape.render.contract import to_contract
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.layer_table import axes_text
from cnnshape.render.table import Column, Table, fit, text_lines
from cnnshape.render.table.records import records
from cnnshape.render.wrapping import BOLD, paint
from cnnshape.study.rf import Region, Span, Stage, Trace


class FieldsView:
    """The receptive fields of a network, and regions of the input for the picture."""

    __slots__ = ("regions", "trace")

    def __init__(self, trace: Trace, regions: Sequence[Region] = ()) -> None:
        self.trace = trace
        self.regions = regions


def plain(trace: Trace, width: int | None = None, *, color: bool = False) -> str:
    """The fields of a network as plain text."""
    lines = [paint(f"{trace.name}: input {format_shape(trace.input)}", BOLD if color else ""), ""]
    table = fit(Table(_COLUMNS, map(_values, trace.stages)), width)
    if trace.stages:
        lines += [*text_lines(table, color=color), "", *table.notes]
    whole = "as large as the whole input"
    if trace.covered:
        lines.append(f"the field is {whole} from {trace.covered} on")
    elif not trace.opaque:
        lines.append(f"the field is nowhere {whole}")
    if trace.opaque:
        lines.append(f"unknown after {trace.opaque}: an opaque layer doesn't state which cells it reads")
    lines += [f"paths with different centres meet at {name}" for name in trace.unaligned]
    return "\n".join(lines) + "\n"


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
    cell = ",".join(map(str, region.cell))
    lines = [f"cell {cell} of {region.layer} sees:"]
    names = _NAMES[len(region.spans)]
    for name, span in zip(names, region.spans, strict=True):
        lines.append(f"  {name.ljust(max(map(len, names)))}  {_span_text(span)}")
    share = region.padding_share
    lines.append(f"  padding  {float(share * 100):.1f} % of the field" if share else "  no padding")
    return "\n".join(lines) + "\n"


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
        "layers": records(Table(map(Column, _KEYS), map(_data, trace.stages))),
        "covered_from": trace.covered or None,
        "unaligned": list(trace.unaligned),
        "opaque": trace.opaque or None,
    }
    return to_contract(data)


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
