"""Input sizes: against published smallest sizes, and patterns against the sets they stand for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import cnnshape
from cnnshape.api import expand
from cnnshape.cli.app import app
from cnnshape.cli.sizes import MOST
from cnnshape.graph import Options
from cnnshape.source import shipped_path
from cnnshape.study.sizes import find_pattern, find_sizes

# min_size of torchvision 0.28's weights metadata; VGG, DenseNet and ConvNeXt state what their first stages need
SMALLEST = {
    "alexnet": 63, "vgg16": 32, "densenet121": 29, "squeezenet1_0": 21, "squeezenet1_1": 17, "inception_v3": 75,
    "googlenet_torchvision": 15, "resnet18": 1, "mobilenet_v2": 1, "convnext_tiny": 32,
}  # fmt: skip


def sizes(spec, lowest, highest):
    design = cnnshape.load(spec if "\n" in str(spec) else shipped_path(spec))
    graph, _ = expand(design, Options())
    channels, *axes = graph.inputs[0].tensor.shape
    return find_sizes(
        lambda size: expand(design, Options(inputs={"": (channels, *(size for _ in axes))})), lowest, highest
    )


@pytest.mark.parametrize("network", SMALLEST)
def test_the_smallest_size_is_the_published_one(network):
    assert sizes(network, 1, 90).working[0] == SMALLEST[network]


def test_the_u_nets():
    padded = sizes("unet_padded", 1, 100)
    assert padded.working == tuple(size for size in range(16, 101) if size % 16 == 0)
    paper = sizes("unet", 180, 300)
    assert paper.working[0] == 188
    assert paper.exact == tuple(size for size in range(188, 301) if (size - 188) % 16 == 0)


def test_each_size_works_or_has_an_obstacle():
    found = sizes("unet_padded", 1, 64)
    forbidden = [size for obstacle in found.obstacles for size in obstacle.sizes]
    assert sorted([*found.working, *forbidden]) == list(range(1, 65))
    assert sorted([*found.exact, *(size for _, some in found.rounding for size in some)]) == list(found.working)


def test_exact_sizes_are_those_without_a_rest():
    spec = "cnnshape: 1\ninput: [1, 9, 9]\nlayers:\n  - conv: {out: 1, kernel: 5, stride: 3, padding: 1}\n"
    assert sizes(spec, 1, 40).exact == tuple(size for size in range(3, 41) if (size + 2 - 5) % 3 == 0)


@given(st.sets(st.integers(1, 120)), st.integers(1, 40), st.sets(st.integers(0, 39)))
def test_a_pattern_stands_for_exactly_its_set(single, period, residues):
    members = {size for size in single if size < 40}
    members |= {size for size in range(40, 401) if size % period in {each % period for each in residues}}
    pattern = find_pattern(members, 1, 400)
    told = set(pattern.single)
    if pattern.period:
        told |= {size for size in range(pattern.start, 401) if size % pattern.period in pattern.residues}
    assert told == members


def run(*arguments):
    done = CliRunner().invoke(app, ["sizes", *map(str, arguments), "--format", "json"])
    return done.exit_code, json.loads(done.stdout) if done.exit_code == 0 else done.stderr


def test_a_long_input_is_tried_around_its_own_size(tmp_path):
    path = tmp_path / "long.yaml"
    path.write_text("cnnshape: 1\ninput: [1, 8000]\nlayers:\n  - conv: {out: 1, kernel: 7001, stride: 4}\n")
    _, found = run(path)
    assert found["lowest"] < 7001 < 8000 < found["highest"] == found["lowest"] + MOST - 1
    assert found["working"] == list(range(7001, found["highest"] + 1))
    assert run(path, "--from", 1)[0] == 2
    assert run(path, "--from", 8000, "--to", 8003)[1]["exact"] == [8001]


def test_a_design_that_refuses_its_own_size_is_what_the_question_is_for(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text("cnnshape: 1\ninput: [3, 5, 5]\nlayers:\n  - conv: {out: 1, kernel: 7}\n")
    status, found = run(path)
    assert (status, found["working"]) == (0, [7, 8, 9, 10])
    path.write_text(path.read_text().replace("kernel", "krenel"))
    status, said = run(path)
    assert status == 1 and "CS403" in said
