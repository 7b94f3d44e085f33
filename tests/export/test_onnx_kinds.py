"""Every kind with random arguments in onnxruntime, against the module or function of PyTorch that it corresponds to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import comb
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnnshape.api import examine, load
from cnnshape.export import Source, Weights
from cnnshape.export.onnx import to_onnx
from cnnshape.graph import Options
from cnnshape.layers import BY_NAME, Layer
from tests.export.exported import source_of
from tests.export.onnx_cases import cases

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
twins = pytest.importorskip("tests.oracles.test_torch_layers")
runs = pytest.importorskip("tests.export.onnx_runs")

# PyTorch warns of what `same` costs with even kernels.
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
BATCH = 2
CLOSE = 1e-4
"""The most that a value may differ, relative to the largest of the output, or to 1."""
some = settings(max_examples=settings().max_examples // 3, suppress_health_check=list(HealthCheck))
many = settings(some, max_examples=some.max_examples * 4)


def written(layer: Layer, shape: tuple[int, ...], arguments: dict[str, Any], count: int = 1) -> str:
    """A design of one layer. JSON is YAML."""
    names = [f"x{number}" for number in range(count)]
    inputs = json.dumps({name: list(shape) for name in names})
    call: dict[str, Any] = {layer.name: arguments} if count == 1 else {layer.name: names}
    return f"cnnshape: 1\ninput: {inputs}\nlayers:\n  - {json.dumps(call)}\n"


def checked(data: bytes) -> Any:
    """The file as the `onnx` package reads it. Its checker compares stated shapes with those that it infers."""
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model, full_check=True)
    return model


def filled(real: Any, source: Source, data: bytes) -> None:
    """Gives the counterpart the weights of a file: they have PyTorch's names."""
    if real.owner is None:
        return
    state = real.owner.state_dict()
    weights = runs.weights_of(source, data)[0]
    assert set(state) - set(weights) <= {"num_batches_tracked", "filt"}
    real.owner.load_state_dict({**state, **weights})
    if "filt" in state:
        real.owner.filt.copy_(binomial(real.owner.filt.shape))


def binomial(shape: tuple[int, ...]) -> Any:
    filter_ = torch.ones(())
    for size in shape[2:]:
        row = torch.tensor([comb(size - 1, k) / 2 ** (size - 1) for k in range(size)])
        filter_ = filter_.unsqueeze(-1) * row
    return filter_.expand(shape)


def is_by_factor(layer: Any, shape: tuple[int, ...]) -> bool:
    """Whether PyTorch resizes by the factor where the language goes by the sizes: on one axis and on three."""
    return layer.name == "upsample" and layer.mode == "nearest" and layer.scale is not None and len(shape) != 3


def compare(name: str, axes: int, data: st.DataObject) -> None:
    shape = data.draw(twins.shapes(axes))
    arguments = data.draw(twins.TWINS[name].arguments(shape))
    layer = BY_NAME[name](**arguments)
    examination = examine(load(written(layer, shape, arguments)), Options())
    assume(not examination.problems)
    # The gain has cases in the other tests: its formula in the oracles bounds the deviation in another way.
    assume(not getattr(layer, "gain", False) and not is_by_factor(layer, shape))
    # A Dropout of ONNX keeps some of the values.
    assume(layer.name != "dropout" or layer.values["p"] < 1 - 2**-25)
    real = twins.built(layer, shape)
    assume(real is not None)
    source = Source(examination, "", "Net")
    file = to_onnx(source, seed=data.draw(st.integers(0, 9)))
    checked(file)
    with torch.no_grad():
        filled(real, source, file)
    torch.manual_seed(1)
    given_ = torch.randn(BATCH, *shape)
    expected = twins.answer(real, given_)
    assume(expected is not None)
    close(runs.run(file, [given_])[0], expected)


def on_ranks(names: Iterable[str]) -> pytest.MarkDecorator:
    """Parametrizes over kinds, and over the ranks that they work on."""
    rows: pytest.MarkDecorator = twins.on_ranks(*names)
    return rows


def close(own: Any, expected: Any) -> None:
    assert own.shape == expected.shape
    assert float((own - expected).abs().max()) <= CLOSE * max(1.0, float(expected.abs().max()))


@on_ranks(twins.MANY_ARGUMENTS)
@given(data=st.data())
@many
def test_outputs_of_many_arguments(name: str, axes: int, data: st.DataObject) -> None:
    compare(name, axes, data)


@on_ranks(name for name in twins.TWINS if name not in twins.MANY_ARGUMENTS | twins.JOINS)
@given(data=st.data())
@some
def test_outputs(name: str, axes: int, data: st.DataObject) -> None:
    compare(name, axes, data)


@on_ranks(sorted(twins.JOINS))
@given(count=st.integers(2, 5), data=st.data())
@some
def test_outputs_of_joins(name: str, axes: int, count: int, data: st.DataObject) -> None:
    shape = data.draw(twins.shapes(axes))
    layer = BY_NAME[name]()
    source = source_of(written(layer, shape, {}, count))
    torch.manual_seed(1)
    inputs = [torch.randn(BATCH, *shape) for _ in range(count)]
    close(runs.run(to_onnx(source), inputs)[0], twins.answer(twins.built(layer, shape), *inputs))


@pytest.mark.parametrize("name", cases())
def test_the_checker_takes_every_case(name: str) -> None:
    source = source_of(cases()[name])
    graph = source.examination.graph
    assert graph is not None
    inputs = [(one.tensor.boxes, one.tensor.shape) for one in graph.inputs]
    outputs = [graph.value(index) for index in graph.outputs.values()]
    for weights in Weights:
        model = checked(to_onnx(source, weights=weights))
        assert [sizes(value) for value in model.graph.input] == inputs
        assert [sizes(value) for value in model.graph.output] == [(one.boxes, one.shape) for one in outputs]


def sizes(value: Any) -> tuple[int, tuple[int, ...]]:
    """The boxes and the shape that a value states, of a batch of N."""
    batch, *rest = value.type.tensor_type.shape.dim
    word, _, boxes = batch.dim_param.partition("*")
    assert word == "N"
    return int(boxes or 1), tuple(one.dim_value for one in rest)
