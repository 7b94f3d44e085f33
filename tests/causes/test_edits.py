"""Edits of a program, the values that are tried, and layers run again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.causes.edit import Edit, applied, block_steps, kind_steps, written_text
from cnnshape.causes.options import changed, keeping_padding, options_of, stride_of
from cnnshape.causes.replay import Replay
from cnnshape.graph import build
from cnnshape.layers import BY_NAME, Application, LayerProblem, Tensor
from cnnshape.program import resolve

TEXT = """cnnshape: 1
input: [3, 32, 32]
blocks:
  Conv:
    params: {out: 8, stride: 1}
    do:
      - conv: {out: out, kernel: 3, stride: stride, padding: 1}
layers:
  - {Conv: {out: 4}, repeat: 2, first: {stride: 2}}
  - max_pool: 2
  - {conv: {out: 6, kernel: 1}, repeat: 2, first: {stride: 2}}
"""


def program():
    return resolve(cnnshape.load(TEXT).spec)


def outputs(resolved):
    graph = build(resolved).graph
    return [node.application.output.shape for node in graph.nodes]


BEFORE = [(4, 16, 16), (4, 16, 16), (4, 8, 8), (6, 4, 4), (6, 4, 4)]


def step(steps, line):
    return next(kind_step for (_, at, _), kind_step in steps.items() if at == line)


@pytest.mark.parametrize(
    ("line", "argument", "written", "first", "after"),
    [
        (10, "kernel", 4, False, [(4, 16, 16), (4, 16, 16), (4, 4, 4), (6, 2, 2), (6, 2, 2)]),
        (10, "stride", 1, False, [(4, 16, 16), (4, 16, 16), (4, 15, 15), (6, 8, 8), (6, 8, 8)]),
        (11, "out", 5, False, [*BEFORE[:3], (5, 4, 4), (5, 4, 4)]),
        (11, "stride", 1, True, [*BEFORE[:3], (6, 8, 8), (6, 8, 8)]),
        (11, "stride", 2, False, [*BEFORE[:3], (6, 4, 4), (6, 2, 2)]),
        (7, "stride", 1, False, [(4, 32, 32), (4, 32, 32), (4, 16, 16), (6, 8, 8), (6, 8, 8)]),
        (7, "padding", (0, 1), False, [(4, 15, 16), (4, 13, 16), (4, 6, 8), (6, 3, 4), (6, 3, 4)]),
        (7, "out", "2 * out", False, [(8, 16, 16), (8, 16, 16), (8, 8, 8), (6, 4, 4), (6, 4, 4)]),
    ],
)
def test_an_edit_holds_while_it_is_applied(line, argument, written, first, after):
    resolved = program()
    assert outputs(resolved) == BEFORE
    with applied([Edit(step(kind_steps(resolved), line), argument, written, first=first)]):
        assert outputs(resolved) == after
    assert outputs(resolved) == BEFORE


def test_an_edit_of_a_use_changes_that_use():
    resolved = program()
    use = step(block_steps(resolved), 9)
    with applied([Edit(use, "out", 7)]):
        assert [shape[0] for shape in outputs(resolved)] == [7, 7, 7, 6, 6]
    with applied([Edit(use, "out", 7), Edit(use, "out", 5)]):
        assert [shape[0] for shape in outputs(resolved)] == [5, 5, 5, 6, 6]
    assert outputs(resolved) == BEFORE


def test_edits_are_undone_after_an_error():
    resolved = program()
    with pytest.raises(ZeroDivisionError), applied([Edit(step(kind_steps(resolved), 10), "kernel", 4)]):
        raise ZeroDivisionError
    assert outputs(resolved) == BEFORE


@pytest.mark.parametrize(
    ("written", "text"),
    [(2, "2"), (True, "true"), (False, "false"), ("same", "same"), ((1, 0), "[1, 0]"), (0.5, "0.5")],
)
def test_values_are_written_as_a_spec_has_them(written, text):
    assert written_text(written) == text


def test_the_place_of_an_edit_is_its_value_or_the_word():
    steps = kind_steps(program())
    assert Edit(step(steps, 11), "out", 5).at.text.startswith("6")
    assert Edit(step(steps, 11), "dilation", 2).at.text == "conv"
    assert Edit(step(steps, 11), "stride", 2, first=True).at.text == "2"
    assert Edit(step(steps, 11), "out", 5).text == "out: 5"


def application(word, shape, **values):
    kind = BY_NAME[word]
    layer = kind(**{name: kind.arguments[name].type.convert(value) for name, value in values.items()})
    entering = (Tensor(shape),)
    return Application(layer, entering, layer.output(entering))


@given(st.integers(1, 7), st.integers(1, 3), st.integers(0, 4), st.integers(20, 30))
def test_the_padding_that_keeps_a_size_keeps_it(kernel, dilation, padding, size):
    applied_layer = application("conv", (2, size, size), out=3, kernel=kernel, dilation=dilation, padding=padding)
    written = keeping_padding(applied_layer)
    layer = changed(applied_layer.layer, "padding", written) or applied_layer.layer
    assert layer.output(applied_layer.inputs).shape == (3, size, size)


def test_paddings_differ_by_axis_where_kernels_do():
    assert keeping_padding(application("conv", (2, 20, 20), out=3, kernel=(3, 5))) == (1, 2)
    assert keeping_padding(application("conv", (2, 20, 20), out=3, kernel=(2, 5))) == "same"
    assert keeping_padding(application("max_pool", (2, 20, 20), kernel=2)) is None
    assert keeping_padding(application("relu", (2, 20, 20))) is None


WORDS = [
    ("conv", {"out": 3, "kernel": 3, "stride": 2, "padding": 1}), ("conv", {"out": 3, "kernel": 5}),
    ("conv", {"out": 3, "kernel": (3, 1), "padding": (1, 0)}), ("conv", {"out": 3, "kernel": 3, "dilation": 2}),
    ("conv_transpose", {"out": 3, "kernel": 3, "stride": 2}), ("max_pool", {"kernel": 2}), ("upsample", {"scale": 2}),
    ("avg_pool", {"kernel": 3, "stride": 2, "ceil": True}), ("upsample", {"size": 9}), ("relu", {}),
]  # fmt: skip


@pytest.mark.parametrize(("word", "values"), WORDS)
def test_every_option_gives_another_output(word, values):
    given_layer = application(word, (2, 21, 21), **values)
    for option in options_of(given_layer, {4}):
        assert option.layer != given_layer.layer
        assert option.layer.values[option.argument] != given_layer.layer.values[option.argument]
        assert option.layer.output(given_layer.inputs) != given_layer.output


@pytest.mark.parametrize(
    ("word", "values", "stride"),
    [("conv", {"out": 1, "kernel": 3, "stride": (1, 2)}, 2), ("max_pool", {"kernel": 3}, 3), ("relu", {}, 1),
     ("conv_transpose", {"out": 1, "kernel": 2, "stride": 2}, 1)],
)  # fmt: skip
def test_the_stride_of_a_layer_is_that_of_its_windows(word, values, stride):
    assert stride_of(application(word, (2, 12, 12), **values)) == stride


def test_a_replay_gives_what_an_expansion_gives():
    graph = build(program()).graph
    last = len(graph.inputs) + len(graph.nodes) - 1
    replay = Replay(graph, (last,))
    for size in (16, 31, 64):
        tensors = replay.outputs({}, {0: (3, size, size)})
        again = cnnshape.analyze(cnnshape.load(TEXT), inputs=(3, size, size))
        assert tensors[last].shape == again.outputs["output"]
    wider = changed(graph.nodes[0].application.layer, "out", 9)
    assert replay.outputs({len(graph.inputs): wider})[len(graph.inputs)].shape == (9, 16, 16)
    assert replay.outputs({}, {0: (3, 1, 1)}) is None


def test_an_option_that_a_layer_refuses_is_none():
    layer = application("conv", (2, 9, 9), out=3, kernel=3).layer
    assert changed(layer, "kernel", -1) is None
    assert changed(layer, "kernel", 3) is None
    with pytest.raises(LayerProblem):
        changed(layer, "kernel", 10).output((Tensor((2, 9, 9)),))
