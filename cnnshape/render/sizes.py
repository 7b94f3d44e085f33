"""Input sizes as text."""

from collections.abc import Sequence
from typing import Any

from cnnshape.render.layout import written
from cnnshape.render.numbers import count
from cnnshape.render.summary import table_lines
from cnnshape.render.table import Table
from cnnshape.render.wrapping import wrapped
from cnnshape.study.sizes import Cost, Obstacle, Pattern, Sizes, find_pattern

VERSION = 1
LISTED = 12


def plain(name: str, found: Sizes, costs: Sequence[Cost], width: int | None = None) -> str:
    """What was found, as plain text."""
    layers = max((len(layer) for layer, _ in found.rounding), default=0)
    parts = [
        ("", f"{name}: all sizes from {found.lowest} to {found.highest} tried, on every axis of the input"),
        ("", ""),
        ("smallest  ", _smallest(found)),
        ("works     ", _told(found.working, found)),
        ("exact     ", f"{_told(found.exact, found)}   (every window tiles its input: nothing is rounded)"),
        *([("", ""), ("", "what forbids sizes:")] if found.obstacles else ()),
        *(part for obstacle in found.obstacles for part in _obstacle(obstacle, found)),
        *([("", ""), ("", "where windows round first:")] if found.rounding else ()),
        *((f"  {layer.ljust(layers)}  ", _told(sizes, found)) for layer, sizes in found.rounding),
    ]
    lines = [line for start, text in parts for line in wrapped(start, text, width)]
    if costs:
        lines += ["", *table_lines(cost_table(costs))]
    return "\n".join(lines) + "\n"


def _smallest(found: Sizes) -> str:
    if not found.working:
        return "none"
    least = found.working[0]
    return f"{least} or less: smaller ones were not tried" if least == found.lowest > 1 else str(least)


def _obstacle(obstacle: Obstacle, found: Sizes) -> list[tuple[str, str]]:
    return [(f"  line {obstacle.line}: ", _told(obstacle.sizes, found)), ("    ", obstacle.message)]


def _told(sizes: tuple[int, ...], found: Sizes) -> str:
    if not sizes:
        return "none"
    if len(sizes) == found.highest - found.lowest + 1:
        return "all"
    return pattern_text(find_pattern(sizes, found.lowest, found.highest))


def pattern_text(pattern: Pattern) -> str:
    """`29 and more`, `188 and more where size mod 16 = 12`, or the sizes themselves."""
    parts = [_ranges(pattern.single)] if pattern.single else []
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
            parts.append(f"{first} and more where size mod {pattern.period} {sign} {_ranges(pattern.residues)}")
    return "; ".join(parts) or "none"


def _ranges(sizes: tuple[int, ...]) -> str:
    """`1-20, 24, 30`, cut where it gets long."""
    runs: list[list[int]] = []
    for size in sizes:
        if runs and size == runs[-1][1] + 1:
            runs[-1][1] = size
        else:
            runs.append([size, size])
    told = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    more = f", and {len(told) - LISTED} more ranges" if len(told) > LISTED else ""
    return ", ".join(told[:LISTED]) + more


def cost_table(costs: Sequence[Cost]) -> Table:
    """What the design costs at each size, and against the first."""
    first = costs[0].report.totals
    rows = tuple(
        (
            str(cost.size),
            count(cost.report.totals.params),
            count(cost.report.totals.macs),
            f"{cost.report.totals.macs / first.macs:.2f}" if first.macs else "-",
            count(cost.report.totals.activation_bytes),
            count(cost.report.totals.peak_activation_bytes),
        )
        for cost in costs
    )
    headings = ("size", "params", "MACs", f"/ {costs[0].size}", "activation bytes", "peak bytes")
    return Table(headings, rows, frozenset(), (True,) * len(headings))


def to_json(name: str, found: Sizes, costs: Sequence[Cost]) -> str:
    """What was found, as JSON."""
    data: dict[str, Any] = {
        "version": VERSION,
        "name": name,
        "lowest": found.lowest,
        "highest": found.highest,
        "working": list(found.working),
        "exact": list(found.exact),
        "obstacles": [
            {"line": each.line, "message": each.message, "sizes": list(each.sizes)} for each in found.obstacles
        ],
        "rounding": {layer: list(sizes) for layer, sizes in found.rounding},
        "costs": [
            {
                "size": cost.size,
                "params": cost.report.totals.params,
                "macs": cost.report.totals.macs,
                "flops": cost.report.totals.flops,
                "activation_bytes": cost.report.totals.activation_bytes,
                "peak_activation_bytes": cost.report.totals.peak_activation_bytes,
            }
            for cost in costs
        ],
    }
    return written(data) + "\n"
