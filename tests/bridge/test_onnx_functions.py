"""Functions that an ONNX file brings along: their nodes take the place of each call."""

from __future__ import annotations

import pytest

from cnnshape.bridge.onnx.functions import inlined
from cnnshape.bridge.onnx.model import MOST_NODES, model_of
from cnnshape.bridge.operations import ImportProblem
from tests.bridge.onnx_files import Attribute, data, model, node, tensor, value, whole
from tests.bridge.readers import onnx_network

DOMAIN = "blocks"


def function(name: str, inputs: str, outputs: str, nodes: list[bytes]) -> bytes:
    """A function of the file, as a field of the model."""
    parts = [data(1, name), *(data(4, item) for item in inputs.split()), *(data(5, item) for item in outputs.split())]
    parts += [data(7, item) for item in nodes]
    return data(25, b"".join([*parts, data(9, data(1, "") + whole(2, 17)), data(10, DOMAIN)]))


def call(op: str, inputs: str, outputs: str, name: str = "", **attributes: Attribute) -> bytes:
    return node(op, inputs, outputs, name=name, domain=DOMAIN, **attributes)


def test_calls_have_names_and_weights_of_their_own() -> None:
    unit = function("Unit", "x w", "y", [node("Conv", "x w", "a", name="conv"), node("Relu", "a", "y")])
    nodes = [call("Unit", "x w1", "m", name="first"), call("Unit", "m w2", "y", name="second")]
    stored = [tensor("w1", [3, 3, 1, 1]), tensor("w2", [3, 3, 1, 1])]
    network = onnx_network(model(nodes, [value("x", 1, 3, 4, 4)], "y", stored) + unit)
    assert [operation.kind for operation in network.operations] == ["conv", "relu", "conv", "relu"]
    assert [operation.path for operation in network.operations] == ["first", "first", "second", "second"]
    assert [operation.modules[0].type for operation in network.operations] == ["Unit"] * 4
    assert network.params == 18


def test_functions_call_functions() -> None:
    inner = function("Inner", "x", "y", [node("Relu", "x", "y", name="act")])
    outer = function(
        "Outer", "x", "y z", [call("Inner", "x", "a", name="in"), call("Inner", "a", "y"), node("Tanh", "a", "z")]
    )
    inlined_model = inlined(model_of(model([call("Outer", "x", "y t", name="out")], outputs="y t") + inner + outer))
    assert [(one.op, one.name) for one in inlined_model.nodes] == [
        ("Relu", "out.in.act"),
        ("Relu", "out.Inner_1.act"),
        ("Tanh", ""),
    ]
    assert [one.outputs for one in inlined_model.nodes] == [("out.a",), ("y",), ("t",)]


def test_an_output_that_is_left_out_keeps_the_name_within() -> None:
    two = function("Two", "x", "y z", [node("Relu", "x", "y"), node("Tanh", "x", "z")])
    nodes = inlined(model_of(model([call("Two", "x", "y", name="t")]) + two)).nodes
    assert [one.outputs for one in nodes] == [("y",), ("t.z",)]


def test_an_input_that_is_left_out_is_left_out_within() -> None:
    conv = function("Conv2", "x w b", "y", [node("Conv", "x w b", "y")])
    network = onnx_network(model([call("Conv2", "x w", "y")], stored=[tensor("w", [4, 3, 1, 1])]) + conv)
    assert network.operations[0].arguments["bias"] is False


def test_attributes_of_the_call_go_to_the_nodes() -> None:
    leaky = data(1, "alpha") + data(21, "slope") + whole(20, 1)
    body = data(1, "x") + data(2, "y") + data(4, "LeakyRelu") + data(5, leaky)
    given = function("Leaky", "x", "y", [body])
    network = onnx_network(model([call("Leaky", "x", "m", slope=0.25), call("Leaky", "m", "y")]) + given)
    assert [operation.arguments["slope"] for operation in network.operations] == [0.25, 0.01]


def test_a_function_that_calls_itself_is_refused() -> None:
    given = function("Loop", "x", "y", [call("Loop", "x", "y")])
    with pytest.raises(ImportProblem, match="more than 64 deep"):
        onnx_network(model([call("Loop", "x", "y")]) + given)


def test_functions_that_grow_without_end_are_refused() -> None:
    """Each function calls the one before it ten times: more nodes than a file can state."""
    functions = [function("F0", "x", "y", [node("Relu", "x", "y")])]
    for depth in range(1, 7):
        calls = [
            call(f"F{depth - 1}", "x" if at == 0 else f"v{at}", "y" if at == 9 else f"v{at + 1}") for at in range(10)
        ]
        functions.append(function(f"F{depth}", "x", "y", calls))
    with pytest.raises(ImportProblem, match=f"more than {MOST_NODES:,} nodes with those of its functions"):
        onnx_network(model([call("F6", "x", "y")]) + b"".join(functions))


def test_a_call_with_more_than_the_function_has_is_refused() -> None:
    given = function("One", "x", "y", [node("Relu", "x", "y")])
    with pytest.raises(ImportProblem, match="more inputs or outputs"):
        onnx_network(model([call("One", "x x", "y")]) + given)
