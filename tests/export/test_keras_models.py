"""Keras models of exported code, where Keras is installed (`KERAS_BACKEND=torch`): params, shapes, and outputs."""

from __future__ import annotations

import os
from textwrap import dedent
from typing import Any

import pytest

from cnnshape.export.keras.flat import Flat
from cnnshape.export.keras.layout import Layout
from cnnshape.export.keras.names import TAKEN, Names
from cnnshape.export.keras.network import Network
from cnnshape.export.keras.writing import inputs_of
from tests.export.exported import ARCHITECTURES, network, source_of
from tests.export.keras_code import (
    EXPRESSED,
    FIRST,
    LAST,
    built,
    counts,
    expected,
    graph_of,
    output_shapes,
    same_weights,
    written,
)

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")
np = pytest.importorskip("numpy")


@pytest.mark.parametrize("name", EXPRESSED)
def test_a_network_has_the_counts_and_outputs_of_its_design(name: str) -> None:
    graph = graph_of(network(name).examination)
    model = built(written(name))
    assert (counts(model.trainable_weights), counts(model.weights)) == expected(graph, LAST)
    shapes = {name: LAST.shape(graph.value(value).shape) for name, value in graph.outputs.items()}
    assert output_shapes(model, graph) == shapes


@pytest.mark.parametrize("layout", [LAST, FIRST])
@pytest.mark.parametrize("name", EXPRESSED[:: 1 if os.environ.get("CI") else 6])
def test_every_layer_has_the_shape_that_the_report_states(name: str, layout: Layout) -> None:
    text, graph = written(name, layout, flat=True), graph_of(network(name).examination)
    scope: dict[str, Any] = {"__name__": "exported"}
    exec(text[: text.rindex("\ndef Net(")], scope)
    own = Network(graph, layout)
    names = Names(TAKEN | {"Net"})
    inputs, head = inputs_of(own, names)
    with keras.device("meta"):
        exec(dedent("\n".join(head)), scope)
        for statement in Flat(own, inputs, names).statements():
            exec(dedent("\n".join(statement.lines)), scope)
            node = graph.nodes[statement.node]
            shape = tuple(scope[statement.target].shape[1:])
            assert shape == layout.shape(node.application.output.shape), node.name


BLOCKS = [
    "mobilenet_v2",
    "resnet20",
    "shufflenet_v2_x0_5",
    "densenet_bc_100_12",
    "ds_cnn",
    "squeezenet1_1",
    "cs231n_convnet",
]


def values(model: Any, seed: int = 0) -> None:
    """Gives a model random weights: those of a variance are above 0."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        value = random.normal(0, 0.05, weight.shape)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)


@pytest.mark.parametrize("name", BLOCKS)
def test_functions_compute_what_flat_code_does(name: str) -> None:
    structured, flat = built(written(name), "cpu"), built(written(name, flat=True), "cpu")
    values(structured)
    same_weights(structured, flat)
    image = np.random.default_rng(1).normal(size=(2, *structured.input_shape[1:])).astype("float32")
    assert np.abs(flat(image).detach().numpy() - structured(image).detach().numpy()).max() < 1e-5


def test_arguments_of_the_network_change_it() -> None:
    """The code of ResNet-50 with other arguments is ResNet-101 for 10 classes."""
    model = built(written("resnet50"), classes=10, repeats=(3, 4, 23, 3))
    text = (ARCHITECTURES / "resnet50.yaml").read_text().replace("classes: 1000", "classes: 10")
    text = text.replace("[3, 4, 6, 3]", "[3, 4, 23, 3]").partition("expect:")[0]
    wanted = graph_of(source_of(text).examination)
    assert (counts(model.trainable_weights), counts(model.weights)) == expected(wanted, LAST)
