"""Input sizes as text."""

from collections.abc import Sequence
from typing import Any

from cnnshape.render.contract import to_contract
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.html import block, title
from cnnshape.render.table import Column, Table, text_lines
from cnnshape.render.table.html import html_table
from cnnshape.render.table.records import records
from cnnshape.render.wrapping import BOLD, NAME, paint, painted
from cnnshape.report import FIGURES
from cnnshape.study.sizes import AxisSizes, Cost, Obstacle, Pattern, Sizes, SizeStudy, find_pattern

LISTED = 12
"""The number of ranges to list; the rest is only counted."""


def plain(
    name: str, axes: Sequence[AxisSizes], costs: Sequence[Cost], width: int | None = None, *, color: bool = False
) -> str:
    """The sizes that work and their costs, as plain text."""
    lines: list[str] = []
    for axis in axes:
        lines += ["", ""] if lines else []
        parts = _parts(name, axis)
        text = [line for start, words in parts for line in painted(start, words, width, NAME if color else "")]
        lines += [paint(text[0], BOLD if color else ""), *text[1:]]
    if costs:
        lines += ["", *text_lines(cost_table(costs), color=color)]
    return "\n".join(lines) + "\n"


def _parts(name: str, axis: AxisSizes) -> list[tuple[str, str]]:
    """The text on one axis, or on all together: starts of lines, each with its text."""
    tried = axis.sizes
    layers = max((len(layer) for layer, _ in tried.rounding), default=0)
    of, at = (f"{axis.axis}s", f"at {axis.input}") if axis.axis else ("sizes", "on every axis of the input")
    return [
        ("", f"{name}: all {of} from {tried.lowest} to {tried.highest} tried, {at}"),
        ("", ""),
        ("smallest  ", _smallest(tried)),
        ("works     ", _sizes_text(tried.working, tried)),
        ("exact     ", f"{_sizes_text(tried.exact, tried)}   (every window tiles its input: nothing is rounded)"),
        *_keeping(tried),
        *([("", ""), ("", "why sizes fail:")] if tried.obstacles else ()),
        *(part for obstacle in tried.obstacles for part in _obstacle(obstacle, tried)),
        *([("", ""), ("", "where windows round first:")] if tried.rounding else ()),
        *((f"  {layer.ljust(layers)}  ", _sizes_text(sizes, tried)) for layer, sizes in tried.rounding),
    ]


def _smallest(tried: Sizes) -> str:
    if not tried.working:
        return "none"
    least = tried.working[0]
    return f"{least} or less: smaller sizes were not tried" if least == tried.lowest > 1 else str(least)


def _keeping(tried: Sizes) -> list[tuple[str, str]]:
    """The sizes at which trained weights can be used; empty if that holds for all sizes that work."""
    if tried.keeping is None or tried.keeping == tried.working:
        return []
    return [
        ("weights   ", f"{_sizes_text(tried.keeping, tried)}   (all weights keep the shapes of the spec's own size)")
    ]


def _obstacle(obstacle: Obstacle, tried: Sizes) -> list[tuple[str, str]]:
    layer = f", {obstacle.layer}" if obstacle.layer else ""
    return [(f"  line {obstacle.line}{layer}: ", _sizes_text(obstacle.sizes, tried)), ("    ", obstacle.message)]


def _sizes_text(sizes: tuple[int, ...], tried: Sizes) -> str:
    if not sizes:
        return "none"
    if len(sizes) == tried.highest - tried.lowest + 1:
        return "all"
    return pattern_text(find_pattern(sizes, tried.lowest, tried.highest))


def pattern_text(pattern: Pattern) -> str:
    """`29 and more`, `188 and more where size mod 16 = 12`, or the sizes themselves."""
    parts = [_ranges_text(pattern.single)] if pattern.single else []
    if pattern.residues:
        first = next(
            size
            for size in range(pattern.start, pattern.start + pattern.period)
            if size % pattern.period in pattern.residues
        )
        if len(pattern.residues) == pattern.period:
            parts.append(f"{pattern.start} and more")
        else:
            sign = "=" if len(pattern.residues) == 1 else "in"
            parts.append(f"{first} and more where size mod {pattern.period} {sign} {_ranges_text(pattern.residues)}")
    return "; ".join(parts) or "none"


def _ranges_text(sizes: tuple[int, ...]) -> str:
    """`1-20, 24, 30`, shortened if it is long."""
    runs: list[list[int]] = []
    for size in sizes:
        if runs and size == runs[-1][1] + 1:
            runs[-1][1] = size
        else:
            runs.append([size, size])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    more = f", and {len(texts) - LISTED} more ranges" if len(texts) > LISTED else ""
    return ", ".join(texts[:LISTED]) + more


def cost_table(costs: Sequence[Cost]) -> Table:
    """The cost of the design at each size, and its MACs relative to those at the first."""
    columns = (
        Column("size", numeric=True, text=str),
        Column("params", numeric=True),
        Column("macs", "MACs", numeric=True),
        Column("ratio", f"/ {costs[0].size}", numeric=True, text=_ratio_text),
        Column("activation_bytes", "activation bytes", numeric=True),
        Column("peak_activation_bytes", "peak bytes", numeric=True),
    )
    first = costs[0].report.totals.macs
    return Table(columns, [_cost_values(cost, first) for cost in costs])


def _cost_values(cost: Cost, first: int) -> tuple[object, ...]:
    totals = cost.report.totals
    ratio = totals.macs / first if first else None
    return cost.size, totals.params, totals.macs, ratio, totals.activation_bytes, totals.peak_activation_bytes


def _ratio_text(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"


_COST_KEYS = ("params", "macs", "flops", "activation_bytes", "peak_activation_bytes")


def to_json(name: str, axes: Sequence[AxisSizes], costs: Sequence[Cost]) -> str:
    """The sizes that work and what they cost, as JSON; by axis if the input has stars."""
    together = len(axes) == 1 and not axes[0].axis
    by_axis = [{"axis": axis.axis, "input": axis.input, **_sizes_data(axis.sizes)} for axis in axes]
    data: dict[str, Any] = {
        "name": name,
        **(_sizes_data(axes[0].sizes) if together else {"axes": by_axis}),
        "costs": records(costs_table(costs)),
    }
    return to_contract(data)


def costs_table(costs: Sequence[Cost]) -> Table:
    """The costs with exact values: a row per size."""
    rows = [(cost.size, *(FIGURES[key].of(cost.report) for key in _COST_KEYS)) for cost in costs]
    return Table(map(Column, ("size", *_COST_KEYS)), rows)


def to_html(study: SizeStudy) -> str:
    """The sizes that work and their costs, as a notebook shows them."""
    axes = [part for axis in study.axes for part in _axis_html(study.name, axis)]
    return block(*axes, *([html_table(cost_table(study.costs))] if study.costs else []))


def _axis_html(name: str, axis: AxisSizes) -> list[str]:
    (_, head), *lines = [part for part in _parts(name, axis) if any(part)]
    # A line without a start is the heading of those below it.
    rows = [(start.rstrip(), words) if start else (words, "") for start, words in lines]
    return [title(head), html_table(Table((Column("what"), Column("sizes")), rows), headings=False)]


def _sizes_data(sizes: Sizes) -> dict[str, Any]:
    return {
        "lowest": sizes.lowest,
        "highest": sizes.highest,
        "working": list(sizes.working),
        "exact": list(sizes.exact),
        "keeping_weights": None if sizes.keeping is None else list(sizes.keeping),
        "obstacles": [
            {"line": obstacle.line, "layer": obstacle.layer, "message": obstacle.message, "sizes": list(obstacle.sizes)}
            for obstacle in sizes.obstacles
        ],
        "rounding": {layer: list(values) for layer, values in sizes.rounding},
    }


def _to_text(view: SizeStudy, page: Page) -> str:
    return plain(view.name, view.axes, view.costs, page.width, color=page.color)


FORMATS: Formats[SizeStudy] = {
    "table": Format(_to_text),
    "json": Format.fixed(lambda view: to_json(view.name, view.axes, view.costs)),
}
