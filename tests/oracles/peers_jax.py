"""What flax, XLA and Keras print: `python peers_jax.py TOOL FILE` writes their figures of networks and single layers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
from flax import linen as nn

Figures = dict[str, Any]
AROUND = [(1, 1), (1, 1)]


# The four networks, in plain flax


def conv_norm(x: Any, out: int, kernel: int, stride: int = 1, groups: int = 1) -> Any:
    padding = [(kernel // 2, kernel // 2)] * 2
    conv = nn.Conv(out, (kernel, kernel), stride, padding, feature_group_count=groups, use_bias=False)
    return nn.BatchNorm(use_running_average=True)(conv(x))


def basic(x: Any, width: int, stride: int) -> Any:
    return conv_norm(nn.relu(conv_norm(x, width, 3, stride)), width, 3)


def bottleneck(x: Any, width: int, stride: int) -> Any:
    return conv_norm(nn.relu(conv_norm(nn.relu(conv_norm(x, width, 1)), width, 3, stride)), 4 * width, 1)


def resnet(x: Any, block: Callable[[Any, int, int], Any], repeats: tuple[int, ...]) -> Any:
    x = nn.relu(conv_norm(x, 64, 7, 2))
    x = nn.max_pool(x, (3, 3), (2, 2), AROUND)
    for width, repeat, first in zip((64, 128, 256, 512), repeats, (1, 2, 2, 2), strict=True):
        for stride in (first, *(1 for _ in range(repeat - 1))):
            body = block(x, width, stride)
            projected = stride != 1 or x.shape[-1] != body.shape[-1]
            x = nn.relu(body + (conv_norm(x, body.shape[-1], 1, stride) if projected else x))
    return nn.Dense(1000)(jnp.mean(x, (1, 2)))


def vgg16(x: Any) -> Any:
    for width, repeat in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(repeat):
            x = nn.relu(nn.Conv(width, (3, 3), padding=AROUND)(x))
        x = nn.max_pool(x, (2, 2), (2, 2))
    x = x.reshape(x.shape[0], -1)
    for _ in range(2):
        x = nn.relu(nn.Dense(4096)(x))
    return nn.Dense(1000)(x)


TABLE_2 = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def mobilenet_v2(x: Any) -> Any:
    x = nn.relu6(conv_norm(x, 32, 3, 2))
    for expand, out, repeat, first in TABLE_2:
        for stride in (first, *(1 for _ in range(repeat - 1))):
            hidden = expand * x.shape[-1]
            y = nn.relu6(conv_norm(x, hidden, 1)) if expand != 1 else x
            y = conv_norm(nn.relu6(conv_norm(y, hidden, 3, stride, hidden)), out, 1)
            x = x + y if stride == 1 and x.shape[-1] == out else y
    x = nn.relu6(conv_norm(x, 1280, 1))
    return nn.Dense(1000)(jnp.mean(x, (1, 2)))


NETWORKS: dict[str, Callable[[Any], Any]] = {
    "resnet50": partial(resnet, block=bottleneck, repeats=(3, 4, 6, 3)),
    "resnet18": partial(resnet, block=basic, repeats=(2, 2, 2, 2)),
    "vgg16": vgg16,
    "mobilenet_v2": mobilenet_v2,
}


# Single layers: a step of a spec on an input (channels first), and what flax has for it (channels last)

FLAT, LINE, PLANE, SOLID = (8,), (8, 12), (8, 12, 10), (8, 4, 6, 8)
LAYERS: list[tuple[str, tuple[int, ...], Callable[[Any], Any]]] = [
    ("conv: {out: 6, kernel: 3, padding: 1}", PLANE, lambda x: nn.Conv(6, (3, 3), padding=AROUND)(x)),
    ("conv: {out: 6, kernel: [3, 2], stride: 2, dilation: 2, groups: 2, bias: false}", PLANE,
     lambda x: nn.Conv(6, (3, 2), 2, "VALID", kernel_dilation=2, feature_group_count=2, use_bias=False)(x)),
    ("conv: {out: 6, kernel: 5, stride: 3, padding: [[2, 0], [1, 4]], dilation: 2}", PLANE,
     lambda x: nn.Conv(6, (5, 5), 3, [(2, 0), (1, 4)], kernel_dilation=2)(x)),
    ("conv: {out: 8, kernel: 3, padding: 1, groups: 8}", LINE,
     lambda x: nn.Conv(8, (3,), padding=[(1, 1)], feature_group_count=8)(x)),
    ("conv: {out: 6, kernel: 3, stride: 2, padding: 1}", SOLID, lambda x: nn.Conv(6, (3, 3, 3), 2, [(1, 1)] * 3)(x)),
    ("linear: 7", FLAT, lambda x: nn.Dense(7)(x)),
    ("linear: {out: 7, bias: false}", FLAT, lambda x: nn.Dense(7, use_bias=False)(x)),
    ("batch_norm", PLANE, lambda x: nn.BatchNorm(use_running_average=True)(x)),
    ("batch_norm: {affine: false}", PLANE,
     lambda x: nn.BatchNorm(use_running_average=True, use_scale=False, use_bias=False)(x)),
    ("max_pool: {kernel: 3, stride: 2, padding: 1}", PLANE, lambda x: nn.max_pool(x, (3, 3), (2, 2), AROUND)),
    ("max_pool: 2", LINE, lambda x: nn.max_pool(x, (2,), (2,))),
    ("avg_pool: {kernel: 3, stride: 2, padding: 1}", PLANE, lambda x: nn.avg_pool(x, (3, 3), (2, 2), AROUND)),
    ("avg_pool: 2", SOLID, lambda x: nn.avg_pool(x, (2, 2, 2), (2, 2, 2))),
    ("adaptive_avg_pool: 1", PLANE, lambda x: jnp.mean(x, (1, 2))),
    ("global_avg_pool", PLANE, lambda x: jnp.mean(x, (1, 2))),
    ("global_max_pool", PLANE, lambda x: jnp.max(x, (1, 2))),
    ("relu", PLANE, nn.relu),
    ("relu6", PLANE, nn.relu6),
    ("leaky_relu", PLANE, nn.leaky_relu),
    ("prelu", PLANE, lambda x: nn.PReLU()(x)),
    ("elu", PLANE, nn.elu),
    ("selu", PLANE, nn.selu),
    ("silu", PLANE, nn.silu),
    ("sigmoid", PLANE, nn.sigmoid),
    ("hard_sigmoid", PLANE, nn.hard_sigmoid),
    ("hard_swish", PLANE, nn.hard_swish),
    ("tanh", PLANE, nn.tanh),
    ("softplus", PLANE, nn.softplus),
    ("dropout", PLANE, lambda x: nn.Dropout(0.5, deterministic=True)(x)),
    ("flatten", PLANE, lambda x: x.reshape(x.shape[0], -1)),
    ("crop: 1", PLANE, lambda x: x[:, 1:-1, 1:-1]),
    ("split: {parts: 2, take: 0}", PLANE, lambda x: jnp.split(x, 2, -1)[0]),
    ("slice: {start: 1, stop: 5}", PLANE, lambda x: x[..., 1:5]),
    ("subsample: 2", PLANE, lambda x: x[:, ::2, ::2]),
    ("add: {one: [], two: [], three: []}", PLANE, lambda x: x + x + x),
    ("concat: {one: [], two: []}", PLANE, lambda x: jnp.concatenate([x, x], -1)),
    ("multiply: {one: [], two: [], three: []}", PLANE, lambda x: x * x * x),
    ("subtract: {one: [], two: [], three: []}", PLANE, lambda x: x - x - x),
    ("average: {one: [], two: [], three: []}", PLANE, lambda x: (x + x + x) / 3),
    ("maximum: {one: [], two: [], three: []}", PLANE, lambda x: jnp.maximum(jnp.maximum(x, x), x)),
]  # fmt: skip


class Model(nn.Module):
    function: Callable[[Any], Any]

    @nn.compact
    def __call__(self, x: Any) -> Any:
        return self.function(x)


def of_flax(function: Callable[[Any], Any], shape: tuple[int, ...]) -> Figures:
    """The cost analysis of the traced function, before XLA has optimized anything."""
    channels, *sizes = shape
    x = jax.ShapeDtypeStruct((1, *sizes, channels), jnp.float32)
    model = Model(function)
    variables = jax.eval_shape(model.init, jax.random.PRNGKey(0), x)
    costs = jax.jit(model.apply).lower(variables, x).cost_analysis() or {}
    return {"xla": int(costs.get("flops", 0)), "flax-params": sum(leaf.size for leaf in jax.tree.leaves(variables))}


def of_keras() -> dict[str, Figures]:
    """Keras' own networks; there is no ResNet-18 among them."""
    from keras import applications

    made = {
        "vgg16": applications.VGG16,
        "mobilenet_v2": applications.MobileNetV2,
        "keras_resnet50": applications.ResNet50,
    }
    return {name: {"keras": int(make(weights=None).count_params())} for name, make in made.items()}


def main(tool: str, file: str) -> None:
    if tool == "keras":
        figures: Figures = {"networks": of_keras(), "layers": []}
    else:
        networks = {name: of_flax(function, (3, 224, 224)) for name, function in NETWORKS.items()}
        layers = [[step, shape, of_flax(function, shape)] for step, shape, function in LAYERS]
        figures = {"networks": networks, "layers": layers}
    Path(file).write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
