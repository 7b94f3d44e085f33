"""TFLite Micro for real: small networks are built in TensorFlow, converted, and run; their arenas are ours.

The tests need TensorFlow and tflite-micro (`pip install tensorflow tflite-micro`), and are skipped without them.
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

from cnnshape.api import examine, load
from cnnshape.device.deployment import Deployment, deployment_of
from cnnshape.graph import Options
from cnnshape.report import Settings, make_report

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
runtime = pytest.importorskip("tflite_micro.python.tflite_micro.runtime")
tensorflow = pytest.importorskip("tensorflow")
numpy = pytest.importorskip("numpy")

SIDE, CHANNELS = 24, 3
ARENA = 1 << 22
"""Bytes that are enough for each of these networks."""


def separable(layers: Any, x: Any) -> Any:
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(x)
    x = layers.DepthwiseConv2D(3, padding="same")(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.Conv2D(16, 1)(x)
    return layers.Dense(10)(layers.Flatten()(layers.AveragePooling2D(SIDE)(x)))


def residual(layers: Any, x: Any) -> Any:
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    y = layers.Conv2D(8, 3, padding="same", activation="relu")(x)
    y = layers.Conv2D(8, 3, padding="same")(y)
    return layers.Conv2D(4, 1)(layers.ReLU()(layers.Add()([y, x])))


def branches(layers: Any, x: Any) -> Any:
    x = layers.Conv2D(8, 3, padding="same")(x)
    a = layers.Conv2D(4, 1, activation="tanh")(x)
    b = layers.Conv2D(12, 3, padding="same", activation="relu")(x)
    return layers.MaxPooling2D(2)(layers.Concatenate()([a, b]))


def padded(layers: Any, x: Any) -> Any:
    x = layers.Conv2D(8, 3, strides=2)(layers.ZeroPadding2D(1)(x))
    return layers.Conv2D(8, 3, strides=2, activation="relu")(layers.ZeroPadding2D(1)(x))


def gated(layers: Any, x: Any) -> Any:
    x = layers.Conv2D(8, 3, padding="same", activation="silu")(x)
    return layers.Conv2D(8, 1, activation="silu")(x)


NETWORKS = {
    "separable": (separable, """
- conv: {out: 8, kernel: 3, padding: same, act: relu}
- conv: {out: 8, kernel: 3, padding: same, groups: 8, norm: batch_norm, act: relu6}
- conv: {out: 16, kernel: 1}
- avg_pool: 24
- flatten
- linear: 10
"""),
    "residual": (residual, """
- conv: {out: 8, kernel: 3, stride: 2, padding: same, act: relu}
- residual:
    - conv: {out: 8, kernel: 3, padding: same, act: relu}
    - conv: {out: 8, kernel: 3, padding: same}
- relu
- conv: {out: 4, kernel: 1}
"""),
    "branches": (branches, """
- conv: {out: 8, kernel: 3, padding: same}
- concat:
    a: [conv: {out: 4, kernel: 1, act: tanh}]
    b: [conv: {out: 12, kernel: 3, padding: same, act: relu}]
- max_pool: 2
"""),
    "padded": (padded, """
- conv: {out: 8, kernel: 3, stride: 2, padding: 1}
- conv: {out: 8, kernel: 3, stride: 2, padding: 1, act: relu}
"""),
    "gated": (gated, """
- conv: {out: 8, kernel: 3, padding: same, act: silu}
- conv: {out: 8, kernel: 1, act: silu}
"""),
}  # fmt: skip


def converted(build: Any, dtype: str) -> bytes:
    """The network as a .tflite file, with random weights."""
    given = tensorflow.keras.Input((SIDE, SIDE, CHANNELS), batch_size=1)
    model = tensorflow.keras.Model(given, build(tensorflow.keras.layers, given))
    converter = tensorflow.lite.TFLiteConverter.from_keras_model(model)
    if dtype == "int8":
        samples = numpy.random.default_rng(0).random((4, 1, SIDE, SIDE, CHANNELS), dtype=numpy.float32)
        converter.optimizations = [tensorflow.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([sample] for sample in samples)
        converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tensorflow.int8
    return bytes(converter.convert())


def arena_of(model: bytes, dtype: str, capfd: pytest.CaptureFixture[str]) -> int:
    """The head of the arena after the network ran: tensors and working space."""
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA)
    interpreter.set_input(numpy.zeros((1, SIDE, SIDE, CHANNELS), dtype), 0)
    interpreter.invoke()
    capfd.readouterr()
    interpreter.print_allocations()
    head = re.search(r"Arena allocation head (\d+) bytes", "".join(capfd.readouterr()))
    assert head is not None
    return int(head[1])


def ours(layers: str, dtype: str, pads: str) -> Deployment:
    graph = examine(load(f"input: [{CHANNELS}, {SIDE}, {SIDE}]\nlayers:\n{layers}"), Options()).graph
    assert graph is not None and graph.complete
    deployment = deployment_of(graph, make_report(graph, "", Settings(dtype=dtype)), "tflm", pads=pads)
    assert deployment is not None and deployment.is_exact
    return deployment


# The converter warns that it computes the statistics itself.
@pytest.mark.filterwarnings("ignore:Statistics for quantized inputs")
@pytest.mark.parametrize("dtype", ["int8", "float32"])
@pytest.mark.parametrize("network", NETWORKS)
def test_the_arena_is_that_of_the_real_runtime(network: str, dtype: str, capfd: pytest.CaptureFixture[str]) -> None:
    build, layers = NETWORKS[network]
    pads = "explicit" if network == "padded" else "same"
    assert ours(layers, dtype, pads).arena_bytes == arena_of(converted(build, dtype), dtype, capfd)
