"""A report's edges, groups and last maps agree with a second reading of the spec."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import pytest
from hypothesis import given

import cnnshape
from cnnshape.graph import Group
from cnnshape.report import FIGURES, ROW_FIGURES, LayerFigures, Report, Row
from cnnshape.source import shipped_names, shipped_path

from .plain import Spec
from .strategy import specs
from .wiring import Network, wired

SHIPPED = ("resnet50", "googlenet", "densenet121", "unet", "yolov3", "faster_rcnn_resnet50_fpn", "efficientnet_b0")


def reported(spec: Spec) -> Report:
    return cnnshape.analyze(cnnshape.load(spec.text))


def shipped(name: str) -> Report:
    return cnnshape.analyze(cnnshape.load(shipped_path(name) or ""))


def groups(parent: Group) -> Iterator[Group]:
    for group in parent.children:
        yield group
        yield from groups(group)


# Edges


@given(specs())
def test_sources_are_the_edges_of_the_network(spec: Spec) -> None:
    report, network = reported(spec), wired(spec)
    names = [*report.inputs, *(row.name for row in report.rows)]
    assert len(set(names)) == len(names)
    assert [row.sources for row in report.rows] == [
        tuple(names[index] for index in node.inputs) for node in network.nodes
    ]


@given(specs())
def test_what_a_layer_gets_is_what_its_sources_give(spec: Spec) -> None:
    assert_shapes_flow(reported(spec))


@pytest.mark.parametrize("name", SHIPPED)
def test_shapes_flow_along_the_edges_of_shipped_networks(name: str) -> None:
    assert_shapes_flow(shipped(name))


def assert_shapes_flow(report: Report) -> None:
    """Every source comes before its reader, and gives the shape that the reader gets."""
    given_shapes = {name: tensor.shape for name, tensor in report.inputs.items()}
    for row in report.rows:
        assert row.inputs == tuple(given_shapes[source] for source in row.sources), row.name
        assert row.name not in given_shapes
        given_shapes[row.name] = row.output


def test_an_input_and_a_layer_never_share_a_name() -> None:
    """An unnamed layer is called by its kind, which may be the name of an input."""
    text = "input: {relu: [3, 8, 8]}\nlayers:\n  - relu\n  - relu\n  - add: [relu, prev]\n"
    report = cnnshape.analyze(cnnshape.load(text))
    assert [row.sources for row in report.rows] == [("relu",), ("relu_2",), ("relu", "relu_3")]


# Groups


@given(specs())
def test_groups_nest(spec: Spec) -> None:
    assert_groups_nest(reported(spec))


@pytest.mark.parametrize("name", SHIPPED)
def test_groups_of_shipped_networks_nest(name: str) -> None:
    assert_groups_nest(shipped(name))


def assert_groups_nest(report: Report) -> None:
    """Groups are runs of rows that start with their name, in order, each inside of its parent."""
    assert (report.groups.start, report.groups.end) == (0, len(report.rows))
    for parent in (report.groups, *groups(report.groups)):
        position = parent.start
        for group in parent.children:
            assert position <= group.start < group.end <= parent.end
            assert all(row.name.startswith(f"{group.label}.") for row in report.rows[group.start : group.end])
            position = group.end


@given(specs())
def test_totals_of_groups_add_up(spec: Spec) -> None:
    assert_groups_add_up(reported(spec))


@pytest.mark.parametrize("name", SHIPPED)
def test_totals_of_groups_of_shipped_networks_add_up(name: str) -> None:
    assert_groups_add_up(shipped(name))


def assert_groups_add_up(report: Report) -> None:
    """A group's totals are those of the groups in it and of the layers between them; the whole's are the report's."""
    figures = LayerFigures(report)
    for parent in (report.groups, *groups(report.groups)):
        inner = [figures.totals(group) for group in parent.children]
        loose = loose_rows(report, parent)
        for figure in ROW_FIGURES:
            assert figure.of_row is not None
            sums = sum(totals[figure.name] for totals in inner) + sum(figure.of_row(row) or 0 for row in loose)
            assert figures.totals(parent)[figure.name] == sums
    whole = figures.totals(report.groups)
    assert whole == {name: FIGURES[name].of(report) for name in whole}


def loose_rows(report: Report, parent: Group) -> list[Row]:
    covered = {index for group in parent.children for index in range(group.start, group.end)}
    return [report.rows[index] for index in range(parent.start, parent.end) if index not in covered]


PARAMS = """\
input: [3, 32, 32]
params: {widths: [4, 8]}
blocks:
  Unit:
    params: {width: required, act: relu, sizes: [1, [2, 3]], scale: 1 / 2, wide: width > 4}
    do:
      - conv: {out: width, kernel: 3, act: act}
layers:
  - {conv: {out: 4, kernel: 1}, name: stem}
  - for: {width: widths, stride: [1, 2]}
    name: stage
    do:
      - Unit: {width: width}
      - {Unit: {width: width * 2, act: none}, name: final}
"""


def test_groups_keep_the_params_of_their_block() -> None:
    report = cnnshape.analyze(cnnshape.load(PARAMS))
    unit = {"act": "relu", "sizes": (1, (2, 3)), "scale": 0.5}
    assert [(group.label, group.word, dict(group.params)) for group in groups(report.groups)] == [
        ("stage.0", "stage", {"width": 4, "stride": 1}),
        ("stage.0.Unit", "Unit", {**unit, "width": 4, "wide": False}),
        ("stage.0.final", "Unit", {**unit, "width": 8, "act": "none", "wide": True}),
        ("stage.1", "stage", {"width": 8, "stride": 2}),
        ("stage.1.Unit", "Unit", {**unit, "width": 8, "wide": True}),
        ("stage.1.final", "Unit", {**unit, "width": 16, "act": "none", "wide": True}),
    ]


# Last maps


@given(specs())
def test_the_reach_of_each_output_is_found_by_walking_back(spec: Spec) -> None:
    report, network = reported(spec), wired(spec)
    expected = {}
    for name, value in zip(report.outputs, network.outputs, strict=True):
        maps = [index for index in ancestors(network, value) if is_map(network.shape(index), report.rows[index - 1])]
        if maps:
            expected[name] = report.rows[max(maps) - 1].name
    assert {name: row.name for name, row in report.reaches.items()} == expected
    main = next(iter(report.outputs))
    assert (report.reach and report.reach.name) == expected.get(main)


def ancestors(network: Network, value: int) -> set[int]:
    """The layers that a value depends on, with its own."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        index = waiting.pop()
        if index and index not in seen:
            seen.add(index)
            waiting += network.nodes[index - 1].inputs
    return seen


def is_map(shape: tuple[int, ...], row: Row) -> bool:
    field = row.receptive_field
    return field is not None and len(shape) > 1 and (any(field.stride) or prod(shape[1:]) > 1)


@pytest.mark.parametrize("name", shipped_names())
def test_the_reach_of_shipped_networks_is_found_by_walking_back(name: str) -> None:
    report = shipped(name)
    rows = {row.name: row for row in report.rows}
    order = {row.name: index for index, row in enumerate(report.rows)}
    for output, layer in report.output_layers.items():
        way = [rows[source] for source in walked_back(rows, layer)]
        maps = [row for row in way if row.boxes == 1 and is_map(row.output, row)]
        last = max(maps, key=lambda row: order[row.name], default=None)
        assert report.reaches.get(output) is last


def walked_back(rows: dict[str, Row], layer: str) -> set[str]:
    """The layers that one depends on, with itself."""
    seen: set[str] = set()
    waiting = [layer]
    while waiting:
        name = waiting.pop()
        if name in rows and name not in seen:
            seen.add(name)
            waiting += rows[name].sources
    return seen


def test_the_main_output_is_the_first() -> None:
    """The pooled map is the main output: its space ends at `main`. `aux` has a field of its own."""
    text = MAIN.format("pooled, aux, wide")
    report = cnnshape.analyze(cnnshape.load(text))
    assert {name: row.name for name, row in report.reaches.items()} == {"pooled": "main", "aux": "aux", "wide": "wide"}
    assert report.reach is not None
    assert report.reach.name == "main"
    assert report.reach.receptive_field is not None
    assert report.reach.receptive_field.size == (3, 3)
    other = cnnshape.analyze(cnnshape.load(MAIN.format("wide, aux, pooled")))
    assert other.reach is not None
    assert other.reach.name == "wide"


MAIN = """\
input: [3, 47, 47]
layers:
  - {{conv: {{out: 8, kernel: 3, padding: 1}}, name: main}}
  - {{global_avg_pool, name: pooled}}
  - {{conv: {{out: 8, kernel: 1}}, from: main, name: aux}}
  - {{conv: {{out: 8, kernel: 5, padding: 2}}, from: main, name: wide}}
outputs: [{}]
"""


@pytest.mark.parametrize(
    ("layers", "reach"),
    [
        ("[{conv: {out: 4, kernel: 3}, name: a}, global_max_pool, flatten, linear: 5]", "a"),
        ("[{conv: {out: 4, kernel: 3}, name: a}, flatten, linear: 5]", "a"),
        ("[{conv: {out: 4, kernel: 3}, name: a}, global_avg_pool, {conv: {out: 5, kernel: 1}}]", "a"),
        ("[{conv: {out: 4, kernel: 3}, name: a}, {avg_pool: 6, name: b}, flatten]", "b"),
        ("[{conv: {out: 4, kernel: 3}, name: a}, {adaptive_avg_pool: 2, name: b}, flatten]", "b"),
        ("[{conv: {out: 4, kernel: 8}, name: a}, flatten]", "a"),
        ("[flatten, linear: 5]", None),
    ],
)
def test_where_the_space_of_a_network_ends(layers: str, reach: str | None) -> None:
    report = cnnshape.analyze(cnnshape.load(f"input: [3, 8, 8]\nlayers: {layers}\n"))
    assert (report.reach.name if report.reach else None) == reach


def test_a_network_without_space_has_no_reach() -> None:
    report = cnnshape.analyze(cnnshape.load("input: [3]\nlayers: [{linear: 5}]\n"))
    assert report.reach is None
    assert report.reaches == {}
