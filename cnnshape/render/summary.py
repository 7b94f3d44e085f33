"""The summary of a network: a header, the table of layers, and the figures with their definitions."""

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from cnnshape.layers import format_shape
from cnnshape.render.color import BOLD, DIM, paint
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.layer_table import DEFAULT, layer_table
from cnnshape.render.numbers import count, rounded, size
from cnnshape.render.reach import reach_lines
from cnnshape.render.table import Table, fit, text_lines
from cnnshape.render.wrapping import wrapped
from cnnshape.report import Report, expanded, folded

if TYPE_CHECKING:
    from cnnshape.study.counting.rule import Rule

_LISTED = 4


class Summary:
    """A report, and how much of it to show: columns, every layer or blocks to a depth, and the count of another
    tool."""

    __slots__ = ("columns", "lines", "report", "rule")

    def __init__(
        self,
        report: Report,
        columns: Sequence[str] = DEFAULT,
        *,
        expand: bool = False,
        depth: int | None = None,
        rule: "Rule | None" = None,
    ) -> None:
        self.report = report
        self.columns = columns
        self.lines = expanded(report) if expand else folded(report, depth)
        self.rule = rule

    def table(self, width: int | None = None) -> Table:
        """The table of the lines, fitted to a width."""
        table = layer_table(self.report, self.lines, self.columns)
        if self.rule is None:
            return fit(table, width)
        from cnnshape.render.count_column import add_count_column

        table, remark = add_count_column(table, self.lines, self.report, self.rule)
        return fit(table, width).with_notes(remark)

    def notes(self, table: Table) -> list[str]:
        """Notes for signs in the table."""
        notes = list(table.notes)
        if not self.report.complete:
            notes.append(_INCOMPLETE)
        if any(line.times > 1 for line in self.lines):
            notes.append(_FOLDED)
        if any(row.receptive_field and not row.receptive_field.aligned for row in self.report.rows):
            notes.append("*: paths with different centres have met; the field is the union")
        reasons = sorted({row.undefined for row in self.report.rows if row.undefined})
        return notes + [f"-: no receptive field can be stated: {reason}" for reason in reasons]


_INCOMPLETE = "incomplete: layers with errors are missing, and all layers that depend on them"
_FOLDED = "xN: N equal blocks or layers summed; the lines below a block show one of them (--expand: all layers)"


def header(report: Report) -> str:
    """`ResNet-50: input 3x224x224, batch 1, float32`"""
    inputs = [
        f"{name} {given.boxes} boxes"
        if given.boxes > 1
        else format_shape(given.shape)
        if name == "input"
        else f"{name} {format_shape(given.shape)}"
        for name, given in report.inputs.items()
    ]
    return f"{report.name}: input {', '.join(inputs)}, batch {report.batch}, {report.dtype}"


def figures(report: Report) -> list[tuple[str, str, str]]:
    """The totals: name, value, definition."""
    totals = report.totals
    fixed = totals.params - totals.trainable_params
    weights = f"{count(fixed)} of them frozen" if fixed else "all trainable"
    buffers = f"; and {count(totals.buffers)} buffers (running statistics)" if totals.buffers else ""
    unknown = f"; unknown for {', '.join(totals.flops_unknown[:3])}" if totals.flops_unknown else ""
    rows = [
        ("params", count(totals.params), weights + buffers),
        ("weights", size(totals.weight_bytes), f"the params as {report.dtype}"),
        ("MACs", rounded(totals.macs), "multiply-accumulates of convolutions and linear layers, without bias"),
        ("FLOPs", rounded(totals.flops), f"2 x MACs, and bias, normalization, activation, pooling, joins{unknown}"),
        ("activations", size(totals.activation_bytes), "all layers' outputs together"),
        ("peak memory", size(report.peak.bytes), _peak(report)),
    ]
    return [*rows, *reach_lines(report), *_shortcuts(report)]


def _shortcuts(report: Report) -> list[tuple[str, str, str]]:
    shortcuts = Counter(row.shortcut for row in report.rows if row.shortcut)
    if not shortcuts:
        return []
    styles = {"identity": "solid", "projection": "dashed", "parameter-free": "dashed"}
    parts = [f"{number} {kind} ({styles[kind]})" for kind, number in shortcuts.items()]
    return [("shortcuts", count(shortcuts.total()), ", ".join(parts))]


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
    levels = zip(*(name.split(".")[:-1] for name in names), strict=False)
    shared = list(takewhile(lambda level: len(set(level)) == 1, levels))
    return "".join(f"{level[0]}." for level in shared)


def figure_lines(report: Report, width: int | None = None) -> list[str]:
    """The totals as lines of plain text; definitions wrap at `width`."""
    rows = figures(report)
    names = max(len(name) for name, _, _ in rows)
    values = max(len(value) for _, value, _ in rows)
    starts = [f"{name.ljust(names)}  {value.rjust(values)}  " for name, value, _ in rows]
    return [line for start, row in zip(starts, rows, strict=True) for line in wrapped(start, row[2], width)]


def to_text(summary: Summary, page: Page) -> str:
    """The whole summary as text. With colours, sums are bold, and rules and notes are dim."""
    table = summary.table(page.width)
    notes = [line for note in summary.notes(table) for line in wrapped("", note, page.width)]
    body = text_lines(table)
    head = wrapped("", header(summary.report), page.width)
    lines = [*head, "", *body, "", *figure_lines(summary.report, page.width)]
    lines += ["", *notes] if notes else []
    if page.color:
        lines = _paint(lines, table, len(head), len(body))
    return "\n".join(lines) + "\n"


def _paint(lines: list[str], table: Table, head: int, height: int) -> list[str]:
    """The lines in bold and dim. The table has `height` lines and starts after `head` lines and an empty one."""
    start = head + 1
    body = lines[start : start + height]
    styles = [*[BOLD] * head, "", BOLD, DIM, *(BOLD if row in table.groups else "" for row in range(len(table.rows)))]
    if table.totals:
        styles[-1:] = [DIM, BOLD]
    painted = [paint(line, style) for line, style in zip([*lines[:start], *body], styles, strict=True)]
    return painted + [paint(line, DIM) for line in lines[start + height :]]


def to_markdown(summary: Summary) -> str:
    """The summary as Markdown text."""
    from cnnshape.render.table.markdown import escape_markdown, markdown_lines

    report, table = summary.report, summary.table()
    name, _, rest = header(report).partition(": ")
    totals = [
        f"- {escape_markdown(figure)}: **{value}** ({escape_markdown(meaning)})"
        for figure, value, meaning in figures(report)
    ]
    notes = [f"\n{escape_markdown(note)}" for note in summary.notes(table)]
    body = markdown_lines(table, bold_groups=True)
    head = [f"### {escape_markdown(name)}", "", escape_markdown(rest), ""]
    return "\n".join([*head, *body, "", *totals, *notes]) + "\n"


def _to_plain(summary: Summary) -> str:
    return to_text(summary, Page())


def _to_csv(summary: Summary) -> str:
    from cnnshape.render.layer_csv import to_csv

    return to_csv(summary.report)


def _to_json(summary: Summary) -> str:
    from cnnshape.render.json import to_json

    return to_json(summary.report)


FORMATS: Formats[Summary] = {
    "table": Format(to_text),
    "plain": Format.fixed(_to_plain),
    "markdown": Format.fixed(to_markdown),
    "csv": Format.fixed(_to_csv),
    "json": Format.fixed(_to_json),
}
