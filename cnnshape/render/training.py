"""The memory of training as text and JSON: what each layer keeps, and the parts of the sum."""

from collections.abc import Iterator, Sequence
from typing import Any

from cnnshape.render.bars import BARS, with_bars
from cnnshape.render.contract import to_contract
from cnnshape.render.header import header
from cnnshape.render.html import block, paragraphs, title
from cnnshape.render.table import Column, Table, text_lines
from cnnshape.render.table.html import html_table
from cnnshape.render.table.records import records
from cnnshape.render.wrapping import BOLD, count, paint, size, wrapped
from cnnshape.report import Line, expanded, folded
from cnnshape.study.training import OPTIMIZERS, TOO_HIGH, TOO_LOW, Training

_ASSUMED = (
    "between the forward and the backward pass, in PyTorch without checkpoints; gradients of activations and the working "
    "space of kernels come on top"
)


def training_text(
    training: Training,
    width: int | None = None,
    *,
    expand: bool = False,
    depth: int | None = 0,
    color: bool = False,
) -> str:
    """The memory of training as plain text. A line for several layers shows their sum."""
    report = training.report
    lines = expanded(report) if expand else folded(report, depth)
    parts = [
        *(paint(line, BOLD if color else "") for line in wrapped("", header(report), width)),
        "",
        *text_lines(with_bars(lambda bar: _table(training, lines, bar), width), color=color),
        "",
    ]
    facts = list(_facts(training))
    names, values = max(len(name) for name, _, _ in facts), max(len(value) for _, value, _ in facts)
    for name, value, meaning in facts:
        parts += wrapped(f"{name.ljust(names)}  {value.rjust(values)}  ", meaning, width)
    for remark in _remarks(training):
        parts += ["", *wrapped("", remark, width)]
    return "\n".join(parts) + "\n"


def _facts(training: Training) -> Iterator[tuple[str, str, str]]:
    """The parts of the sum: name, bytes, and what they are."""
    report = training.report
    known = f"an estimate: {TOO_LOW:g} % too low to {TOO_HIGH:g} % too high"
    kept = f"kept for the backward pass, {'an estimate whose error is unknown' if training.unknown else known}"
    states = OPTIMIZERS[training.optimizer]
    yield "weights", count(training.weight_bytes), f"and {count(training.buffer_bytes)} bytes of buffers"
    yield "gradients", count(training.gradient_bytes), f"of {count(report.totals.trainable_params)} trainable params"
    yield "optimizer", count(training.state_bytes), f"{training.optimizer}: {states or 'no'} values per trainable param"
    yield "activations", count(training.activation_bytes), kept
    yield "total", count(training.total_bytes), f"bytes ({size(training.total_bytes)})"


def _remarks(training: Training) -> Iterator[str]:
    yield _ASSUMED
    if training.unknown:
        more = f" and {len(training.unknown) - 1} more" if len(training.unknown) > 1 else ""
        yield f"no rule says what is kept of {training.unknown[0]}{more}: inputs and output are counted"


def _table(training: Training, lines: Sequence[Line], bar: int) -> Table:
    kept = {id(row): size for row, size in zip(training.report.rows, training.kept_bytes, strict=True)}
    most = max((_kept(kept, line) for line in lines), default=0)
    columns = [Column("layer"), Column("kept_bytes", "kept bytes", numeric=True), Column("share", "of the most")]
    rows: list[tuple[object, ...]] = [("input", training.input_bytes, "")] if training.input_bytes else []
    for line in lines:
        total = _kept(kept, line)
        times = f" x{line.times}" if line.times > 1 else ""
        share = "#" * round(bar * total / most) if most else ""
        rows.append(("  " * line.depth + line.label + times, total, share))
    return Table(columns, rows)


def _kept(kept: dict[int, int], line: Line) -> int:
    return line.times * sum(kept[id(row)] for row in line.rows)


def training_json(training: Training) -> str:
    """The memory of training as JSON."""
    report = training.report
    data: dict[str, Any] = {
        "name": report.name,
        "batch": report.batch,
        "dtype": report.dtype,
        "optimizer": training.optimizer,
        "weight_bytes": training.weight_bytes,
        "buffer_bytes": training.buffer_bytes,
        "gradient_bytes": training.gradient_bytes,
        "state_bytes": training.state_bytes,
        "activation_bytes": {
            "estimate": training.activation_bytes,
            "too_low_percent_at_most": None if training.unknown else TOO_LOW,
            "too_high_percent_at_most": None if training.unknown else TOO_HIGH,
        },
        "total_bytes": training.total_bytes,
        "input_bytes": training.input_bytes,
        "layers": records(kept_table(training)),
        "unknown": list(training.unknown),
    }
    return to_contract(data)


def kept_table(training: Training) -> Table:
    """What is kept of each layer, with exact values."""
    rows = [(row.name, kept) for row, kept in zip(training.report.rows, training.kept_bytes, strict=True)]
    return Table(map(Column, ["name", "kept_bytes"]), rows)


def to_html(training: Training) -> str:
    """The memory of training as a notebook shows it."""
    return block(
        title(header(training.report)),
        html_table(_table(training, folded(training.report, 0), BARS[-1])),
        paragraphs([f"{name}: {value}; {meaning}" for name, value, meaning in _facts(training)]),
        paragraphs(list(_remarks(training))),
    )
