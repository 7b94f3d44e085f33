"""Figures of other tools beside ours, and the terms that lead from one to the other."""

import csv
import io
from collections.abc import Sequence
from itertools import groupby
from textwrap import TextWrapper
from typing import Any

from cnnshape.render.layout import written
from cnnshape.render.markdown import escaped, markdown_table
from cnnshape.render.numbers import count
from cnnshape.render.summary import header, table_lines
from cnnshape.render.table import GAP, Table, fitted
from cnnshape.study.counting.rule import Quantity
from cnnshape.study.reconcile import Count, Reconciliation, Term

VERSION = 1
WIDTH = 80
LEAST = 24
_INDENT = "  "
_OURS = {
    Quantity.MACS: "multiply-accumulates of convolutions and linear layers, without bias",
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
_NUMERIC = (False, False, False, True, True)
_DROPPED_FIRST = ("version", "its figure")


def plain(found: Reconciliation, width: int | None = None) -> str:
    """The figures as tables, one for each quantity, and below them the terms of each difference."""
    width = width or WIDTH
    lines = [header(found.report)]
    for quantity, counts in _by_quantity(found):
        table = fitted(_table(counts), width, _DROPPED_FIRST)
        lines += ["", *_wrapped(_heading(quantity, counts), width), *table_lines(table)]
    for _, counts in _by_quantity(found):
        for alike in _alike(counts):
            lines += ["", *_ledger(alike, width)]
    return "\n".join(lines) + "\n"


def to_markdown(found: Reconciliation) -> str:
    """The figures and the terms as Markdown."""
    name, _, rest = header(found.report).partition(": ")
    lines = [f"### {escaped(name)}, as other tools count it", "", escaped(rest)]
    for quantity, counts in _by_quantity(found):
        lines += ["", escaped(_heading(quantity, counts)), "", *markdown_table(_table(counts))]
    for _, counts in _by_quantity(found):
        for alike in _alike(counts):
            lines += ["", f"#### {escaped(_heads(alike))}", "", *(escaped(doc) for doc in _docs(alike))]
            lines += ["", *markdown_table(_ledger_table(alike))] if alike[0].terms else []
            lines += [line for remark in _remarks(alike[0]) for line in ("", escaped(remark))]
    return "\n".join(lines) + "\n"


def to_csv(found: Reconciliation) -> str:
    """The figures as CSV; the terms are in JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "tool", "version", "quantity", "figure", "ours", "value", "difference"])
    for counted in found.counts:
        rule = counted.rule
        figures = (counted.ours, counted.value, counted.difference)
        writer.writerow([rule.name, rule.tool, rule.version, rule.quantity.value, rule.figure, *figures])
    return text.getvalue()


def to_json(found: Reconciliation) -> str:
    """The figures and the terms as JSON."""
    counts = [_data(counted) for counted in found.counts]
    return written({"version": VERSION, "name": found.report.name, "counts": counts}) + "\n"


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
        "terms": [term._asdict() for term in counted.terms],
        "unsupported": list(counted.unsupported),
        "unknown": list(counted.unknown),
    }


def _by_quantity(found: Reconciliation) -> list[tuple[Quantity, list[Count]]]:
    """The counts of each quantity, in the order of our totals."""
    groups = ((quantity, [each for each in found.counts if each.rule.quantity is quantity]) for quantity in Quantity)
    return [(quantity, counts) for quantity, counts in groups if counts]


def _alike(counts: Sequence[Count]) -> list[list[Count]]:
    """Neighbours that count the same in the same words."""
    return [list(each) for _, each in groupby(counts, lambda each: (each.terms, each.unsupported, each.unknown))]


def _heading(quantity: Quantity, counts: Sequence[Count]) -> str:
    return f"{_NAMES[quantity]}: ours {count(counts[0].ours)} ({_OURS[quantity]})"


def _table(counts: Sequence[Count]) -> Table:
    rows = (
        (each.rule.name, each.rule.version, each.rule.figure, _value(each.value), _signed(each.difference))
        for each in counts
    )
    return Table(("tool", "version", "its figure", "value", "difference"), tuple(rows), frozenset(), _NUMERIC)


def _value(value: int | None) -> str:
    return "unknown" if value is None else count(value)


def _signed(difference: int | None) -> str:
    return "" if difference is None else f"{difference:+,}" if difference else "0"


def term_text(term: Term) -> str:
    """`batch_norm: 4 per value, ours 2 per value`"""
    ours = f", ours {term.ours}" if term.ours else ""
    return f"{term.about}: {term.theirs or 'nothing'}{ours}"


def _ledger(alike: Sequence[Count], width: int) -> list[str]:
    """From our figure to the tool's, line by line."""
    sums = _sum_lines(_ledger_table(alike), width) if alike[0].terms else []
    return [
        *_wrapped(_heads(alike), width),
        *_indented(_docs(alike), width),
        *sums,
        *_indented(_remarks(alike[0]), width),
    ]


def _indented(texts: Sequence[str], width: int) -> list[str]:
    return [line for text in texts for line in _wrapped(text, width, _INDENT, _INDENT)]


def _wrapped(text: str, width: int, first: str = "", others: str = "") -> list[str]:
    return TextWrapper(width, first, others, break_on_hyphens=False, break_long_words=False).wrap(text)


def _sum_lines(table: Table, width: int) -> list[str]:
    """The rows, long ones wrapped, and a rule above the sum."""
    numbers = table.widths[1]
    room = min(table.widths[0], max(width - numbers - 2 * GAP, LEAST))
    lines = []
    for text, number in table.rows:
        *before, last = _wrapped(text, room, "", _INDENT)
        lines += [_INDENT + line for line in before]
        lines.append(f"{_INDENT}{last.ljust(room)}{' ' * GAP}{number.rjust(numbers)}")
    rule = f"{_INDENT}{' ' * (room + GAP)}{'-' * numbers}"
    return [*lines[:-1], rule, lines[-1]]


def _ledger_table(alike: Sequence[Count]) -> Table:
    counted = alike[0]
    name = _NAMES[counted.rule.quantity]
    rows = [
        (f"our {name}", count(counted.ours)),
        *((term_text(term), _signed(term.amount)) for term in counted.terms),
        (f"{_title(alike)}: {counted.rule.figure}", _value(counted.value)),
    ]
    return Table(("term", name), tuple(rows), frozenset(), (False, True), sums=True)


def _title(alike: Sequence[Count]) -> str:
    return ", ".join(each.rule.name for each in alike)


def _heads(alike: Sequence[Count]) -> str:
    return ", ".join(f"{each.rule.name} ({f'{each.rule.tool} {each.rule.version}'.rstrip()})" for each in alike)


def _docs(alike: Sequence[Count]) -> list[str]:
    """What each counts; said once where it is the same."""
    docs = dict.fromkeys(each.rule.doc for each in alike)
    if len(docs) == 1:
        return list(docs)
    return [f"{each.rule.tool}: {each.rule.doc}" for each in alike]


def _remarks(counted: Count) -> list[str]:
    found = []
    if counted.unsupported:
        found.append(f"reported as unsupported, and not counted: {', '.join(counted.unsupported)}")
    if counted.unknown:
        found.append(f"unknown: what it counts of {', '.join(counted.unknown)}")
    elif not counted.difference:
        found.append("the same as ours")
    return found
