"""A figure has one declaration, and the same value on every face."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from pathlib import Path

import pytest

import cnnshape
from cnnshape.arithmetic import ZERO
from cnnshape.cli.summary import summary as summary_command
from cnnshape.layers import FixedProduct, MatrixProduct, Recurrence, Stated
from cnnshape.layers.complete import KINDS
from cnnshape.report import (
    BUDGETS,
    COLUMN_FIGURES,
    COMPARED,
    FIGURES,
    ROW_FIGURES,
    TOTAL_FIGURES,
    Figure,
    Report,
    Totals,
    check_budgets,
)
from cnnshape.source import shipped_path
from tests import command

NETWORKS = ("lenet5", "resnet18", "mobilenet_v2", "unet", "rcnn")
ROOT = Path(__file__).parents[2]


@cache
def shipped(name: str) -> Report:
    return cnnshape.analyze(cnnshape.load(shipped_path(name) or ""))


@cache
def printed(*arguments: str) -> str:
    outcome = command.run(*arguments)
    assert outcome.exit_code == 0, outcome.stderr
    return outcome.stdout


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=FIGURES.values(), ids=FIGURES)
def figure(request: pytest.FixtureRequest) -> Figure:
    assert isinstance(request.param, Figure)
    return request.param


def of(part: tuple[Figure, ...]) -> dict[str, Figure]:
    return {figure.name: figure for figure in part}


# Declarations


def test_every_total_has_a_figure() -> None:
    assert set(Totals._fields) - {"flops_unknown", "stated", "stated_params", "stated_macs"} == set(of(TOTAL_FIGURES))


def test_words_are_unambiguous() -> None:
    for words in ("name", "definition", "heading"):
        assert len({getattr(figure, words) for figure in FIGURES.values()}) == len(FIGURES)
    for words in ("label", "column", "budget"):
        used = [word for figure in FIGURES.values() if (word := getattr(figure, words))]
        assert len(set(used)) == len(used)


def test_a_name_says_its_unit(figure: Figure) -> None:
    assert (figure.unit == "bytes") == figure.name.endswith("_bytes")
    assert repr(figure) == f"Figure({figure.name!r})"


def test_a_column_needs_a_value_per_layer() -> None:
    assert set(COLUMN_FIGURES) <= set(ROW_FIGURES)


# Values


def test_a_total_is_the_sum_of_its_parts(network: str, figure: Figure) -> None:
    if figure.parts is None:
        assert figure.name == "layers"
        return
    report = shipped(network)
    assert sum(amount for _, amount in figure.parts(report)) == figure.of(report)


def test_parts_are_of_the_settings_of_the_report(figure: Figure) -> None:
    design = cnnshape.load(shipped_path("lenet5") or "")
    report = cnnshape.analyze(design, dtype="float16", batch=3)
    if figure.parts is not None:
        assert sum(amount for _, amount in figure.parts(report)) == figure.of(report)


def test_no_parts_without_params() -> None:
    report = cnnshape.analyze(cnnshape.load("input: [3, 8, 8]\nlayers: [relu]\n"))
    parts = FIGURES["weight_bytes"].parts
    assert parts is not None
    assert list(parts(report)) == [("relu", 0)]


# Faces


def test_json_has_it(network: str, figure: Figure) -> None:
    data = json.loads(printed("summary", network, "--format", "json"))
    report = shipped(network)
    if figure.totalled:
        assert data["totals"][figure.name] == figure.of(report)
    if figure.of_row:
        assert [layer[figure.name] for layer in data["layers"]] == list(map(figure.of_row, report.rows))


def test_csv_has_it(network: str, figure: Figure) -> None:
    rows = list(csv.DictReader(io.StringIO(printed("summary", network, "--format", "csv"))))
    assert (figure.name in rows[0]) == bool(figure.column)
    if figure.column and figure.of_row:
        shown = [int(row[figure.name]) if row[figure.name] else None for row in rows]
        assert shown == list(map(figure.of_row, shipped(network).rows))


@pytest.mark.parametrize("figure", COLUMN_FIGURES, ids=of(COLUMN_FIGURES))
@pytest.mark.parametrize("view", [("--expand",), ("--depth", "0"), ()], ids=" ".join)
def test_a_table_has_it(network: str, view: tuple[str, ...], figure: Figure) -> None:
    lines = printed("summary", network, "-c", f"layer,{figure.name}", *view).splitlines()
    assert lines[2].split(maxsplit=1) == ["layer", figure.heading]
    (total,) = (line for line in lines if line.startswith("total "))
    assert number(total.split()[1]) == figure.of(shipped(network))


@pytest.mark.parametrize("figure", COLUMN_FIGURES, ids=of(COLUMN_FIGURES))
def test_an_expanded_table_has_it_for_each_layer(network: str, figure: Figure) -> None:
    lines = printed("summary", network, "-c", f"layer,{figure.name}", "--expand").splitlines()
    cells = [line.split()[1] for line in lines[4:] if len(line.split()) == 2][: len(shipped(network).rows)]
    assert figure.of_row is not None
    assert [None if cell == "unknown" else number(cell) for cell in cells] == list(
        map(figure.of_row, shipped(network).rows)
    )


@pytest.mark.parametrize("figure", COLUMN_FIGURES, ids=of(COLUMN_FIGURES))
def test_markdown_has_it(network: str, figure: Figure) -> None:
    text = printed("summary", network, "-c", f"layer,{figure.name}", "--format", "markdown")
    (total,) = re.findall(r"^\| \*\*total\*\* \| \*\*([\d,]+)\*\* \|$", text, re.MULTILINE)
    assert number(total) == figure.of(shipped(network))


def test_the_totals_of_a_summary_name_it(network: str) -> None:
    lines = printed("summary", network).splitlines()
    for figure in FIGURES.values():
        assert not figure.label or any(line.startswith(f"{figure.label} ") for line in lines)


def number(cell: str) -> int:
    return int(cell.replace(",", ""))


# Expectations, budgets, comparisons


def expecting(network: str, tmp_path: Path, line: str) -> list[str]:
    """What `check` finds of a design with this line under `expect`."""
    text = (ROOT / "architectures" / f"{network}.yaml").read_text(encoding="utf-8")
    head = re.sub(r"^expect:.*?(?=^\S|\Z)", "", text, flags=re.MULTILINE | re.DOTALL)
    path = tmp_path / "expecting.yaml"
    path.write_text(f"{head}\nexpect:\n  {line}\n", encoding="utf-8")
    return [problem.name for problem in cnnshape.check(cnnshape.load(path)) if problem.code < "CS7"]


@pytest.mark.parametrize("network", ["lenet5", "resnet18"])
def test_it_can_be_expected(network: str, figure: Figure, tmp_path: Path) -> None:
    value = figure.of(shipped(network))
    assert expecting(network, tmp_path, f"{figure.name}: {value}") == []
    assert expecting(network, tmp_path, f"{figure.name}: {value + 1}") == ["expectation-missed"]
    assert expecting(network, tmp_path, f'{figure.name}: "<= {value}"') == []
    assert expecting(network, tmp_path, f'{figure.name}: "> {value}"') == ["expectation-missed"]


@pytest.mark.parametrize("network", ["lenet5", "resnet18"])
@pytest.mark.parametrize(("word", "name"), BUDGETS.items())
def test_it_can_be_limited(network: str, word: str, name: str) -> None:
    value = FIGURES[name].of(shipped(network))
    path = str(ROOT / "architectures" / f"{network}.yaml")
    assert command.run("check", path, f"--{word}", str(value)).exit_code == 0
    missed = command.run("check", path, f"--{word}", str(value - 1))
    assert missed.exit_code == 1
    assert f"{name} is {value:,}, the budget is <= {value - 1}: 1 more" in missed.stdout + missed.stderr


@pytest.mark.parametrize("network", ["lenet5", "resnet18"])
def test_it_can_be_limited_in_a_configuration(network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "architectures" / f"{network}.yaml").read_text(encoding="utf-8")
    (tmp_path / "net.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for word, name in BUDGETS.items():
        (tmp_path / "cnnshape.toml").write_text(f'{word} = "{FIGURES[name].of(shipped(network)) - 1}"\n')
        cnnshape_check = command.run("check", "net.yaml", "--format", "json")
        assert [diagnostic["name"] for diagnostic in json.loads(cnnshape_check.stdout)["diagnostics"]] == [
            "budget-exceeded"
        ]


def test_a_budget_names_what_holds_most(figure: Figure) -> None:
    report = shipped("resnet18")
    (problem,) = check_budgets(report, {figure.name: "1"}, "net.yaml")
    assert bool(problem.notes) == (figure.parts is not None)
    for note in problem.notes:
        assert note.startswith("most of it")
        shares = [int(share) for share in re.findall(r"(\d+) %", note)]
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 100


def test_an_unreadable_budget_is_no_budget() -> None:
    for budgets in ({"params": "many"}, {"speed": "1"}, {"params": "<= 3"}):
        with pytest.raises(ValueError, match="is not a budget"):
            check_budgets(shipped("lenet5"), budgets, "net.yaml")


def test_a_comparison_has_it(network: str) -> None:
    data = json.loads(printed("compare", network, f"{network}:batch=2", "--format", "json"))
    design = cnnshape.load(shipped_path(network) or "")
    sides = (shipped(network), cnnshape.analyze(design, batch=2))
    assert data["figures"] == {figure.name: [figure.of(side) for side in sides] for figure in COMPARED}
    rows = dict(line.split(",", 1) for line in printed("compare", network, network, "--format", "csv").splitlines())
    for figure in COMPARED:
        assert rows[figure.name] == f"{figure.of(sides[0])},{figure.of(sides[0])}"


@pytest.mark.parametrize("figure", COMPARED, ids=of(COMPARED))
def test_a_condition_can_be_on_it(figure: Figure) -> None:
    value = figure.of(shipped("lenet5"))
    sides = ("compare", "lenet5", "lenet5:classes=10", "--fail-if")
    assert command.run(*sides, f"{figure.name} > {value}").exit_code == 0
    refused = command.run(*sides, f"{figure.name} >= {value}")
    assert refused.exit_code == 1
    assert f"{figure.name} is {value:,}" in refused.stderr


def test_what_is_not_compared_is_no_condition() -> None:
    for name in set(FIGURES) - set(of(COMPARED)):
        assert command.run("compare", "lenet5", "lenet5", "--fail-if", f"{name} > 1").exit_code == 2


def test_the_definitions_name_it(figure: Figure) -> None:
    page = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| `{figure.name}` \| ([^|]+) \|.*$", page, re.MULTILINE)
    assert row == figure.definition


def test_the_schema_describes_it(figure: Figure) -> None:
    schema = printed("schema")
    assert f'"{figure.name}"' in schema
    assert figure.definition in schema


def test_the_definition_of_macs_is_stated_once_and_holds_for_all_kinds() -> None:
    """Other places refer to it; the help of a command is a docstring, and repeats it word by word."""
    definition = FIGURES["macs"].definition
    package = Path(cnnshape.__file__).parent
    phrase = definition.partition(" of ")[2].partition(",")[0]
    stating = {
        path.relative_to(package).as_posix() for path in package.rglob("*.py") if phrase in path.read_text("utf-8")
    }
    assert stating == {"report/figures.py", "cli/summary.py"}
    assert definition in " ".join(summary_command.help.split())
    products = (MatrixProduct, FixedProduct, Recurrence, Stated)
    assert {kind.name for kind in KINDS if kind.macs_formula is not ZERO} == {
        kind.name for kind in KINDS if issubclass(kind, products)
    }
