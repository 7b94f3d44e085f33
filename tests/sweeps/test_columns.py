"""The rows of a sweep as columns: what a cell has is what the option takes."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

import cnnshape  # noqa: E402 -- numpy is there
from cnnshape.study.sweep.choices import choice, column_of, option_words, options_text  # noqa: E402
from cnnshape.study.sweep.columns import arrays, axis_values, choices_of, csv_header, csv_lines  # noqa: E402
from cnnshape.study.sweep.part import Rows  # noqa: E402
from cnnshape.study.sweep.space_text import AxisText, param_axis  # noqa: E402
from tests.sweeps.networks import SPACES, axes  # noqa: E402

VALUES = {
    "a=1..3": (1, 2, 3),
    "a=-1..1": (-1, 0, 1),
    "a=0.25..0.75:0.25": (0.25, 0.5, 0.75),
    "a=1.0,2.5": (1.0, 2.5),
    "a=1,2.5": ("1", "2.5"),
    "a=01,2": ("01", "2"),
    "a=1e3": ("1e3",),
    "a=relu,1": ("relu", "1"),
    "a=true,false": ("true", "false"),
    "a=[1, 2],[3, 4]": ("[1, 2]", "[3, 4]"),
    "a=123456789012345678901234567890": ("123456789012345678901234567890",),
}


@pytest.mark.parametrize(("text", "values"), VALUES.items())
def test_a_column_has_numbers_only_if_they_are_written_so(text: str, values: tuple[Any, ...]) -> None:
    axis = param_axis(text)
    assert axis_values(axis) == values
    assert list(map(type, axis_values(axis))) == list(map(type, values))
    rows = Rows(np.arange(len(values)), {})
    assert arrays([axis], rows)["a"].tolist() == list(values)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)


@given(st.lists(cells, min_size=1, max_size=6, unique=True))
def test_csv_is_what_pythons_reader_reads(texts: list[str]) -> None:
    axis = AxisText("param", 'a,"b"', tuple(texts))
    rows = Rows(np.arange(len(texts)), {"macs": np.arange(len(texts)) * 10**15})
    written = csv_header([axis], ["macs"]) + csv_lines([axis], rows)
    read = list(csv.reader(io.StringIO(written, newline="")))
    assert read[0] == ["design", 'a,"b"', "macs"]
    assert read[1:] == [[str(place), text, str(place * 10**15)] for place, text in enumerate(texts)]


@st.composite
def spaces(draw: st.DrawFn) -> tuple[list[AxisText], int]:
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    own = [AxisText("param", f"p{place}", tuple(map(str, range(length)))) for place, length in enumerate(lengths)]
    return own, draw(st.integers(0, np.prod(lengths).item() - 1))


@given(spaces())
def test_a_design_has_one_value_of_every_axis(case: tuple[list[AxisText], int]) -> None:
    own, index = case
    digits = [column.values[int(column.places[0])] for column in choices_of(own, np.array([index]))]
    assert tuple(map(str, digits)) == choice(own, index)
    number = 0
    for axis, digit in zip(own, digits, strict=True):
        number = number * len(axis.values) + int(digit)
    assert number == index


@given(st.lists(cells, min_size=1, max_size=4))
def test_options_survive_a_shell(texts: list[str]) -> None:
    import shlex

    own = [AxisText("param", f"p{place}", (text,)) for place, text in enumerate(texts)]
    words = shlex.split(options_text(own, 0))
    assert words == [word for place, text in enumerate(texts) for word in ("-p", f"p{place}={text}")]


def test_the_options_of_every_sort_of_axis() -> None:
    own = axes("width=3", variant="wide", input=["8", "image=3x8x8"])
    assert [option_words(axis, axis.values[0]) for axis in own] == [
        ("-p", "width=3"),
        ("--variant", "wide"),
        ("--input", "8"),
        ("--input", "image=3x8x8"),
    ]
    assert [column_of(axis) for axis in own] == ["width", "variant", "input", "input.image"]


@pytest.mark.parametrize("space", SPACES)
def test_a_table_of_arrow_has_the_same_cells(space: str) -> None:
    pytest.importorskip("pyarrow")
    text, own = SPACES[space]
    result = cnnshape.sweep(text, {axis.name: ",".join(axis.values) for axis in own if axis.option == "param"})
    table = result.table()
    read = result.to_arrow().to_pydict()
    assert list(read) == list(table)
    assert read == {name: column.tolist() for name, column in table.items()}


def test_a_data_frame_has_the_same_cells() -> None:
    pytest.importorskip("pandas")
    result = cnnshape.sweep(*SPACES["lists"][:1], {"repeats": "[0..2, 1..3]", "width": [4, 8]})
    frame, table = result.to_pandas(), result.table()
    assert list(frame.columns) == list(table)
    assert all(frame[name].tolist() == table[name].tolist() for name in table)
    assert str(frame["macs"].dtype) == str(frame["width"].dtype) == "int64"
