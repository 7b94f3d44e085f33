"""An input without spatial axes: the error is at the input, unless something else makes the tensor flat."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape.diagnostics import Diagnostic

SLIDING = [
    ("conv: {out: 8, kernel: 3}", "H, W"),
    ("conv: {out: 8, kernel: [3]}", "L"),
    ("conv: {out: 8, kernel: 1, padding: [[1, 1], [0, 2]]}", "H, W"),
    ("conv_transpose: {out: 8, kernel: 3, stride: [2, 2, 2]}", "D, H, W"),
    ("max_pool: {kernel: [3, 3, 3]}", "D, H, W"),
    ("avg_pool: 2", "H, W"),
    ("global_avg_pool", "H, W"),
    ("upsample: [2]", "L"),
    ("pad: 1", "H, W"),
    ("crop: [[1, 1]]", "L"),
    ("instance_norm", "H, W"),
    ("conv: {out: 8, kernel: [3, 3, 3, 3]}", None),
]


def problems(layers: str, shape: str = "input: [5]") -> list[Diagnostic]:
    return cnnshape.check(cnnshape.load(f"cnnshape: 1\n{shape}\nlayers:\n{layers}"), ignore=["all"])


@pytest.mark.parametrize(("step", "sizes"), SLIDING)
@pytest.mark.parametrize("before", ["", "  - relu\n  - batch_norm\n", "  - {residual: [tanh], name: r}\n"])
def test_a_layer_that_needs_space_shows_that_the_input_has_none(before: str, step: str, sizes: str | None) -> None:
    (problem,) = problems(f"{before}  - {step}\n")
    assert problem.at is not None
    if sizes is None:
        assert problem.at.span.line > 2
        return
    assert (problem.name, problem.at.span.line, problem.at.span.text) == ("wrong-rank", 2, "[5]")
    assert [label.span.line for label in problem.related] == [4 + before.count("\n")]
    assert problem.help is not None
    assert f"`[5, {sizes}]`" in problem.help


@pytest.mark.parametrize(("step", "sizes"), SLIDING)
def test_the_input_that_is_offered_has_enough_axes(step: str, sizes: str | None) -> None:
    if sizes is not None:
        shape = f"input: [5, {', '.join('16' for _ in sizes.split(','))}]"
        assert problems(f"  - {step}\n", shape) == []


@pytest.mark.parametrize(
    "layers",
    [
        "  - flatten\n  - conv: {out: 8, kernel: 1}\n",
        "  - linear: 8\n  - conv: {out: 8, kernel: 1}\n",
        "  - {linear: 8, name: a}\n  - {conv: {out: 8, kernel: 1}, from: input}\n",
        "  - relu\n  - {linear: 8, name: a}\n  - {conv: {out: 8, kernel: 1}, from: input}\n",
    ],
)
def test_an_input_that_is_meant_to_be_flat_is_not_at_fault(layers: str) -> None:
    (problem,) = problems(layers)
    assert problem.at is not None
    assert problem.at.span.text == "conv"


def test_a_flat_input_of_linear_layers_is_sound() -> None:
    assert problems("  - batch_norm\n  - {linear: {out: 8, act: relu}}\n  - dropout: 0.5\n  - linear: 2\n") == []


def test_a_flat_input_is_named_once_and_nothing_that_follows() -> None:
    layers = (
        "  - {conv: {out: 8, kernel: 1}, name: a}\n  - conv: {out: 4, kernel: 1}\n  - global_avg_pool\n  - flatten\n"
        "  - {linear: 2, name: b}\n  - {max_pool: 2, from: input}\n  - {conv: {out: 0, kernel: 1}}\n"
    )
    at_input, independent = problems(layers)
    assert at_input.at is not None
    assert independent.at is not None
    assert (at_input.at.span.line, at_input.notes) == (2, ())
    assert (independent.name, independent.at.span.line) == ("bad-argument", 10)


def test_the_flat_one_of_several_inputs_is_named() -> None:
    layers = "  - {conv: {out: 8, kernel: 1}, from: image}\n  - {conv: {out: 8, kernel: 1}, from: vector}\n"
    (problem,) = problems(layers, "input: {image: [3, 8, 8], vector: [7]}")
    assert problem.at is not None
    assert problem.at.span.text == "[7]"
    assert "`vector`" in problem.message


def test_boxes_have_no_axes_to_add() -> None:
    layers = "  - {conv: {out: 8, kernel: 1}, from: regions}\n"
    (problem,) = problems(layers, "input: {image: [3, 8, 8], regions: {boxes: 4}}")
    assert problem.at is not None
    assert problem.at.span.text == "conv"


def test_a_layer_of_a_block_shows_the_input_and_the_block() -> None:
    text = "cnnshape: 1\ninput: [5]\nblocks:\n  B:\n    do:\n      - conv: {out: 8, kernel: 1}\nlayers:\n  - B\n  - B\n"
    (problem,) = cnnshape.check(cnnshape.load(text))
    assert problem.at is not None
    assert problem.at.span.line == 2
    assert [label.span.line for label in problem.related] == [6, 8]
