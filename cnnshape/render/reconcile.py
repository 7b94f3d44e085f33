"""Figures of other tools next to ours, and the terms of their differences."""

from collections.abc import Sequence
from itertools import groupby
from textwrap import TextWrapper
from typing import Any

from cnnshape.render.contract import to_contract
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.html import block, paragraphs, title
from cnnshape.render.summary import header
from cnnshape.render.table import GAP, Column, Table, fit, text_lines
from cnnshape.render.table.csv import to_csv as table_to_csv
from cnnshape.render.table.html import html_table
from cnnshape.render.table.markdown import escape_markdown, markdown_lines
from cnnshape.render.wrapping import BOLD, count, paint
from cnnshape.report import FIGURES
from cnnshape.study.counting.rule import Quantity
from cnnshape.study.reconcile import Count, Reconciliation, Term

WIDTH = 80
LEAST = 24
_INDENT = "  "
_OURS = {
    Quantity.MACS: FIGURES["macs"].definition,
    Quantity.FLOPS: "2 x MACs, and bias, normalization, activation, pooling, joins",
    Quantity.PARAMS: "learned parameters",
    Quantity.ACTIVATION_BYTES: "bytes of all layers' outputs",
}
_NAMES = {
    Quantity.MACS: "MACs",
    Quantity.FLOPS: "FLOPs",
    Quantity.PARAMS: "params",
    Quantity.ACTIVATION_BYTES: "activation bytes",
}


def plain(reconciliation: Reconciliation, width: int | None = None, *, color: bool = False) -> str:
    """The figures as tables, one for each quantity, and below them the terms of each difference."""
    width = width or WIDTH
    bold = BOLD if color else ""
    lines = [paint(line, bold) for line in _wrapped(header(reconciliation.report), width)]
    for quantity, counts in _by_quantity(reconciliation):
        lines += [
            "",
            *_wrapped(_heading(quantity, counts), width),
            *text_lines(fit(_table(counts), width), color=color),
        ]
    for group in _equal_groups(reconciliation):
        lines += ["", *_ledger(group, width)]
    for variant in _variants(reconciliation):
        lines += ["", *_wrapped(variant, width, "", _INDENT)]
    return "\n".join(lines) + "\n"


def to_markdown(reconciliation: Reconciliation) -> str:
    """The figures and the terms as Markdown."""
    name, _, rest = header(reconciliation.report).partition(": ")
    lines = [f"### {escape_markdown(name)}, as other tools count it", "", escape_markdown(rest)]
    for quantity, counts in _by_quantity(reconciliation):
        lines += ["", escape_markdown(_heading(quantity, counts)), "", *markdown_lines(_table(counts))]
    for group in _equal_groups(reconciliation):
        lines += ["", f"#### {escape_markdown(_heads(group))}", "", *map(escape_markdown, _docs(group))]
        lines += ["", *markdown_lines(_ledger_table(group))] if group[0].terms else []
        lines += [line for remark in _remarks(group[0]) for line in ("", escape_markdown(remark))]
    for variant in _variants(reconciliation):
        lines += ["", escape_markdown(variant)]
    return "\n".join(lines) + "\n"


def to_csv(reconciliation: Reconciliation) -> str:
    """The figures as CSV; the terms are in JSON."""
    return table_to_csv(counts_table(reconciliation))


def counts_table(reconciliation: Reconciliation) -> Table:
    """The figures with exact values: a row per tool's figure."""
    return Table(map(Column, _KEYS), map(_figures, reconciliation.counts))


def to_html(reconciliation: Reconciliation) -> str:
    """The figures and the terms as a notebook shows them."""
    parts = [title(header(reconciliation.report))]
    for quantity, counts in _by_quantity(reconciliation):
        parts += [paragraphs([_heading(quantity, counts)]), html_table(_table(counts))]
    for group in _equal_groups(reconciliation):
        parts.append(title(f"{_heads(group)}: {' '.join(_docs(group))}"))
        parts += [html_table(_ledger_table(group))] if group[0].terms else []
        parts.append(paragraphs(_remarks(group[0])))
    return block(*parts, paragraphs(_variants(reconciliation)))


_KEYS = ("name", "tool", "version", "quantity", "figure", "ours", "value", "difference")


def _figures(counted: Count) -> tuple[object, ...]:
    rule = counted.rule
    figures = (counted.ours, counted.value, counted.difference)
    return rule.name, rule.tool, rule.version, rule.quantity.value, rule.figure, *figures


def to_json(reconciliation: Reconciliation) -> str:
    """The figures and the terms as JSON."""
    return to_contract(
        {
            "name": reconciliation.report.name,
            "counts": [_data(counted) for counted in reconciliation.counts],
            "variants": [variant._asdict() for variant in reconciliation.variants],
        }
    )


def _data(counted: Count) -> dict[str, Any]:
    rule = counted.rule
    return {
        "name": rule.name,
        "tool": rule.tool,
        "tool_version": rule.version or None,
        "quantity": rule.quantity.value,
        "figure": rule.figure,
        "counts": rule.doc,
        "ours": counted.ours,
        "value": counted.value,
        "difference": counted.difference,
        "functional": counted.functional,
        "held_once": counted.held_once,
        "terms": [term._asdict() for term in counted.terms],
        "unsupported": list(counted.unsupported),
        "unknown": list(counted.unknown),
    }


def _variants(reconciliation: Reconciliation) -> list[str]:
    """What a paper may count: each variant of the design, with the command that reconciles it."""
    return [
        f"`{variant.command}` counts a variant: {count(variant.macs)} MACs, {count(variant.params)} params"
        for variant in reconciliation.variants
    ]


def _by_quantity(reconciliation: Reconciliation) -> list[tuple[Quantity, list[Count]]]:
    """The counts of each quantity, in the order of our totals."""
    groups = (
        (quantity, [counted for counted in reconciliation.counts if counted.rule.quantity is quantity])
        for quantity in Quantity
    )
    return [(quantity, counts) for quantity, counts in groups if counts]


def _equal_groups(reconciliation: Reconciliation) -> list[list[Count]]:
    """Groups of neighbours with the same count of a quantity in the same words."""
    return [
        list(group)
        for _, counts in _by_quantity(reconciliation)
        for _, group in groupby(counts, lambda counted: counted[3:])
    ]


def _heading(quantity: Quantity, counts: Sequence[Count]) -> str:
    return f"{_NAMES[quantity]}: ours {count(counts[0].ours)} ({_OURS[quantity]})"


def _value(value: int | None) -> str:
    return "unknown" if value is None else count(value)


def _signed(difference: int | None) -> str:
    return "" if difference is None else f"{difference:+,}" if difference else "0"


_COLUMNS = (
    Column("tool"),
    Column("version", priority=0),
    Column("figure", "its figure", priority=1),
    Column("value", numeric=True, text=_value),
    Column("difference", numeric=True, text=_signed),
)


def _table(counts: Sequence[Count]) -> Table:
    rows = [
        (counted.rule.name, counted.rule.version, counted.rule.figure, counted.value, counted.difference)
        for counted in counts
    ]
    return Table(_COLUMNS, rows)


def term_text(term: Term) -> str:
    """`batch_norm: 4 per value, ours 2 per value`"""
    ours = f", ours {term.ours}" if term.ours else ""
    return f"{term.about}: {term.theirs or 'nothing'}{ours}"


def _ledger(group: Sequence[Count], width: int) -> list[str]:
    """From our figure to the tool's, line by line."""
    sums = _sum_lines(_ledger_table(group), width) if group[0].terms else []
    docs, remarks = _indented(_docs(group), width), _indented(_remarks(group[0]), width)
    return [*_wrapped(_heads(group), width), *docs, *sums, *remarks]


def _indented(texts: Sequence[str], width: int) -> list[str]:
    return [line for text in texts for line in _wrapped(text, width, _INDENT, _INDENT)]


def _wrapped(text: str, width: int, first: str = "", others: str = "") -> list[str]:
    return TextWrapper(width, first, others, break_on_hyphens=False, break_long_words=False).wrap(text)


def _sum_lines(table: Table, width: int) -> list[str]:
    """The rows, long ones wrapped, and a rule above the sum."""
    numbers = table.widths[1]
    room = min(table.widths[0], max(width - numbers - 2 * GAP, LEAST))
    lines = []
    for text, number in table.cells:
        *before, last = _wrapped(text, room, "", _INDENT)
        lines += [_INDENT + line for line in before]
        lines.append(f"{_INDENT}{last.ljust(room)}{' ' * GAP}{number.rjust(numbers)}")
    rule = f"{_INDENT}{' ' * (room + GAP)}{'-' * numbers}"
    return [*lines[:-1], rule, lines[-1]]


def _ledger_table(group: Sequence[Count]) -> Table:
    first = group[0]
    name = _NAMES[first.rule.quantity]
    names = ", ".join(counted.rule.name for counted in group)
    rows = [
        (f"our {name}", count(first.ours)),
        *((term_text(term), _signed(term.amount)) for term in first.terms),
        (f"{names}: {first.rule.figure}", _value(first.value)),
    ]
    return Table((Column("term"), Column("amount", name, numeric=True)), rows, totals=True)


def _heads(group: Sequence[Count]) -> str:
    return ", ".join(
        f"{counted.rule.name} ({f'{counted.rule.tool} {counted.rule.version}'.rstrip()})" for counted in group
    )


def _docs(group: Sequence[Count]) -> list[str]:
    """What each tool counts; one sentence if all count the same."""
    docs = dict.fromkeys(counted.rule.doc for counted in group)
    if len(docs) == 1:
        return list(docs)
    return [f"{counted.rule.tool}: {counted.rule.doc}" for counted in group]


def _remarks(counted: Count) -> list[str]:
    remarks = []
    if counted.unsupported:
        remarks.append(f"reported as unsupported, and not counted: {', '.join(counted.unsupported)}")
    if counted.unknown:
        remarks.append(f"unknown: what it counts of {', '.join(counted.unknown)}")
    elif not counted.difference:
        remarks.append("the same as ours")
    if counted.functional is not None:
        remarks.append(f"{count(counted.functional)} if the network calls `interpolate` as a function")
    if counted.held_once is not None:
        remarks.append(
            f"{count(counted.held_once)} if one block holds the shared weights and is called again: the spec doesn't say"
        )
    return remarks


def _to_text(reconciliation: Reconciliation, page: Page) -> str:
    return plain(reconciliation, page.width, color=page.color)


FORMATS: Formats[Reconciliation] = {
    "table": Format(_to_text),
    "markdown": Format.fixed(to_markdown),
    "csv": Format.fixed(to_csv),
    "json": Format.fixed(to_json),
}
