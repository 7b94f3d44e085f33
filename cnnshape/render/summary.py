"""The summary as text: a header, the table, and the figures with their definitions."""

from collections import Counter
from itertools import takewhile

from cnnshape.layers import show
from cnnshape.render.numbers import count, rounded, size
from cnnshape.render.reach import reach_lines
from cnnshape.render.table import GAP, Table
from cnnshape.render.wrapping import wrapped
from cnnshape.report import Report

_LISTED = 4


def header(report: Report) -> str:
    """`ResNet-50: input 3x224x224, batch 1, float32`"""
    inputs = [
        f"{name} {given.boxes} boxes"
        if given.boxes > 1
        else show(given.shape)
        if name == "input"
        else f"{name} {show(given.shape)}"
        for name, given in report.inputs.items()
    ]
    return f"{report.name}: input {', '.join(inputs)}, batch {report.batch}, {report.dtype}"


def table_lines(table: Table) -> list[str]:
    """The table as lines of plain text: a heading, a rule, the rows."""
    widths = table.widths
    heading = _joined(table.headings, widths, table.numeric)
    rule = "-" * table.width
    rows = [_joined(row, widths, table.numeric) for row in table.rows]
    return [heading, rule, *rows[:-1], rule, rows[-1]] if table.sums else [heading, rule, *rows]


def _joined(cells: tuple[str, ...], widths: tuple[int, ...], numeric: tuple[bool, ...]) -> str:
    padded = [
        cell.rjust(width) if number else cell.ljust(width)
        for cell, width, number in zip(cells, widths, numeric, strict=True)
    ]
    return (" " * GAP).join(padded).rstrip()


def figures(report: Report) -> list[tuple[str, str, str]]:
    """The totals: name, value, definition."""
    totals = report.totals
    fixed = totals.params - totals.trainable_params
    weights = f"{count(fixed)} of them frozen" if fixed else "all trainable"
    buffers = f"; and {count(totals.buffers)} buffers (running statistics)" if totals.buffers else ""
    unknown = f"; unknown for {', '.join(totals.flops_unknown[:3])}" if totals.flops_unknown else ""
    found = [
        ("params", count(totals.params), weights + buffers),
        ("weights", size(totals.weight_bytes), f"the params as {report.dtype}"),
        ("MACs", rounded(totals.macs), "multiply-accumulates of convolutions and linear layers, without bias"),
        (
            "FLOPs",
            rounded(totals.flops),
            f"2 x MACs, and bias, normalization, activation, pooling, joins{unknown}",
        ),
        ("activations", size(totals.activation_bytes), "all layers' outputs together"),
        ("peak memory", size(report.peak.bytes), _peak(report)),
    ]
    found += reach_lines(report)
    shortcuts = Counter(row.shortcut for row in report.rows if row.shortcut)
    if shortcuts:
        kinds = {"identity": "solid", "projection": "dashed", "parameter-free": "dashed"}
        parts = [f"{number} {kind} ({kinds[kind]})" for kind, number in shortcuts.items()]
        found.append(("shortcuts", count(shortcuts.total()), ", ".join(parts)))
    return found


def _peak(report: Report) -> str:
    if not report.peak.layer:
        return "the input alone"
    tensors = report.peak.tensors
    modes = [word for word, on in (("activations", report.inplace_activations), ("adds", report.inplace_adds)) if on]
    inplace = f" ({' and '.join(modes)} in place)" if modes else ""
    if len(tensors) > _LISTED:
        return f"alive at {report.peak.layer}{inplace}: {len(tensors)} tensors"
    names = [name for name, _ in tensors]
    prefix = _common_prefix([report.peak.layer, *names])
    where = f" in {prefix.rstrip('.')}" if prefix else ""
    listed = " + ".join(name[len(prefix) :] for name in names)
    return f"alive at {report.peak.layer[len(prefix) :]}{where}{inplace}: {listed}"


def _common_prefix(names: list[str]) -> str:
    """The stages and blocks that all names start with, and a dot."""
    parts = zip(*(name.split(".")[:-1] for name in names), strict=False)
    shared = list(takewhile(lambda each: len(set(each)) == 1, parts))
    return "".join(f"{each[0]}." for each in shared)


def figure_lines(report: Report, width: int | None = None) -> list[str]:
    """The totals as lines of plain text; definitions wrap at `width`."""
    rows = figures(report)
    names = max(len(name) for name, _, _ in rows)
    values = max(len(value) for _, value, _ in rows)
    found = []
    for name, value, meaning in rows:
        start = f"{name.ljust(names)}  {value.rjust(values)}  "
        found += wrapped(start, meaning, width)
    return found


def notes(report: Report, table: Table) -> list[str]:
    """Remarks that the table needs."""
    found = list(table.notes)
    if table.folds:
        found.append(
            "xN: N equal blocks or layers summed; the lines below a block show one of them (--expand: all layers)"
        )
    if any(row.receptive_field and not row.receptive_field.aligned for row in report.rows):
        found.append("*: paths with different centres have met; the field is the union")
    reasons = sorted({row.undefined for row in report.rows if row.undefined})
    found += [f"-: no receptive field can be stated: {reason}" for reason in reasons]
    return found


def plain(report: Report, table: Table, width: int | None = None) -> str:
    """The whole summary as plain text."""
    remarks = [line for note in notes(report, table) for line in wrapped("", note, width)]
    parts = [header(report), "", *table_lines(table), "", *figure_lines(report, width)]
    return "\n".join([*parts, *(["", *remarks] if remarks else [])]) + "\n"
