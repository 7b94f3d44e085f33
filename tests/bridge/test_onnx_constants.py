"""Arithmetic on sizes that exporters leave in a graph."""

import pytest

from cnnshape.bridge.onnx.constants import Constant, NotFolded, folded, listed
from cnnshape.bridge.onnx.model import Node, Stored
from cnnshape.bridge.onnx.sizes import broadcast, reduced, reshaped, squeezed, unsqueezed
from tests.bridge.onnx_files import model, node, tensor, value, wholes
from tests.bridge.readers import layers_of, onnx_network


def fold(op, *operands, **attributes):
    return folded(Node(op, "", "", (), ("y",), attributes), operands)


def single(number):
    return Constant((), (number,))


TABLE = Constant((2, 3), (1, 2, 3, 4, 5, 6))
FOLDS = [
    ("Identity", [listed([1, 2])], {}, listed([1, 2])),
    ("Cast", [listed([1.7, -1.7], real=True)], {"to": 7}, listed([1, -1])),
    ("Cast", [listed([1, 2])], {"to": 1}, listed([1, 2])),
    ("Reshape", [TABLE, listed([3, -1])], {}, TABLE._replace(shape=(3, 2))),
    ("Squeeze", [Constant((1, 2, 1), (5, 6)), listed([0])], {}, Constant((2, 1), (5, 6))),
    ("Squeeze", [Constant((1, 2, 1), (5, 6))], {}, listed([5, 6])),
    ("Unsqueeze", [single(4)], {"axes": (0,)}, listed([4])),
    ("Unsqueeze", [single(4), listed([0])], {}, listed([4])),
    ("Transpose", [TABLE], {"perm": (1, 0)}, Constant((3, 2), (1, 4, 2, 5, 3, 6))),
    ("Transpose", [TABLE], {}, Constant((3, 2), (1, 4, 2, 5, 3, 6))),
    ("Shape", [TABLE], {}, listed([2, 3])),
    ("Shape", [TABLE], {"start": 1}, listed([3])),
    ("Shape", [TABLE], {"end": 1}, listed([2])),
    ("Size", [TABLE], {}, single(6)),
    ("Gather", [listed([7, 8, 9]), single(1)], {}, single(8)),
    ("Gather", [listed([7, 8, 9]), listed([-1, 0])], {}, listed([9, 7])),
    ("Concat", [listed([1]), listed([2, 3])], {"axis": 0}, listed([1, 2, 3])),
    ("Slice", [listed([1, 2, 3, 4]), listed([1]), listed([2**31])], {}, listed([2, 3, 4])),
    ("Slice", [listed([1, 2, 3, 4]), listed([-1]), listed([-(2**62)]), listed([0]), listed([-1])], {}, listed([4, 3, 2, 1])),
    ("Slice", [TABLE, listed([0]), listed([2]), listed([1])], {}, Constant((2, 2), (1, 2, 4, 5))),
    ("Slice", [TABLE, listed([-1]), listed([-(2**62)]), listed([0]), listed([-1])], {}, Constant((2, 3), (4, 5, 6, 1, 2, 3))),
    ("Slice", [TABLE], {"starts": (1,), "ends": (2,), "axes": (0,)}, Constant((1, 3), (4, 5, 6))),
    ("ConstantOfShape", [listed([3])], {"value": Stored("v", (1,), False, (2,))}, listed([2, 2, 2])),
    ("ConstantOfShape", [listed([2])], {}, listed([0.0, 0.0], real=True)),
    ("Range", [single(1), single(7), single(2)], {}, listed([1, 3, 5])),
    ("Expand", [listed([4]), listed([3])], {}, listed([4, 4, 4])),
    ("Where", [listed([True, False]), listed([1, 2]), listed([8, 9])], {}, listed([1, 9])),
    ("ReduceProd", [listed([2, 3, 4])], {"keepdims": 0}, single(24)),
    ("Add", [listed([1, 2]), listed([3, 4])], {}, listed([4, 6])),
    ("Sub", [listed([1, 2]), single(3)], {}, listed([-2, -1])),
    ("Mul", [single(2), listed([3, 4])], {}, listed([6, 8])),
    ("Div", [listed([7, -7]), single(2)], {}, listed([3, -3])),
    ("Div", [listed([7.0], real=True), listed([2.0], real=True)], {}, listed([3.5], real=True)),
    ("Mod", [listed([7]), listed([4])], {}, listed([3])),
    ("Max", [listed([1, 5]), listed([3, 2])], {}, listed([3, 5])),
    ("Min", [listed([1, 5]), listed([3, 2])], {}, listed([1, 2])),
    ("Clip", [listed([-4, 2, 9]), single(0), single(5)], {}, listed([0, 2, 5])),
    ("Clip", [listed([-4, 2]), single(0)], {}, listed([0, 2])),
    ("Clip", [listed([-4, 9]), None, single(5)], {}, listed([-4, 5])),
    ("Equal", [listed([1, 2]), listed([1, 3])], {}, listed([True, False])),
    ("Neg", [listed([1, -2])], {}, listed([-1, 2])),
    ("Abs", [listed([1, -2])], {}, listed([1, 2])),
    ("Floor", [listed([1.5, -1.5])], {}, listed([1, -2])),
    ("Ceil", [listed([1.5, -1.5])], {}, listed([2, -1])),
    ("Sqrt", [listed([4])], {}, listed([2.0])),
    ("Not", [listed([True, False])], {}, listed([False, True])),
    ("Constant", [], {"value_int": 5}, single(5)),
    ("Constant", [], {"value_ints": (5, 6)}, listed([5, 6])),
    ("Constant", [], {"value": Stored("v", (2,), False, (7, 8))}, Constant((2,), (7, 8), False, "y")),
]  # fmt: skip


@pytest.mark.parametrize(("op", "operands", "attributes", "result"), FOLDS)
def test_constants_are_worked_out(op, operands, attributes, result):
    made = fold(op, *operands, **attributes)
    assert (made.shape, made.values, made.real) == (result.shape, result.values, result.real)


UNKNOWN = Constant((2, 3), None, True, "w")
REFUSED = [
    ("Add", [UNKNOWN, single(1)], {}),
    ("Add", [listed([1, 2]), listed([1, 2, 3])], {}),
    ("Div", [listed([1]), listed([0])], {}),
    ("Mod", [listed([1]), listed([0])], {}),
    ("Add", [listed([1])], {}),
    ("Reshape", [TABLE, listed([4, -1])], {}),
    ("Reshape", [TABLE, listed([-1, -1])], {}),
    ("Reshape", [TABLE, listed([7])], {}),
    ("Transpose", [TABLE], {"perm": (0, 0)}),
    ("Gather", [listed([1]), single(5)], {}),
    ("Gather", [TABLE, single(0)], {}),
    ("Concat", [TABLE, TABLE], {"axis": 0}),
    ("Slice", [listed([1, 2]), listed([0]), listed([1]), listed([3])], {}),
    ("Slice", [listed([1, 2]), listed([0]), listed([1]), listed([0]), listed([0])], {}),
    ("ConstantOfShape", [listed([10**9])], {}),
    ("ConstantOfShape", [listed([-1])], {}),
    ("Range", [single(0), single(10**12), single(1)], {}),
    ("Range", [single(0), single(1), single(0)], {}),
    ("Expand", [listed([4]), listed([10**9])], {}),
    ("Cast", [listed([float("inf")], real=True)], {"to": 7}),
    ("Cast", [listed([float("nan")], real=True)], {"to": 7}),
    ("Unsqueeze", [single(1)], {"axes": (0, 0)}),
    ("Constant", [], {}),
    ("Mystery", [listed([1])], {}),
]


@pytest.mark.parametrize(("op", "operands", "attributes"), REFUSED)
def test_what_can_not_be_worked_out_is_refused(op, operands, attributes):
    with pytest.raises(NotFolded):
        fold(op, *operands, **attributes)


def test_operators_of_other_domains_are_not_folded():
    with pytest.raises(NotFolded):
        folded(Node("Add", "com.example", "", (), ("y",), {}), [single(1), single(2)])


def test_the_weight_keeps_its_name_under_another_shape():
    moved = fold("Transpose", Constant((2, 3), None, True, "w"), perm=(1, 0))
    assert (moved.name, moved.shape, moved.values) == ("w", (3, 2), None)


def test_large_results_are_forgotten():
    wide = listed([0.5] * 60, real=True)
    assert fold("Concat", wide, wide, axis=0).values is None
    assert len(fold("Concat", listed([1] * 60), listed([2] * 60), axis=0).known) == 120


def test_shapes():
    assert reshaped((2, 3, 4), [0, -1]) == (2, 12)
    assert reshaped((2, 0, 4), [2, 0, 4]) == (2, 0, 4)
    assert squeezed((1, 3, 1), None) == (3,)
    assert squeezed((1, 3, 1), [-1]) == (1, 3)
    assert unsqueezed((3,), [0, -1]) == (1, 3, 1)
    assert reduced((1, 3, 4), [1], keeps=True) == (1, 1, 4)
    assert reduced((1, 3, 4), [-1], keeps=False) == (1, 3)
    assert broadcast((1, 3, 4), (4,)) == (1, 3, 4)
    assert broadcast((1, 3, 1), (2, 1, 5)) == (2, 3, 5)
    with pytest.raises(ValueError):
        broadcast((3,), (4,))
    with pytest.raises(ValueError):
        reduced((3,), [2], keeps=True)


def test_padding_that_the_graph_works_out_is_read():
    """PyTorch's exporter turns the pads of the last axis first into ONNX's order by five nodes."""
    nodes = [
        node("Concat", "pads rest", "p1", axis=0),
        node("Reshape", "p1 pairs", "p2"),
        node("Slice", "p2 minus far zero minus", "p3"),
        node("Transpose", "p3", "p4", perm=[1, 0]),
        node("Reshape", "p4 flat", "p5"),
        node("Cast", "p5", "p6", to=7),
        node("Pad", "x p6", "a"),
        node("Conv", "a w", "y", strides=[2, 2]),
    ]
    stored = [
        wholes("pads", 0, 1, 0, 1),
        wholes("rest", 0, 0, 0, 0),
        wholes("pairs", -1, 2),
        wholes("minus", -1),
        wholes("far", -(2**62)),
        wholes("zero", 0),
        wholes("flat", -1),
        tensor("w", [4, 3, 3, 3]),
    ]
    network = onnx_network(model(nodes, [value("x", 1, 3, 8, 8)], stored=stored))
    assert layers_of(network) == ["conv: {out: 4, kernel: 3, stride: 2, padding: same, bias: false}"]


@pytest.mark.parametrize(
    ("op", "attributes", "shape"),
    [
        ("ReduceL1", {"axes": [1], "keepdims": 0}, (8, 8)),
        ("ReduceL2", {"axes": [2, 3]}, (3, 1, 1)),
        ("ReduceMin", {"axes": [-1]}, (3, 8, 1)),
        ("Erf", {}, (3, 8, 8)),
    ],
)
def test_the_shape_of_a_layer_without_a_kind_is_worked_out_where_its_rule_is_short(op, attributes, shape):
    network = onnx_network(model([node(op, "x", "y", **attributes)], opset=11))
    assert network.operations[0].kind == "opaque"
    assert network.operations[0].shape == shape
