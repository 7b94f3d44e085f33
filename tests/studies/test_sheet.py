"""Sheets: the layers of steps and lines, the texts, the fields."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cnnshape.study.sheet import MOST_FIELDS, Sheet, joined
from tests.pictures.reports_of import network_of, sheet_of_text, shipped_sheet

NET = """cnnshape: 1
name: net
input: [3, 32, 32]
blocks:
  Unit:
    params: {out: required}
    do:
      - conv: {out: out, kernel: 3, norm: batch_norm}
      - relu
layers:
  - Unit: 8
  - for: {out: [8, 16]}
    name: stage
    do:
      - Unit: out
        repeat: 2
  - conv: {out: 4, kernel: 1, act: relu}
"""


def names(sheet: Sheet, source: int, line: int) -> list[str]:
    network = network_of(sheet)
    return [row.name for start, end in network.lines[source, line] for row in network.report.rows[start:end]]


def test_steps_are_layers_with_their_norms_and_activations() -> None:
    network = network_of(sheet_of_text(NET))
    kinds = [[row.kind for row in network.report.rows[start:end]] for start, end in network.steps]
    assert kinds == [["conv", "batch_norm"], ["relu"]] * 5 + [["conv", "relu"]]


def test_the_layers_of_lines() -> None:
    sheet = sheet_of_text(NET)
    rows = [row.name for row in network_of(sheet).report.rows]
    assert names(sheet, 0, 8) == [name for name in rows if name.endswith(("conv", "batch_norm")) and "Unit" in name]
    assert names(sheet, 0, 9) == [name for name in rows if name.endswith("relu") and "Unit" in name]
    assert names(sheet, 0, 11) == rows[:3]
    assert names(sheet, 0, 12) == names(sheet, 0, 15) == [name for name in rows if name.startswith("stage")]
    assert names(sheet, 0, 17) == rows[-2:]
    assert sorted(network_of(sheet).lines) == [(0, line) for line in (8, 9, 11, 12, 15, 17)]


def test_the_places_of_layers() -> None:
    network = network_of(sheet_of_text(NET))
    first, *rounds = network.report.groups.children
    assert network.places[first.start, first.end] == ((0, 11),)
    assert [network.places[group.start, group.end] for group in rounds] == [((0, 12),)] * 2
    assert network.places[0, 2] == ((0, 8),)
    only = network_of(sheet_of_text(NET.replace("        repeat: 2\n", "")))
    group = only.report.groups.children[1]
    assert only.places[group.start, group.end] == ((0, 12), (0, 15))


def test_every_layer_has_a_line() -> None:
    for name in ("resnet152", "yolov3", "mask_rcnn_resnet50_fpn"):
        network = network_of(shipped_sheet(name))
        covered = {index for layers in network.lines.values() for part in layers for index in range(*part)}
        assert covered == set(range(len(network.report.rows)))


def test_texts_that_a_design_extends() -> None:
    sheet = shipped_sheet("resnet152")
    assert [source.path.name for source in sheet.sources if source.path] == ["resnet152.yaml", "resnet50.yaml"]
    assert {source for source, _ in network_of(sheet).lines} == {1}
    assert len(shipped_sheet("resnet50").sources) == 1


def test_a_design_without_a_graph() -> None:
    sheet = sheet_of_text("cnnshape: 1\nname: x\ninput: [3, -1]\nlayers: [relu]\n")
    assert sheet.network is None
    assert sheet.findings
    assert (sheet.name, sheet.label) == ("x", "net")


def test_fields() -> None:
    fields = network_of(shipped_sheet("resnet50")).fields
    assert 1 < len(fields) <= MOST_FIELDS
    rows = {row.name: row.receptive_field for row in network_of(shipped_sheet("resnet50")).report.rows}
    for region in fields:
        field = rows[region.layer]
        assert field is not None
        assert tuple(span.size for span in region.spans) == field.size
    assert network_of(sheet_of_text("cnnshape: 1\nname: x\ninput: [8]\nlayers: [{linear: 3}]\n")).fields == ()


RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)).map(lambda pair: (pair[0], pair[0] + pair[1])))


@given(RANGES)
def test_joined_ranges(parts: list[tuple[int, int]]) -> None:
    layers = joined(parts)
    assert {index for part in layers for index in range(*part)} == {index for part in parts for index in range(*part)}
    assert all(first[1] < second[0] for first, second in pairwise(layers))
