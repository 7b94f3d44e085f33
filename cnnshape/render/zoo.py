"""The shipped architectures as a table, in every format."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cnnshape.layers import format_shape
from cnnshape.named_tuple import NamedTuple
from cnnshape.render.contract import VERSION
from cnnshape.render.formats import Format, Formats
from cnnshape.render.table import Column, Table, fit, text_lines
from cnnshape.render.table.csv import to_csv
from cnnshape.render.table.markdown import markdown_lines
from cnnshape.render.wrapping import rounded
from cnnshape.study.zoo import Entry


def _field(entry: Entry) -> str:
    if entry.field is None:
        return "all"
    text = str(entry.field[0]) if len(set(entry.field)) == 1 else format_shape(entry.field)
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


def _result(entry: Entry) -> str:
    """The first result: `76.13 ImageNet top-1`."""
    return "".join(f"{value:.12g} {measure}" for measure, value in entry.results[:1])


def _year(year: int | None) -> str:
    return "" if year is None else str(year)


class EntryColumn(NamedTuple):
    """A column of the table, and its value of an entry."""

    column: Column
    value: Callable[[Entry], object]

    def text(self, entry: Entry) -> str:
        """The text of the cell."""
        value = self.value(entry)
        return value if isinstance(value, str) else self.column.text(value)


COLUMNS: dict[str, EntryColumn] = {
    entry_column.column.key: entry_column
    for entry_column in (
        EntryColumn(Column("name"), lambda entry: entry.name),
        EntryColumn(Column("family", priority=5), lambda entry: entry.family),
        EntryColumn(Column("year", numeric=True, text=_year, priority=4), lambda entry: entry.year),
        EntryColumn(Column("input", text=format_shape, priority=2), lambda entry: entry.input),
        EntryColumn(Column("params", numeric=True), lambda entry: entry.params),
        EntryColumn(Column("macs", "MACs", numeric=True, text=rounded, priority=6), lambda entry: entry.macs),
        EntryColumn(Column("rf", "RF", numeric=True, priority=3), _field),
        EntryColumn(Column("result", priority=1), _result),
        EntryColumn(Column("source", priority=0), lambda entry: short_source(entry.source)),
    )
}


def zoo_table(entries: Sequence[Entry], width: int | None = None) -> Table:
    """The table of these entries, with as many columns as fit into `width`."""
    rows = [tuple(column.value(entry) for column in COLUMNS.values()) for entry in entries]
    return fit(Table([column.column for column in COLUMNS.values()], rows), width)


def zoo_plain(table: Table, *, color: bool = False) -> str:
    """The table as plain text."""
    return "".join(f"{line}\n" for line in (*text_lines(table, split_rule=True, color=color), *table.notes))


def zoo_markdown(entries: Sequence[Entry]) -> str:
    """The table in GitHub's Markdown."""
    return "\n".join(markdown_lines(zoo_table(entries))) + "\n"


def zoo_json(entries: Iterable[Entry]) -> str:
    """The entries as JSON: a contract, versioned, with exact integers."""
    return json.dumps({"version": VERSION, "architectures": [*map(_data, entries)]}, indent=2) + "\n"


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
        "results": dict(entry.results),
    }


_CSV_KEYS = (
    "name",
    "title",
    "family",
    "year",
    "input",
    "params",
    "macs",
    "rf",
    "rf_aligned",
    "source",
    "result",
    "measure",
)


def zoo_csv(entries: Iterable[Entry]) -> str:
    """The entries as CSV, numbers as they are."""
    return to_csv(Table(map(Column, _CSV_KEYS), map(_values, entries)))


def _values(entry: Entry) -> tuple[object, ...]:
    facts = (entry.name, entry.title, entry.family, entry.year, entry.input, entry.params, entry.macs)
    measure, result = entry.results[0] if entry.results else (None, None)
    return (*facts, entry.field, None if entry.field is None else entry.aligned, entry.source, result, measure)


def _to_svg(entries: Sequence[Entry]) -> str:
    from cnnshape.render.plot.scatter import zoo_plot

    return zoo_plot(entries)


FORMATS: Formats[Sequence[Entry]] = {
    "table": Format(lambda entries, page: zoo_plain(zoo_table(entries, page.width), color=page.color)),
    "plain": Format(lambda entries, _: zoo_plain(zoo_table(entries))),
    "markdown": Format(lambda entries, _: zoo_markdown(entries)),
    "json": Format(lambda entries, _: zoo_json(entries)),
    "csv": Format(lambda entries, _: zoo_csv(entries)),
    "svg": Format.fixed(_to_svg),
}
