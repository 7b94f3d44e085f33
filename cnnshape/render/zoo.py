"""The shipped architectures side by side: a table to choose from, in every format."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from cnnshape.layers import show
from cnnshape.render.markdown import markdown_table
from cnnshape.render.numbers import count, rounded
from cnnshape.render.table import GAP, Table, fitted
from cnnshape.study.zoo import Entry

JSON_VERSION = 1


class Column(NamedTuple):
    """A column of the table: its heading, its cell, and whether it holds numbers."""

    heading: str
    cell: Callable[[Entry], str]
    numeric: bool = False


def _field(entry: Entry) -> str:
    if entry.field is None:
        return "all"
    text = str(entry.field[0]) if len(set(entry.field)) == 1 else show(entry.field)
    return text if entry.aligned else text + "*"


def short_source(source: str) -> str:
    """Who published it, and when: `He et al. (2015)`."""
    first = source.partition(";")[0]
    match = re.match(r"([^:]+):.*\((\d{4})\)", first)
    if match is None:
        return first[:40].rstrip()
    authors = match[1].split(", ")
    named = authors[0] if len(authors) == 1 else " and ".join(authors) if len(authors) == 2 else f"{authors[0]} et al."
    return f"{named} ({match[2]})"


COLUMNS: dict[str, Column] = {
    "name": Column("name", lambda entry: entry.name),
    "family": Column("family", lambda entry: entry.family),
    "year": Column("year", lambda entry: "" if entry.year is None else str(entry.year), True),
    "input": Column("input", lambda entry: show(entry.input)),
    "params": Column("params", lambda entry: count(entry.params), True),
    "macs": Column("MACs", lambda entry: rounded(entry.macs), True),
    "rf": Column("RF", _field, True),
    "source": Column("source", lambda entry: short_source(entry.source)),
}
_EXPENDABLE = ("source", "input", "RF", "year", "family", "MACs")


def zoo_table(entries: Sequence[Entry], width: int | None = None) -> Table:
    """The table of these entries, with as many columns as fit into `width`."""
    chosen = COLUMNS.values()
    rows = tuple(tuple(column.cell(entry) for column in chosen) for entry in entries)
    headings = tuple(column.heading for column in chosen)
    return fitted(Table(headings, rows, frozenset(), tuple(column.numeric for column in chosen)), width, _EXPENDABLE)


def zoo_plain(table: Table) -> str:
    """The table as plain text."""
    cells = [table.headings, tuple("-" * width for width in table.widths), *table.rows]
    return "".join(f"{line}\n" for line in (*(_joined(row, table) for row in cells), *table.notes))


def _joined(row: tuple[str, ...], table: Table) -> str:
    padded = [
        cell.rjust(width) if numeric else cell.ljust(width)
        for cell, width, numeric in zip(row, table.widths, table.numeric, strict=True)
    ]
    return (" " * GAP).join(padded).rstrip()


def zoo_markdown(entries: Sequence[Entry]) -> str:
    """The table in GitHub's Markdown."""
    return "\n".join(markdown_table(zoo_table(entries))) + "\n"


def zoo_json(entries: Iterable[Entry]) -> str:
    """The entries as JSON: a contract, versioned, with exact integers."""
    return json.dumps({"version": JSON_VERSION, "architectures": [*map(_data, entries)]}, indent=2) + "\n"


def _data(entry: Entry) -> dict[str, Any]:
    field = None if entry.field is None else {"size": list(entry.field), "aligned": entry.aligned}
    return {
        "name": entry.name,
        "title": entry.title,
        "family": entry.family,
        "year": entry.year,
        "input": list(entry.input),
        "params": entry.params,
        "macs": entry.macs,
        "receptive_field": field,
        "source": entry.source,
    }


def zoo_csv(entries: Iterable[Entry]) -> str:
    """The entries as CSV, numbers as they are."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "title", "family", "year", "input", "params", "macs", "rf", "rf_aligned", "source"))
    writer.writerows(map(_cells, entries))
    return text.getvalue()


def _cells(entry: Entry) -> tuple[object, ...]:
    field = ("", "") if entry.field is None else (show(entry.field), "true" if entry.aligned else "false")
    facts = (entry.name, entry.title, entry.family, entry.year, show(entry.input), entry.params, entry.macs)
    return (*facts, *field, entry.source)
