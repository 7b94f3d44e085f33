"""How sweeps are shown: tables that fit, bars in proportion, and the same numbers in every format."""

from __future__ import annotations

import re
from typing import Any

import pytest

np = pytest.importorskip("numpy")

import cnnshape  # noqa: E402 -- numpy is there
from cnnshape.render.formats import Page  # noqa: E402
from cnnshape.render.sweep import FORMATS, facts, heading, parts, space_text, to_text  # noqa: E402
from cnnshape.render.sweep_tables import BAR, designs_table, histogram, listed_table, rows_table, spread_table  # noqa: E402
from cnnshape.render.sweep_words import heading_of, text_of  # noqa: E402
from cnnshape.study.sweep.result import Sweep  # noqa: E402
from cnnshape.study.sweep.spread import spread_of  # noqa: E402
from tests.sweeps.networks import TINY, axes  # noqa: E402

SWEEPS: dict[str, dict[str, Any]] = {
    "first designs": {"space": {"width": "1..40", "kernel": "1..9:2"}},
    "a front": {"space": {"width": "1..40", "act": "relu,silu"}, "pareto": "params,max:macs"},
    "bounds": {
        "space": {"width": "1..40"},
        "where": ["params <= 9k", "peak_activation_bytes > 20kB"],
        "objective": "macs",
    },
    "errors": {"space": {"groups": "1..7", "width": "3..11:2"}, "input": [16, 2, 1]},
    "a long list": {"space": {"repeats": "[1..3, 1..3],[5, 5]", "width": "8,16"}, "pareto": "max:macs,max:layers"},
    "one design": {"space": {"width": "8"}},
    "nothing": {"space": {"width": "8,9"}, "where": "params < 1"},
    "at random": {"space": {"width": "1..999", "kernel": "1..9"}, "sample": 50, "seed": 7, "batch": 8, "dtype": "int8"},
}


@pytest.fixture(scope="module")
def sweeps() -> dict[str, Sweep]:
    return {name: cnnshape.sweep(TINY, **given) for name, given in SWEEPS.items()}


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", SWEEPS)
def test_a_text_fits_its_terminal(name: str, width: int, sweeps: dict[str, Sweep]) -> None:
    text = to_text(sweeps[name], Page(width))
    assert [line for line in text.splitlines() if len(line) > width] == []
    assert text.endswith("\n") and "\n\n\n" not in text


@pytest.mark.parametrize("name", SWEEPS)
def test_colours_change_no_word(name: str, sweeps: dict[str, Sweep]) -> None:
    plain, colored = to_text(sweeps[name], Page()), to_text(sweeps[name], Page(color=True))
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


@pytest.mark.parametrize("name", SWEEPS)
def test_facts_add_up(name: str, sweeps: dict[str, Sweep]) -> None:
    sweep = sweeps[name]
    numbers = {start[:12].strip(): int(start[12:].replace(",", "")) for start, _ in facts(sweep)}
    assert numbers["fit together"] + numbers.get("have errors", 0) == sweep.evaluated
    assert numbers.get("kept", numbers["fit together"]) == sweep.kept
    assert ("kept" in numbers) == bool(sweep.plan.bounds)


def test_headings(sweeps: dict[str, Sweep]) -> None:
    assert heading(sweeps["one design"]) == "tiny: 1 design, batch 1, float32"
    assert heading(sweeps["a front"]) == "tiny: 80 designs, batch 1, float32"
    assert heading(sweeps["at random"]) == "tiny: 50 of 8,991 designs, at random (seed 7), batch 8, int8"


def test_which_histograms_are_shown(sweeps: dict[str, Sweep]) -> None:
    def figures(name: str) -> list[str]:
        return [part.heading.split()[0] for part in parts(sweeps[name]) if "bar" in [c.key for c in part.table.columns]]

    assert figures("first designs") == ["params", "macs"]
    assert figures("bounds") == ["params", "peak_activation_bytes", "macs"]
    assert figures("a long list") == ["macs", "layers"]
    assert figures("nothing") == []


@pytest.mark.parametrize("values", [[5], [1, 2, 2, 3], list(range(1000)), [10, 10**6], [0, 7, 10**12]])
def test_the_longest_bar_is_that_of_the_most_designs(values: list[int]) -> None:
    spread = spread_of(np.array(values))
    assert spread is not None
    rows = histogram("params", spread).rows
    most = max(int(row[2]) for row in rows)
    for *_, number, bar in rows:
        assert set(bar) <= {"#"}
        # Every bar is rounded up, so that no design is invisible.
        assert BAR * number / most <= len(bar) < BAR * number / most + 1
    assert sum(int(row[2]) for row in rows) == len(values)


def test_numbers_are_readable() -> None:
    spread = spread_of(np.array([999, 123_456, 25_557_032]))
    assert spread is not None
    rows = {name: row for name, *row in spread_table(dict.fromkeys(("macs", "weight_bytes", "layers"), spread)).rows}
    assert (rows["macs"][0], rows["macs"][3], rows["macs"][-1]) == ("999", "123.5 k", "25.56 M")
    assert (rows["weight_bytes"][0], rows["weight_bytes"][-1]) == ("999 B", "25.56 MB")
    assert text_of("receptive_field_height")(1234) == "1,234"
    assert text_of("receptive_field_height")(-1) == ""
    assert (heading_of("macs"), heading_of("receptive_field_width")) == ("MACs", "receptive field width")


def test_text_leaves_out_what_is_always_the_same(sweeps: dict[str, Sweep]) -> None:
    fixed = cnnshape.sweep(TINY, {"width": "1..4", "kernel": "3", "act": "silu"}, pareto="params,max:macs")
    assert [column.key for column in designs_table(fixed, fixed.listed, exact=False).columns] == [
        "design", "width", "params", "macs",
    ]  # fmt: skip
    assert {"kernel", "act", "equal", "flops"} <= {
        column.key for column in designs_table(fixed, fixed.listed, exact=True).columns
    }
    assert "equal" in {
        column.key for column in designs_table(sweeps["a front"], sweeps["a front"].listed, exact=False).columns
    }


@pytest.mark.parametrize("name", SWEEPS)
def test_every_format_lists_the_same_designs(name: str, sweeps: dict[str, Sweep]) -> None:
    sweep = sweeps[name]
    table = listed_table(sweep)
    rows = [dict(zip([column.key for column in table.columns], row, strict=True)) for row in table.rows]
    assert sweep.to_dict()["designs"] == rows
    assert [row["design"] for row in rows] == [design.number for design in sweep.listed]
    assert FORMATS["csv"].write(sweep, Page()).count("\n") == len(rows) + 1
    markdown = FORMATS["markdown"].write(sweep, Page())
    assert all(f"| {row['design']:,} |" in markdown for row in rows)


@pytest.mark.parametrize("name", SWEEPS)
def test_the_rows_are_the_table(name: str, sweeps: dict[str, Sweep]) -> None:
    sweep = sweeps[name]
    table = rows_table(sweep)
    assert len(table.rows) == len(sweep) == len(list(sweep))
    assert [column.key for column in table.columns] == list(sweep.table())


def test_the_space_as_text() -> None:
    own = axes("width=1..12", "act=relu", "repeats=[1..3, 1..4]", input=["3x8x8"])
    assert space_text("tiny", own, 144, Page()).splitlines() == [
        "tiny: 144 designs",
        "",
        "width    12  1, 2, 3, 4, 5, 6, 7, 8, 9, ..., 12",
        "act       1  relu",
        "repeats  12  [1, 1], [1, 2], [1, 3], [1, 4], [2, 1], [2, 2], [2, 3], [2, 4], [3, 1], ..., [3, 4]",
        "--input   1  3x8x8",
    ]
    assert max(map(len, space_text("tiny", own, 144, Page(60)).splitlines())) <= 60
