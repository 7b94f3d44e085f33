"""The reader of ONNX files against the `onnx` package and PyTorch's exporters, where they are installed."""

import warnings
from pathlib import Path

import pytest

from cnnshape.bridge import imported
from cnnshape.bridge.onnx import read_onnx
from tests.bridge.onnx_cases import CASES
from tests.bridge.readers import onnx_network
from tests.bridge.test_onnx import model_of_case
from tests.bridge.torchvision_operators import torchvision_models

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnx.numpy_helper")
NOT_STANDARD = {"unknown", "with_weights"}
"""Cases with operators that the package doesn't know."""


@pytest.mark.parametrize("name", sorted(set(CASES) - NOT_STANDARD))
def test_the_cases_are_models_with_the_shapes_that_the_package_infers(name):
    case = CASES[name]
    read = onnx.load_from_string(model_of_case(case))
    inferred = onnx.shape_inference.infer_shapes(read)
    stated = {
        value.name: [size.dim_value for size in value.type.tensor_type.shape.dim]
        for value in (*inferred.graph.value_info, *inferred.graph.output)
        if value.type.tensor_type.HasField("shape")
    }
    network = onnx_network(model_of_case(case))
    shape = stated.get("y")
    if shape and all(shape):
        assert (1, *network.shape(network.outputs[0].value)) == tuple(shape)
    # All shapes between are compared while the model with them is read.
    onnx_network(inferred.SerializeToString())


def test_the_package_infers_a_shape_for_nearly_all_cases():
    """Without shapes the test before compares nothing."""
    known = 0
    for name in sorted(set(CASES) - NOT_STANDARD):
        inferred = onnx.shape_inference.infer_shapes(onnx.load_from_string(model_of_case(CASES[name])))
        output = inferred.graph.output[0].type.tensor_type
        known += output.HasField("shape") and all(size.dim_value for size in output.shape.dim)
    assert known > 0.8 * len(CASES)


LIGHT = sorted((Path(onnx.__file__).parent / "backend" / "test" / "data" / "light").glob("*.onnx"))
"""Networks that come with the package. Each weight is a `ConstantOfShape` in place of its values."""


@pytest.mark.parametrize("path", LIGHT, ids=lambda path: path.stem)
def test_the_networks_of_the_package_are_read(path):
    graph = onnx.load(path).graph
    shapes = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    filled = {
        node.output[0]: int(shapes[node.input[0]].prod()) for node in graph.node if node.op_type == "ConstantOfShape"
    }
    moving = {name for node in graph.node if node.op_type == "BatchNormalization" for name in node.input[3:5]}
    learned = sum(count for name, count in filled.items() if name not in moving)
    network = read_onnx(path)
    stored = {tensor.name for tensor in graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT}
    others = {name: int(shapes[name].size) for name in stored - moving}
    assert network.params == learned + sum(others.values())
    assert imported(network).text.count("\n") <= 63


NETWORKS = [
    "alexnet",
    "mobilenet_v3_small",
    "shufflenet_v2_x0_5",
    "googlenet",
    "convnext_tiny",
    "efficientnet_b0",
    "regnet_y_400mf",
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Writes a network of torchvision by one of PyTorch's exporters, once each."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    models = torchvision_models()
    folder = tmp_path_factory.mktemp("exported")

    def export(name: str, *, dynamo: bool) -> Path:
        path = folder / f"{name}_{dynamo}.onnx"
        if not path.exists():
            arguments = {"init_weights": False} if name == "googlenet" else {}
            made = models.get_model(name, weights=None, **arguments).eval()
            with torch.no_grad():
                # Equal weights would be stored once, and biases of zeros not at all.
                for index, weight in enumerate(made.parameters()):
                    weight.uniform_(0.5, 1.5 + index / 1000)
                for buffer in made.buffers():
                    if buffer.is_floating_point():
                        buffer.uniform_(0.5, 1.5)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(made, (torch.zeros(1, 3, 224, 224),), str(path), dynamo=dynamo)
        return path

    return export


@pytest.mark.parametrize("dynamo", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_exported_networks_are_read_exactly(exported, name, dynamo):
    path = exported(name, dynamo=dynamo)
    network = read_onnx(path)
    assert not any(operation.is_opaque for operation in network.operations)
    flat = imported(network, flat=True)
    assert flat.text.count("opaque") == 0
    # The learned values are the real weights of the file without means and variances.
    stored = onnx.load(str(path), load_external_data=False).graph
    moving = {name for node in stored.node if node.op_type == "BatchNormalization" for name in node.input[3:5]}
    sizes = [
        onnx.numpy_helper.to_array(value).size if not value.external_data else _size(value)
        for value in stored.initializer
        if value.data_type == 1 and value.name not in moving and value.dims
    ]
    assert abs(network.params - sum(sizes)) <= len(sizes)


def _size(value) -> int:
    product = 1
    for size in value.dims:
        product *= size
    return product


@pytest.mark.parametrize("dynamo", [False, True])
def test_the_folded_network_is_shorter(exported, dynamo):
    network = read_onnx(exported("mobilenet_v3_small", dynamo=dynamo))
    assert len(imported(network).text.splitlines()) < 0.8 * len(network.operations)
