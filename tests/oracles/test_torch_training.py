"""PyTorch as the oracle of what training keeps: the storages that autograd saves in one forward pass."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from cnnshape.export.torch.flat import to_flat_torch  # noqa: E402
from cnnshape.graph import Options  # noqa: E402
from cnnshape.layers.complete import KINDS  # noqa: E402
from cnnshape.report import Settings, make_report  # noqa: E402
from cnnshape.study.training import TOO_HIGH, TOO_LOW, Training, study_training  # noqa: E402
from tests.export.exported import inputs_of, made, network, source_of  # noqa: E402

BATCH = 4
EXACT = [
    "lenet5", "resnet18", "resnet50", "mobilenet_v2", "mobilenet_v3_small", "densenet121", "shufflenet_v2_x1_0", "squeezenet1_1",
    "mnasnet1_0", "inception_v3",
]  # fmt: skip
CLOSE = ["googlenet", "efficientnet_b0", "convnext_tiny", "efficientnet_v2_b0", "convnextv2_atto", "nfnet_f0"]
SIZES = {"lenet5": 32, "inception_v3": 128}


def saved_bytes(module: Any, inputs: list[Any]) -> int:
    """The bytes of the storages that autograd saves, without those of parameters and buffers."""
    own = {tensor.untyped_storage()._cdata for tensor in (*module.parameters(), *module.buffers())}
    saved: dict[int, Any] = {}

    def pack(tensor: Any) -> Any:
        saved.setdefault(tensor.untyped_storage()._cdata, tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = module(*inputs)
    assert output is not None
    return sum(tensor.untyped_storage().nbytes() for storage, tensor in saved.items() if storage not in own)


def both(source: Any) -> tuple[Training, int]:
    """Our study of a design, and the bytes that PyTorch saves of its exported code."""
    graph = source.examination.graph
    training = study_training(graph, make_report(graph, "", Settings(batch=BATCH)), "sgd")
    module = made(to_flat_torch(source._replace(class_name="Net"))).train()
    return training, saved_bytes(module, inputs_of(source.examination, batch=BATCH))


def of_network(name: str) -> tuple[Training, int]:
    given = network(name).examination.graph.inputs[0]
    size = SIZES.get(name, 64)
    return both(network(name, Options(inputs={given.name: (given.tensor.shape[0], size, size)})))


@pytest.mark.parametrize("name", EXACT)
def test_networks_to_the_byte(name: str) -> None:
    training, saved = of_network(name)
    assert training.activation_bytes == saved
    assert not training.unknown


@pytest.mark.parametrize("name", CLOSE)
def test_networks_within_the_stated_error(name: str) -> None:
    training, saved = of_network(name)
    assert -TOO_LOW <= 100 * (training.activation_bytes / saved - 1) <= TOO_HIGH
    assert not training.unknown


BEFORE = "input: [3, 32, 32]\nlayers:\n  - {conv: {out: 16, kernel: 1}, name: a}\n"
ROWS = [
    "conv: {out: 8, kernel: 3, padding: 1}", "conv: {out: 8, kernel: 3}\n    frozen: true", "conv_transpose: {out: 8, kernel: 2, stride: 2}",
    "batch_norm", "relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "celu", "gelu", "silu", "mish", "sigmoid", "hard_sigmoid",
    "hard_swish", "hard_tanh", "tanh", "softplus", "softsign", "softmax", "log_softmax", "abs", "square", "glu", "dropout", "identity",
    "max_pool: 2", "avg_pool: 2", "adaptive_avg_pool: 4", "adaptive_max_pool: 4", "global_avg_pool", "global_max_pool",
    "channel_avg_pool", "channel_max_pool", "layer_scale", "flatten", "pad: 1", "crop: 1", "subsample: 2", "upsample: 2",
    "pixel_shuffle: 2", "pixel_unshuffle: 2", "channel_shuffle: 2", "pad_channels: 4", "add: [a, b]", "subtract: [a, b]",
    "average: [a, b]", "multiply: [a, b]", "maximum: [a, b]", "concat: [a, b]",
]  # fmt: skip
ABOUT = {
    "layer_norm": 0.1, "group_norm: 4": 0.01, "instance_norm": 0.02, "rms_norm": 0.04, "global_response_norm": 0.01,
    "local_response_norm": 0.08, "evo_norm: {groups: 4}": 0.01, "drop_path": 0.001, "blur_pool: 3": 0.06,
    "conv: {out: 8, kernel: 3, gain: true}": 0.01, "conv: {out: 8, kernel: 3, stride: 2, padding: same}": 0.06,
}  # fmt: skip
"""Layers of which a small part is left out, with the part."""


def layer_after_two(step: str) -> tuple[Training, int]:
    second = "  - {conv: {out: 16, kernel: 1}, from: input, name: b}\n" if "[a, b]" in step else ""
    return both(source_of(f"{BEFORE}{second}  - {step}\n"))


@pytest.mark.parametrize("step", ROWS)
def test_kinds_to_the_byte(step: str) -> None:
    training, saved = layer_after_two(step)
    assert training.activation_bytes == saved


@pytest.mark.parametrize("step", ABOUT)
def test_kinds_with_a_part_left_out(step: str) -> None:
    training, saved = layer_after_two(step)
    assert (1 - ABOUT[step]) * saved <= training.activation_bytes <= saved


def test_before_the_first_trainable_layer_nothing_is_kept() -> None:
    frozen = BEFORE.replace("name: a}", "name: a, frozen: true}")
    for step, trains in (("relu", False), ("conv: {out: 8, kernel: 3}", True)):
        training, saved = both(source_of(f"{frozen}  - {{batch_norm: , frozen: true}}\n  - {step}\n"))
        assert training.activation_bytes == saved
        assert bool(saved) == trains


def test_every_kind_is_measured_or_said_to_be_unknown() -> None:
    measured = {step.partition(":")[0] for step in (*ROWS, *ABOUT)}
    of_networks = {"linear", "slice", "split", "reshape", "max_unpool", "rescale"}
    unknown = {kind.name for kind in KINDS if kind.keeps is None}
    assert unknown == {"attention", "roi_pool", "roi_align", "lstm", "gru", "opaque"}
    assert {kind.name for kind in KINDS} == measured | of_networks | unknown
