"""ONNX models as networks: each kind of node, names, weights, modules, notes."""

from pathlib import Path

import pytest

from cnnshape.bridge import imported
from cnnshape.bridge.onnx import read_onnx
from tests.bridge.onnx_cases import CASES, Case
from tests.bridge.onnx_files import model, node, scalar, tensor, value, wholes
from tests.bridge.readers import layers_of, onnx_network, problem_of


def model_of_case(case: Case) -> bytes:
    return model(case.nodes, [value("x", *case.shape)], "y", case.stored, values=case.values, opset=case.opset)


@pytest.mark.parametrize("name", CASES)
def test_nodes_become_layers(name):
    case = CASES[name]
    assert layers_of(onnx_network(model_of_case(case)), opaque=case.opaque) == case.layers


def test_a_weight_of_numbers_is_not_taken_for_a_bias_of_another_axis():
    nodes = [node("Conv", "x w", "a"), node("Add", "a b", "y")]
    network = onnx_network(model(nodes, [value("x", 1, 4, 6, 6)], "y", [tensor("w", [6, 4, 1, 1]), tensor("b", [6])]))
    assert [operation.kind for operation in network.operations] == ["conv", "opaque"]


@pytest.mark.parametrize("outside", [True, False])
def test_a_bias_that_others_read_too_stays_a_sum(outside):
    nodes = [
        node("Conv", "x w", "a"),
        node("Add", "a b", "s"),
        node("Add", "s a", "y") if outside else node("Relu", "s", "y"),
    ]
    network = onnx_network(
        model(nodes, [value("x", 1, 4, 6, 6)], "y", [tensor("w", [5, 4, 1, 1]), tensor("b", [5, 1, 1])])
    )
    assert [operation.kind for operation in network.operations] == (
        ["conv", "opaque", "add"] if outside else ["conv", "relu"]
    )


def test_weights_have_the_names_and_the_count_of_the_file():
    nodes = [node("Conv", "x conv.weight conv.bias", "a"), node("BatchNormalization", "a s b m v", "y")]
    stored = [tensor("conv.weight", [5, 3, 3, 3]), tensor("conv.bias", [5]), *(tensor(name, [5]) for name in "sbmv")]
    network = onnx_network(model(nodes, stored=stored))
    assert network.params == 5 * 27 + 5 + 5 + 5
    assert [(weight.name, weight.learned) for weight in network.operations[1].weights] == [
        ("s", True),
        ("b", True),
        ("m", False),
        ("v", False),
    ]


def test_a_layer_that_is_used_twice_has_its_weights_once():
    nodes = [node("Conv", "x w b", "a"), node("Conv", "a w b", "y")]
    network = onnx_network(model(nodes, stored=[tensor("w", [3, 3, 1, 1]), tensor("b", [3])]))
    assert network.params == 12
    assert layers_of(network) == [
        "{conv: {out: 3, kernel: 1}, name: conv_2}",
        "conv: {out: 3, kernel: 1}",
        "share: conv_2",
    ]
    assert network.notes == ()


def test_a_bias_that_two_layers_have_in_common_is_counted_for_each():
    nodes = [node("Conv", "x w b", "a"), node("Conv", "a u b", "y")]
    stored = [tensor("w", [3, 3, 1, 1]), tensor("u", [3, 3, 3, 3]), tensor("b", [3])]
    network = onnx_network(model(nodes, stored=stored))
    assert network.params == 9 + 3 + 81 + 3
    assert network.notes == ("equal weights are stored once in the file, and each is counted (1x)",)


def test_equal_weights_under_another_name_are_counted_for_each():
    nodes = [node("Identity", "b", "c"), node("Conv", "x w b", "a"), node("Conv", "a w c", "y")]
    network = onnx_network(model(nodes, stored=[tensor("w", [3, 3, 1, 1]), tensor("b", [3])]))
    assert network.params == 9 + 3 + 9 + 3
    imported(network, flat=True)


def test_weights_that_nothing_reads_are_named():
    stored = [tensor("w", [3, 3, 1, 1]), tensor("aux.weight", [10, 10]), scalar("eps", 0.1), wholes("sizes", 1, 2)]
    network = onnx_network(model([node("Conv", "x w", "y")], stored=stored))
    assert [weight.name for weight in network.unused] == ["aux.weight"]
    assert network.params == 109
    assert "aux" in imported(network, flat=True).notes[0]


def test_outputs_keep_their_names():
    nodes = [node("Relu", "x", "first"), node("Sigmoid", "first", "second")]
    network = onnx_network(model(nodes, outputs="second first"))
    assert [(output.name, output.value) for output in network.outputs] == [("second", 2), ("first", 1)]
    assert "outputs: [second, first]" in imported(network, flat=True).text


def test_several_inputs_keep_their_names():
    inputs = [value("left-image", 1, 3, 8, 8), value("0", 1, 3, 8, 8)]
    network = onnx_network(model([node("Add", "left-image 0", "y")], inputs))
    assert [given.name for given in network.inputs] == ["left_image", "input_0"]
    assert layers_of(network) == ["add: [left_image, input_0]"]


def test_a_weight_is_no_input_although_old_models_list_it():
    inputs = [value("x", 1, 3, 8, 8), value("w", 3, 3, 1, 1)]
    network = onnx_network(model([node("Conv", "x w", "y")], inputs, stored=[tensor("w", [3, 3, 1, 1])]))
    assert [given.name for given in network.inputs] == ["input"]


def test_the_batch_may_vary_or_have_any_size():
    nodes = [node("Shape", "x", "s"), node("Gather", "s zero", "n"), node("Unsqueeze", "n axes", "n1")]
    nodes += [node("Concat", "n1 rest", "whole", axis=0), node("Reshape", "x whole", "y")]
    stored = [tensor("zero", [], [0], kind=7), wholes("axes", 0), wholes("rest", -1)]
    for batch in ("batch", 1, 16):
        network = onnx_network(model(nodes, [value("x", batch, 3, 8, 8)], stored=stored))
        assert layers_of(network) == ["flatten"]


def test_sizes_that_vary_are_asked_for():
    data = model([node("Relu", "x", "y")], [value("x", "N", 3, "height", "width")])
    problem = problem_of(onnx_network, data)
    assert str(problem) == "the input `x` has sizes that vary: 3xheightxwidth"
    assert "--input 3x224x224" in problem.help
    assert onnx_network(data, {"x": (3, 32, 48)}).inputs[0].shape == (3, 32, 48)
    assert "has no input `z`" in str(problem_of(onnx_network, data, {"z": (3, 32, 48)}))


def test_an_input_with_its_channels_last_is_moved():
    nodes = [node("Transpose", "x", "a", perm=[0, 3, 1, 2]), node("Conv", "a w", "y")]
    network = onnx_network(model(nodes, [value("x", 1, 8, 9, 3)], stored=[tensor("w", [5, 3, 1, 1])]))
    assert network.inputs[0].shape == (3, 8, 9)
    assert layers_of(network) == ["conv: {out: 5, kernel: 1, bias: false}"]


def test_an_output_with_its_channels_last_is_said():
    network = onnx_network(model([node("Relu", "x", "a"), node("Transpose", "a", "y", perm=[0, 2, 3, 1])]))
    assert network.shape(network.outputs[0].value) == (3, 8, 8)
    assert network.notes == ("an output has its channels last in the file, and first in the spec (1x)",)


SCOPES = "pkg.torch.onnx.name_scopes"
CLASSES = "pkg.torch.onnx.class_hierarchy"


def metadata(paths: str, classes: str) -> dict[str, str]:
    return {SCOPES: str([*paths.split(), "op"]).replace("'_'", "''"), CLASSES: str([*classes.split(), "aten.op"])}


def test_modules_come_from_the_metadata_of_the_exporter():
    nodes = [
        node("Relu", "x", "a", metadata=metadata("_ layers layers.0", "net.Net torch.nn.Sequential net.Block")),
        node("Tanh", "a", "b", metadata=metadata("_ layers layers.0", "net.Net torch.nn.Sequential net.Block")),
        node("Relu", "b", "c", metadata=metadata("_ layers layers.1", "net.Net torch.nn.Sequential net.Block")),
        node("Relu", "c", "y", metadata=metadata("_ layers layers.0", "net.Net torch.nn.Sequential net.Block")),
    ]
    modules = [operation.modules for operation in onnx_network(model(nodes)).operations]
    assert [(module.path, module.type, module.container) for module in modules[0]] == [
        ("layers", "Sequential", True),
        ("layers.0", "Block", False),
    ]
    calls = [stack[-1].call for stack in modules]
    assert calls[0] == calls[1]
    # The module is entered again, which is another call of it.
    assert len(set(calls)) == 3
    assert len({stack[0].call for stack in modules}) == 1


def test_modules_come_from_the_names_of_nodes():
    nodes = [
        node("Relu", "x", "a", name="/layer1/layer1.0/act/Relu"),
        node("Tanh", "a", "b", name="/layer1/layer1.0/Tanh"),
        node("Relu", "b", "c", name="/layer1/layer1.1/act/Relu"),
        node("Tanh", "c", "d", name="/layer1/layer1.1/Tanh"),
        node("Relu", "d", "y", name="/head/Relu"),
    ]
    modules = [operation.modules for operation in onnx_network(model(nodes)).operations]
    assert [stack[-1].path for stack in modules] == ["layer1.0.act", "layer1.0", "layer1.1.act", "layer1.1", "head"]
    assert [stack[0].type for stack in modules[:4]] == ["Sequential"] * 4
    # Modules of like names with like parts are taken for one class.
    assert {modules[1][1].type, modules[3][1].type} == {"Layer"}


def test_modules_with_other_parts_are_another_class():
    first = [
        node(op, "x" if op == "Relu" else "a", "a" if op == "Relu" else "b", name=f"/m.0/{op}")
        for op in ("Relu", "Tanh")
    ]
    second = [node("Abs", "b", "c", name="/m.1/Abs"), node("Softplus", "c", "y", name="/m.1/Softplus")]
    modules = [operation.modules for operation in onnx_network(model([*first, *second])).operations]
    assert modules[0][0].type == "M" and modules[2][0].type == "M2"


def test_nodes_without_scopes_have_no_modules():
    assert onnx_network(model([node("Relu", "x", "y", name="Relu_3")])).operations[0].modules == ()


@pytest.mark.parametrize("names", ["onnx::Conv_12 onnx::Conv_13", "conv1.weight conv1.weight_bias"])
def test_fused_batch_norms_are_said(names):
    weight, bias = names.split()
    stored = [tensor(weight, [3, 3, 1, 1]), tensor(bias, [3])]
    network = onnx_network(model([node("Conv", f"x {weight} {bias}", "y")], stored=stored))
    assert network.notes[0].startswith("the exporter fused batch norms into 1 convolution:")


def test_the_name_of_the_graph_is_that_of_the_network():
    assert onnx_network(model([node("Relu", "x", "y")], name="My Net")).name == "My Net"
    assert onnx_network(model([node("Relu", "x", "y")], name="main_graph")).name == "model"
    assert "pytorch" in onnx_network(model([node("Relu", "x", "y")], producer="pytorch")).origin


def test_nodes_that_nothing_reads_are_left_out():
    network = onnx_network(model([node("Relu", "x", "y"), node("Custom", "x", "z", domain="d")]))
    assert [operation.kind for operation in network.operations] == ["relu"]


def test_the_opaque_layer_of_several_tensors_says_that_it_reads_the_first():
    nodes = [node("Relu", "x", "a"), node("Custom", "x a", "y", domain="d")]
    network = onnx_network(model(nodes, outputs=[value("y", 1, 5)]))
    assert network.notes == ("`Custom` reads several tensors; the layer in the spec reads the first (1x)",)


def test_a_file_is_read_by_its_path(tmp_path: Path):
    path = tmp_path / "tiny.onnx"
    path.write_bytes(model([node("Relu", "x", "y")]))
    network = read_onnx(path)
    assert network.name == "tiny" and network.origin == "ONNX file tiny.onnx"
    assert read_onnx(str(path)) == network


# Files without weights

FILLED = [node("ConstantOfShape", "w_shape", "w"), node("ConstantOfShape", "b_shape", "b")]
SIZES = [wholes("w_shape", 4, 3, 3, 3), wholes("b_shape", 4)]


def test_a_constant_of_a_shape_is_a_weight_where_it_is_read_as_one():
    read = onnx_network(model([*FILLED, node("Conv", "x w b", "y")], stored=SIZES))
    assert layers_of(read) == ["conv: {out: 4, kernel: 3}"]
    assert read.params == 4 * 27 + 4


def test_a_weight_may_be_under_another_shape():
    sizes = [wholes("w_shape", 2, 54), wholes("b_shape", 4), wholes("shape", 4, 3, 3, 3)]
    nodes = [*FILLED, node("Reshape", "w shape", "w2"), node("Conv", "x w2 b", "y")]
    assert onnx_network(model(nodes, stored=sizes)).params == 4 * 27 + 4


def test_a_constant_of_a_shape_is_no_weight_elsewhere():
    nodes = [node("ConstantOfShape", "s_shape", "s"), node("Add", "x s", "a"), node("Relu", "a", "y")]
    read = onnx_network(model(nodes, stored=[wholes("s_shape", 1)]))
    assert read.params == 0
    assert layers_of(read) == ["rescale: {shift: 0}", "relu"]


def test_the_scale_and_shift_of_caffe_are_one_layer():
    nodes = [
        *(node("ConstantOfShape", "one", name) for name in ("g", "h", "m", "v", "s", "t")),
        node("BatchNormalization", "x g h m v", "n"),
        node("Unsqueeze", "s", "s2", axes=[1, 2]),
        node("Mul", "n s2", "p"),
        node("Unsqueeze", "t", "t2", axes=[1, 2]),
        node("Add", "p t2", "y"),
    ]
    read = onnx_network(model(nodes, stored=[wholes("one", 3)], opset=9))
    assert layers_of(read) == ["batch_norm", "layer_scale: {shift: true}"]
    assert read.params == 12


@pytest.mark.parametrize(
    ("op", "names", "learned"),
    [
        ("InstanceNormalization", "n.weight n.bias", "{affine: true}"),
        ("InstanceNormalization", "val_3 val_7", ""),
        ("LayerNormalization", "n.weight n.bias", ""),
        ("LayerNormalization", "n.weight val_7", "{axes: last, affine: scale}"),
        ("LayerNormalization", "val_3 val_7", "{axes: last, affine: false}"),
        ("BatchNormalization", "n.weight n.bias mean var", ""),
        ("BatchNormalization", "n.weight n.bias n.bias n.weight", ""),
        ("BatchNormalization", "n.running_var n.running_mean n.running_mean n.running_var", "{affine: false}"),
    ],
)
def test_ones_and_zeros_that_an_exporter_of_pytorch_made_are_no_weights(op, names, learned):
    stored = [tensor(name, [8] if op == "LayerNormalization" else [3]) for name in dict.fromkeys(names.split())]
    nodes = [node(op, f"x {names}", "y", **({"axis": -1} if op == "LayerNormalization" else {}))]
    (layer,) = layers_of(onnx_network(model(nodes, stored=stored, producer="pytorch")))
    kind = {"InstanceNormalization": "instance_norm", "BatchNormalization": "batch_norm"}.get(op, "layer_norm")
    assert layer in (f"{kind}: {learned}", kind if not learned else "", "layer_norm: last")
    (other,) = layers_of(onnx_network(model(nodes, stored=stored, producer="another tool")))
    assert "false" not in other
    assert "scale" not in other


@pytest.mark.parametrize("producer", ["pytorch", "another tool"])
def test_a_constant_of_the_graph_is_a_scale_of_pytorch_without_weights(producer):
    made = [node("Constant", "", name, value=tensor("", [3])) for name in ("one", "zero")]
    nodes = [*made, node("InstanceNormalization", "x one zero", "y")]
    (layer,) = layers_of(onnx_network(model(nodes, producer=producer)))
    assert layer == ("instance_norm" if producer == "pytorch" else "instance_norm: {affine: true}")
