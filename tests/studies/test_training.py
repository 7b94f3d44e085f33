"""Memory of training: its parts add up, and follow the batch, the type, the optimizer and what is frozen.

`tests/oracles/test_torch_training.py` compares what is kept with PyTorch.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.render.training import training_text
from cnnshape.study.training import OPTIMIZERS, Training
from tests.command import run
from tests.laws.strategy import Spec, specs

BLOCK = "input: [3, 8, 8]\nlayers:\n"


def trained(design: str, optimizer: str = "sgd", batch: int = 1, dtype: str = "float32") -> Training:
    training = cnnshape.memory(design, training=optimizer, batch=batch, dtype=dtype)
    assert isinstance(training, Training)
    return training


def test_a_small_network_by_hand() -> None:
    # The convolution keeps its input, the norm the convolution's output and two statistics per channel, relu its own output.
    training = trained(
        f"{BLOCK}  - conv: {{out: 4, kernel: 1, norm: batch_norm, act: relu}}\n  - global_avg_pool", batch=2
    )
    assert training.input_bytes == 4 * 2 * 3 * 64
    assert training.kept_bytes == (4 * 2 * 4 * 64, 4 * 2 * 4, 4 * 2 * 4 * 64, 0)
    assert training.weight_bytes == training.gradient_bytes == 4 * (12 + 8)
    assert training.buffer_bytes == 4 * (4 + 4 + 1)
    assert training.state_bytes == 0
    assert training.total_bytes == (
        training.activation_bytes + training.weight_bytes + training.gradient_bytes + training.buffer_bytes
    )


def test_a_tensor_that_several_layers_keep_is_there_once() -> None:
    one = trained(f"{BLOCK}  - {{conv: {{out: 4, kernel: 1}}, name: a}}\n  - {{conv: {{out: 4, kernel: 1}}, from: a}}")
    text = (
        f"{BLOCK}  - {{conv: {{out: 4, kernel: 1}}, name: a}}\n  - {{conv: {{out: 4, kernel: 1}}, from: a, name: b}}\n"
    )
    two = trained(f"{text}  - {{conv: {{out: 4, kernel: 1}}, from: a}}\n  - add: [b, prev]")
    assert one.activation_bytes == two.activation_bytes == 4 * 64 * (3 + 4)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_state_of_an_optimizer(optimizer: str) -> None:
    training = trained("resnet18", optimizer)
    assert training.state_bytes == OPTIMIZERS[optimizer] * training.gradient_bytes
    assert training.gradient_bytes == 4 * training.report.totals.trainable_params


def test_frozen_weights_have_no_gradient() -> None:
    layers = "  - {{conv: {{out: 4, kernel: 1}}{}}}\n  - relu\n  - conv: {{out: 5, kernel: 1}}"
    frozen, free = (trained(BLOCK + layers.format(text)) for text in (", frozen: true", ""))
    assert frozen.gradient_bytes == 4 * 25
    assert free.activation_bytes == 4 * 64 * (3 + 4)
    assert frozen.activation_bytes == 4 * 64 * 4


def test_types_and_batch() -> None:
    single, other = trained("resnet18"), trained("resnet18", batch=8, dtype="float16")
    assert other.weight_bytes * 2 == single.weight_bytes
    statistics = sum(2 * 4 * row.output[0] for row in single.report.rows if row.kind == "batch_norm")
    indices = sum(
        8 * row.output[0] * row.output[1] * row.output[2] for row in single.report.rows if row.kind == "max_pool"
    )
    apart = 8 * indices + statistics
    assert other.activation_bytes - apart == 4 * (single.activation_bytes - indices - statistics)


@given(specs(), st.integers(1, 4))
def test_laws_of_any_network(spec: Spec, batch: int) -> None:
    training = trained(spec.text, "adam", batch)
    report = training.report
    assert training.activation_bytes == training.input_bytes + sum(training.kept_bytes)
    assert training.state_bytes == 2 * training.gradient_bytes <= 2 * training.weight_bytes
    assert len(training.kept_bytes) == len(report.rows)
    if not report.totals.trainable_params:
        assert training.activation_bytes == 0
    inputs = sum(given.boxes * 4 * batch * _product(given.shape) for given in report.inputs.values())
    assert training.input_bytes <= inputs


def _product(shape: tuple[int, ...]) -> int:
    return 1 if not shape else shape[0] * _product(shape[1:])


def test_refused() -> None:
    for options in ({"training": "lion"}, {"training": "sgd", "runtime": "tflm"}):
        with pytest.raises(Refusal):
            cnnshape.memory("lenet5", **options)


# Faces


def test_text_says_its_assumptions() -> None:
    text = run("memory", "resnet18", "--training", "adam", "-b", "32").stdout
    assert "adam: 2 values per trainable param" in text
    assert "kept for the backward pass, an estimate: 1.8 % too low" in text
    assert "gradients of activations and the working space of kernels come on top" in text


def test_what_is_not_known_is_said() -> None:
    text = run("memory", "crnn", "--training", "sgd").stdout
    assert "an estimate whose error is unknown" in text
    assert "no rule says what is kept of lstm and 1 more" in text
    data = json.loads(run("memory", "crnn", "--training", "sgd", "-f", "json").stdout)
    assert data["unknown"] == ["lstm", "lstm_2"]
    assert data["activation_bytes"]["too_low_percent_at_most"] is None


def test_json_has_the_parts() -> None:
    data = json.loads(run("memory", "resnet18", "--training", "momentum", "-f", "json").stdout)
    kept = data["activation_bytes"]["estimate"]
    assert kept == data["input_bytes"] + sum(layer["kept_bytes"] for layer in data["layers"])
    parts = [data[f"{part}_bytes"] for part in ("weight", "buffer", "gradient", "state")]
    assert data["total_bytes"] == kept + sum(parts)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("network", ["resnet152", "densenet121", "crnn"])
def test_text_fits_the_screen(network: str, width: int) -> None:
    assert max(map(len, training_text(trained(network, "adam"), width).splitlines())) <= width
