"""`cnnshape list`: what it shows of the shipped architectures, what it leaves out, and how."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from typing import Any

import pytest

import cnnshape
from cnnshape.cli import list_
from cnnshape.cli.cores import on_all_cores
from cnnshape.cli.output import page_for
from cnnshape.render.table import Table
from cnnshape.render.zoo import FORMATS, short_source, zoo_plain, zoo_table
from cnnshape.source import shipped_names, shipped_path
from cnnshape.study.zoo import Entry, survey
from tests import command


def run(*arguments: str) -> command.Outcome:
    return command.run("list", *arguments)


def listed(*arguments: str) -> list[dict[str, Any]]:
    return json.loads(run(*arguments, "--format", "json").stdout)["architectures"]


def names(*arguments: str) -> list[str]:
    return [str(row["name"]) for row in listed(*arguments)]


@pytest.fixture(scope="module")
def families() -> dict[str, list[str]]:
    return list_.families()


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """What the command finds out about the whole zoo."""
    return list_.entries(shipped_names())


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch, families: dict[str, list[str]], entries: list[Entry]) -> None:
    """The zoo is read and analyzed once for all tests."""
    known = {entry.name: entry for entry in entries}
    monkeypatch.setattr(list_, "families", lambda: families)
    monkeypatch.setattr(list_, "entries", lambda chosen: [known[name] for name in chosen])


def entry(**changes: Any) -> Entry:
    made = Entry(
        "net", "Net", "nets", 2015, (3, 8, 8), 1234567, 7 * 10**9, (5, 5), True, "Nobody, Someone: Nets (2015)", ()
    )
    return made._replace(**changes)


def test_all_are_listed_in_the_order_of_their_names() -> None:
    assert names() == shipped_names()


def test_a_single_process_finds_the_same(entries: list[Entry]) -> None:
    few = shipped_names()[:3]
    assert list(on_all_cores(survey, few)) == entries[:3]


@pytest.mark.parametrize("name", ["lenet5", "resnet50", "r3d18", "m5", "rcnn", "fcn_resnet50", "efficientnet_b0"])
def test_figures_are_those_of_a_report(name: str, entries: list[Entry]) -> None:
    entry = next(entry for entry in entries if entry.name == name)
    design = cnnshape.load(shipped_path(name) or "")
    report = cnnshape.analyze(design)
    shape = next(iter(report.inputs.values())).shape
    assert design.spec is not None
    assert entry[:7] == (
        name, report.name, design.spec.family, design.spec.year, shape, report.totals.params, report.totals.macs,
    )  # fmt: skip
    assert entry.source == report.origin
    assert entry.results == tuple((result.measure.text, result.number) for result in design.spec.results)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("resnet50", (427, 427)),
        ("resnet18", (435, 435)),
        ("alexnet", (195, 195)),
        ("densenet121", (2071, 2071)),
        ("mobilenet_v2", (491, 491)),
        ("efficientnet_b0", None),  # a gate in each block sees the whole map
        ("deeplabv3_resnet50", None),  # and so does the pooled branch of the pyramid
        ("m5", (6848,)),
    ],
)
def test_the_field_is_that_of_the_last_map(name: str, field: tuple[int, ...] | None, entries: list[Entry]) -> None:
    """The fields of the ResNets, AlexNet, DenseNet-121 and MobileNetV2 as google-research/receptive_field and gradients
    of torchvision's modules give them."""
    assert next(entry for entry in entries if entry.name == name).field == field


UNETS = [name for name in shipped_names() if "\nfamily: unet\n" in shipped_path(name).read_text(encoding="utf-8")]


def test_a_family_can_be_chosen() -> None:
    assert {"unet", "unet_padded", "unet_plus_plus", "vnet"} <= {*UNETS}
    assert names("--family", "unet") == UNETS
    assert names("--family", "unet", "--family", "lenet") == sorted([*UNETS, "lenet5"])


def test_only_the_chosen_family_is_analyzed(monkeypatch: pytest.MonkeyPatch) -> None:
    analyzed: list[str] = []
    monkeypatch.setattr(list_, "entries", lambda chosen: analyzed.extend(chosen) or [])
    run("--family", "lenet")
    assert analyzed == ["lenet5"]


@pytest.mark.parametrize(
    ("arguments", "shown", "hidden"),
    [
        (("--max-params", "11_689_512"), "resnet18", "resnet34"),
        (("--max-params", "11.7M"), "resnet18", "resnet34"),
        (("--max-params", "11689511"), "squeezenet1_0", "resnet18"),
        (("--max-macs", "1814073344"), "resnet18", "resnet50"),
        (("--max-macs", "1.8G"), "googlenet", "resnet18"),
        (("--max-macs", "4.1G", "--max-params", "26M"), "resnet50", "resnet101"),
    ],
)
def test_costs_can_be_limited(arguments: tuple[str, ...], shown: str, hidden: str) -> None:
    listed_names = names(*arguments)
    assert shown in listed_names and hidden not in listed_names


@pytest.mark.parametrize("key", ["name", "year", "params", "macs"])
def test_the_least_comes_first(key: str) -> None:
    costs = [row[key] for row in listed("--sort", key)]
    assert costs == sorted(costs)


def test_results_are_sorted_within_their_measure_and_networks_without_come_last() -> None:
    results = [next(iter(row["results"].items()), None) for row in listed("--sort", "result")]
    known = [result for result in results if result is not None]
    assert known == sorted(known) and len({measure for measure, _ in known}) > 2
    assert results == known + [None] * (len(results) - len(known)) and results[-1] is None


def test_the_first_result_is_shown_with_its_measure() -> None:
    (row,) = list(csv.DictReader(io.StringIO(run("resnet50", "--format", "csv").stdout)))
    assert (row["result"], row["measure"]) == ("76.13", "ImageNet top-1")
    assert column(zoo_table([entry(results=(("COCO box mAP", 37.0), ("mask mAP", 34.6)))]), "result") == [
        "37 COCO box mAP"
    ]
    (whole,) = listed("mask_rcnn_resnet50_fpn")
    assert whole["results"] == {"COCO box mAP": 37.9, "mask mAP": 34.6}


def test_the_smallest_field_comes_first_and_the_whole_image_last() -> None:
    fields = [row["receptive_field"] for row in listed("--sort", "rf")]
    sizes = [max(field["size"]) if field else None for field in fields]
    known = [size for size in sizes if size is not None]
    assert known == sorted(known)
    assert sizes == known + [None] * (len(sizes) - len(known))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--family", "resnext"), "no family is called 'resnext'; did you mean"),
        (("--family", "zzz"), "alexnet"),
        (("--max-params", "ten"), "'ten' is not a number; write 10M"),
        (("--max-macs", "-1"), "'-1' is not a number"),
        (("mobilnet_v2",), "no architecture or family is called 'mobilnet_v2'; did you mean `mobilenet_v2`?"),
        (("params<5M",), "called 'params<5M'; conditions are options: `--max-params 10M`, `--max-macs 1G`"),
        (("resnett",), "no architecture or family is called 'resnett'; did you mean `resnet`?"),
        (("qqqqqq",), "'qqqqqq'; `cnnshape list` shows all names"),
        (("--sort", "size"), "'size' is not one of"),
        (("--format", "yaml"), "'yaml' is not one of"),
    ],
)
def test_bad_usage_is_refused(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    text = " ".join(re.sub("[│╭╮╰╯─]", " ", result.stderr).split())
    assert result.exit_code == 2 and said in text
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("lenet5",), ["lenet5"]),
        (("resnet50", "lenet5", "resnet50"), ["lenet5", "resnet50"]),
        (("vgg16", "resnet18"), ["resnet18", "vgg16"]),
        (("resnet50", "--family", "lenet"), []),
        (("lenet5", "resnet50", "--family", "resnet"), ["resnet50"]),
    ],
)
def test_architectures_are_chosen_by_name(arguments: tuple[str, ...], expected: list[str]) -> None:
    assert sorted(names(*arguments)) == expected


@pytest.mark.parametrize("family", ["resnet", "vgg", "lenet", "efficientnet"])
def test_a_family_is_a_name_too(family: str) -> None:
    assert set(names("--family", family)) <= set(names(family))
    assert len(names(family)) < len(names())


def test_nothing_found_is_no_error() -> None:
    result = run("--max-params", "1k")
    assert (result.exit_code, result.stderr) == (0, "no shipped architecture meets these limits\n")
    assert len(result.stdout.splitlines()) == 2


def test_a_pipe_gets_all_columns() -> None:
    text = run("--family", "lenet").stdout
    assert text == run("--family", "lenet", "--format", "plain").stdout
    assert text.split() == [
        "name", "family", "year", "input", "params", "MACs", "RF", "result", "source", *["-" * n for n in (6, 6, 4, 7, 6, 7, 2, 6, 19)],
        "lenet5", "lenet", "1998", "1x32x32", "61,706", "416.5", "k", "16", "LeCun", "et", "al.", "(1998)",
    ]  # fmt: skip


@pytest.mark.parametrize("width", range(20, 200, 20))
def test_a_terminal_gets_the_columns_that_fit(width: int, entries: list[Entry]) -> None:
    table, whole = zoo_table(entries, width), zoo_table(entries)
    assert table.width <= width or table.headings == ("name", "params")
    assert set(table.headings).isdisjoint(left_out(table))
    assert {*table.headings, *left_out(table)} == set(whole.headings)
    assert (table.headings == whole.headings) == (whole.width <= width)
    for heading in table.headings:
        assert column(table, heading) == column(whole, heading)


def left_out(table: Table) -> list[str]:
    return [name for note in table.notes for name in note.partition(": ")[2].split(", ")]


def column(table: Table, heading: str) -> list[str]:
    return [cells[table.headings.index(heading)] for cells in table.cells]


def test_80_columns_show_what_a_network_costs(entries: list[Entry]) -> None:
    table = zoo_table(entries, 80)
    assert {"name", "family", "params", "MACs"} <= {*table.headings}
    assert all(len(line) <= 80 for line in zoo_plain(table).splitlines())


def test_a_narrow_terminal_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "45")
    monkeypatch.setattr(sys, "stdout", Terminal())
    text = FORMATS["table"].write([entry()], page_for())
    assert text.splitlines()[-1] == "left out at this width, but not in a pipe: source, result, input"
    assert "input" in FORMATS["plain"].write([entry()], page_for())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_markdown_has_a_line_per_network() -> None:
    lines = run("--family", "unet", "--format", "markdown").stdout.splitlines()
    assert lines[0] == "| name | family | year | input | params | MACs | RF | result | source |"
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| " + name.replace("_", r"\_") for name in UNETS]
    assert r" 204\* |" in lines[2 + UNETS.index("unet")]


def test_csv_has_numbers_as_they_are() -> None:
    rows = list(csv.DictReader(io.StringIO(run("--family", "yolo", "--family", "segnet", "--format", "csv").stdout)))
    assert [(row["name"], int(row["params"]), row["rf"], row["rf_aligned"]) for row in rows] == [
        ("cspdarknet53", 27642184, "725x725", "true"),
        ("darknet53", 41609928, "725x725", "true"),
        ("segnet", 29449355, "404x404", "true"),
        ("yolov3", 61949149, "917x917", "true"),
        ("yolov5s", 7235389, "714x714", "false"),
        ("yolov8n", 3157200, "911x911", "false"),
    ]


def test_json_says_everything() -> None:
    (lenet,) = listed("--family", "lenet")
    assert lenet.pop("source") != ""
    assert lenet == {
        "name": "lenet5",
        "title": "LeNet-5",
        "family": "lenet",
        "year": 1998,
        "input": [1, 32, 32],
        "params": 61706,
        "macs": 416520,
        "receptive_field": {"size": [16, 16], "aligned": True},
        "results": {},
    }


@pytest.mark.parametrize(
    ("source", "short"),
    [
        ("He, Zhang, Ren, Sun: Deep Residual Learning (2015), table 1; figures: elsewhere", "He et al. (2015)"),
        ("Tan, Le: EfficientNet: Rethinking Model Scaling (2019); a: b (2020)", "Tan and Le (2019)"),
        ("Howard et al.: Searching for MobileNetV3 (2019), figure 10", "Howard et al. (2019)"),
        ("Chollet: Xception (2016)", "Chollet (2016)"),
        (
            "a long line that says where a network is from, but not in this way",
            "a long line that says where a network is",
        ),
        ("", ""),
    ],
)
def test_a_source_is_shortened(source: str, short: str) -> None:
    assert short_source(source) == short


def test_a_design_of_no_year_or_field_has_a_line_too() -> None:
    bare = entry(family="", year=None, field=None)
    assert zoo_table([bare]).cells == [
        ("net", "", "", "3x8x8", "1,234,567", "7.00 G", "all", "", "Nobody and Someone (2015)"),
    ]
    uneven = entry(field=(7, 5), aligned=False)
    assert column(zoo_table([uneven]), "RF") == ["7x5*"]
