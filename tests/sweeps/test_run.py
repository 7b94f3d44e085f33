"""A sweep gives what `analyze` gives for one design after the other, however its parts are done."""

from __future__ import annotations

import csv
import io
import shlex
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")

import cnnshape  # noqa: E402 -- numpy is there
from cnnshape.diagnostics.refusal import Refusal  # noqa: E402
from cnnshape.report import FIGURES, Settings  # noqa: E402
from cnnshape.study.compare import field_of  # noqa: E402
from cnnshape.study.sweep import plan  # noqa: E402
from cnnshape.study.sweep.result import Sweep  # noqa: E402
from cnnshape.study.sweep.run import SweepRun  # noqa: E402
from cnnshape.study.sweep.wanted import Wanted  # noqa: E402
from tests.command import run  # noqa: E402
from tests.sweeps.networks import SPACES, TINY, axes, engine  # noqa: E402


def swept(text: str, own: list, **wanted: object) -> Sweep:
    return SweepRun(cnnshape.load(text), own, wanted=Wanted(**wanted), arrays="output" not in wanted).run()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two designs, so that a small space has many."""
    monkeypatch.setattr(plan, "_LEAST", 2)


@pytest.mark.parametrize("space", SPACES)
def test_every_design_is_that_of_the_engine(space: str) -> None:
    text, own = SPACES[space]
    result = swept(text, own)
    examined = [engine(text, own, index) for index in range(result.space)]
    sound = [index for index, one in enumerate(examined) if not one.problems]
    table = result.table()
    assert (result.evaluated, result.kept) == (len(examined), len(sound))
    assert table["design"].tolist() == sound
    for row, index in enumerate(sound):
        report = examined[index].report()
        assert [int(table[name][row]) for name in FIGURES] == [figure.of(report) for figure in FIGURES.values()]
        field = [int(table[name][row]) for name in table if name.startswith("receptive_field_")]
        assert field == list(field_of(report) or [-1] * len(field))


@pytest.mark.parametrize("space", SPACES)
def test_every_refused_design_is_counted_by_its_first_error(space: str) -> None:
    text, own = SPACES[space]
    result = swept(text, own)
    kinds: dict[tuple[str, int], list[str]] = {}
    for index in range(result.space):
        problems = engine(text, own, index).problems
        if problems:
            line = problems[0].at.span.line if problems[0].at else 0
            kinds.setdefault((problems[0].name, line), []).append(problems[0].message)
    counted = {(one.name, one.line): (one.designs, one.message) for one in result.refused}
    assert counted == {kind: (len(messages), messages[0]) for kind, messages in kinds.items()}


def test_some_spaces_have_designs_of_both_sorts() -> None:
    results = [swept(*SPACES[space]) for space in ("groups", "inputs")]
    assert all(0 < result.kept < result.evaluated for result in results)
    assert all(result.refused for result in results)


@pytest.mark.parametrize("space", SPACES)
def test_a_row_can_be_run_again(space: str, tmp_path: Path) -> None:
    """Its options make `summary` print its figures."""
    text, own = SPACES[space]
    spec = tmp_path / "net.yaml"
    spec.write_text(text)
    for row in list(swept(text, own))[::5]:
        assert summarized(spec, row.options) == {name: row.figures[name] for name in TOTALS}


TOTALS = [name for name, figure in FIGURES.items() if figure.totalled]


def summarized(spec: Path, options: str) -> dict[str, int]:
    report = cnnshape_json(run("summary", str(spec), *shlex.split(options), "-f", "json").stdout)
    return {name: report["totals"][name] for name in TOTALS}


def cnnshape_json(text: str) -> dict:
    import json

    return json.loads(text)


def test_the_last_axis_is_the_fastest() -> None:
    result = swept(TINY, axes("width=4,8", "kernel=1,3", "act=relu,silu"))
    rows = [tuple(row.values.values()) for row in result]
    assert rows == [(w, k, a) for w in ("4", "8") for k in ("1", "3") for a in ("relu", "silu")]


def test_batch_and_type_are_those_of_the_sweep() -> None:
    one = cnnshape.sweep(TINY, {"width": [8]}, batch=3, dtype="int8")
    report = cnnshape.analyze(TINY, batch=3, dtype="int8")
    assert next(iter(one)).figures["macs"] == report.totals.macs
    assert next(iter(one)).figures["peak_activation_bytes"] == report.totals.peak_activation_bytes


# Bounds, fronts, samples


def test_bounds_keep_what_the_figures_say() -> None:
    whole = list(swept(*SPACES["params"]))
    kept = list(swept(*SPACES["params"], where=["params <= 3k", "macs > 100k"]))
    assert kept == [row for row in whole if row.figures["params"] <= 3000 and row.figures["macs"] > 100_000]
    assert 0 < len(kept) < len(whole)


def test_the_front_has_what_no_design_beats() -> None:
    result = swept(*SPACES["params"], pareto="max:receptive_field_height,params")
    pairs = [(-row.figures["receptive_field_height"], row.figures["params"]) for row in result]
    best = {pair for pair in pairs if not any(o != pair and o[0] <= pair[0] and o[1] <= pair[1] for o in pairs)}
    listed = [(-row.figures["receptive_field_height"], row.figures["params"]) for row in result.listed]
    assert listed == sorted(best)
    # Both activations have the same figures: one design is listed for two.
    assert {row.designs for row in result.listed} == {2}
    assert all(
        pairs.index(pair) == list(result).index(row._replace(designs=1))
        for pair, row in zip(listed, result.listed, strict=True)
    )


def test_an_objective_sorts_the_designs() -> None:
    result = swept(*SPACES["params"], objective="max:macs", top=7)
    by_macs = sorted(result, key=lambda row: (-row.figures["macs"], row.number))
    assert list(result.listed) == by_macs[:7]
    front = swept(*SPACES["params"], pareto="max:receptive_field_height,params", objective="params")
    assert [row.figures["params"] for row in front.listed] == sorted(row.figures["params"] for row in front.listed)


def test_without_a_goal_the_first_designs_are_listed() -> None:
    result = swept(*SPACES["params"], top=3)
    assert list(result.listed) == list(result)[:3]


def test_a_sample_is_a_part_of_the_space() -> None:
    whole = {row.number: row for row in swept(*SPACES["params"])}
    sample = list(swept(*SPACES["params"], sample="2e1", seed=4))
    assert len({row.number for row in sample}) == len(sample) == 20
    assert all(whole[row.number] == row for row in sample)
    assert [row.number for row in swept(*SPACES["params"], sample=5, seed=4)] == [row.number for row in sample[:5]]
    assert list(swept(*SPACES["params"], sample="1M")) == list(whole.values())


# The same from one process and from many


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_many_processes_write_the_same_bytes(ending: str, tmp_path: Path) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    goals = {"pareto": "max:macs,params", "where": ["params <= 9k"]}
    one, many = tmp_path / f"one.{ending}", tmp_path / f"many.{ending}"
    alone = swept(*SPACES["groups"], output=one, jobs=1, **goals)
    together = swept(*SPACES["groups"], output=many, jobs=2, **goals)
    assert one.read_bytes() == many.read_bytes()
    assert str(alone) == str(together)
    assert alone.to_dict() == together.to_dict()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"many.{ending}", f"one.{ending}"]


@pytest.mark.parametrize("least", [1, 3, 1000])
def test_the_result_does_not_depend_on_the_parts(least: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    goals = {"pareto": "max:macs,params", "objective": "params", "sample": 17}
    whole = swept(*SPACES["groups"], output=tmp_path / "whole.csv", jobs=1, **goals)
    monkeypatch.setattr(plan, "_LEAST", least)
    parts = swept(*SPACES["groups"], output=tmp_path / "parts.csv", jobs=1, **goals)
    assert (tmp_path / "whole.csv").read_bytes() == (tmp_path / "parts.csv").read_bytes()
    assert whole.to_dict() == parts.to_dict()


def test_a_csv_file_has_the_table_of_the_result(tmp_path: Path) -> None:
    for space in ("lists", "decimals", "variants", "inputs"):
        swept(*SPACES[space], output=tmp_path / "designs.csv")
        rows = list(csv.DictReader(io.StringIO((tmp_path / "designs.csv").read_text())))
        table = swept(*SPACES[space]).table()
        assert list(rows[0]) == list(table)
        assert {name: [row[name] for row in rows] for name in table} == {
            name: list(map(str, column.tolist())) for name, column in table.items()
        }


def test_a_parquet_file_has_the_table_of_the_result(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for space in ("lists", "decimals", "variants", "inputs"):
        swept(*SPACES[space], output=tmp_path / "designs.parquet")
        read = parquet.read_table(tmp_path / "designs.parquet")
        result = swept(*SPACES[space])
        assert read.to_pydict() == {name: column.tolist() for name, column in result.table().items()}
        assert read.schema.equals(result.to_arrow().schema)


def test_a_column_has_the_name_of_its_param_unless_that_is_taken() -> None:
    text = TINY.replace("groups: 1", "groups: 1, layers: 2, variant: 3, design: 1")
    result = swept(text, axes("layers=2,3", "variant=1", "design=2", "width=4", input=["8"]))
    assert list(result.table())[:6] == ["design", "param.layers", "param.variant", "param.design", "width", "input"]


# What is refused before anything is evaluated

REFUSED = {
    "unknown param": (axes("widht=1,2"), {}, "`widht` is not a param of this file"),
    "unknown variant": (axes(variant="wide,wyde"), {}, "no variant is called `wyde`"),
    "unknown input": (axes(input=["picture=8"]), {}, "no input is called `picture`"),
    "unreadable value": (axes("width=8,3 +"), {}, "width"),
    "twice": (axes("width=8", "width=9"), {}, "`width` is given twice; write all values at once"),
    "list": (
        axes("repeats=1,2"),
        {},
        "commas outside of brackets separate values; write `repeats=[1, 2]` for one list",
    ),
    "sample": (axes("width=8"), {"sample": "many"}, "'many' is not a number of designs; write 10000, 1e6 or 1M"),
    "no sample": (axes("width=8"), {"sample": 0}, "'0' is not a number of designs"),
    "format": (axes("width=8"), {"output": Path("designs.xlsx")}, "its ending is one of .csv, .parquet"),
    "resume": (axes("width=8"), {"resume": True}, "needs `--output`"),
    "huge": (axes(*(f"{name}=1..90000" for name in ("width", "kernel", "groups", "act"))), {}, "too many to number"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    own, wanted, reason = REFUSED[case]
    with pytest.raises((Refusal, cnnshape.DesignError)) as refused:
        swept(TINY, own, **wanted)
    assert reason in str(refused.value)


def test_channels_that_follow_a_param_need_whole_shapes() -> None:
    text = TINY.replace("[3, 16, 16]", "[width, 16, 16]")
    with pytest.raises(Refusal, match=r"the channels of the input follow `width`.*write whole shapes: `3x96x96`"):
        swept(text, axes("width=3,4", input=["8,16"]))
    assert [row.values["input"] for row in swept(text, axes("width=4", input=["8,16"]))] == ["4x8x8", "4x16x16"]


def test_a_flat_input_and_boxes() -> None:
    flat = "input: [8]\nparams: {out: 4}\nlayers:\n  - linear: out\n"
    assert [row.figures["params"] for row in swept(flat, axes("out=2,4", input=["3,5"]))] == [8, 12, 16, 24]


def test_a_design_with_errors_of_its_own_is_refused_as_a_whole() -> None:
    with pytest.raises(cnnshape.DesignError):
        swept("input: [3, 8, 8\nlayers: ]\n", axes("width=8"))
    # A problem of the steps refuses every design of the space.
    result = swept(TINY.replace("kernel: 3, padding", "kernel: 99, padding"), axes("width=8,16"))
    assert (result.kept, [one.designs for one in result.refused]) == (0, [2])


# Figures beyond 64 bits

HUGE = TINY.replace("[3, 16, 16]", "[3, 600, 600]")


def huge(**wanted: object) -> Sweep:
    own, settings, arrays = axes("width=8,900..1000:50,16"), Settings(batch=10**9), "output" not in wanted
    return SweepRun(cnnshape.load(HUGE), own, settings, Wanted(**wanted), arrays=arrays).run()


def exact(result: Sweep) -> list[int]:
    """The MACs of the kept designs, one by one."""
    widths = [int(row.values["width"]) for row in result]
    return [cnnshape.analyze(HUGE, params={"width": width}, batch=10**9).totals.macs for width in widths]


@pytest.mark.usefixtures("small_parts")
def test_figures_beyond_64_bits_are_exact(tmp_path: Path) -> None:
    result = huge(pareto="max:macs,params", where=["macs > 1k"])
    macs = exact(result)
    assert max(macs) > 2**63 > min(macs)
    assert [row.figures["macs"] for row in result] == macs
    assert (result.spreads["macs"].least, result.spreads["macs"].largest) == (min(macs), max(macs))
    assert result.listed[0].figures["macs"] == max(macs)
    assert [row.figures["macs"] for row in huge(where=["macs >= 1,000,000,000G"])] == [
        number for number in macs if number >= 10**18
    ]
    huge(output=tmp_path / "designs.csv", pareto="max:macs,params")
    rows = csv.DictReader(io.StringIO((tmp_path / "designs.csv").read_text()))
    assert [int(row["macs"]) for row in rows] == macs


@pytest.mark.usefixtures("small_parts")
def test_figures_beyond_64_bits_are_decimals_in_parquet(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    result = huge(output=tmp_path / "designs.parquet", jobs=1)
    table = parquet.read_table(tmp_path / "designs.parquet")
    assert [int(number) for number in table["macs"].to_pylist()] == exact(huge())
    assert str(table["macs"].type) == "decimal128(38, 0)"
    assert str(table["params"].type) == "int64"
    assert result.kept == table.num_rows
