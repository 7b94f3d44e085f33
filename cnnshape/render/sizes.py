"""Input sizes as text."""

from collections.abc import Sequence
from typing import Any

from cnnshape.render.color import BOLD, NAME, paint
from cnnshape.render.contract import to_contract
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.table import Column, Table, text_lines
from cnnshape.render.table.records import records
from cnnshape.render.wrapping import painted
from cnnshape.report import FIGURES
from cnnshape.study.sizes import Cost, Obstacle, Pattern, Sizes, find_pattern

LISTED = 12
"""The number of ranges to list; the rest is only counted."""


class SizesView:
    """The sizes of a design that work, and what some sizes cost."""

    __slots__ = ("costs", "name", "sizes")

    def __init__(self, name: str, sizes: Sizes, costs: Sequence[Cost]) -> None:
        self.name = name
        self.sizes = sizes
        self.costs = costs


def plain(name: str, tried: Sizes, costs: Sequence[Cost], width: int | None = None, *, color: bool = False) -> str:
    """The sizes that work and what they cost, as plain text."""
    layers = max((len(layer) for layer, _ in tried.rounding), default=0)
    parts = [
        ("", f"{name}: all sizes from {tried.lowest} to {tried.highest} tried, on every axis of the input"),
        ("", ""),
        ("smallest  ", _smallest(tried)),
        ("works     ", _sizes_text(tried.working, tried)),
        ("exact     ", f"{_sizes_text(tried.exact, tried)}   (every window tiles its input: nothing is rounded)"),
        *([("", ""), ("", "why sizes fail:")] if tried.obstacles else ()),
        *(part for obstacle in tried.obstacles for part in _obstacle(obstacle, tried)),
        *([("", ""), ("", "where windows round first:")] if tried.rounding else ()),
        *((f"  {layer.ljust(layers)}  ", _sizes_text(sizes, tried)) for layer, sizes in tried.rounding),
    ]
    lines = [line for start, text in parts for line in painted(start, text, width, NAME if color else "")]
    lines[0] = paint(lines[0], BOLD if color else "")
    if costs:
        lines += ["", *text_lines(cost_table(costs), color=color)]
    return "\n".join(lines) + "\n"


def _smallest(tried: Sizes) -> str:
    if not tried.working:
        return "none"
    least = tried.working[0]
    return f"{least} or less: smaller sizes were not tried" if least == tried.lowest > 1 else str(least)


def _obstacle(obstacle: Obstacle, tried: Sizes) -> list[tuple[str, str]]:
    return [(f"  line {obstacle.line}: ", _sizes_text(obstacle.sizes, tried)), ("    ", obstacle.message)]


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
    """`1-20, 24, 30`, cut where it gets long."""
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


def to_json(name: str, sizes: Sizes, costs: Sequence[Cost]) -> str:
    """The sizes that work and what they cost, as JSON."""
    cost_rows = [(cost.size, *(FIGURES[key].of(cost.report) for key in _COST_KEYS)) for cost in costs]
    data: dict[str, Any] = {
        "name": name,
        "lowest": sizes.lowest,
        "highest": sizes.highest,
        "working": list(sizes.working),
        "exact": list(sizes.exact),
        "obstacles": [
            {"line": obstacle.line, "message": obstacle.message, "sizes": list(obstacle.sizes)}
            for obstacle in sizes.obstacles
        ],
        "rounding": {layer: list(values) for layer, values in sizes.rounding},
        "costs": records(Table(map(Column, ("size", *_COST_KEYS)), cost_rows)),
    }
    return to_contract(data)


def _to_text(view: SizesView, page: Page) -> str:
    return plain(view.name, view.sizes, view.costs, page.width, color=page.color)


FORMATS: Formats[SizesView] = {
    "table": Format(_to_text),
    "json": Format.fixed(lambda view: to_json(view.name, view.sizes, view.costs)),
}
