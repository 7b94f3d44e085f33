"""Groups of nodes that look like one operation, and are none."""

import pytest

from tests.bridge.onnx_files import model, node, scalar, tensor, value
from tests.bridge.readers import onnx_network


def kinds(nodes, stored=(), outputs="y"):
    network = onnx_network(model(nodes, [value("x", 1, 4, 8, 8)], outputs, stored))
    return [operation.kind for operation in network.operations]


CLIPPED = [node("Add", "x three", "a"), node("Clip", "a zero six", "b"), node("Div", "b six", "y")]
NUMBERS = {"three": 3, "zero": 0, "six": 6}


def numbers(**others):
    return [scalar(name, number) for name, number in {**NUMBERS, **others}.items()]


def test_the_group_itself_is_one_operation():
    assert kinds(CLIPPED, numbers()) == ["hard_sigmoid"]


@pytest.mark.parametrize("others", [{"three": 2.5}, {"zero": -1}, {"six": 5}])
def test_other_numbers_make_another_group(others):
    assert kinds(CLIPPED, numbers(**others)) != ["hard_sigmoid"]


def test_a_number_of_single_precision_is_near_enough():
    assert kinds(CLIPPED, numbers(three=3.00001)) == ["hard_sigmoid"]


def test_a_weight_of_many_numbers_is_no_number():
    stored = [tensor("three", [4, 1, 1], [3] * 4), scalar("zero", 0), scalar("six", 6)]
    assert kinds(CLIPPED, stored)[-1] == "rescale"


def test_a_value_between_that_is_an_output_keeps_its_node():
    nodes = [node("Sigmoid", "x", "s"), node("Mul", "x s", "y")]
    assert kinds(nodes, outputs="y s") == ["sigmoid", "multiply"]
    assert kinds(nodes) == ["silu"]


def test_the_letters_of_a_pattern_are_one_value():
    nodes = [node("Relu", "x", "r"), node("Sigmoid", "x", "s"), node("Mul", "r s", "y")]
    assert kinds(nodes) == ["relu", "sigmoid", "multiply"]


def test_a_group_in_a_group_is_the_larger_one():
    nodes = [*CLIPPED[:2], node("Div", "b six", "c"), node("Mul", "x c", "y")]
    assert kinds(nodes, numbers()) == ["hard_swish"]


def test_nodes_of_other_domains_are_in_no_group():
    nodes = [node("Sigmoid", "x", "s", domain="com.example"), node("Mul", "x s", "y")]
    network = onnx_network(model(nodes, [value("x", 1, 4, 8, 8)], values=[value("s", 1, 4, 8, 8)]))
    assert [operation.kind for operation in network.operations] == ["opaque", "multiply"]


def test_two_groups_may_share_what_they_read():
    nodes = [node("Sigmoid", "x", "s"), node("Mul", "x s", "a"), node("Softplus", "a", "p"), node("Tanh", "p", "t")]
    assert kinds([*nodes, node("Mul", "a t", "y")]) == ["silu", "mish"]
