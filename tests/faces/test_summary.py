"""The summary: shares, order, and how it fits the screen."""

from __future__ import annotations

import re
from functools import cache

import pytest

import cnnshape
from cnnshape.render.formats import Page
from cnnshape.render.header import header
from cnnshape.render.layer_table import BAR, COLUMNS, DEFAULT, FIGURE_COLUMNS, layer_table
from cnnshape.render.summary import Ranking, Summary, to_text
from cnnshape.report import Report, expanded, folded, unfolded
from cnnshape.source import shipped_path
from tests import command

NETWORKS = ["lenet5", "resnet50", "googlenet", "unet", "densenet201", "fast_rcnn", "m5", "shufflenet_v2_x1_0"]


@cache
def report_of(network: str) -> Report:
    path = shipped_path(network)
    assert path is not None
    return cnnshape.analyze(cnnshape.load(path))


def refused(*arguments: str) -> str:
    outcome = command.run(*arguments)
    assert outcome.exit_code == 2
    return " ".join(re.sub("[│╭╮╰╯─]", " ", outcome.stderr).split())


# Shares, weights and biases


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("by", FIGURE_COLUMNS)
def test_shares_of_all_layers_are_the_whole(network: str, by: str) -> None:
    report = report_of(network)
    table = layer_table(report, expanded(report), ["layer", "share"], by)
    shares = [share for _, share in table.rows if isinstance(share, float)]
    assert sum(shares) == pytest.approx(1 if FIGURE_COLUMNS[by].of(report) else 0)
    longest = max(text.count("#") for _, text in table.cells)
    assert longest == (BAR if any(shares) else 0)


def test_bars_are_as_long_as_their_shares() -> None:
    report = report_of("vgg16")
    table = layer_table(report, expanded(report), ["layer", "share"], "params")
    largest = max(share for _, share in table.rows[:-1])
    for (_, share), (_, text) in zip(table.rows[:-1], table.cells[:-1], strict=True):
        assert text.count("#") == round(BAR * share / largest)
        assert float(text.partition("%")[0]) == pytest.approx(100 * share, abs=0.05)


@pytest.mark.parametrize("network", NETWORKS)
def test_weights_and_biases_are_the_params(network: str) -> None:
    report = report_of(network)
    weights, biases = (FIGURE_COLUMNS[name] for name in ("weights", "biases"))
    assert weights.of(report) + biases.of(report) == report.totals.params
    for row in report.rows:
        assert weights.of_row(row) + biases.of_row(row) == row.params
        if row.kind == "conv" and row.params:
            channels = row.output[0] if row.application.layer.bias else 0
            assert biases.of_row(row) == channels


def test_shared_weights_count_where_they_are_owned() -> None:
    spec = (
        "cnnshape: 1\ninput: [8, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: a}\n"
        "  - {conv: {out: 8, kernel: 1}, name: b, share: a}\n"
    )
    report = cnnshape.analyze(cnnshape.load(spec))
    assert [FIGURE_COLUMNS["weights"].of_row(row) for row in report.rows] == [64, 0]
    assert [FIGURE_COLUMNS["biases"].of_row(row) for row in report.rows] == [8, 0]


# Order


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("depth", [None, 0, 1, 2])
def test_single_lines_hold_every_layer_once(network: str, depth: int | None) -> None:
    report = report_of(network)
    lines = unfolded(report, depth)
    assert [row.name for line in lines for row in line.rows] == [row.name for row in report.rows]
    closed = [line.label for line in lines if line.group]
    assert closed == [] if depth is None else len(closed) == len(set(closed))
    names = {row.name for row in report.rows}
    assert all(line.label in names for line in lines if not line.group)


@pytest.mark.parametrize("network", ["resnet50", "googlenet", "unet"])
def test_closed_single_lines_are_those_of_a_folded_summary(network: str) -> None:
    report = report_of(network)
    assert sum(line.times for line in folded(report, 0)) == len(unfolded(report, 0))


@pytest.mark.parametrize("by", FIGURE_COLUMNS)
@pytest.mark.parametrize("depth", [None, 0])
def test_the_largest_comes_first(by: str, depth: int | None) -> None:
    view = Summary(report_of("resnet50"), depth=depth, ranking=Ranking(by)).view()
    amounts = [line.total(FIGURE_COLUMNS[by].of_row) for line in view.lines]
    assert amounts == sorted(amounts, reverse=True)
    assert sum(amounts) == FIGURE_COLUMNS[by].of(report_of("resnet50"))
    assert view.note == ""


@pytest.mark.parametrize("top", [1, 5, 88])
def test_the_first_lines_say_how_much_of_all_they_are(top: int) -> None:
    whole = Summary(report_of("resnet50"), ranking=Ranking("macs")).view()
    part = Summary(report_of("resnet50"), ranking=Ranking("macs", top)).view()
    assert part.lines == whole.lines[:top]
    share = sum(line.total(lambda row: row.macs) for line in part.lines) / report_of("resnet50").totals.macs
    assert part.note == f"{top} of {len(whole.lines)} lines: {100 * share:.1f} % of the MACs"


def test_more_lines_than_there_are_is_all() -> None:
    assert (
        command.run("summary", "lenet5", "--top", "99").stdout
        == command.run("summary", "lenet5", "--sort", "macs").stdout
    )


def test_sorting_shows_the_figure_and_its_share() -> None:
    assert command.run("summary", "lenet5", "--sort", "flops").stdout.split("\n")[2].split() == (
        ["layer", "kind", "output", "FLOPs", "FLOPs", "share"]
    )
    chosen = command.run("summary", "lenet5", "--sort", "flops", "-c", "layer,flops").stdout
    assert chosen.split("\n")[2].split() == ["layer", "FLOPs"]


@pytest.mark.parametrize("by", FIGURE_COLUMNS)
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_what_lines_are_sorted_by_is_never_left_out(by: str, width: int) -> None:
    view = Summary(report_of("densenet201"), ["layer", "kind", "output", by, "share"], ranking=Ranking(by, 3)).view()
    assert FIGURE_COLUMNS[by].heading in view.table(width).headings


def test_a_tools_count_can_be_sorted_along() -> None:
    lines = command.run("summary", "lenet5", "--top", "2", "--count", "fvcore").stdout.split("\n")
    assert [line.split()[0] for line in lines[4:6]] == ["C3", "C1"]


def test_sorted_markdown_has_the_same_lines() -> None:
    text = command.run("summary", "lenet5", "--top", "2", "--format", "markdown").stdout
    assert re.findall(r"^\| (C\d) ", text, re.MULTILINE) == ["C3", "C1"]


def test_what_cannot_be_sorted_is_refused() -> None:
    reason = "CSV, JSON and SVG have the layers in their order"
    assert reason in refused("summary", "lenet5", "--sort", "macs", "-f", "csv")
    assert reason in refused("summary", "lenet5", "--top", "3", "-f", "json")
    assert reason in refused("summary", "lenet5", "--top", "3", "-f", "svg")
    assert "'parms' is not a figure of a layer; did you mean `params`?" in refused(
        "summary", "lenet5", "--sort", "parms"
    )
    assert "'lyaer' is not a column; did you mean `layer`?" in refused("summary", "lenet5", "-c", "lyaer")
    assert "--top" in refused("summary", "lenet5", "--top", "0")


# Screens


def on_screen(network: str, width: int, height: int, **settings: object) -> list[str]:
    text = to_text(Summary(report_of(network), DEFAULT, **settings), Page(width, height=height))
    return text.rstrip("\n").split("\n")


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("height", [24, 40, 60, 100, 1000])
@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_the_screen_or_everything_is_closed(network: str, width: int, height: int) -> None:
    lines = on_screen(network, width, height)
    whole = on_screen(network, width, 10**6)
    closed = on_screen(network, width, 10**6, depth=0)
    if len(whole) < height:
        assert lines == whole
        return
    depths = max(line.depth for line in folded(report_of(network)))
    assert len(lines) < height or not depths or len(lines) <= len(closed) + 2
    note = re.search(r"closed to fit: --depth (\d) opens", "\n".join(lines))
    assert (note is not None) == (depths > 0)
    if note is None:
        return
    shown = int(note[1]) - 1
    opened = on_screen(network, width, 10**6, depth=shown)
    kept = [line for line in lines if line and "closed to fit" not in line]
    assert kept == [line for line in opened if line]
    assert shown == depths - 1 or len(on_screen(network, width, 10**6, depth=shown + 1)) + 1 >= height


def test_densenet_fits_an_ordinary_screen() -> None:
    assert len(on_screen("densenet201", 120, 10**6)) > 500
    assert len(on_screen("densenet201", 120, 50)) < 50


@pytest.mark.parametrize("settings", [{"expand": True}, {"depth": 5}, {"ranking": Ranking("macs")}])
def test_what_was_asked_for_is_not_closed(settings: dict[str, object]) -> None:
    assert on_screen("densenet201", 120, 30, **settings) == on_screen("densenet201", 120, 10**6, **settings)


def test_a_pipe_gets_everything() -> None:
    report = report_of("densenet201")
    assert to_text(Summary(report), Page()) == to_text(Summary(report), Page(10**4, height=10**6))


# Colours


def test_sums_are_bright_and_rows_of_zeros_dim() -> None:
    text = to_text(Summary(report_of("resnet18")), Page(200, color=True))
    lines = {re.sub(r"\x1b\[\d*m", "", line).split("  ")[0].strip(): line for line in text.split("\n") if line}
    assert lines["total"].startswith("\x1b[1m")
    assert lines["stage.0"].startswith("\x1b[1m")
    assert lines["max_pool"].startswith("\x1b[2m")
    assert not lines["linear"].startswith("\x1b")
    assert re.sub(r"\x1b\[\d*m", "", text) == to_text(Summary(report_of("resnet18")), Page(200))


def test_every_column_can_be_asked_for() -> None:
    for name in COLUMNS:
        assert command.run("summary", "resnet18", "-c", f"layer,{name}").exit_code == 0


# Layers with a fixed filter


def text_of(*layers: str) -> str:
    listed = "".join(f"  - {layer}\n" for layer in layers)
    report = cnnshape.analyze(cnnshape.load(f"input: [8, 12, 12]\nlayers:\n{listed}"))
    return " ".join(to_text(Summary(report), Page(width=120)).split())


@pytest.mark.parametrize(
    ("layer", "shown"),
    [
        ("blur_pool: 3", "blur_pool 3x3/2 8x6x6"),
        ("blur_pool: {kernel: 4, padding: 2, mode: zeros}", "blur_pool 4x4/2 p2 mode=zeros 8x7x7"),
        ("blur_pool: {kernel: 3, stride: 1}", "blur_pool 3x3 8x12x12"),
    ],
)
def test_padding_that_follows_from_the_kernel_is_not_shown(layer: str, shown: str) -> None:
    assert shown in text_of(layer)


def test_a_filter_is_no_running_statistic() -> None:
    assert "17 buffers (running statistics)" in text_of("batch_norm: {affine: false}")
    assert "72 buffers (not learned)" in text_of("blur_pool: 3")
    assert "89 buffers (not learned)" in text_of("blur_pool: 3", "batch_norm")


CROSSED = """
input: [3, 32, 32]
layers:
  - {concat: {left: [crop: [[0, 1], [0, 1]]], right: [crop: [[1, 0], [1, 0]]]}, name: crossed}
  - {relu, from: input, name: straight}
outputs: [OUTPUT]
"""


@pytest.mark.parametrize("columns", [DEFAULT, ("layer", "output"), ("layer", "rf_stride")], ids=" ".join)
@pytest.mark.parametrize("output", ["straight", "crossed"])
def test_a_star_is_explained_where_it_is_shown(output: str, columns: tuple[str, ...]) -> None:
    report = cnnshape.analyze(cnnshape.load(CROSSED.replace("OUTPUT", output)))
    text = to_text(Summary(report, columns), Page())
    assert ("*: paths" in text) == (re.search(r"\d\*", text) is not None)


@pytest.mark.parametrize("network", ["resnet50", "m5", "fast_rcnn", "wavenet", "vnet"])
def test_the_inputs_of_the_heading_can_be_typed(network: str) -> None:
    heading = command.run("summary", network).stdout.partition("\n")[0]
    given = heading.partition(": input ")[2].partition(", batch ")[0].split(", ")
    assert len(given) == len(report_of(network).inputs)
    typed = command.run("summary", network, *(word for shape in given for word in ("-i", shape)))
    assert typed.stdout.partition("\n")[0] == heading


@pytest.mark.parametrize(
    ("inputs", "typed"),
    [
        ("[8]", "8"),
        ("{image: [3, 8, 8]}", "image=3x8x8"),
        ("{image: [3, 8, 8], rois: {boxes: 1}}", "image=3x8x8, rois=1"),
        ("{image: [3, 8, 8], rois: {boxes: 128}}", "image=3x8x8, rois=128"),
        ("{image: [3, 8, 8], input: [1, 4, 4]}", "image=3x8x8, input=1x4x4"),
        ("{input: {boxes: 1}}", "1"),
        ("{input: {boxes: 2}, image: [3, 8, 8]}", "2, image=3x8x8"),
    ],
)
def test_any_inputs_of_a_heading_can_be_typed(inputs: str, typed: str) -> None:
    text = f"cnnshape: 1\nname: net\ninput: {inputs}\nlayers:\n  - relu\n"
    read = cnnshape.analyze(cnnshape.load(text))
    assert header(read) == f"net: input {typed}, batch 1, float32"
    # Other sizes in the spec: the heading gives the same ones back.
    other = re.sub(r"(?<=boxes: )\d+", "7", text.replace("8", "16").replace("4", "9"))
    shapes = dict(shape.rpartition("=")[::2] for shape in typed.split(", "))
    given = {name or "input": int(size) if size.isdigit() else size for name, size in shapes.items()}
    assert cnnshape.analyze(cnnshape.load(other), input=given).inputs == read.inputs
