"""Receptive fields as text and as a picture."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any
from xml.sax.saxutils import escape

from cnnshape.layers import show
from cnnshape.render.layout import written
from cnnshape.render.summary import table_lines
from cnnshape.render.table import Table, fitted
from cnnshape.study.rf import Region, Span, Stage, Trace

VERSION = 1


def plain(found: Trace, width: int | None = None) -> str:
    """The fields of a network as plain text."""
    lines = [f"{found.name}: input {show(found.input)}", ""]
    rows = tuple(_cells(stage) for stage in found.stages)
    headings = ("layer", "kind", "output", "size", "stride", "centre", "padding", "")
    table = Table(headings, rows, frozenset(), (False, False, False, True, True, True, True, False))
    table = fitted(table, width, ("kind", "output", "centre"))
    if rows:
        lines += [*table_lines(table), "", *table.notes]
    whole = "as large as the whole input"
    lines.append(f"the field is {whole} from {found.covered} on" if found.covered else f"the field is nowhere {whole}")
    lines += [f"paths with different centres meet at {name}" for name in found.unaligned]
    return "\n".join(lines) + "\n"


def _cells(stage: Stage) -> tuple[str, ...]:
    row, field = stage.row, stage.row.receptive_field
    assert field is not None
    if field.is_global:
        return row.name, row.kind, show(row.output), _axes(field.size), "-", "-", "-", "all cells see the same"
    return (
        row.name,
        row.kind,
        show(row.output),
        _axes(field.size),
        _axes(field.stride),
        _axes(tuple(_decimal(each) for each in stage.centre)),
        _axes(field.padding),
        "covers the input" if stage.covers else "",
    )


def _axes(values: Sequence[object]) -> str:
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def _decimal(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"


_NAMES = {1: ("cells",), 2: ("rows", "columns"), 3: ("slices", "rows", "columns")}


def region(found: Region) -> str:
    """What one cell sees, as plain text."""
    cell = ",".join(map(str, found.cell))
    lines = [f"cell {cell} of {found.layer} sees:"]
    names = _NAMES[len(found.spans)]
    for name, span in zip(names, found.spans, strict=True):
        lines.append(f"  {name.ljust(max(map(len, names)))}  {_span(span)}")
    share = found.padding_share
    lines.append(f"  padding  {float(share * 100):.1f} % of the field" if share else "  no padding")
    return "\n".join(lines) + "\n"


def _span(span: Span) -> str:
    if not span.size:
        return "nothing"
    parts = [
        f"{number} {side} the input" for number, side in ((span.before, "before"), (span.after, "after")) if number
    ]
    outside = f" ({', '.join(parts)})" if parts else ""
    return f"{span.first} to {span.last}: {span.size}{outside}"


def to_json(found: Trace) -> str:
    """The fields of a network as JSON."""
    data: dict[str, Any] = {
        "version": VERSION,
        "name": found.name,
        "input": list(found.input),
        "layers": [_stage_data(stage) for stage in found.stages],
        "covered_from": found.covered or None,
        "unaligned": list(found.unaligned),
    }
    return written(data) + "\n"


def _stage_data(stage: Stage) -> dict[str, Any]:
    field = stage.row.receptive_field
    assert field is not None
    return {
        "name": stage.row.name,
        "size": list(field.size),
        "stride": [str(each) if isinstance(each, Fraction) else each for each in field.stride],
        "padding": list(field.padding),
        "centre": [str(each) for each in stage.centre],
        "aligned": field.aligned,
        "covers_input": stage.covers,
    }


_SIZE, _LABELS, _MARGIN = 620, 330, 24
_INPUT = "#222222"
_COLORS = ("#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd", "#d62728", "#8c564b", "#17becf", "#e377c2")


def to_svg(found: Trace, regions: Sequence[Region]) -> str:
    """The fields of regions (of a 2-D network) over the input, to scale, the largest first."""
    height, width = found.input
    spans = [(each.spans[0], each.spans[1]) for each in regions]
    top = min([0, *(rows.first for rows, _ in spans)])
    left = min([0, *(columns.first for _, columns in spans)])
    bottom = max([height, *(rows.last + 1 for rows, _ in spans)])
    right = max([width, *(columns.last + 1 for _, columns in spans)])
    scale = (_SIZE - 2 * _MARGIN) / max(bottom - top, right - left)
    frame = _Frame(left, top, scale)
    drawn = sorted(zip(regions, _COLORS * len(regions), strict=False), key=lambda pair: -pair[0].spans[0].size)
    parts = [frame.rectangle(0, 0, width, height, _INPUT, "#f3f3f3", f"the input, {show(found.input)}")]
    parts += [_field(frame, each, color) for each, color in drawn]
    told = [(_INPUT, show(found.input), "the input")]
    told += [
        (color, show((each.spans[0].size, each.spans[1].size)), each.layer)
        for each, color in zip(regions, _COLORS * len(regions), strict=False)
    ]
    labels = [_label(index, *each) for index, each in enumerate(told)]
    lines = max(_SIZE, 60 + 40 * len(labels))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE + _LABELS} {lines}" font-family="sans-serif" font-size="13">',
            f'<rect width="{_SIZE + _LABELS}" height="{lines}" fill="#ffffff"/>',
            *parts,
            f'<text x="{_SIZE}" y="34" font-size="15" fill="#222222">{escape(found.name)}: receptive fields</text>',
            *labels,
            "</svg>",
            "",
        ]
    )


class _Frame:
    """From input cells to the picture."""

    def __init__(self, left: int, top: int, scale: float) -> None:
        self.left, self.top, self.scale = left, top, scale

    def rectangle(self, x: int, y: int, width: int, height: int, stroke: str, fill: str, title: str) -> str:
        at_x, at_y = _MARGIN + (x - self.left) * self.scale, _MARGIN + (y - self.top) * self.scale
        return (
            f'<rect x="{at_x:.1f}" y="{at_y:.1f}" width="{width * self.scale:.1f}" height="{height * self.scale:.1f}" '
            f'stroke="{stroke}" stroke-width="1.5" fill="{fill}"><title>{escape(title)}</title></rect>'
        )


def _field(frame: _Frame, found: Region, color: str) -> str:
    rows, columns = found.spans
    title = f"{found.layer}: {rows.size}x{columns.size}"
    drawn = frame.rectangle(columns.first, rows.first, columns.size, rows.size, color, color, title)
    return drawn.replace('stroke-width="1.5"', 'stroke-width="1.5" fill-opacity="0.12"')


def _label(index: int, color: str, size: str, name: str) -> str:
    y = 66 + 40 * index
    return (
        f'<rect x="{_SIZE}" y="{y - 11}" width="13" height="13" fill="{color}"/>'
        f'<text x="{_SIZE + 22}" y="{y}" fill="#222222">{size}</text>'
        f'<text x="{_SIZE + 22}" y="{y + 16}" fill="#666666" font-size="11">{escape(name)}</text>'
    )
