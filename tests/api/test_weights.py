"""Weights that are sized by the input: what is reported at another size, and the ranges of sizes that they fit."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnshape
from cnnshape.api import expand
from cnnshape.api.weights import weight_ranges
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Options
from tests.command import run

FLAT = """\
cnnshape: 1
input: [3, 32, 24]
layers:
  - conv: {out: 8, kernel: 3, stride: 2, padding: 1}
  - max_pool: 4
  - flatten
  - {linear: 10, name: head}
"""
WHOLE = FLAT.replace("flatten", "relu").replace("{linear: 10, name: head}", "{layer_norm: all, name: norm}")
POOLED = FLAT.replace("  - flatten", "  - adaptive_avg_pool: 2\n  - flatten")


def misfits(text: str, shape: tuple[int, ...]) -> list[Diagnostic]:
    return [
        problem for problem in cnnshape.check(cnnshape.load(text), inputs=shape) if problem.name == "weights-misfit"
    ]


@pytest.mark.parametrize(
    ("text", "shape", "message", "note"),
    [
        (FLAT, (3, 64, 24), "head takes 192 values at 3x64x24, 96 values at the file's 3x32x24", "31 to 38 x 23 to 30"),
        (FLAT, (3, 30, 24), "head takes 72 values at 3x30x24", "31 to 38"),
        (WHOLE, (3, 64, 24), "norm takes 8x8x3 at 3x64x24, 8x4x3 at the file's 3x32x24", "31 to 38 x 23 to 30"),
        (FLAT.replace("24]", "32]"), (3, 40, 40), "head takes 200 values at 3x40x40", "31 to 38 on each axis"),
        (FLAT.replace("[3, 32, 24]", "[3, 24]"), (3, 48), "head takes 48 values at 3x48, 24 values", "of 23 to 30"),
    ],
)
def test_a_layer_that_the_size_changes_is_named_with_both_sizes_and_the_range(
    text: str, shape: tuple[int, ...], message: str, note: str
) -> None:
    (problem,) = misfits(text, shape)
    assert problem.at is not None
    assert problem.at.span.line == 7
    assert message in problem.message
    assert note in problem.notes[0]
    assert [label.span.text for label in problem.related] == ["x".join(map(str, shape))]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (FLAT, (3, 32, 24)),
        (FLAT, (3, 38, 23)),
        (FLAT, (1, 64, 64)),  # another design: the channels differ
        (POOLED, (3, 64, 64)),
        (FLAT.replace("[3, 32, 24]", "{image: [3, 32, 24], boxes: {boxes: 3}}"), (3, 31, 30)),
    ],
)
def test_nothing_is_said_where_weights_keep_their_shapes(text: str, shape: tuple[int, ...]) -> None:
    assert misfits(text, shape) == []


@pytest.mark.parametrize("text", [FLAT, WHOLE, FLAT.replace("[3, 32, 24]", "[3, 24]"), FLAT.replace("max", "avg")])
def test_ranges_are_those_of_every_size_tried(text: str) -> None:
    design = cnnshape.load(text)
    stated, _ = expand(design, Options())
    assert stated is not None
    shape = stated.inputs[0].tensor.shape
    params = sum(node.application.params for node in stated.nodes)
    for axis, fitted in enumerate(weight_ranges(design, Options(), stated), 1):
        fitting = []
        for size in range(1, 101):
            graph, _ = expand(design, Options(inputs={"": (*shape[:axis], size, *shape[axis + 1 :])}))
            if graph is not None and sum(node.application.params for node in graph.nodes) == params:
                fitting.append(size)
        assert fitting == list(range(fitted.least, (fitted.most or 100) + 1))


def test_an_axis_without_a_bound_is_said_to_have_none() -> None:
    text = FLAT.replace("  - max_pool: 4", "  - adaptive_avg_pool: [4, 4]")
    design = cnnshape.load(text)
    stated, _ = expand(design, Options())
    assert stated is not None
    assert [str(fitted) for fitted in weight_ranges(design, Options(), stated)] == ["1 and more", "1 and more"]


def test_further_layers_are_counted() -> None:
    text = FLAT + "  - {linear: 5, from: pooled}\n"
    text = text.replace("  - flatten", "  - {flatten: , name: pooled}") + "outputs: [head, prev]\n"
    (problem,) = misfits(text, (3, 64, 24))
    assert problem.notes[1:] == ("and 1 more with weights of another size",)


def test_a_summary_and_a_comparison_say_it_on_standard_error(tmp_path: Path) -> None:
    path = tmp_path / "flat.yaml"
    path.write_text(FLAT)
    note = "note: head takes 192 values at 3x64x24, 96 values at the file's 3x32x24; its weights fit sizes of 31 to 38"
    outcome = run("summary", str(path), "-i", "3x64x24")
    assert outcome.exit_code == 0
    assert outcome.stderr.startswith(note)
    assert run("compare", str(path), f"{path}:input=3x64x24").stderr.startswith(note)
    assert run("summary", str(path)).stderr == run("summary", str(path), "-i", "3x31x24").stderr == ""
    assert run("check", str(path), "-i", "3x64x24").exit_code == 1


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ("224x224x3", "note: 224x224x3 is read as 224 channels of 224x3; was `3x224x224` meant?\n"),
        ("3x224x224", ""),
        ("3x64x96", ""),
    ],
)
def test_a_requested_shape_with_its_channels_last_is_noted(given: str, note: str) -> None:
    assert run("summary", "resnet18", "-i", given).stderr == note
    assert run("compare", "resnet18", f"resnet18:input={given}").stderr == note
