"""The one table: what its writers make of rows of any values, and what a narrow terminal leaves out."""

from __future__ import annotations

import csv
import io
import json
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.render.layout import written
from cnnshape.render.table import GAP, Column, Table, fit, text_lines
from cnnshape.render.table.csv import to_csv
from cnnshape.render.table.markdown import escape_markdown, markdown_lines
from cnnshape.render.table.model import value_text
from cnnshape.render.table.records import records

FRUIT = Table(
    (Column("name"), Column("count", numeric=True), Column("sizes", "all sizes", priority=0)),
    (("apple", 1234567, (3, 4)), ("fig", 8, None)),
)
TOTALLED = Table(FRUIT.columns, (*FRUIT.rows, ("total", 1234575, "")), groups=frozenset({2}), totals=True)


@pytest.mark.parametrize(
    ("value", "text", "cell", "data"),
    [
        ("apple", "apple", "apple", "apple"),
        ("", "", "", ""),
        (None, "", "", None),
        (True, "true", "true", True),
        (False, "false", "false", False),
        (0, "0", "0", 0),
        (25_557_032, "25,557,032", "25557032", 25_557_032),
        (-1234, "-1,234", "-1234", -1234),
        (10**30, f"{10**30:,}", str(10**30), 10**30),
        ((64, 56, 56), "64x56x56", "64x56x56", [64, 56, 56]),
        ((7,), "7", "7", [7]),
        ((), "", "", []),
        (((3, 4), (5,)), None, "3x4 5", [[3, 4], [5]]),
        (Fraction(1, 2), "1/2", "1/2", "1/2"),
        ((Fraction(1, 2), 3), "1/2x3", "1/2x3", ["1/2", 3]),
    ],
)  # fmt: skip
def test_a_value_in_each_format(value: object, text: str | None, cell: str, data: object) -> None:
    table = Table([Column("key"), Column("value")], [("row", value)])
    if text is not None:
        assert table.cells == [("row", text)]
    assert list(csv.reader(io.StringIO(to_csv(table)))) == [["key", "value"], ["row", cell]]
    assert json.loads(written(records(table))) == [{"key": "row", "value": data}]


def test_a_text_stays_as_it_is_whatever_its_column_makes_of_values() -> None:
    table = Table([Column("count", text=lambda value: f"<{value}>")], [(1,), ("total",), (None,)])
    assert table.cells == [("<1>",), ("total",), ("<None>",)]


def test_text() -> None:
    assert text_lines(FRUIT) == [
        "name       count  all sizes",
        "---------------------------",
        "apple  1,234,567  3x4",
        "fig            8",
    ]


def test_text_with_a_total() -> None:
    assert text_lines(TOTALLED)[-2:] == ["---------------------------", "total  1,234,575"]


def test_text_with_a_rule_per_column() -> None:
    assert text_lines(FRUIT, split_rule=True)[1] == "-----  ---------  ---------"


def test_text_of_a_table_without_rows() -> None:
    assert text_lines(Table(FRUIT.columns, ())) == ["name  count  all sizes", "----------------------"]


def test_markdown() -> None:
    assert markdown_lines(FRUIT) == [
        "| name | count | all sizes |",
        "| :--- | ---: | :--- |",
        "| apple | 1,234,567 | 3x4 |",
        "| fig | 8 |  |",
    ]


def test_markdown_shows_sums_in_bold_where_asked_for() -> None:
    assert markdown_lines(TOTALLED, bold_groups=True)[-1] == "| **total** | **1,234,575** |  |"
    assert "**" not in "".join(markdown_lines(TOTALLED))


def test_markdown_keeps_an_indent_and_has_no_markup_of_the_values() -> None:
    (line,) = markdown_lines(Table([Column("layer")], [("  a_b*c|d<e>[f]`g\\",)]))[2:]
    assert line == r"| &nbsp;&nbsp;a\_b\*c\|d\<e>\[f]\`g\\ |"


def test_keys_name_columns_in_data_and_headings_in_text() -> None:
    table = Table([Column("macs", "MACs")], [(1,)])
    assert table.headings == ("MACs",)
    assert to_csv(table) == "macs\n1\n"
    assert json.loads(written(records(table))) == [{"macs": 1}]
    assert repr(table.columns[0]) == "Column('macs')"


WIDE = Table(
    (
        Column("layer"),
        Column("kind", text=lambda words: ", ".join(words), short=lambda words: words[0], priority=2),
        Column("rf", "RF", numeric=True, priority=0),
        Column("macs", "MACs", numeric=True, priority=1),
        Column("params", numeric=True),
    ),
    (("conv", ("3x3", "batch_norm", "relu"), 427, 118_013_952, 9_408), ("fc", ("linear",), 1, 2_048_000, 2_049_000)),
)
WHOLE = WIDE.width


@pytest.mark.parametrize(
    ("width", "headings", "kind"),
    [
        (None, ("layer", "kind", "RF", "MACs", "params"), "3x3, batch_norm, relu"),
        (WHOLE, ("layer", "kind", "RF", "MACs", "params"), "3x3, batch_norm, relu"),
        (WHOLE - 1, ("layer", "kind", "RF", "MACs", "params"), "3x3"),
        (WHOLE - 15, ("layer", "kind", "RF", "MACs", "params"), "3x3"),
        (WHOLE - 16, ("layer", "kind", "MACs", "params"), "3x3"),
        (30, ("layer", "kind", "params"), "3x3"),
        (20, ("layer", "params"), None),
        (1, ("layer", "params"), None),
    ],
)
def test_a_narrow_table_shortens_then_drops_columns(width: int | None, headings: tuple[str, ...], kind: str) -> None:
    table = fit(WIDE, width)
    assert table.headings == headings
    if kind:
        assert table.cells[0][1] == kind


def test_a_note_lists_what_was_left_out() -> None:
    assert fit(WIDE, WHOLE).notes == ()
    assert fit(WIDE, WHOLE - 1).notes == ()
    assert fit(WIDE, 20).notes == ("left out at this width, but not in a pipe: RF, MACs, kind",)


def test_fitting_keeps_groups_totals_and_notes() -> None:
    noted = TOTALLED.with_notes("first").with_notes("second", "third")
    table = fit(noted, 10)
    assert (table.groups, table.totals) == (TOTALLED.groups, True)
    assert table.notes == ("first", "second", "third", "left out at this width, but not in a pipe: all sizes")
    assert TOTALLED.notes == ()


def test_a_table_is_not_changed_by_being_fitted() -> None:
    before = WIDE.cells
    fit(WIDE, 1)
    assert WIDE.cells == before
    assert len(WIDE.columns) == 5


# Tables of any values.

SIGNS = st.characters(exclude_categories=["Cs", "Cc"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(SIGNS, max_size=12),
    st.lists(st.integers(0, 9999), min_size=1, max_size=4).map(tuple),
)
KEYS = st.lists(st.text(SIGNS, min_size=1, max_size=8), min_size=1, max_size=6, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    keys = draw(KEYS)
    priorities = st.none() | st.integers(0, 9)
    columns = [Column(key, numeric=draw(st.booleans()), priority=draw(priorities)) for key in keys]
    rows = draw(st.lists(st.tuples(*(VALUES for _ in keys)), max_size=5))
    return Table(columns, rows, totals=bool(rows) and draw(st.booleans()))


def raw(value: object) -> str:
    """A value in CSV, by the words of its documentation."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


@given(tables())
def test_csv_reads_back_to_the_values(table: Table) -> None:
    header, *rows = csv.reader(io.StringIO(to_csv(table), newline=""))
    assert header == [column.key for column in table.columns]
    assert rows == [[raw(value) for value in row] for row in table.rows]


@given(tables())
def test_json_reads_back_to_the_values(table: Table) -> None:
    rows = json.loads(written(records(table)))
    keys = [column.key for column in table.columns]
    assert [list(record) for record in rows] == [keys for _ in table.rows]
    plain = [[list(value) if isinstance(value, tuple) else value for value in row] for row in table.rows]
    assert [list(record.values()) for record in rows] == plain


@given(tables())
def test_markdown_columns_are_as_many_in_each_line(table: Table) -> None:
    lines = markdown_lines(table)
    assert len(lines) == len(table.rows) + 2
    for line in lines[1:]:
        cells = re.split(r"(?<!\\)(?:\\\\)*\|", line)
        assert len(cells) == len(table.columns) + 2


@given(st.text(SIGNS))
def test_escaped_markdown_reads_as_the_text(text: str) -> None:
    assert re.sub(r"\\([\\|*_`<\[])", r"\1", escape_markdown(text)) == text


@given(tables())
def test_text_columns_begin_and_end_where_the_headings_do(table: Table) -> None:
    lines = text_lines(table)
    assert len(lines) == len(table.rows) + (3 if table.totals else 2)
    assert lines[1] == "-" * table.width
    assert max(map(len, lines)) == table.width
    start = 0
    rules = {1, len(lines) - 2} if table.totals else {1}
    padded = [line.ljust(table.width) for number, line in enumerate(lines) if number not in rules]
    for index, (column, width) in enumerate(zip(table.columns, table.widths, strict=True)):
        texts = [line[start : start + width] for line in padded]
        expected = [column.heading, *(cells[index] for cells in table.cells)]
        aligned = [text.rjust(width) if column.numeric else text.ljust(width) for text in expected]
        assert texts == aligned
        assert all(not line[start + width : start + width + GAP].strip() for line in padded)
        start += width + GAP


@given(tables(), st.integers(1, 60))
def test_a_fitted_table_is_as_narrow_as_it_can_be(table: Table, width: int) -> None:
    fitted = fit(table, width)
    kept = [column.key for column in fitted.columns]
    dropped = [column.key for column in table.columns if column.key not in kept]
    expendable = [column.key for column in fitted.columns if column.priority is not None]
    assert fitted.width <= width or len(kept) <= 2 or not expendable or len(fitted.columns) == 2
    assert (fitted.notes == ()) == (not dropped)
    index = {column.key: position for position, column in enumerate(table.columns)}
    for row, whole in zip(fitted.rows, table.rows, strict=True):
        assert list(row) == [whole[index[key]] for key in kept]


@given(st.integers())
def test_the_text_of_a_number_is_the_number(number: int) -> None:
    assert int(value_text(number).replace(",", "")) == number
