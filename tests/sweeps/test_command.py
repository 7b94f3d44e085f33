"""`cnnshape sweep`: what it prints, and what it refuses."""

from __future__ import annotations

import builtins
import csv
import io
import json
import re
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("numpy")

import cnnshape
from tests.command import run
from tests.sweeps.networks import TINY


@pytest.fixture(autouse=True)
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(TINY)


SPACE = ("-p", "width=4..16:4", "-p", "kernel=1..5:2", "-p", "act=relu,silu")
FRONT = (*SPACE, "--pareto", "max:receptive_field_height,params")


def swept(*words: str) -> str:
    done = run("sweep", "net.yaml", *words)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def refused(*words: str) -> str:
    done = run("sweep", "net.yaml", *words)
    assert done.exit_code == 2
    assert done.stdout == ""
    return " ".join(done.stderr.replace("│", " ").split())


def test_the_size_of_the_space() -> None:
    text = swept(*SPACE, "--variant", "wide,deep", "-i", "8..12:2", "--count")
    assert text.splitlines() == [
        "tiny: 144 designs",
        "",
        "width      4  4, 8, 12, 16",
        "kernel     3  1, 3, 5",
        "act        2  relu, silu",
        "--variant  2  wide, deep",
        "--input    3  3x8x8, 3x10x10, 3x12x12",
    ]
    assert swept(*SPACE, "--count", "--sample", "7").startswith("tiny: 24 designs, of which 7 are evaluated\n")
    assert "1, 2, 3, 4, 5, 6, 7, 8, 9, ..., 500" in swept("-p", "width=1..500", "--count")


def test_counting_evaluates_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnshape.study.sweep import job

    monkeypatch.setattr(job.Job, "work", lambda self: 1 / 0)
    assert "120,000,000 designs" in swept(
        "-p", "width=1..1000", "-p", "kernel=1..1000", "-p", "groups=1..120", "--count"
    )


def test_the_text_says_how_many_fit_and_why_others_do_not() -> None:
    text = swept("-p", "groups=1..4", "-p", "width=4..12:2", "--where", "params <= 3k", "--where", "macs > 1k")
    lines = text.splitlines()
    numbers = {line[:12].strip(): int(line[12:].split()[0]) for line in lines[2:5]}
    assert numbers["fit together"] + numbers["have errors"] == 20
    assert 0 < numbers["kept"] < numbers["fit together"]
    assert "params <= 3k, macs > 1k" in lines[4]
    counts = re.findall(r"^ +(\d+)  bad-argument, line (\d+)$|^ +(\d+)  (?:[\w-]+), line \d+$", text, re.MULTILINE)
    assert sum(int(one or other) for one, _, other in counts) == numbers["have errors"]


def test_the_front_is_a_table_with_its_axes_and_goals() -> None:
    text = swept(*FRONT)
    heading = "design  width  kernel  act   receptive field height  params"
    table = text[text.index("front: most receptive_field_height, least params") :].splitlines()
    assert re.split(r"\s{2,}", table[1]) == [*re.split(r"\s{2,}", heading), "MACs", "equal"]
    result = cnnshape.sweep(
        "net.yaml",
        {"width": range(4, 17, 4), "kernel": range(1, 6, 2), "act": ["relu", "silu"]},
        pareto=["max:receptive_field_height", "params"],
    )
    rows = [line.split() for line in table[3 : 3 + len(result.listed)]]
    assert [(int(row[0]), *row[1:4]) for row in rows] == [
        (design.number, *design.values.values()) for design in result.listed
    ]


def test_the_last_line_can_be_run() -> None:
    text = swept(*FRONT, "-b", "2", "--dtype", "int8")
    command = re.search(r"`cnnshape (.*)` summarizes the first one", text.replace("\n", " "))
    assert command is not None
    report = json.loads(run(*shlex.split(command[1]), "-f", "json").stdout)
    first = json.loads(swept(*FRONT, "-b", "2", "--dtype", "int8", "-f", "json"))["designs"][0]
    for figure in ("params", "macs", "flops", "weight_bytes", "peak_activation_bytes"):
        assert report["totals"][figure] == first[figure]


def test_formats_agree() -> None:
    data = json.loads(swept(*FRONT, "-f", "json"))
    rows = list(csv.DictReader(io.StringIO(swept(*FRONT, "-f", "csv"))))
    assert rows == [{name: str(value) for name, value in design.items()} for design in data["designs"]]
    assert data["evaluated"] == data["space"] == 24
    assert data["kept"] + sum(error["designs"] for error in data["errors"]) == 24
    markdown = swept(*FRONT, "-f", "markdown")
    assert markdown.startswith("**tiny: 24 designs, batch 1, float32**\n")
    for figure in data["figures"]:
        assert figure["least"] <= figure["quantiles"][2]["value"] <= figure["largest"]
        assert sum(step["designs"] for step in figure["histogram"]) == data["kept"]


def test_long_lists_are_shortened_in_text_alone() -> None:
    words = ("-p", "width=1..60", "--objective", "params", "--top", "40")
    assert "and 20 more; `--format csv` lists all" in swept(*words)
    assert len(swept(*words, "-f", "csv").splitlines()) == 41


def test_a_plot_of_the_front() -> None:
    text = swept(*FRONT, "--plot", "front.svg")
    plot = Path("front.svg").read_text()
    assert plot == swept(*FRONT, "-f", "svg")
    assert text == swept(*FRONT)
    root = ElementTree.fromstring(plot)
    titles = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}title")]
    for design in json.loads(swept(*FRONT, "-f", "json"))["designs"]:
        assert any(title.startswith(design["options"]) for title in titles)


def test_a_sample() -> None:
    text = swept(*SPACE, "--sample", "1e1", "--seed", "3")
    assert text.startswith("tiny: 10 of 24 designs, at random (seed 3), batch 1, float32\n")
    assert text != swept(*SPACE, "--sample", "10", "--seed", "4")


def test_nothing_is_kept() -> None:
    text = swept(*SPACE, "--where", "params < 1", "--pareto", "params,macs")
    assert text.splitlines()[2:] == ["fit together  24", "kept           0  params < 1"]
    done = run("sweep", "net.yaml", *SPACE, "--where", "params < 1", "--pareto", "params,macs", "-f", "svg")
    assert done.exit_code == 2
    assert "no design is kept, so there is no front" in " ".join(done.stderr.split())


REFUSED = {
    "nothing": ((), "Invalid value for --param: a sweep needs values: of a param"),
    "range": (("-p", "width=9..1"), "Invalid value for --param: `9..1` ends before it starts"),
    "shape": (("-i", "x"), "Invalid value for --input: 'x' is not a shape"),
    "variant": (("--variant", "wide,"), "Invalid value for --variant: 'wide,' has an empty value"),
    "bound": ((*SPACE, "--where", "params"), "Invalid value for --where: 'params' compares nothing"),
    "front": ((*SPACE, "--pareto", "params"), "Invalid value for --pareto: 'params' is one figure"),
    "objective": ((*SPACE, "--objective", "-macs"), "Invalid value for --objective: '-macs' is not a figure; write `max:macs`"),
    "sample": ((*SPACE, "--sample", "x"), "Invalid value for --sample: 'x' is not a number of designs"),
    "output": ((*SPACE, "-o", "a.txt"), "Invalid value for --output: 'a.txt' has no format; its ending is one of .csv, .parquet"),
    "own file": ((*SPACE, "-o", "net.yaml"), "Invalid value for --output: net.yaml is an input of this command"),
    "own file as a plot": ((*FRONT, "--plot", "net.yaml"), "Invalid value for --plot: net.yaml is an input of this command"),
    "folder": ((*SPACE, "-o", "none/a.csv"), "--output: can't write none/a.csv.parts"),
    "resume": ((*SPACE, "--resume"), "Invalid value for --resume: needs `--output`"),
    "plot": ((*SPACE, "--plot", "a.svg"), "Invalid value for --plot: a plot shows a front; write `--pareto params,macs` too"),
    "plot as a format": ((*SPACE, "-f", "svg"), "Invalid value for --plot: a plot shows a front"),
    "plot in no folder": ((*FRONT, "--plot", "none/a.svg"), "--plot: can't write none/a.svg"),
    "top": ((*SPACE, "--top", "0"), "0 is out of range; write 1 to 1,000,000"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    words, message = REFUSED[case]
    assert message in refused(*words)


def test_what_is_refused_with_a_diagnostic() -> None:
    assert "error[CS306]: `widht` is not a param of this file" in refused("-p", "widht=1,2")
    assert "did you mean `width`?" in refused("-p", "widht=1,2")
    assert "no variant is called `wyde`" in refused("--variant", "wyde")
    Path("net.yaml").write_text("input: [3, 8\nlayers: ]\n")
    done = run("sweep", "net.yaml", "-p", "width=3")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error[CS1" in done.stderr


@pytest.mark.parametrize("missing", ["numpy", "pyarrow"])
def test_what_is_not_installed(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    importing = builtins.__import__
    for name in [name for name in sys.modules if name.startswith(("cnnshape.study.sweep.run", "pyarrow"))]:
        monkeypatch.delitem(sys.modules, name)

    def without(name: str, *rest: object) -> object:
        if name.partition(".")[0] == missing:
            raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)
        return importing(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    text = refused(*SPACE, "-o", "designs.parquet")
    wanted = {"numpy": "sweeps need numpy", "pyarrow": "Parquet needs pyarrow"}[missing]
    assert wanted in text
    assert "install the extra `cnnshape[sweep]`" in text


def test_many_designs_one_by_one_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnshape.study.sweep.switches import Switches

    monkeypatch.setattr(Switches, "slow", lambda self: {"a reason": 600})
    done = run("sweep", "net.yaml", "-p", "width=1..300")
    assert done.stderr == "note: 1,200 designs were evaluated one by one: a reason\n"
    assert "one by one" not in done.stdout
    assert swept(*SPACE)
