"""Plots of shipped networks and of odd ones, measured as a browser shows them."""

from collections.abc import Callable

import pytest

from cnnshape.graph import Graph
from cnnshape.render.plot.fields import fields_picture
from cnnshape.render.plot.staircase import staircase
from cnnshape.report import Report
from cnnshape.source import shipped_names
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


def fields_plot(graph: Graph, report: Report) -> str:
    """The fields, if the input has two axes."""
    fields = trace(graph, report)
    if len(fields.input) != 2:
        return memory_plot(graph, report)
    seen = regions(graph, central_cells(graph, fields, 8))
    return fields_picture(fields, [region for region in seen if region is not None])


PLOTS: dict[str, Plot] = {"memory": memory_plot, "fields": fields_plot}


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
