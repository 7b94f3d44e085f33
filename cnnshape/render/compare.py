"""Comparisons as text."""

import csv
import io
from typing import Any

from cnnshape.layers import show
from cnnshape.render.layout import written
from cnnshape.render.markdown import markdown_table
from cnnshape.render.numbers import count
from cnnshape.render.summary import header, table_lines
from cnnshape.render.table import Table, fitted
from cnnshape.render.window import window
from cnnshape.render.wrapping import wrapped
from cnnshape.report import Row
from cnnshape.study.compare import Change, Comparison

SHOWN = 25
VERSION = 1
_NAMES = {"macs": "MACs", "flops": "FLOPs"}


def plain(found: Comparison, width: int | None = None) -> str:
    """The comparison as plain text."""
    lines = [line for mark, text in _sides(found) for line in wrapped(f"{mark}: ", text, width)]
    tables = _fitted(_tables(found), width)
    for table in tables:
        lines += ["", *table_lines(table)]
    lines += tables[-1].notes
    lines += ["", *_changes_lines(found)] if found.changes is not None else []
    return "\n".join(lines) + "\n"


def to_markdown(found: Comparison) -> str:
    """The comparison as Markdown, made to be a comment on a pull request."""
    lines = ["### Designs compared", ""]
    lines += [f"- **{mark}**: {text}" for mark, text in _sides(found)]
    for table in _tables(found):
        lines += ["", *markdown_table(table)]
    if found.changes:
        lines += ["", f"<details><summary>{_changed_summary(found.changes)}</summary>", ""]
        lines += markdown_table(_changes_table(found.changes))
        lines += ["", "</details>"]
    elif found.changes is not None:
        lines += ["", "No layer differs."]
    return "\n".join(lines) + "\n"


def to_csv(found: Comparison) -> str:
    """The figures and the shared parts as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["figure", *(side.label for side in found.sides)])
    writer.writerows([name, *values] for name, values in found.figures)
    writer.writerow(["receptive_field", *found.receptive_fields])
    for part in found.parts:
        writer.writerow([f"{part.label} params", *("" if each is None else each for each in part.params)])
        writer.writerow([f"{part.label} macs", *("" if each is None else each for each in part.macs)])
    return text.getvalue()


def to_json(found: Comparison) -> str:
    """The comparison as JSON."""
    data: dict[str, Any] = {
        "version": VERSION,
        "sides": [{"label": side.label, "name": side.report.name} for side in found.sides],
        "figures": {name: list(values) for name, values in found.figures},
        "receptive_fields": list(found.receptive_fields),
        "parts": [{"label": part.label, "params": list(part.params), "macs": list(part.macs)} for part in found.parts],
        "changes": None if found.changes is None else [_change_data(change) for change in found.changes],
    }
    return written(data) + "\n"


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


def _sides(found: Comparison) -> list[tuple[str, str]]:
    return [(_mark(index), f"{side.label} ({header(side.report)})") for index, side in enumerate(found.sides)]


def _mark(index: int) -> str:
    """A, B, ... Z, then A1, B1, ..."""
    round_, letter = divmod(index, 26)
    return chr(ord("A") + letter) + (str(round_) if round_ else "")


def _tables(found: Comparison) -> list[Table]:
    rows = [(_NAMES.get(name, name.replace("_", " ")), values) for name, values in found.figures]
    tables = [_table("total", rows, len(found.sides), ("receptive field", found.receptive_fields))]
    for name, of in (("params", [part.params for part in found.parts]), ("MACs", [part.macs for part in found.parts])):
        if found.parts:
            labels = [part.label for part in found.parts]
            tables.append(_table(f"{name} of", list(zip(labels, of, strict=True)), len(found.sides)))
    return tables


def _fitted(tables: list[Table], width: int | None) -> list[Table]:
    """All tables without differences where one is too wide; the ratios remain."""
    if width is None or max(table.width for table in tables) <= width:
        return tables
    return [fitted(table, 0, [heading for heading in table.headings if heading.endswith(" - A")]) for table in tables]


def _table(
    heading: str,
    rows: list[tuple[str, Any]],
    count_of_sides: int,
    closing: tuple[str, tuple[str, ...]] | None = None,
) -> Table:
    marks = [_mark(index) for index in range(count_of_sides)]
    headings = [heading, marks[0]]
    for mark in marks[1:]:
        headings += [mark, f"{mark} - A", f"{mark} / A"]
    cells = [(name, *_cells(values)) for name, values in rows]
    if closing is not None:
        first, *others = closing[1]
        cells.append((closing[0], first, *(cell for other in others for cell in (other, "", ""))))
    return Table(tuple(headings), tuple(cells), frozenset(), (False, *(True for _ in headings[1:])))


def _cells(values: tuple[int | None, ...]) -> list[str]:
    first = values[0]
    found = ["-" if first is None else count(first)]
    for value in values[1:]:
        found.append("-" if value is None else count(value))
        if first is None or value is None:
            found += ["", ""]
        else:
            found += [f"{value - first:+,}" if value != first else "0", _ratio(first, value)]
    return found


def _ratio(first: int, value: int) -> str:
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


def _changes_lines(found: Comparison) -> list[str]:
    changes = found.changes or ()
    if not changes:
        return ["no layer differs"]
    lines = [_changed_summary(changes), "", *table_lines(_changes_table(changes[:SHOWN]))]
    more = len(changes) - SHOWN
    return [*lines, f"and {more:,} more (--format json has all)"] if more > 0 else lines


def _changes_table(changes: tuple[Change, ...]) -> Table:
    rows = tuple(
        (
            {"added": "+", "removed": "-", "changed": "~"}[change.change],
            change.name,
            _told(change),
            f"{change.params:+,}" if change.params else "0",
            f"{change.macs:+,}" if change.macs else "0",
        )
        for change in changes
    )
    return Table(("", "layer", "what", "params", "MACs"), rows, frozenset(), (False, False, False, True, True))


def _told(change: Change) -> str:
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
    return " ".join(part for part in (row.kind, window(row.application.layer, rank), show(row.output)) if part)


def _inputs(row: Row) -> str:
    return ", ".join(map(show, row.inputs))
