"""Receptive fields of single cells, against tracing which input cells a cell depends on."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.api import expand
from cnnshape.graph import Options
from cnnshape.render.plot.fields import fields_picture, squares_of
from cnnshape.render.rf import plain
from cnnshape.report import Settings, make_report
from cnnshape.source import shipped_path
from cnnshape.study.rf import central_cells, region, regions, trace

from .growth import calls

CONVS = [(7, 2, 3), (3, 2, 1), (3, 1, 0), (5, 3, 2)]
SPEC = "cnnshape: 1\ninput: [1, 40]\nlayers:\n" + "".join(
    f"  - conv: {{out: 1, kernel: {kernel}, stride: {stride}, padding: {padding}}}\n"
    for kernel, stride, padding in CONVS
)


def traced(cell):
    """First and last input index, padding included, that a cell of the last layer reads."""
    first = last = cell
    for kernel, stride, padding in reversed(CONVS):
        first, last = first * stride - padding, last * stride - padding + kernel - 1
    return first, last


def graph_of(spec):
    graph, problems = expand(cnnshape.load(spec if "\n" in str(spec) else shipped_path(spec)), Options())
    assert not problems
    return graph


def test_a_cell_sees_what_its_windows_read():
    graph = graph_of(SPEC)
    last = len(graph.nodes) - 1
    for cell in range(graph.nodes[last].application.output.shape[1]):
        (span,) = region(graph, last, (cell,)).spans
        first_seen, last_seen = traced(cell)
        assert (span.first, span.last) == (first_seen, last_seen)
        inside = [at for at in range(first_seen, last_seen + 1) if 0 <= at < 40]
        assert span.inside == len(inside)
        assert (span.before, span.after) == (
            sum(at < 0 for at in range(first_seen, last_seen + 1)),
            max(last_seen - 39, 0),
        )


def test_the_share_of_padding_is_by_area():
    graph = graph_of("cnnshape: 1\ninput: [1, 8, 8]\nlayers:\n  - conv: {out: 1, kernel: 3, padding: 1}\n")
    assert (
        region(graph, 0, (0, 0)).padding_share == 1 - (2 * 2) / (3 * 3)
        or region(graph, 0, (0, 0)).padding_share.numerator == 5
    )
    assert region(graph, 0, (4, 4)).padding_share == 0


@pytest.mark.parametrize("cell", [(0,), (99, 0), (-1, 0), (0, 0, 0)])
def test_a_cell_outside_is_refused(cell):
    graph = graph_of("cnnshape: 1\ninput: [1, 8, 8]\nlayers:\n  - conv: {out: 1, kernel: 3, padding: 1}\n")
    with pytest.raises(IndexError):
        region(graph, 0, cell)


@pytest.mark.parametrize("network", ["resnet18", "unet", "lenet5"])
def test_regions_are_those_of_single_cells(network):
    graph = graph_of(network)
    cells = [
        (index, (0,) * (len(node.application.output.shape) - 1))
        for index, node in enumerate(graph.nodes)
        if len(node.application.output.shape) > 1
    ]
    assert regions(graph, cells) == [region(graph, *cell) for cell in cells]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2)), min_size=1, max_size=4), st.data())
def test_a_span_counts_the_padding_on_either_side(convs, data):
    lines = "".join(f"  - conv: {{out: 1, kernel: {k}, stride: {s}, padding: {p}}}\n" for k, s, p in convs)
    graph = graph_of(f"cnnshape: 1\ninput: [1, 400]\nlayers:\n{lines}")
    last = len(graph.nodes) - 1
    cell = data.draw(st.integers(0, graph.nodes[last].application.output.shape[1] - 1))
    (span,) = region(graph, last, (cell,)).spans
    first = end = cell
    for kernel, stride, padding in reversed(convs):
        first, end = first * stride - padding, end * stride - padding + kernel - 1
    assert (span.first, span.last, span.size) == (first, end, end - first + 1)
    assert span.before == sum(at < 0 for at in range(first, end + 1))
    assert span.after == sum(at > 399 for at in range(first, end + 1))
    assert span.inside == span.size - span.before - span.after


def test_regions_work_the_fields_out_once():
    graph = graph_of("resnet18")
    cells = central_cells(graph, trace(graph, make_report(graph)), 4)
    assert calls(regions, graph, cells) < 2 * calls(region, graph, *cells[0])


@pytest.mark.parametrize("most", [2, 3, 8])
def test_central_cells_are_the_last_of_each_stride(most):
    graph = graph_of("resnet50")
    fields = central_cells(graph, trace(graph, make_report(graph)), most)
    sizes = [graph.nodes[index].application.output.shape[1:] for index, _ in fields]
    assert len(fields) == min(most, 5)
    assert [cell for _, cell in fields] == [tuple(size // 2 for size in shape) for shape in sizes]
    assert sizes == sorted(sizes, reverse=True)


def test_where_the_field_covers_the_input():
    graph = graph_of("resnet50")
    fields = trace(graph, make_report(graph))
    sizes = {stage.row.name: stage.row.receptive_field.size[0] for stage in fields.stages}
    assert sizes[fields.covered] >= 224
    names = list(sizes)
    assert all(sizes[name] < 224 for name in names[: names.index(fields.covered)])


def test_unaligned_joins_are_named_where_they_begin():
    spec = """cnnshape: 1
input: [1, 16, 16]
layers:
  - add: {left: [{conv: {out: 1, kernel: 2}}], right: [{crop: [[1, 0], [1, 0]]}]}
  - relu
  - {concat: {one: [], two: [relu]}, name: later}
"""
    graph = graph_of(spec)
    fields = trace(graph, make_report(graph))
    assert fields.unaligned == ("add",)
    assert "paths with different centres meet at add" in plain(fields)


def drawn_fields(name):
    graph = graph_of(name)
    fields = trace(graph, make_report(graph))
    seen = regions(graph, central_cells(graph, fields, 8))
    root = ElementTree.fromstring(fields_picture(fields, seen))
    titled = [(rect.find(f"{SVG}title"), rect) for rect in root.iter(f"{SVG}rect")]
    return seen, root, [(title.text, rect) for title, rect in titled if title is not None]


SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ["resnet18", "googlenet"])
def test_the_picture_is_to_scale(name):
    seen, _, titled = drawn_fields(name)
    sizes = [(words, float(rect.get("width"))) for words, rect in titled]
    unit = sizes[0][1] / 224
    assert sizes[0][0] == "the input, 224x224"
    for region_ in seen:
        words = f"{region_.layer}: {region_.spans[0].size}x{region_.spans[1].size}"
        width, *enlarged = [width for title, width in sizes if title == words]
        assert width == pytest.approx(region_.spans[1].size * unit, abs=0.2)
        assert all(other > 2 * width for other in enlarged)
        assert enlarged or width * 6 >= 420


def test_layers_that_see_the_same_cells_share_a_square():
    seen, root, titled = drawn_fields("unet")
    squares = squares_of(seen)
    assert sum(len(square.layers) for square in squares) == len(seen) == 8
    assert len({square.spans for square in squares}) == len(squares) < 8
    shared = next(square for square in squares if len(square.layers) > 1)
    assert any(words == f"{', '.join(shared.layers)}: {shared.size}x{shared.size}" for words, _ in titled)
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert f"{shared.layers[0]} and {len(shared.layers) - 1} more" in texts


def test_early_layers_are_drawn_again_and_larger():
    seen, root, titled = drawn_fields("vgg16")
    smallest = f"{seen[0].layer}: 5x5"
    first, enlarged = [float(rect.get("width")) for words, rect in titled if words == smallest]
    heading = next(element.text for element in root.iter(f"{SVG}text") if "times larger" in (element.text or ""))
    assert heading == f"the smallest, {round(enlarged / first)} times larger"


def test_a_way_up_is_drawn_too():
    graph = graph_of("unet")
    cells = central_cells(graph, trace(graph, make_report(graph)), 20)
    sizes = [graph.nodes[index].application.output.shape[1] for index, _ in cells]
    assert sizes[:5] == sorted(sizes[:5], reverse=True)
    assert sizes[4:] == sorted(sizes[4:])
    assert len(set(sizes)) == 9


def test_a_global_layer_covers_only_where_no_local_one_follows():
    spec = """cnnshape: 1
input: [1, 16, 16]
layers:
  - conv: {out: 4, kernel: 3, padding: 1}
  - multiply: {x: [], gate: [global_avg_pool, {conv: {out: 4, kernel: 1}}]}
  - {conv: {out: 4, kernel: 3, padding: 1}, name: later}
"""
    graph = graph_of(spec)
    assert trace(graph, make_report(graph)).covered == "gate.global_avg_pool"
    assert trace(graph, make_report(graph, settings=Settings(ignore_gates=True))).covered == ""


@pytest.mark.parametrize("shape", [(1, 7), (1, 7, 7), (1, 7, 4)])
def test_an_axis_that_a_nearest_upsampling_keeps_is_copied(shape):
    """PyTorch 2.13's forward in two dimensions copies an axis whose size stays, though a scale of 1.1 is given. In one
    dimension it divides by the scale: cell 6 of 7 reads cell 5 there, floor(6 / 1.1)."""
    text = f"input: {list(shape)}\nlayers:\n  - {{upsample: 1.1, name: up}}\n"
    graph, _ = expand(cnnshape.load(text), Options())
    assert graph is not None
    assert graph.nodes[0].application.output.shape == shape
    last = tuple(size - 1 for size in shape[1:])
    seen = region(graph, 0, last)
    assert seen is not None
    assert [(span.first, span.last) for span in seen.spans] == [(cell, cell) for cell in last]
