"""The summary of a network: a header, the table of layers, and the figures with their definitions."""

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from cnnshape.layers import counted
from cnnshape.named_tuple import NamedTuple
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.header import dtypes_text, header
from cnnshape.render.layer_table import DEFAULT, FIGURE_COLUMNS, layer_table, reach_lines
from cnnshape.render.table import Table, fit, text_lines
from cnnshape.render.wrapping import BOLD, DIM, count, paint, rounded, size, wrapped
from cnnshape.report import FIGURES, Line, Report, expanded, folded, unfolded

if TYPE_CHECKING:
    from cnnshape.study.counting.rule import Rule

_LISTED = 4


class Ranking(NamedTuple):
    """Lines in the order of a figure, the largest first; with `top`, that many of them."""

    by: str
    top: int | None = None


class Summary:
    """A report, and how much of it to show: columns, every layer or blocks to a depth, and the count of another tool.

    With a `ranking` the lines are single steps, layers or closed blocks, in its order. Without it, and without a depth,
    blocks are closed if the page is too small for all.
    """

    __slots__ = ("columns", "depth", "expand", "ranking", "report", "rule")

    def __init__(
        self,
        report: Report,
        columns: Sequence[str] = DEFAULT,
        *,
        expand: bool = False,
        depth: int | None = None,
        ranking: Ranking | None = None,
        rule: "Rule | None" = None,
    ) -> None:
        self.report = report
        self.columns = columns
        self.expand = expand
        self.depth = depth
        self.ranking = ranking
        self.rule = rule

    def view(self) -> "View":
        """All that was asked for."""
        if self.ranking is not None:
            return View(self, *self._ranked(self.ranking))
        return View(self, expanded(self.report) if self.expand else folded(self.report, self.depth))

    def _ranked(self, ranking: Ranking) -> tuple[list[Line], str]:
        """The lines in order, and a note if some are left out."""
        lines = expanded(self.report) if self.expand else unfolded(self.report, self.depth)
        figure = FIGURE_COLUMNS[ranking.by]
        measure = figure.of_row
        assert measure is not None
        lines.sort(key=lambda line: -line.total(measure))
        if ranking.top is None or ranking.top >= len(lines):
            return lines, ""
        shown = lines[: ranking.top]
        share = sum(line.total(measure) for line in shown) / max(figure.of(self.report), 1)
        return shown, f"{len(shown)} of {len(lines):,} lines: {100 * share:.1f} % of the {figure.heading}"

    def closed_view(self, most: int) -> "View | None":
        """The deepest view with fewer blocks open that has at most that many lines, or else none open."""
        if self.ranking is not None or self.expand or self.depth is not None:
            return None
        deepest = max((line.depth for line in folded(self.report)), default=0)
        for depth in range(deepest - 1, -1, -1):
            lines = folded(self.report, depth)
            if len(lines) <= most or depth == 0:
                return View(self, lines, _CLOSED.format(depth + 1))
        return None


class View:
    """The lines of a summary, and a note about those that aren't shown."""

    __slots__ = ("lines", "note", "summary")

    def __init__(self, summary: Summary, lines: Sequence[Line], note: str = "") -> None:
        self.summary = summary
        self.lines = lines
        self.note = note

    def table(self, width: int | None = None) -> Table:
        """The table of the lines, fitted to a width."""
        report, ranking, rule = self.summary.report, self.summary.ranking, self.summary.rule
        table = layer_table(report, self.lines, self.summary.columns, ranking.by if ranking else "macs")
        if ranking is not None:
            # What the lines are sorted by is shown on a narrow terminal too.
            table = table.keeping(ranking.by)
        if rule is None:
            return fit(table, width)
        from cnnshape.render.count_column import add_count_column

        table, remark = add_count_column(table, self.lines, report, rule)
        return fit(table, width).with_notes(remark)

    def notes(self, table: Table) -> list[str]:
        """Notes for signs in the table."""
        notes = [*([self.note] if self.note else []), *table.notes]
        if not self.summary.report.complete:
            notes.append(_INCOMPLETE)
        if any(line.times > 1 for line in self.lines):
            notes.append(_FOLDED)
        notes += _norms(self.summary.report)
        if self._has_star(table):
            notes.append("*: paths with different centres have met; the field is the union")
        rows = self.summary.report.rows if any("RF" in heading for heading in table.headings) else ()
        reasons = sorted({row.undefined for row in rows if row.undefined})
        return notes + [f"-: no receptive field can be stated: {reason}" for reason in reasons]

    def _has_star(self, table: Table) -> bool:
        """Whether a receptive field has one, in the table or below it."""
        columns = [index for index, heading in enumerate(table.headings) if heading.endswith("RF")]
        fields = [row[index] for row in table.cells for index in columns]
        return any(
            field.endswith("*") for field in [*fields, *(value for _, value, _ in reach_lines(self.summary.report))]
        )


def _norms(report: Report) -> list[str]:
    """How many norms are folded, and why the others aren't; norms with the same reason share a line."""
    if report.folded_norms is None:
        return []
    into, kept = report.folded_norms
    names: dict[str, list[str]] = {}
    for norm in kept:
        names.setdefault(norm.reason, []).append(norm.layer)
    several = [reason for reason, layers in names.items() if len(layers) > 1]
    reasons = [*several, *[reason for reason in names if reason not in several]]
    more = f"and {count(len(reasons) - _LISTED)} more reasons (--format json has all)"
    listed = [f"{_some(names[reason])}: {reason}" for reason in reasons[:_LISTED]]
    return [
        f"{counted(len(into), 'norm')} folded into the layers before, {count(len(kept))} not folded",
        *listed,
        *([more] if len(reasons) > _LISTED else []),
    ]


def _some(layers: list[str]) -> str:
    return layers[0] if len(layers) == 1 else f"{layers[0]} and {count(len(layers) - 1)} more"


_INCOMPLETE = "incomplete: layers with errors are missing, and all layers that depend on them"
_CLOSED = "closed to fit: --depth {} opens one more level, --expand lists every layer"
_FOLDED = "xN: N equal blocks or layers summed; the lines below a block show one of them (--expand: all layers)"


def figures(report: Report) -> list[tuple[str, str, str]]:
    """The totals: name, value, definition."""
    totals = report.totals
    fixed = totals.params - totals.trainable_params
    weights = f"{count(fixed)} of them frozen" if fixed else "all trainable"
    kept = [row.application.layer for row in report.rows if row.buffers]
    what = "running statistics" if all(layer.normalizes for layer in kept) else "not learned"
    buffers = f"; and {count(totals.buffers)} buffers ({what})" if totals.buffers else ""
    unknown = f"; unknown for {', '.join(totals.flops_unknown[:3])}" if totals.flops_unknown else ""
    rows = [
        ("params", count(totals.params), weights + buffers),
        ("weights", size(totals.weight_bytes), f"the params as {dtypes_text(report)}"),
        ("MACs", rounded(totals.macs), FIGURES["macs"].definition),
        ("FLOPs", rounded(totals.flops), f"2 x MACs, and bias, normalization, activation, pooling, joins{unknown}"),
        ("activations", size(totals.activation_bytes), "all layers' outputs together"),
        ("peak memory", size(report.peak.bytes), _peak(report)),
    ]
    return [*rows, *_stated(report), *reach_lines(report), *_shortcuts(report)]


def _stated(report: Report) -> list[tuple[str, str, str]]:
    """The part of the sums that the spec states, and that nothing checks."""
    totals = report.totals
    if not totals.stated:
        return []
    layers = counted(len(totals.stated), "layer")
    return [("of which stated", layers, f"{count(totals.stated_params)} params, {rounded(totals.stated_macs)} MACs")]


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
    """The whole summary as text, with blocks closed if it is longer than the page."""
    view = summary.view()
    lines = _view_lines(view, page)
    # The shell's prompt takes a line, and the note about what is closed another one.
    excess = len(lines) - page.height + 2 if page.height else 0
    if excess > 1:
        closed = summary.closed_view(len(view.lines) - excess)
        lines = _view_lines(closed, page) if closed else lines
    return "\n".join(lines) + "\n"


def _view_lines(view: View, page: Page) -> list[str]:
    """The lines of a view; on a page with colours, sums are bold, and rules, rows of zeros and notes dim."""
    bold, dim = (BOLD, DIM) if page.color else ("", "")
    table = view.table(page.width)
    report = view.summary.report
    notes = [line for note in view.notes(table) for line in wrapped("", note, page.width)]
    below = [*figure_lines(report, page.width), *(["", *notes] if notes else [])]
    head = [paint(line, bold) for line in wrapped("", header(report), page.width)]
    return [*head, "", *text_lines(table, color=page.color), "", *(paint(line, dim) for line in below)]


def to_markdown(summary: Summary) -> str:
    """The summary as Markdown text."""
    from cnnshape.render.table.markdown import escape_markdown, markdown_lines

    report, view = summary.report, summary.view()
    table = view.table()
    name, _, rest = header(report).partition(": ")
    totals = [
        f"- {escape_markdown(figure)}: **{value}** ({escape_markdown(meaning)})"
        for figure, value, meaning in figures(report)
    ]
    notes = [f"\n{escape_markdown(note)}" for note in view.notes(table)]
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


def _to_svg(summary: Summary) -> str:
    from cnnshape.render.plot.shares import shares

    return shares(summary.report, summary.depth or 0)


FORMATS: Formats[Summary] = {
    "table": Format(to_text),
    "plain": Format.fixed(_to_plain),
    "markdown": Format.fixed(to_markdown),
    "csv": Format.fixed(_to_csv),
    "json": Format.fixed(_to_json),
    "svg": Format.fixed(_to_svg),
}
