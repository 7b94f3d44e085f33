"""Comparisons as text."""

from collections.abc import Sequence
from typing import Any

from cnnshape.layers import format_shape
from cnnshape.render.contract import to_contract
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.header import header
from cnnshape.render.html import block, paragraphs, title
from cnnshape.render.table import Column, Table, fit, text_lines
from cnnshape.render.table.csv import to_csv as table_to_csv
from cnnshape.render.table.html import html_table
from cnnshape.render.table.markdown import markdown_lines, plain_markdown
from cnnshape.render.window import window
from cnnshape.render.wrapping import LEAST, count, wrapped
from cnnshape.report import FIGURES, Row
from cnnshape.study.compare import Change, Comparison

SHOWN = 25
"""The number of changes that the text lists; JSON has all."""


def plain(comparison: Comparison, width: int | None = None, *, color: bool = False) -> str:
    """The comparison as plain text."""
    lines = [line for mark, text in _sides(comparison) for line in wrapped(f"{mark}: ", text, width)]
    tables = _fitted(_tables(comparison), width)
    for table in tables:
        lines += ["", *text_lines(table, color=color)]
    lines += tables[-1].notes
    lines += ["", *changes_lines(comparison.changes, width, color=color)] if comparison.changes is not None else []
    return "\n".join(lines) + "\n"


def to_markdown(comparison: Comparison) -> str:
    """The comparison as Markdown, made to be a comment on a pull request."""
    lines = [
        "### Designs compared",
        "",
        *(f"- **{mark}**: {plain_markdown(text)}" for mark, text in _sides(comparison)),
    ]
    for table in _tables(comparison):
        lines += ["", *markdown_lines(table)]
    if comparison.changes:
        lines += ["", *changes_folded(comparison.changes)]
    elif comparison.changes is not None:
        lines += ["", "No layer differs."]
    return "\n".join(lines) + "\n"


def to_csv(comparison: Comparison) -> str:
    """The figures and the shared parts as CSV."""
    rows: list[tuple[object, ...]] = [(name, *values) for name, values in comparison.figures]
    rows.append(("receptive_field", *comparison.receptive_fields))
    for part in comparison.parts:
        rows += [(f"{part.label} params", *part.params), (f"{part.label} macs", *part.macs)]
    return table_to_csv(Table(map(Column, ("figure", *(side.label for side in comparison.sides))), rows))


def to_json(comparison: Comparison) -> str:
    """The comparison as JSON."""
    data: dict[str, Any] = {
        "sides": [{"label": side.label, "name": side.report.name} for side in comparison.sides],
        "figures": {name: list(values) for name, values in comparison.figures},
        "receptive_fields": list(comparison.receptive_fields),
        **parts_data(comparison),
    }
    return to_contract(data)


def parts_data(comparison: Comparison) -> dict[str, Any]:
    """The shared parts and the changes as data."""
    return {
        "parts": [
            {"label": part.label, "params": list(part.params), "macs": list(part.macs)} for part in comparison.parts
        ],
        "changes": None if comparison.changes is None else [_change_data(change) for change in comparison.changes],
    }


def _change_data(change: Change) -> dict[str, Any]:
    sides = {"before": change.before, "after": change.after}
    return {
        "change": change.change,
        "name": change.name,
        "blocks": change.blocks,
        **{side: [_row_data(row) for row in rows] for side, rows in sides.items()},
        "params": change.params,
        "macs": change.macs,
    }


def _row_data(row: Row) -> dict[str, Any]:
    return {"name": row.name, "kind": row.kind, "output": list(row.output)}


def _sides(comparison: Comparison) -> list[tuple[str, str]]:
    return [(_mark(index), f"{side.label} ({header(side.report)})") for index, side in enumerate(comparison.sides)]


def _mark(index: int) -> str:
    """A, B, ... Z, then A1, B1, ..."""
    round_, letter = divmod(index, 26)
    return chr(ord("A") + letter) + (str(round_) if round_ else "")


def _tables(comparison: Comparison) -> list[Table]:
    """The totals, and the parameters and MACs of shared parts, if there are any."""
    first, *others = comparison.receptive_fields
    rows = [_differences(FIGURES[name].heading, values) for name, values in comparison.figures]
    rows.append(("receptive field", first, *(cell for other in others for cell in (other, "", ""))))
    sides = len(comparison.sides)
    tables = [Table(_columns("total", sides), rows)]
    if comparison.parts:
        params = [_differences(part.label, part.params) for part in comparison.parts]
        macs = [_differences(part.label, part.macs) for part in comparison.parts]
        tables += [Table(_columns("params of", sides), params), Table(_columns("MACs of", sides), macs)]
    return tables


def _fitted(tables: list[Table], width: int | None) -> list[Table]:
    """All tables without differences if one is too wide; the ratios remain."""
    if width is None or max(table.width for table in tables) <= width:
        return tables
    return [fit(table, 0) for table in tables]


def _columns(heading: str, sides: int) -> list[Column]:
    """The figure's name, the first side, and three columns for each other side."""
    columns = [Column("figure", heading), Column("A", numeric=True, text=_count_text)]
    for mark in map(_mark, range(1, sides)):
        columns += [
            Column(mark, numeric=True, text=_count_text),
            Column(f"{mark} - A", numeric=True, text=_signed, priority=len(columns)),
            Column(f"{mark} / A", numeric=True, text=_ratio_text),
        ]
    return columns


def _differences(label: str, values: Sequence[int | None]) -> tuple[object, ...]:
    """A row: the values of all sides, with the difference and the ratio to the first."""
    first = values[0]
    row: list[object] = [label, first]
    for value in values[1:]:
        if first is None or value is None:
            row += [value, "", ""]
        else:
            row += [value, value - first, (first, value)]
    return tuple(row)


def _count_text(value: int | None) -> str:
    return "-" if value is None else count(value)


def _signed(difference: int) -> str:
    return f"{difference:+,}" if difference else "0"


def _ratio_text(pair: tuple[int, int]) -> str:
    first, value = pair
    if value == first:
        return "1"
    if first == 0:
        return "-"
    ratio = value / first
    return f"{ratio:.3g}" if ratio < 0.1 else f"{ratio:.3f}" if ratio < 10 else f"{ratio:.1f}"


def _changed_summary(changes: tuple[Change, ...]) -> str:
    counts = {
        word: sum(max(len(change.before), len(change.after)) for change in changes if change.change == word)
        for word in ("added", "removed", "changed")
    }
    return "layers: " + ", ".join(f"{number} {word}" for word, number in counts.items() if number)


def changes_lines(changes: tuple[Change, ...], width: int | None = None, *, color: bool = False) -> list[str]:
    """The first changes as text."""
    if not changes:
        return ["no layer differs"]
    table = _narrowed(_changes_table(changes[:SHOWN]), width)
    lines = [_changed_summary(changes), "", *text_lines(table, color=color)]
    more = len(changes) - SHOWN
    return [*lines, f"and {more:,} more (--format json has all)"] if more > 0 else lines


def changes_folded(changes: tuple[Change, ...]) -> list[str]:
    """All changes as Markdown, below a line that opens them."""
    lines = [f"<details><summary>{_changed_summary(changes)}</summary>", ""]
    return [*lines, *markdown_lines(_changes_table(changes)), "", "</details>"]


def _narrowed(table: Table, width: int | None) -> Table:
    """The table with shorter descriptions of the changes, as far as it is too wide."""
    if width is None or table.width <= width:
        return table
    what = [column.key for column in table.columns].index("what")
    room = max(table.widths[what] - (table.width - width), LEAST)
    rows = [(*row[:what], _cut(str(row[what]), room), *row[what + 1 :]) for row in table.rows]
    return Table(table.columns, rows)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 3]}..."


_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_CHANGE_COLUMNS = (
    Column("change", ""),
    Column("layer"),
    Column("what"),
    Column("params", numeric=True, text=_signed),
    Column("macs", "MACs", numeric=True, text=_signed),
)


def _changes_table(changes: tuple[Change, ...]) -> Table:
    rows = [
        (_SIGNS[change.change], change.name, _described_change(change), change.params, change.macs)
        for change in changes
    ]
    return Table(_CHANGE_COLUMNS, rows)


def _described_change(change: Change) -> str:
    if change.blocks:
        layers = len(change.before) + len(change.after)
        return f"{change.blocks} block{'s' if change.blocks > 1 else ''}, {layers} layers"
    if change.change != "changed":
        return _described((change.before + change.after)[0])
    before, after = _described(change.before[0]), _described(change.after[0])
    if before != after:
        return f"{before} -> {after}"
    return f"{before}, input {_inputs(change.before[0])} -> {_inputs(change.after[0])}"


def _described(row: Row) -> str:
    rank = max(len(row.inputs[0]) - 1, 0)
    return " ".join(part for part in (row.kind, window(row.application.layer, rank), format_shape(row.output)) if part)


def _inputs(row: Row) -> str:
    return ", ".join(map(format_shape, row.inputs))


def to_html(comparison: Comparison) -> str:
    """The comparison as a notebook shows it: the plot of its figures, and the tables."""
    sides, *tables = _parts_html(comparison)
    return block(sides, _to_svg(comparison), *tables)


def tables_html(comparison: Comparison) -> str:
    """The tables of the comparison as a part of a page."""
    return block(*_parts_html(comparison))


def _parts_html(comparison: Comparison) -> list[str]:
    sides = "".join(title(f"{mark}: {text}") for mark, text in _sides(comparison))
    return [sides, *map(html_table, _tables(comparison)), *_changes_html(comparison.changes)]


def _changes_html(changes: tuple[Change, ...] | None) -> list[str]:
    if not changes:
        return [] if changes is None else [paragraphs(["no layer differs"])]
    more = len(changes) - SHOWN
    rest = [paragraphs([f"and {more:,} more (`changes` has all)"])] if more > 0 else []
    return [paragraphs([_changed_summary(changes)]), html_table(_changes_table(changes[:SHOWN])), *rest]


def sides_table(comparison: Comparison) -> Table:
    """The figures with exact values: a row per side, a column per figure."""
    names = [name for name, _ in comparison.figures]
    figures = zip(*(values for _, values in comparison.figures), strict=True)
    rows = zip(comparison.sides, figures, comparison.receptive_fields, strict=True)
    columns = map(Column, ("label", *names, "receptive_field"))
    return Table(columns, [(side.label, *values, field) for side, values, field in rows])


def _to_text(comparison: Comparison, page: Page) -> str:
    return plain(comparison, page.width, color=page.color)


def _to_svg(comparison: Comparison) -> str:
    from cnnshape.render.plot.changes import changes

    return changes(comparison)


FORMATS: Formats[Comparison] = {
    "table": Format(_to_text),
    "markdown": Format.fixed(to_markdown),
    "csv": Format.fixed(to_csv),
    "json": Format.fixed(to_json),
    "svg": Format.fixed(_to_svg),
}
