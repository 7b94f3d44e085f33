"""ONNX files by others: the checker of the `onnx` package, onnxruntime, and PyTorch with the same weights."""

from __future__ import annotations

import os
import subprocess
import sys
from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnshape.export import Source, Weights
from cnnshape.export.onnx import to_onnx
from cnnshape.export.onnx.proto import IR_VERSION, OPSET
from tests.export.exported import NAMES, expected, inputs_of, network, source_of
from tests.export.onnx_cases import cases
from tests.laws.strategy import specs

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("torch")
from tests.export.onnx_runs import difference, run  # noqa: E402

CLOSE = 1e-4
MOST_MACS = 3e8
"""Networks up to this size run here; `python -m tests.export.onnx_runs` compares all."""
UNSTEADY = frozenset(("segnet",))
"""Networks whose unpools go by the places of largest values, which rounding can swap."""


def work(name: str) -> int:
    graph = network(name).examination.graph
    assert graph is not None
    return sum(node.application.macs + 20 * node.application.params for node in graph.nodes)


def check(source: Source, *, functions: bool = False) -> Any:
    """The model after the checker, which infers all shapes and compares them with those that the file states."""
    model = onnx.load_from_string(to_onnx(source, functions=functions))
    onnx.checker.check_model(model, full_check=True)
    return model


def stated(model: Any) -> dict[str, tuple[Any, ...]]:
    return {
        value.name: tuple(size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim)
        for value in (*model.graph.input, *model.graph.value_info, *model.graph.output)
    }


@pytest.mark.parametrize("name", cases())
def test_a_kind_computes_what_pytorch_does(name: str) -> None:
    source = source_of(cases()[name])
    check(source)
    assert difference(source) < CLOSE
    assert difference(source, 1, functions=True) < CLOSE


@pytest.mark.parametrize("weights", [Weights.NONE, Weights.ZERO])
def test_files_without_weights_run(weights: Weights) -> None:
    for name, text in cases().items():
        source = source_of(text)
        data = to_onnx(source, weights=weights, functions=True)
        onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
        outputs = run(data, inputs_of(source.examination, "cpu", 2))
        shapes = expected(source.examination, 2)[1]
        assert [tuple(output.shape) for output in outputs] == shapes, name
        assert all(bool(output.isfinite().all()) for output in outputs), name


@pytest.mark.parametrize("name", [name for name in NAMES if work(name) < MOST_MACS and name not in UNSTEADY])
def test_a_network_computes_what_pytorch_does(name: str) -> None:
    assert difference(network(name), 2, functions=True) < CLOSE


@settings(max_examples=15)
@given(specs(), st.booleans())
def test_random_designs_compute_what_pytorch_does(spec: Any, functions: bool) -> None:
    source = source_of(spec.text)
    check(source, functions=functions)
    assert difference(source, functions=functions) < CLOSE


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "m5"])
@pytest.mark.parametrize("functions", [False, True])
def test_the_checker_finds_the_shapes_of_the_report(name: str, functions: bool) -> None:
    source = network(name)
    graph = source.examination.graph
    assert graph is not None
    model = check(source, functions=functions)
    assert (model.opset_import[0].version, model.ir_version) == (OPSET, IR_VERSION)
    del model.graph.value_info[:]
    inferred = stated(onnx.shape_inference.infer_shapes(model, strict_mode=True))
    names = {node.output[0]: node.name for node in model.graph.node}
    by_layer = {names.get(value, value): shape for value, shape in inferred.items()}
    compared = [node for node in graph.nodes if node.name in by_layer]
    assert len(compared) == (len(graph.nodes) if not functions else len(compared)) > 0
    for node in compared:
        assert by_layer[node.name] == ("N", *node.application.output.shape)


@pytest.mark.parametrize("batch", [1, 2])
def test_any_batch_runs_and_gives_the_shapes_of_the_report(batch: int) -> None:
    for name in ("lenet5", "squeezenet1_1", "rcnn"):
        source = network(name)
        data = to_onnx(source)
        if name == "rcnn" and batch == 2:
            continue
        outputs = run(data, inputs_of(source.examination, "cpu", batch))
        assert [tuple(output.shape) for output in outputs] == expected(source.examination, batch)[1]


def test_the_file_has_the_params_of_the_report() -> None:
    for name in ("resnet18", "nfnet_f0", "crnn"):
        source = network(name)
        stored = onnx.load_from_string(to_onnx(source)).graph.initializer
        learned = sum(prod(one.dims) for one in stored if "running_" not in one.name)
        assert learned == expected(source.examination)[0][0]


def test_the_largest_network_is_too_large_with_weights_only() -> None:
    from cnnshape.export import Inexpressible

    largest = network("regnet_y_128gf")
    with pytest.raises(Inexpressible, match="1 layers"):
        to_onnx(largest)
    onnx.checker.check_model(onnx.load_from_string(to_onnx(largest, weights=Weights.NONE)), full_check=True)


def test_values_neither_vanish_nor_explode_in_deep_networks() -> None:
    residual = "[{residual: [{conv: {out: 16, kernel: 3, padding: 1}}, relu, {conv: {out: 16, kernel: 1}}]}, relu]"
    plain = "[{conv: {out: 16, kernel: 3, padding: 1}}, relu]"
    for body in (residual, plain):
        unit = f"blocks: {{Unit: {{do: {body}}}}}\nlayers:\n  - {{Unit: {{}}, repeat: 60}}\n"
        source = source_of(f"cnnshape: 1\ninput: [16, 8, 8]\n{unit}")
        (output,) = run(to_onnx(source), [inputs_of(source.examination, "cpu", 2)[0]])
        assert 1e-2 < float(output.abs().max()) < 1e3


def test_the_package_is_not_needed(tmp_path: Path) -> None:
    program = "import sys; sys.modules.update(onnx=None, numpy=None, onnxruntime=None, torch=None)\nfrom cnnshape.cli import main\nmain()\n"
    done = subprocess.run(
        [sys.executable, "-c", program, "export", "lenet5", "-o", str(tmp_path / "net.onnx")],
        capture_output=True, text=True, env={**os.environ},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    onnx.checker.check_model(str(tmp_path / "net.onnx"), full_check=True)
