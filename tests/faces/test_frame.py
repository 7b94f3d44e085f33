"""`to_pandas`: rows with exact values, and what to install without pandas."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import cnnshape
from cnnshape.lazy import Data
from cnnshape.render.layer_csv import FIELDS
from cnnshape.render.table import Column, Table
from cnnshape.render.table.frame import to_frame
from tests.command import run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pandas() -> Any:
    return pytest.importorskip("pandas")


def shown(value: object) -> str:
    """A value of a frame as CSV writes it."""
    if isinstance(value, tuple):
        nested = value and isinstance(value[0], tuple)
        return " ".join(map(shown, value)) if nested else "x".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


@pytest.mark.parametrize("name", ["resnet18", "mask_rcnn_resnet50_fpn", "m5", "r3d18"])
@pytest.mark.usefixtures("pandas")
def test_a_report_has_the_rows_of_its_csv(name: str) -> None:
    frame = cnnshape.analyze(name).to_pandas()
    assert tuple(frame.columns) == FIELDS
    objects = frame.astype(object).where(frame.notna(), None)
    rows = [[shown(value) for value in row] for row in objects.itertuples(index=False)]
    command = list(csv.reader(io.StringIO(run("summary", name, "-f", "csv").stdout)))
    own = [command[0].index(field) for field in FIELDS]
    assert rows == [[row[place] for place in own] for row in command[1:]]


@pytest.mark.usefixtures("pandas")
def test_sums_of_a_frame_are_the_totals() -> None:
    report = cnnshape.analyze("densenet121")
    frame = report.to_pandas()
    for figure in ("params", "buffers", "macs", "flops", "activation_bytes"):
        assert str(frame[figure].dtype) == "int64"
        assert frame[figure].sum() == getattr(report.totals, figure)


def frames() -> dict[str, tuple[Data, int]]:
    """Values with the number of their rows."""
    comparison = cnnshape.compare("lenet5", "resnet18")
    explained, chain = cnnshape.explain("lenet5", "C1"), cnnshape.explain("lenet5")
    trace, region = cnnshape.receptive_field("lenet5"), cnnshape.receptive_field("lenet5", "C1", at=(0, 0))
    sizes, memory = cnnshape.sizes("lenet5", costs=[32, 48]), cnnshape.memory("lenet5")
    reconciled, problems = (
        cnnshape.reconcile("lenet5"),
        cnnshape.check("input: [3, 8, 8]\nlayers: [relu, relu: {a: 1}]\n"),
    )
    return {
        "comparison": (comparison, 2),
        "explanation": (explained, len(explained.facts)),
        "chain": (chain, len(chain.steps)),
        "trace": (trace, len(trace.stages)),
        "region": (region, 2),
        "sizes": (sizes, 2),
        "memory": (memory, len(memory.report.rows)),
        "sweep": (cnnshape.sweep("lenet5", {"classes": range(1, 6)}), 5),
        "reconciliation": (reconciled, len(reconciled.counts)),
        "diagnostics": (problems, len(problems)),
        "diagnostic": (problems[0], 1),
    }


@pytest.mark.parametrize("name", frames())
def test_every_value_that_is_data_has_rows(pandas: Any, name: str) -> None:
    value, rows = frames()[name]
    frame = value.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert len(frame) == rows > 0
    assert all(isinstance(column, str) and column.isidentifier() for column in frame.columns)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2], "int64"),
        ([1, None], "Int64"),
        ([2**63, 1], "object"),
        ([2**63, None], "object"),
        ([-(2**63) + 1, 2**63 - 1], "int64"),
        ([True, False], "bool"),
        ([True, None], "object"),
        ([1, True], "object"),
        ([0.5, 1.0], "float64"),
        (["a", None], "object"),
        ([(1, 2), None], "object"),
        ([None], "object"),
        ([], "object"),
    ],
)
def test_values_stay_exact(pandas: Any, values: list[object], dtype: str) -> None:
    column = to_frame(Table([Column("it", "a heading")], [(value,) for value in values]))["it"]
    assert str(column.dtype) == dtype
    assert [None if value is pandas.NA or value is None else value for value in column] == values


def test_without_pandas_the_message_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['pandas'] = None\nimport cnnshape\n"
        "try:\n    cnnshape.analyze('lenet5').to_pandas()\nexcept ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "`to_pandas` needs pandas: install the extra `cnnshape[pandas]`, or `pip install pandas`\n"


def test_the_extra_exists_and_nothing_else_imports_pandas() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert [line.split(">=")[0] for line in extras["pandas"]] == ["pandas"]
    using = [
        path.name for path in (ROOT / "cnnshape").rglob("*.py") if "import pandas" in path.read_text(encoding="utf-8")
    ]
    assert using == ["frame.py"]
