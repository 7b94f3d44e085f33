"""Plots of shipped networks and of odd ones, measured as a browser shows them."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from cnnshape.device.deployment import deployment_of
from cnnshape.graph import Graph
from cnnshape.render.plot.arena import arena
from cnnshape.render.plot.changes import Change, changes, figures_of
from cnnshape.render.plot.fields import fields_picture
from cnnshape.render.plot.growth import growth_of, spread
from cnnshape.render.plot.shares import parts_of_report, shares
from cnnshape.render.plot.staircase import staircase
from cnnshape.report import FIGURES, Report
from cnnshape.source import shipped_names
from cnnshape.study.compare import Side, compare
from cnnshape.study.memory import study_memory
from cnnshape.study.rf import central_cells, regions, trace
from tests.pictures.measure import Judge
from tests.pictures.pictures_of import examined_shipped, examined_text

Plot = Callable[[Graph, Report], str]

FEW = ("lenet5", "resnet50", "googlenet", "unet", "yolov3", "preresnet1001", "mask_rcnn_resnet50_fpn", "m5")
LONG = "a_very_long_name_of_a_stage_that_goes_on_and_on_for_longer_than_any_picture_is_wide" * 3
ODD = {
    "no layers": "input: [3, 4, 4]\nlayers: []\n",
    "one layer": "input: [3, 4, 4]\nlayers: [relu]\n",
    "long names": f"name: {LONG}\ninput: [3, 40, 4]\nlayers:\n  - {{conv: {{out: 8, kernel: 3}}, name: {LONG}}}\n",
    "many stages": "input: [3, 64, 64]\nlayers:\n"
    + "".join(f"  - {{name: part_{index}, layers: [{{conv: {{out: 4, kernel: 3, padding: 1}}}}, relu]}}\n" for index in range(60)),
    "vector": "input: [100]\nlayers: [{linear: 10}]\n",
    "volume": "input: [1, 8, 8, 8]\nlayers: [{conv: {out: 4, kernel: 3}}]\n",
    "flat image": "input: [1, 4, 400]\nlayers: [{conv: {out: 4, kernel: [1, 9], stride: [1, 4]}}, {conv: {out: 4, kernel: 3}}]\n",
}  # fmt: skip


def memory_plot(graph: Graph, report: Report) -> str:
    return staircase(study_memory(graph, report))


def arena_plot(graph: Graph, report: Report) -> str:
    """On a runtime with a planner, if there is anything to run."""
    real = any(not node.application.layer.view for node in graph.nodes)
    deployment = deployment_of(graph, report, "tflm") if real else None
    return arena(deployment) if deployment else memory_plot(graph, report)


def alive_plot(graph: Graph, report: Report) -> str:
    """On a runtime without a planner."""
    real = any(not node.application.layer.view for node in graph.nodes)
    deployment = deployment_of(graph, report, "fused", ["add"]) if real else None
    return arena(deployment) if deployment else memory_plot(graph, report)


def fields_plot(graph: Graph, report: Report) -> str:
    """The fields, if the input has two axes."""
    fields = trace(graph, report)
    if len(fields.input) != 2:
        return memory_plot(graph, report)
    seen = regions(graph, central_cells(graph, fields, 8))
    return fields_picture(fields, [region for region in seen if region is not None])


def shares_plot(_: Graph, report: Report) -> str:
    return shares(report)


def changes_plot(_: Graph, report: Report) -> str:
    """A comparison with ResNet-18 and with itself."""
    other = Side("a/path/of/resnet18.yaml", examined_shipped("resnet18")[1])
    return changes(compare((other, Side("this one", report), Side("the same", report))))


SVG = "{http://www.w3.org/2000/svg}"
PLOTS: dict[str, Plot] = {
    "memory": memory_plot,
    "arena": arena_plot,
    "alive": alive_plot,
    "fields": fields_plot,
    "shares": shares_plot,
    "changes": changes_plot,
}


@pytest.mark.parametrize("plot", PLOTS)
def test_no_plot_of_a_network_has_a_defect(judge: Judge, plot: str) -> None:
    drawn = {name: PLOTS[plot](*examined_shipped(name)) for name in shipped_names()[::3]}
    assert judge.defects(drawn, pixels=False) == []


@pytest.mark.parametrize("plot", PLOTS)
def test_other_programs_draw_them_too(judge: Judge, plot: str) -> None:
    assert judge.defects({name: PLOTS[plot](*examined_shipped(name)) for name in FEW}) == []


@pytest.mark.parametrize("plot", PLOTS)
def test_no_plot_of_an_odd_design_has_a_defect(judge: Judge, plot: str) -> None:
    drawn = {name: PLOTS[plot](*examined_text(f"cnnshape: 1\n{text}")) for name, text in ODD.items()}
    assert judge.defects(drawn, pixels=False) == []


@pytest.mark.parametrize("plot", PLOTS)
def test_they_are_small(plot: str) -> None:
    sizes = {name: len(PLOTS[plot](*examined_shipped(name)).encode()) for name in FEW}
    assert max(sizes.values()) <= 40_000, sizes


def texts_of(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def titled(svg: str) -> dict[str, ElementTree.Element]:
    """The rectangles by what they say under the pointer."""
    rects = ((rect.find(f"{SVG}title"), rect) for rect in ElementTree.fromstring(svg).iter(f"{SVG}rect"))
    return {title.text or "": rect for title, rect in rects if title is not None}


@pytest.mark.parametrize("name", ["vgg16", "resnet50", "lenet5", "unet", "mask_rcnn_resnet50_fpn"])
@pytest.mark.parametrize("depth", [0, 1])
def test_parts_have_all_of_a_figure(name: str, depth: int) -> None:
    report = examined_shipped(name)[1]
    macs, params, activations = (
        sum(values) for values in zip(*(part.values for part in parts_of_report(report, depth)), strict=True)
    )
    assert (macs, params, activations) == (report.totals.macs, report.totals.params, report.totals.activation_bytes)


def test_stages_can_be_opened() -> None:
    report = examined_shipped("resnet18")[1]
    labels = [[part.label for part in parts_of_report(report, depth)] for depth in (0, 1)]
    assert [label for label in labels[0] if label.startswith("stage")] == [f"stage.{stage}" for stage in range(4)]
    assert len(labels[1]) > len(labels[0])
    assert shares(report) != shares(report, 1)


def test_segments_are_as_wide_as_their_shares() -> None:
    """VGG-16's first linear layer has three quarters of the params."""
    report = examined_shipped("vgg16")[1]
    linear = next(row for row in report.rows if row.name == "linear")
    share = linear.params / report.totals.params
    svg = shares(report)
    segments = {title: float(rect.get("width", "")) for title, rect in titled(svg).items() if " params, " in title}
    assert segments[f"linear: {linear.params:,} params, {100 * share:.1f} %"] / sum(segments.values()) == pytest.approx(
        share, abs=1e-3
    )
    texts = texts_of(svg)
    assert f"{100 * share:.0f} %" in texts[texts.index("linear") :]
    assert {"MACs", "params", "activations", f"{report.totals.macs / 1e9:.2f} G"} <= set(texts)


def sides(*names: str) -> tuple[Side, ...]:
    return tuple(Side(name, examined_shipped(name)[1]) for name in names)


def test_bars_are_the_figures_of_the_comparison() -> None:
    comparison = compare(sides("resnet50", "resnext50_32x4d"))
    svg = changes(comparison)
    texts, drawn = texts_of(svg), titled(svg)
    for name, values in comparison.figures:
        figure, ratio = FIGURES[name], values[1] / values[0]
        words = "equal" if ratio == 1 else f"{100 * (ratio - 1):+.1f} %"
        assert words in texts[texts.index(figure.heading) :]
        bar = drawn.get(f"{figure.heading}: {words}")
        assert (bar is None) == (ratio == 1)
        if bar is not None:
            assert (float(bar.get("x", "")) < 470) == (ratio < 1)
    assert "25.56 M \u2192 25.03 M" in texts


def test_half_and_double_are_as_long() -> None:
    assert Change(4, 8).octaves == 1 == -Change(8, 4).octaves
    assert [Change(4, after).words for after in (4, 5, 3, 8, 1, 0)] == [
        "equal",
        "+25.0 %",
        "-25.0 %",
        "x 2",
        "x 0.25",
        "none",
    ]
    assert Change(0, 5).words == "new"


def test_figures_that_no_side_has_are_left_out() -> None:
    names = {name for name, _ in figures_of(compare(sides("lenet5", "lenet5")))}
    assert "buffers" not in names and "params" in names


@pytest.mark.parametrize("name", ["vgg16", "googlenet", "resnet50", "unet"])
def test_growth_ends_at_the_reach_of_the_network(name: str) -> None:
    report = examined_shipped(name)[1]
    grown = growth_of(name, report)
    assert grown is not None
    macs, fields = zip(*grown.steps, strict=True)
    assert list(macs) == sorted(macs) and list(fields) == sorted(fields)
    reach = report.reach
    assert reach is not None and reach.receptive_field is not None
    assert fields[-1] >= max(reach.receptive_field.size)
    assert macs[-1] <= grown.macs == report.totals.macs
    assert grown.input == max(next(iter(report.inputs.values())).shape[1:])
    assert f"{name} {fields[-1]}" in texts_of(changes(compare(sides(name, "lenet5"))))


def test_without_fields_there_are_only_bars(judge: Judge) -> None:
    vector = Side("vector", examined_text("cnnshape: 1\ninput: [100]\nlayers: [{linear: 10}]\n")[1])
    svg = changes(compare((vector, vector)))
    assert not any("Receptive field" in text for text in texts_of(svg))
    assert judge.defects({"vector": svg}) == []


def test_many_sides(judge: Judge) -> None:
    names = shipped_names()[:30]
    svg = changes(compare(sides(*names)))
    assert judge.defects({"many": svg}, pixels=False) == []
    assert set(names) <= set(texts_of(svg))


def test_names_are_moved_apart() -> None:
    assert spread([10, 50, 51, 90], 200) == [10, 50, 66, 90]
    assert spread([10, 190, 195], 200) == [10, 184, 200]
    assert spread([], 200) == []
