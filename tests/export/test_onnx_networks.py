"""ONNX files of all shipped networks, for the checker of the `onnx` package and for onnxruntime."""

from __future__ import annotations

from typing import Any

import pytest

from cnnshape.export import Inexpressible, Source, Weights
from cnnshape.export.onnx import to_onnx
from tests.export.exported import NAMES, expected, inputs_of, network, source_of

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
torch = pytest.importorskip("torch")
runs = pytest.importorskip("tests.export.onnx_runs")

TOO_LARGE = frozenset(("regnet_y_128gf",))
"""Networks with more weights than an ONNX file holds."""
NOT_INFERRED = frozenset(("segnet",))
"""Networks with a MaxUnpool to a stated size, whose shape the package doesn't infer."""
QUICK = 200_000_000
"""MACs of the networks that the tests run. `python -m tests.export.onnx_runs` runs all of them."""


def work(name: str) -> int:
    graph = network(name).examination.graph
    assert graph is not None
    return sum(node.application.macs for node in graph.nodes)


SMALL = [name for name in NAMES if name not in TOO_LARGE and work(name) < QUICK]


def stated(message: Any) -> tuple[int | str, ...]:
    """The shape in a ValueInfoProto."""
    return tuple(one.dim_param or one.dim_value for one in message.type.tensor_type.shape.dim)


@pytest.mark.parametrize("name", NAMES)
def test_the_checker_takes_a_network_with_functions(name: str) -> None:
    # With `full_check` it infers all shapes, and refuses a file that states others.
    model = onnx.load_from_string(to_onnx(network(name), weights=Weights.NONE, functions=True))
    onnx.checker.check_model(model, full_check=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_checker_infers_the_shapes_of_the_report(name: str) -> None:
    source = network(name)
    graph = source.examination.graph
    assert graph is not None
    model = onnx.load_from_string(to_onnx(source, weights=Weights.NONE))
    onnx.checker.check_model(model, full_check=True)
    del model.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    shapes = {one.name: stated(one)[1:] for one in (*inferred.value_info, *inferred.output)}
    for index, node in enumerate(graph.nodes, len(graph.inputs)):
        name_ = next((output for output, made in graph.outputs.items() if made == index), node.name)
        shape = shapes.get(name_, ())
        wanted = node.application.output.shape
        assert shape == wanted or (name in NOT_INFERRED and not shape), (node.name, shape)


@pytest.mark.parametrize("name", SMALL)
def test_outputs_have_the_names_and_shapes_of_the_report(name: str) -> None:
    source = network(name)
    graph = source.examination.graph
    assert graph is not None
    file = to_onnx(source, functions=True)
    for batch in (1, 2):
        outputs = runs.run(file, inputs_of(source.examination, "cpu", batch))
        assert [tuple(output.shape) for output in outputs] == expected(source.examination, batch)[1]
        assert all(bool(output.isfinite().all()) for output in outputs)
    assert [output.name for output in runs.session_of(file).get_outputs()] == list(graph.outputs)
    assert learned(file) == expected(source.examination)[0][0]


def learned(file: bytes) -> int:
    """The learned values of a file."""
    kept = ("running_mean", "running_var")
    weights = onnx.load_from_string(file).graph.initializer
    return sum(int(torch.Size(weight.dims).numel()) for weight in weights if not weight.name.endswith(kept))


@pytest.mark.parametrize("name", sorted(TOO_LARGE))
def test_what_no_file_holds_is_refused(name: str) -> None:
    with pytest.raises(Inexpressible):
        to_onnx(network(name))


NAMED = """\
cnnshape: 1
name: "R\u00e9seau \u7f51\u7edc \U0001f642"
input: {lambda: [3, 8, 8], N: [3, 8, 8]}
layers:
  - {conv: {out: 3, kernel: 1}, from: lambda, name: class}
  - {relu: {}, name: class.weight}
  - {tanh: {}, from: N, name: Constant}
  - {add: [class.weight, Constant], name: def}
  - {relu: {}, from: def, name: Relu}
outputs: [def, lambda, Relu]
"""


@pytest.mark.parametrize("weights", list(Weights))
def test_a_runtime_takes_any_name(weights: Weights) -> None:
    source: Source = source_of(NAMED)
    file = to_onnx(source, weights=weights, functions=True)
    onnx.checker.check_model(onnx.load_from_string(file), full_check=True)
    first = torch.rand(2, 3, 8, 8)
    _, again, _ = runs.run(file, [first, first])
    assert bool((again == first).all())


PLAIN = "  - conv: {out: 16, kernel: 3, padding: 1, act: relu}\n    repeat: 100\n"
NARROW = "  - conv: {out: 24, kernel: 1, act: relu}\n    repeat: 100\n"
NORMED = "  - conv: {out: 16, kernel: 3, padding: 1, norm: batch_norm, act: relu}\n    repeat: 100\n"
BRANCHED = "  - residual: [conv: {out: 16, kernel: 3, padding: 1}]\n    repeat: 100\n    shortcut: identity\n"


@pytest.mark.parametrize("layers", [PLAIN, NARROW, NORMED, PLAIN + BRANCHED])
def test_values_neither_vanish_nor_explode_however_deep(layers: str) -> None:
    source = source_of(f"cnnshape: 1\ninput: [16, 12, 12]\nlayers:\n{layers}")
    for seed in (0, 1):
        (output,) = runs.run(to_onnx(source, seed=seed), [torch.randn(2, 16, 12, 12)])
        assert 1e-2 < float(output.std()) < 1e2
