"""Single layers: Keras' code computes what PyTorch's code does with the same weights, in both orders of the axes."""

from __future__ import annotations

import os
import warnings
from typing import Any

import pytest

from cnnshape.export.keras.layout import Layout
from cnnshape.export.keras.network import Network
from cnnshape.export.keras.writing import flat_text
from cnnshape.export.torch.flat import to_flat_torch
from tests.export.exported import source_of
from tests.export.keras_code import built, graph_of

os.environ.setdefault("KERAS_BACKEND", "torch")
np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")
pytest.importorskip("keras")

C2, C1, C3 = (6, 11, 14), (6, 17), (4, 5, 6, 7)
CASES: list[tuple[tuple[int, ...], list[str]]] = [
    # Convolutions
    (C2, ["conv: {out: 8, kernel: 3}"]),
    (C2, ["conv: {out: 8, kernel: 3, padding: 1}"]),
    (C2, ["conv: {out: 8, kernel: 3, padding: 1, stride: 2}"]),
    (C2, ["conv: {out: 8, kernel: [3, 5], padding: [[0, 2], [3, 1]], stride: [2, 1], bias: false}"]),
    (C2, ["conv: {out: 8, kernel: 4, padding: same, stride: 2}"]),
    (C2, ["conv: {out: 8, kernel: 4, padding: same_lower}"]),
    (C2, ["conv: {out: 8, kernel: 3, padding: 2, dilation: 2}"]),
    (C2, ["conv: {out: 8, kernel: 3, padding: 2, dilation: 2, stride: 2}"]),
    (C2, ["conv: {out: 9, kernel: 3, groups: 3}"]),
    (C2, ["conv: {out: 12, kernel: 3, groups: 6, padding: 1, stride: 2}"]),
    (C2, ["conv: {out: 6, kernel: 3, groups: 6, stride: [1, 2]}"]),
    (C2, ["conv: {out: 8, kernel: 3, gain: true}"]),
    (C1, ["conv: {out: 8, kernel: 5, padding: 2, stride: 2}"]),
    (C1, ["conv: {out: 8, kernel: 3, padding: causal, dilation: 2}"]),
    (C1, ["conv: {out: 6, kernel: 3, groups: 6}"]),
    (C3, ["conv: {out: 8, kernel: [1, 3, 3], padding: [0, 1, 1], stride: [1, 2, 2]}"]),
    (C3, ["conv: {out: 4, kernel: 3, groups: 4, padding: 1}"]),
    (C2, ["conv_transpose: {out: 5, kernel: 2, stride: 2}"]),
    (C2, ["conv_transpose: {out: 5, kernel: 4, stride: 2, padding: 1}"]),
    (C2, ["conv_transpose: {out: 5, kernel: 3, stride: 2, padding: 1, output_padding: 1}"]),
    (C2, ["conv_transpose: {out: 5, kernel: 3, stride: 2, output_padding: 1}"]),
    (C2, ["conv_transpose: {out: 5, kernel: 2, stride: 3}"]),
    (C2, ["conv_transpose: {out: 5, kernel: 3, stride: 2, padding: same}"]),
    (C2, ["conv_transpose: {out: 5, kernel: [3, 4], stride: [1, 3], padding: [[1, 0], [0, 2]]}"]),
    (C1, ["conv_transpose: {out: 5, kernel: 4, stride: 2, padding: 1}"]),
    (C3, ["conv_transpose: {out: 5, kernel: 2, stride: 2}"]),
    ((7,), ["linear: 5"]),
    # Pools
    (C2, ["max_pool: 2"]),
    (C2, ["max_pool: {kernel: 3, stride: 2, padding: 1}"]),
    (C2, ["max_pool: {kernel: 3, stride: 1, padding: 1}"]),
    (C2, ["max_pool: {kernel: 3, stride: 2, ceil: true}"]),
    (C2, ["max_pool: {kernel: 2, ceil: true}"]),
    (C2, ["max_pool: {kernel: 3, stride: 2, padding: same}"]),
    (C2, ["max_pool: {kernel: [2, 3], stride: [1, 2], padding: [[1, 0], [0, 1]]}"]),
    (C1, ["max_pool: {kernel: 3, stride: 2, padding: 1, ceil: true}"]),
    (C3, ["max_pool: {kernel: [1, 2, 2]}"]),
    (C2, ["avg_pool: 3"]),
    (C2, ["avg_pool: {kernel: 3, stride: 2, padding: 1}"]),
    (C2, ["avg_pool: {kernel: 3, stride: 2, padding: 1, count_include_pad: false}"]),
    (C2, ["avg_pool: {kernel: 3, stride: 1, padding: 1, count_include_pad: false}"]),
    (C2, ["avg_pool: {kernel: 3, stride: 2, padding: 1, ceil: true}"]),
    (C2, ["avg_pool: {kernel: 2, ceil: true}"]),
    (C2, ["avg_pool: {kernel: 3, stride: 2, ceil: true, padding: 1, count_include_pad: false}"]),
    (C1, ["avg_pool: {kernel: 4, stride: 3, padding: 2, count_include_pad: false}"]),
    (C3, ["avg_pool: {kernel: 2, padding: 1}"]),
    (C2, ["adaptive_avg_pool: 4"]),
    (C2, ["adaptive_avg_pool: [3, 1]"]),
    (C2, ["adaptive_max_pool: [4, 5]"]),
    (C1, ["adaptive_avg_pool: 5"]),
    (C2, ["adaptive_avg_pool: 1"]),
    (C2, ["global_avg_pool"]),
    (C2, ["global_max_pool"]),
    (C2, ["channel_avg_pool"]),
    (C2, ["channel_max_pool"]),
    (C2, ["blur_pool: 3"]),
    (C2, ["blur_pool: {kernel: 4, stride: 1, mode: zeros}"]),
    # Norms
    (C2, ["batch_norm"]),
    (C2, ["batch_norm: {affine: scale, eps: 0.01}"]),
    ((7,), ["batch_norm"]),
    (C2, ["layer_norm"]),
    (C2, ["layer_norm: {axes: all, affine: shift, eps: 0.01}"]),
    (C2, ["layer_norm: {axes: space}"]),
    (C2, ["layer_norm: {axes: last}"]),
    ((7,), ["layer_norm"]),
    (C2, ["group_norm: 3"]),
    (C2, ["instance_norm"]),
    (C2, ["instance_norm: {affine: true}"]),
    (C2, ["local_response_norm: {size: 4, alpha: 0.3, k: 2}"]),
    (C2, ["layer_scale: 0.5"]),
    (C2, ["layer_scale: {init: 0.5, per_channel: false, shift: true}"]),
    (C2, ["rms_norm"]),
    (C2, ["rms_norm: {axes: space, eps: 0.01}"]),
    (C2, ["rms_norm: {axes: all, affine: false}"]),
    (C2, ["global_response_norm"]),
    (C2, ["evo_norm: 3"]),
    (C2, ["rescale: {scale: 0.5, shift: -0.25}"]),
    # Activations
    *[(C2, [kind]) for kind in (
        "relu", "relu6", "leaky_relu: 0.2", "prelu", "prelu: true", "elu: 0.5", "elu", "selu", "gelu", "silu", "mish",
        "sigmoid", "hard_sigmoid", "hard_swish", "tanh", "softplus", "softmax", "softmax: space", "celu: 0.5",
        "hard_tanh: {min: -0.3, max: 0.4}", "softsign", "abs", "square", "log_softmax", "log_softmax: space", "glu",
        "dropout: 0.3", "drop_path: 0.2",
    )],
    ((7,), ["softmax"]),
    ((7,), ["prelu: true"]),
    # Moves
    (C2, ["flatten"]),
    (C1, ["flatten"]),
    (C2, ["reshape: [12, 7, 11]"]),
    (C2, ["reshape: [66, 14]"]),
    (C2, ["flatten", "reshape: [12, 77]"]),
    (C2, ["channel_shuffle: 3"]),
    (C2, ["split: {parts: 3, take: 1}"]),
    (C2, ["split: {parts: [1, 3, 2], take: 1}"]),
    (C2, ["slice: {start: 2, stop: 5}"]),
    (C2, ["pad_channels: {before: 1, after: 3}"]),
    (C2, ["pad: [[1, 2], [0, 3]]"]),
    (C2, ["pad: {padding: 2, mode: reflect}"]),
    (C2, ["pad: {padding: [[1, 2], [0, 3]], mode: replicate}"]),
    (C1, ["pad: {padding: 3, mode: circular}"]),
    (C2, ["crop: [[1, 2], [0, 3]]"]),
    (C2, ["subsample: [2, 3]"]),
    (C2, ["upsample: 2"]),
    (C2, ["upsample: 1.5"]),
    (C2, ["upsample: {scale: 2, mode: linear}"]),
    (C2, ["upsample: {size: [5, 20], mode: linear}"]),
    (C2, ["upsample: {scale: 1.3, mode: linear}"]),
    (C2, ["upsample: {size: 20, mode: linear, align_corners: true}"]),
    (C2, ["upsample: {size: [20, 9], mode: cubic}"]),
    (C2, ["upsample: {size: 20, mode: cubic, align_corners: true}"]),
    (C2, ["upsample: {size: [7, 30]}"]),
    (C1, ["upsample: {scale: 2, mode: linear}"]),
    (C1, ["upsample: [3]"]),
    (C2, ["upsample: [2, 3]"]),
    (C3, ["upsample: {scale: 2, mode: linear}"]),
    (C3, ["upsample: 2"]),
    ((8, 5, 6), ["pixel_shuffle: 2"]),
    ((3, 6, 8), ["pixel_unshuffle: 2"]),
    (C2, ["{max_pool: 2, name: pool}", "{max_unpool: {kernel: 2, pool: pool, size: [11, 14]}}"]),
    (C2, ["{max_pool: {kernel: 2, ceil: true}, name: pool}", "{max_unpool: {kernel: 2, pool: pool, size: [11, 14]}}"]),
    # Joins
    (C2, ["{conv: {out: 6, kernel: 1}, name: a}", "add: [input, prev, a]"]),
    (C2, ["concat: {a: [conv: {out: 3, kernel: 1}], b: []}"]),
    (C2, ["multiply: {gate: [global_avg_pool], b: []}"]),
    (C2, ["subtract: {a: [square], b: []}"]),
    (C2, ["average: {a: [square], b: []}"]),
    (C2, ["maximum: {a: [square], b: []}"]),
    (C2, ["add: {a: [global_avg_pool], b: []}\n    broadcast: space"]),
    (C2, ["{conv: {out: 6, kernel: 1}, name: q}", "attention: {query: q, key: input, value: input, heads: 2}"]),
    # Sequences
    (C1, ["lstm: 5"]),
    (C1, ["lstm: {out: 5, bidirectional: true, layers: 2}"]),
    (C1, ["gru: 5"]),
    (C1, ["gru: {out: 5, bidirectional: true}"]),
    (C1, ["gru: {out: 5, biases: 0}"]),
]  # fmt: skip


def _turned(value: Any, weight: Any, layer: Any) -> Any:
    """A weight of PyTorch in the order of one of Keras."""
    if value.size != np.prod(weight.shape):
        raise ValueError(f"{value.shape} and {weight.shape}")
    if type(layer).__name__.startswith("DepthwiseConv") and value.ndim > 1:
        sides, (channels, multiplier) = value.shape[2:], weight.shape[-2:]
        return np.moveaxis(value.reshape(channels, multiplier, *sides), (0, 1), (-2, -1))
    if "kernel" in weight.path.rpartition("/")[2]:
        return np.moveaxis(value, (0, 1), (-1, -2))
    squeezed = [tuple(size for size in shape if size > 1) for shape in (value.shape, weight.shape)]
    return value.reshape(weight.shape) if squeezed[0] == squeezed[1] else np.moveaxis(value, 0, -1)


def _of_gru(values: list[Any]) -> list[Any]:
    """The weights of a GRU: Keras has the gates in another order, and both biases in one weight."""
    turned = []
    for value in values:
        reset, update, new = np.split(value, 3)
        turned.append(np.concatenate([update, reset, new]))
    made: list[Any] = []
    while turned:
        made += [turned.pop(0), turned.pop(0)]
        if turned and turned[0].ndim == 1:
            made.append(np.stack([turned.pop(0), turned.pop(0)]))
    return made


def carry_over(module: Any, model: Any, *, gru: bool = False) -> None:
    """Gives a model of Keras the weights of a module."""
    random = np.random.default_rng(0)
    values = []
    for name, tensor in module.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        if not name.endswith("filt"):
            value = random.normal(0, 0.5, tensor.shape).astype("float32")
            tensor.copy_(torch.from_numpy(np.abs(value) + 0.5 if name.endswith("var") else value))
        values.append(tensor.numpy().copy())
    if gru:
        values = _of_gru(values)
    owned = [(layer, weight) for layer in model.layers for weight in layer.weights]
    assert len(owned) == len(values)
    for (layer, weight), value in zip(owned, values, strict=True):
        weight.assign(_turned(value, weight, layer))


def difference(spec: str, *, last: bool) -> float:
    """The largest difference of the outputs of PyTorch's code and of Keras', with the same weights."""
    source = source_of(spec)
    graph = graph_of(source.examination)
    layout = Layout(channels_last=last)
    model = built(flat_text(source, Network(graph, layout)), "cpu")
    scope: dict[str, Any] = {"__name__": "exported"}
    exec(to_flat_torch(source), scope)
    module = scope["Net"]().eval()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        carry_over(module, model, gru="gru" in spec)
        shape = graph.inputs[0].tensor.shape
        image = np.random.default_rng(1).normal(size=(2, *shape)).astype("float32")
        wanted = module(torch.from_numpy(image)).numpy()
        got = model(np.moveaxis(image, 1, -1) if last else image).numpy()
    got = np.moveaxis(got, -1, 1) if last else got
    assert got.shape == wanted.shape
    return float(np.abs(got - wanted).max())


@pytest.mark.parametrize("last", [True, False], ids=["channels_last", "channels_first"])
@pytest.mark.parametrize(("shape", "steps"), CASES, ids=[" ".join(steps) for _, steps in CASES])
def test_a_layer_computes_what_that_of_pytorch_does(shape: tuple[int, ...], steps: list[str], last: bool) -> None:
    listed = "".join(f"  - {step}\n" for step in steps)
    assert difference(f"cnnshape: 1\nname: Net\ninput: {list(shape)}\nlayers:\n{listed}", last=last) < 1e-4
