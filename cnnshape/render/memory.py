"""Memory over time as a table, as a staircase of text, and as a picture."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any
from xml.sax.saxutils import escape

from cnnshape.render.layout import written
from cnnshape.render.numbers import count, rounded, size
from cnnshape.render.summary import header, table_lines
from cnnshape.render.table import Table, fitted
from cnnshape.render.wrapping import wrapped
from cnnshape.report import Line, expanded, folded
from cnnshape.study.memory import Memory, Step

VERSION = 1
BARS = (30, 20, 10)
"""The lengths that the longest bar may have, the first that fits."""
_EXPENDABLE = ("output bytes", "intensity", "bytes moved")
_MOVED = "bytes moved: inputs and weights read once, outputs written once; intensity: FLOPs per byte moved"
_BOUND = "ideal lower bound: the slower of computing and moving, layer by layer, nothing overlapped or kept in caches"


def plain(found: Memory, width: int | None = None, *, expand: bool = False, depth: int | None = 0) -> str:
    """The memory of a network as plain text; a line of several layers shows the most that is alive in it."""
    report = found.report
    lines = [header(report), ""]
    table = _fitted(found, expanded(report) if expand else folded(report, depth), width)
    lines += [*table_lines(table), *table.notes, ""]
    when = f"while {found.peak.row.name} runs" if found.peak else "before anything runs"
    said = f"{count(_most(found))} bytes ({size(_most(found))}) {when}:"
    lines += wrapped("peak  ", said, width)
    names = max(len(name) for name, _ in report.peak.tensors)
    lines += [f"      {name.ljust(names)}  {count(number)}" for name, number in report.peak.tensors]
    lines += ["", *wrapped("", _MOVED, width)]
    if found.seconds is not None and found.device is not None:
        speed = f"{rounded(found.device.flops_per_second)}FLOP/s and {size(found.device.bytes_per_second)}/s"
        lines += wrapped("", f"{seconds_text(found.seconds)} at {speed}; {_BOUND}", width)
    return "\n".join(lines) + "\n"


def _most(found: Memory) -> int:
    """Bytes that are alive at the peak; without layers, those of the inputs."""
    return found.peak.alive_bytes if found.peak else found.report.peak.bytes


def seconds_text(seconds: Fraction) -> str:
    """`1.234 ms`"""
    for unit, name in ((1, "s"), (10**3, "ms"), (10**6, "us")):
        if seconds * unit >= 1:
            return f"{float(seconds * unit):.3f} {name}"
    return f"{float(seconds * 10**9):.3f} ns"


def _fitted(found: Memory, lines: Sequence[Line], width: int | None) -> Table:
    """With bars as long as there is room for, then without some columns."""
    for bar in BARS:
        table = _table(found, lines, bar)
        if width is None or table.width <= width:
            return table
    return fitted(table, width, _EXPENDABLE)


def _table(found: Memory, lines: Sequence[Line], bar: int) -> Table:
    steps = {id(step.row): step for step in found.steps}
    rows = [_cells(found, line, [steps[id(row)] for row in line.rows], bar) for line in lines]
    headings = ["layer", "output bytes", "alive", "bytes moved", "intensity"]
    headings += ["ideal time"] if found.device else []
    numeric = (False, *(True for _ in headings[1:]), False)
    return Table((*headings, "of the peak"), tuple(rows), frozenset(), numeric)


def _cells(found: Memory, line: Line, steps: list[Step], bar: int) -> tuple[str, ...]:
    alive = max(step.alive_bytes for step in steps)
    moved = sum(step.moved_bytes for step in steps)
    flops = sum(step.row.flops or 0 for step in steps)
    mark = " <- peak" if any(step is found.peak for step in steps) else ""
    times = f" x{line.times}" if line.times > 1 else ""
    cells = [
        "  " * line.depth + line.label + times,
        count(line.last.activation_bytes),
        count(alive),
        count(moved * line.times),
        f"{flops / moved:.1f}" if moved else "-",
    ]
    if found.device:
        cells.append(seconds_text(sum((step.seconds or Fraction(0) for step in steps), Fraction(0)) * line.times))
    return (*cells, "#" * max(1, round(bar * alive / max(_most(found), 1))) + mark)


def to_json(found: Memory) -> str:
    """The memory over time as JSON."""
    report = found.report
    data: dict[str, Any] = {
        "version": VERSION,
        "name": report.name,
        "batch": report.batch,
        "dtype": report.dtype,
        "inplace_activations": report.inplace_activations,
        "inplace_adds": report.inplace_adds,
        "peak_activation_bytes": report.peak.bytes,
        "peak_layer": report.peak.layer,
        "layers": [
            {
                "name": step.row.name,
                "activation_bytes": step.row.activation_bytes,
                "alive_bytes": step.alive_bytes,
                "alive_tensors": step.tensors,
                "moved_bytes": step.moved_bytes,
                "flops": step.row.flops,
                **({"ideal_nanoseconds": _nanoseconds(step.seconds)} if found.device else {}),
            }
            for step in found.steps
        ],
    }
    return written(data) + "\n"


def _nanoseconds(seconds: Fraction | None) -> int | None:
    """Rounded up: a lower bound is no less than this."""
    return None if seconds is None else -(-(seconds.numerator * 10**9) // seconds.denominator)


_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 900, 420, 90, 20, 50, 50


def to_svg(found: Memory) -> str:
    """The staircase of live activation bytes over the layers as an SVG picture, the peak marked."""
    most = max(_most(found), 1)
    inner_width, inner_height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    step_width = inner_width / max(len(found.steps), 1)
    points = []
    for index, step in enumerate(found.steps):
        y = _TOP + inner_height * (1 - step.alive_bytes / most)
        points += [f"{_LEFT + index * step_width:.1f},{y:.1f}", f"{_LEFT + (index + 1) * step_width:.1f},{y:.1f}"]
    base = _TOP + inner_height
    mark = [_peak_mark(peak, found.steps.index(peak), step_width, base)] if (peak := found.peak) else []
    grid = [_grid_line(most, share, inner_height) for share in (0, 0.25, 0.5, 0.75, 1)]
    area = f"{_LEFT},{base} {' '.join(points)} {_LEFT + inner_width},{base}"
    title = f"{header(found.report)}: activation bytes alive, layer by layer"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="13">',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            f'<text x="{_LEFT}" y="22" font-size="15" fill="#222222">{escape(title)}</text>',
            *grid,
            f'<polygon points="{area}" fill="#9ecae1" stroke="#3182bd" stroke-width="1"/>',
            *mark,
            f'<text x="{_LEFT + inner_width / 2:.1f}" y="{_HEIGHT - 14}" text-anchor="middle" fill="#444444">'
            f"{len(found.steps)} layers in the order in which they run</text>",
            "</svg>",
            "",
        ]
    )


def _peak_mark(peak: Step, index: int, step_width: float, base: int) -> str:
    x = _LEFT + (index + 0.5) * step_width
    anchor = "end" if x > _WIDTH / 2 else "start"
    return (
        f'<line x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{base}" stroke="#d62728" stroke-dasharray="4 3"/>\n'
        f'<text x="{x:.1f}" y="{_TOP - 12}" text-anchor="{anchor}" fill="#d62728">'
        f"{escape(peak.row.name)}: {count(peak.alive_bytes)} bytes</text>"
    )


def _grid_line(most: int, share: float, inner_height: int) -> str:
    y = _TOP + inner_height * (1 - share)
    label = size(round(most * share)) if share else "0"
    return (
        f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#dddddd"/>'
        f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444444">{label}</text>'
    )
