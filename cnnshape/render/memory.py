"""Memory over time as a table, and as a staircase of text."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnnshape.device.deployment import Deployment
from cnnshape.render.bars import BARS, bar_text, with_bars
from cnnshape.render.contract import to_contract
from cnnshape.render.device import arena_svg, device_json, device_text
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.header import header
from cnnshape.render.html import block, paragraphs, title
from cnnshape.render.table import Column, Table, text_lines
from cnnshape.render.table.html import html_table
from cnnshape.render.table.records import records
from cnnshape.render.training import training_json, training_text
from cnnshape.render.wrapping import BOLD, count, paint, rounded, size, wrapped
from cnnshape.report import Line, expanded, folded
from cnnshape.study.memory import Memory, Step
from cnnshape.study.training import Training

_MOVED = "bytes moved: inputs and weights read once, outputs written once; intensity: FLOPs per byte moved"
_BOUND = "ideal lower bound: the slower of computing and moving, layer by layer, without overlap or caches"


class MemoryView:
    """The memory of a network, and how much of it to show: every layer, or blocks to a depth.

    With a deployment it is the memory of a device, with a training that of a step of training.
    """

    __slots__ = ("deployment", "depth", "expand", "memory", "training")

    def __init__(
        self,
        memory: Memory,
        *,
        expand: bool = False,
        depth: int | None = 0,
        deployment: Deployment | None = None,
        training: Training | None = None,
    ) -> None:
        self.memory = memory
        self.training = training
        self.deployment = deployment
        self.expand = expand
        self.depth = depth


def plain(
    memory: Memory, width: int | None = None, *, expand: bool = False, depth: int | None = 0, color: bool = False
) -> str:
    """The memory of a network as plain text. A line for several layers shows the maximum over them."""
    report = memory.report
    shown = expanded(report) if expand else folded(report, depth)
    table = with_bars(lambda bar: _table(memory, shown, bar), width)
    names = max(len(name) for name, _ in report.peak.tensors)
    lines = [
        *(paint(line, BOLD if color else "") for line in wrapped("", header(report), width)),
        "",
        *text_lines(table, color=color),
        *table.notes,
        "",
        *wrapped("peak  ", _peak_text(memory), width),
    ]
    lines += [f"      {name.ljust(names)}  {count(number)}" for name, number in report.peak.tensors]
    lines += ["", *(line for remark in _remarks(memory) for line in wrapped("", remark, width))]
    return "\n".join(lines) + "\n"


def to_html(memory: Memory) -> str:
    """The memory of a network as a notebook shows it: the staircase, the stages, what is alive at the peak."""
    alive = Table((Column("tensor"), Column("bytes", numeric=True)), memory.report.peak.tensors)
    return block(
        title(header(memory.report)),
        _staircase(memory),
        html_table(_table(memory, folded(memory.report, 0), BARS[-1])),
        paragraphs([f"peak: {_peak_text(memory)}"]),
        html_table(alive, headings=False),
        paragraphs(_remarks(memory)),
    )


def _peak_text(memory: Memory) -> str:
    when = f"while {memory.peak.row.name} runs" if memory.peak else "before anything runs"
    return f"{count(_most(memory))} bytes ({size(_most(memory))}) {when}:"


def _remarks(memory: Memory) -> list[str]:
    """What the columns mean, and the lower bound on the time of an ideal machine if there is one."""
    if memory.seconds is None or memory.device is None:
        return [_MOVED]
    speed = f"{rounded(memory.device.flops_per_second)}FLOP/s and {size(memory.device.bytes_per_second)}/s"
    return [_MOVED, f"{seconds_text(memory.seconds)} at {speed}; {_BOUND}"]


def _most(memory: Memory) -> int:
    """Bytes that are alive at the peak; without layers, those of the inputs."""
    return memory.peak.alive_bytes if memory.peak else memory.report.peak.bytes


def seconds_text(seconds: Fraction) -> str:
    """`1.234 ms`"""
    for unit, name in ((1, "s"), (10**3, "ms"), (10**6, "us")):
        if seconds * unit >= 1:
            return f"{float(seconds * unit):.3f} {name}"
    return f"{float(seconds * 10**9):.3f} ns"


def _table(memory: Memory, lines: Sequence[Line], bar: int) -> Table:
    steps = {id(step.row): step for step in memory.steps}
    columns = [
        Column("layer"),
        Column("activation_bytes", "output bytes", numeric=True, priority=0),
        Column("alive_bytes", "alive", numeric=True),
        Column("moved_bytes", "bytes moved", numeric=True, priority=2),
        Column("intensity", numeric=True, text=_intensity_text, priority=1),
        *([Column("seconds", "ideal time", numeric=True, text=seconds_text)] if memory.device else []),
        Column("share", "of the peak"),
    ]
    return Table(columns, [_values(memory, line, [steps[id(row)] for row in line.rows], bar) for line in lines])


def _intensity_text(intensity: float | None) -> str:
    return "-" if intensity is None else f"{intensity:.1f}"


def _values(memory: Memory, line: Line, steps: Sequence[Step], bar: int) -> tuple[object, ...]:
    alive = max(step.alive_bytes for step in steps)
    moved = sum(step.moved_bytes for step in steps)
    flops = sum(step.row.flops or 0 for step in steps)
    seconds = sum((step.seconds or Fraction(0) for step in steps), Fraction(0)) * line.times
    times = f" x{line.times}" if line.times > 1 else ""
    return (
        "  " * line.depth + line.label + times,
        line.last.activation_bytes,
        alive,
        moved * line.times,
        flops / moved if moved else None,
        *([seconds] if memory.device else []),
        bar_text(bar, alive, _most(memory), is_peak=any(step is memory.peak for step in steps)),
    )


def to_json(memory: Memory) -> str:
    """The memory over time as JSON."""
    report = memory.report
    data: dict[str, Any] = {
        "name": report.name,
        "batch": report.batch,
        "dtype": report.dtype,
        "inplace_activations": report.inplace_activations,
        "inplace_adds": report.inplace_adds,
        "peak_activation_bytes": report.peak.bytes,
        "peak_layer": report.peak.layer,
        "layers": records(steps_table(memory)),
    }
    return to_contract(data)


def steps_table(memory: Memory) -> Table:
    """The memory over time with exact values: a row per layer."""
    keys = ["name", "activation_bytes", "alive_bytes", "alive_tensors", "moved_bytes", "flops"]
    rows = [
        (step.row.name, step.row.activation_bytes, step.alive_bytes, step.tensors, step.moved_bytes, step.row.flops)
        for step in memory.steps
    ]
    if not memory.device:
        return Table(map(Column, keys), rows)
    times = [_nanoseconds(step.seconds) for step in memory.steps]
    return Table(
        map(Column, [*keys, "ideal_nanoseconds"]), [(*row, time) for row, time in zip(rows, times, strict=True)]
    )


def _nanoseconds(seconds: Fraction | None) -> int | None:
    """The time in nanoseconds, rounded up."""
    return None if seconds is None else -(-(seconds.numerator * 10**9) // seconds.denominator)


def _to_text(view: MemoryView, page: Page) -> str:
    expand, depth, color = view.expand, view.depth, page.color
    if view.deployment is not None:
        return device_text(view.deployment, page.width, expand=expand, depth=depth, color=color)
    if view.training is not None:
        return training_text(view.training, page.width, expand=expand, depth=depth, color=color)
    return plain(view.memory, page.width, expand=expand, depth=depth, color=color)


def _to_json(view: MemoryView) -> str:
    if view.training is not None:
        return training_json(view.training)
    return to_json(view.memory) if view.deployment is None else device_json(view.deployment)


def _to_svg(view: MemoryView) -> str:
    return _staircase(view.memory) if view.deployment is None else arena_svg(view.deployment)


def _staircase(memory: Memory) -> str:
    # Text needs no picture.
    from cnnshape.render.plot.staircase import staircase

    return staircase(memory)


FORMATS: Formats[MemoryView] = {
    "table": Format(_to_text),
    "json": Format.fixed(_to_json),
    "svg": Format.fixed(_to_svg),
}
