"""Small designs for each kind, with awkward arguments: what enters, and the layers."""

from __future__ import annotations

FLAT, LINE, MAP, ROOM = "[12]", "[6, 23]", "[6, 13, 11]", "[4, 7, 6, 5]"
_PER_KIND: dict[str, list[tuple[str, str]]] = {
    "conv": [
        (MAP, "conv: {out: 9, kernel: 3, stride: [2, 1], padding: [[0, 2], [1, 0]], dilation: [1, 2], groups: 3}"),
        (MAP, "conv: {out: 4, kernel: [4, 2], padding: same, stride: 3, bias: false}"),
        (MAP, "conv: {out: 4, kernel: [3, 2], padding: same_lower, stride: 2}"),
        (MAP, "conv: {out: 12, kernel: 5, padding: 6, groups: in_channels}"),
        (LINE, "conv: {out: 5, kernel: 3, padding: causal, dilation: 4}"),
        (ROOM, "conv: {out: 5, kernel: [1, 2, 3], padding: [0, 1, 1], stride: [2, 1, 2]}"),
        (MAP, "conv: {out: 8, kernel: 3, groups: 2, gain: true, padding: 1}"),
        (LINE, "conv: {out: 8, kernel: 3, gain: true, bias: false}"),
    ],
    "conv_transpose": [
        (MAP, "conv_transpose: {out: 5, kernel: 3, stride: 2, padding: [1, 0], output_padding: 1}"),
        (MAP, "conv_transpose: {out: 4, kernel: 4, stride: [2, 3], padding: [[0, 1], [2, 0]], groups: 2, bias: false}"),
        (MAP, "conv_transpose: {out: 4, kernel: [3, 2], stride: [2, 3], padding: same}"),
        (MAP, "conv_transpose: {out: 4, kernel: 3, stride: 2, output: [27, 24]}"),
        (MAP, "conv_transpose: {out: 4, kernel: 2, dilation: 3, stride: 2, output_padding: [2, 0]}"),
        (LINE, "conv_transpose: {out: 5, kernel: 4, stride: 2, padding: 1}"),
        (ROOM, "conv_transpose: {out: 2, kernel: 2, stride: [1, 2, 1]}"),
    ],
    "linear": [(FLAT, "linear: 7"), (FLAT, "linear: {out: 3, bias: false}")],
    "max_pool": [
        (MAP, "max_pool: {kernel: 3, stride: 2, ceil: true}"),
        (MAP, "max_pool: {kernel: 2, stride: 2, padding: 1, ceil: true}"),
        (MAP, "max_pool: {kernel: [2, 3], stride: [3, 1], dilation: [2, 3], padding: 1}"),
        (MAP, "max_pool: {kernel: 3, stride: 2, padding: same}"),
        (MAP, "max_pool: {kernel: 2, stride: 1, padding: same, dilation: 5}"),
        (MAP, "max_pool: {kernel: 3, stride: 2, padding: [[0, 1], [1, 0]], ceil: true}"),
        (LINE, "max_pool: {kernel: 3, padding: causal, stride: 1, dilation: 2}"),
        (LINE, "max_pool: 4"),
        (ROOM, "max_pool: {kernel: [2, 3, 2], stride: 2, padding: [1, 1, 0], ceil: true}"),
        ("[3, 6, 6]", "max_pool: {kernel: 2, stride: 3, padding: 1, ceil: true}"),
    ],
    "avg_pool": [
        (MAP, "avg_pool: {kernel: 3, stride: 2, padding: 1}"),
        (MAP, "avg_pool: {kernel: 3, stride: 2, padding: 1, count_include_pad: false}"),
        (MAP, "avg_pool: {kernel: [4, 2], stride: 3, padding: [2, 1], ceil: true}"),
        (MAP, "avg_pool: {kernel: 2, stride: 3, padding: 1, ceil: true, count_include_pad: false}"),
        (MAP, "avg_pool: {kernel: 3, stride: 2, ceil: true}"),
        (MAP, "avg_pool: {kernel: 3, stride: 2, padding: same, count_include_pad: false}"),
        (MAP, "avg_pool: {kernel: 4, stride: 2, padding: [[0, 1], [1, 0]]}"),
        (LINE, "avg_pool: {kernel: 4, stride: 3, padding: 1, ceil: true}"),
        (ROOM, "avg_pool: {kernel: [2, 3, 2], stride: 2, padding: [1, 1, 0], ceil: true}"),
    ],
    "adaptive_avg_pool": [
        (MAP, "adaptive_avg_pool: 1"), (MAP, "adaptive_avg_pool: [5, 11]"), (MAP, "adaptive_avg_pool: [20, 3]"),
        (LINE, "adaptive_avg_pool: 7"), (ROOM, "adaptive_avg_pool: [3, 2, 4]"), ("[2, 12, 8]", "adaptive_avg_pool: 4"),
    ],
    "adaptive_max_pool": [
        (MAP, "adaptive_max_pool: 1"), (MAP, "adaptive_max_pool: [5, 20]"), (LINE, "adaptive_max_pool: 7"),
        (ROOM, "adaptive_max_pool: [3, 2, 4]"), ("[2, 12, 8]", "adaptive_max_pool: 4"),
    ],
    "global_avg_pool": [(shape, "global_avg_pool") for shape in (LINE, MAP, ROOM)],
    "global_max_pool": [(shape, "global_max_pool") for shape in (LINE, MAP, ROOM)],
    "channel_avg_pool": [(shape, "channel_avg_pool") for shape in (FLAT, LINE, MAP)],
    "channel_max_pool": [(shape, "channel_max_pool") for shape in (FLAT, ROOM, MAP)],
    "blur_pool": [
        (MAP, "blur_pool: 3"), (MAP, "blur_pool: {kernel: [4, 5], stride: [1, 3], mode: replicate}"),
        (MAP, "blur_pool: {kernel: 2, padding: [[0, 1], [1, 0]], mode: zeros}"), (LINE, "blur_pool: 5"),
        (ROOM, "blur_pool: {kernel: 3, mode: replicate}"),
        (MAP, "blur_pool: {kernel: 3, mode: circular}"),
    ],
    "batch_norm": [
        *((shape, "batch_norm: {eps: 0.001, momentum: 0.01}") for shape in (FLAT, LINE, MAP, ROOM)),
        *((MAP, f"batch_norm: {{affine: {word}}}") for word in ("false", "scale", "shift")),
        (MAP, "batch_norm: {track: false}"), (LINE, "batch_norm: {track: false, affine: false}"),
    ],
    "layer_norm": [
        *((shape, "layer_norm: {eps: 0.001}") for shape in (FLAT, LINE, MAP, ROOM)),
        *((MAP, f"layer_norm: {{axes: {axes}}}") for axes in ("space", "last", "all")),
        *((MAP, f"layer_norm: {{affine: {word}}}") for word in ("false", "scale", "shift")),
        ("[80, 4]", "layer_norm: {affine: false}"),
    ],
    "group_norm": [
        *((shape, "group_norm: {groups: 2, eps: 0.01}") for shape in (FLAT, LINE, MAP, ROOM)),
        *((MAP, f"group_norm: {{groups: 3, affine: {word}}}") for word in ("false", "scale", "shift")),
        ("[70, 3]", "group_norm: 70"),
    ],
    "instance_norm": [
        *((shape, "instance_norm: {eps: 0.01}") for shape in (LINE, MAP, ROOM)),
        *((MAP, f"instance_norm: {{affine: {word}}}") for word in ("true", "scale", "shift")),
        ("[70, 3]", "instance_norm"),
    ],
    "local_response_norm": [
        (MAP, "local_response_norm: {size: 5, alpha: 0.5, beta: 0.6, k: 2}"),
        (MAP, "local_response_norm: {size: 4, alpha: 0.5}"),
        (LINE, "local_response_norm: {size: 3, alpha: 0.5}"), (ROOM, "local_response_norm: {size: 2, alpha: 0.5}"),
    ],
    "layer_scale": [
        (MAP, "layer_scale: 0.1"), (MAP, "layer_scale: {init: 0.1, per_channel: false}"), (FLAT, "layer_scale"),
        (LINE, "layer_scale: {shift: true}"), (MAP, "layer_scale: {shift: true, per_channel: false}"),
    ],
    "rms_norm": [
        *((shape, "rms_norm: {eps: 0.001}") for shape in (FLAT, LINE, MAP)),
        *((MAP, f"rms_norm: {{axes: {axes}}}") for axes in ("space", "last", "all")),
        (MAP, "rms_norm: {affine: false}"),
    ],
    "global_response_norm": [(shape, "global_response_norm: {eps: 0.01}") for shape in (LINE, MAP, ROOM)],
    "evo_norm": [(MAP, "evo_norm: {groups: 2, eps: 0.01}"), (LINE, "evo_norm: 3"), (FLAT, "evo_norm: 4")],
    "rescale": [
        (MAP, "rescale: 0.25"), (MAP, "rescale: {scale: 2, shift: -0.5}"), (FLAT, "rescale: {shift: 1}"),
    ],
    "prelu": [(MAP, "prelu"), (MAP, "prelu: true"), (FLAT, "prelu: true"), (ROOM, "prelu: true")],
    "leaky_relu": [(MAP, "leaky_relu"), (MAP, "leaky_relu: 0.2")],
    "elu": [(MAP, "elu: 0.3")],
    "celu": [(MAP, "celu: 0.3")],
    "hard_tanh": [(MAP, "hard_tanh"), (MAP, "hard_tanh: {min: 0, max: 6}"), (MAP, "hard_tanh: {min: 0.1, max: 0.3}")],
    "softmax": [
        *((shape, "softmax") for shape in (FLAT, LINE, MAP)), *((shape, "softmax: space") for shape in (LINE, MAP, ROOM)),
    ],
    "log_softmax": [(FLAT, "log_softmax"), (MAP, "log_softmax: space"), (LINE, "log_softmax: space")],
    "glu": [(FLAT, "glu"), (MAP, "glu")],
    "dropout": [(MAP, "dropout: 0.2")],
    "drop_path": [(MAP, "drop_path: 0.2")],
    "flatten": [(FLAT, "flatten"), (ROOM, "flatten")],
    "reshape": [(MAP, "reshape: [13, 66]"), (FLAT, "reshape: [3, 1, 2, 2]"), (MAP, "reshape: [858]")],
    "pad": [
        *((MAP, f"pad: {{padding: [[0, 3], [2, 1]], mode: {mode}}}") for mode in ("zeros", "reflect", "replicate", "circular")),
        (LINE, "pad: {padding: 2, mode: reflect}"), (ROOM, "pad: {padding: [1, 0, 2], mode: replicate}"),
        (ROOM, "pad: {padding: [[1, 0], [0, 0], [2, 1]], mode: circular}"), (MAP, "pad: 0"),
    ],
    "crop": [(MAP, "crop: [[0, 3], [2, 1]]"), (LINE, "crop: 2"), (ROOM, "crop: [1, 0, 2]"), (MAP, "crop: 0")],
    "subsample": [(MAP, "subsample: [2, 3]"), (LINE, "subsample: 4"), (ROOM, "subsample: 2"), (MAP, "subsample: 1")],
    "upsample": [
        *((shape, "upsample: 2") for shape in (LINE, MAP, ROOM)),
        *((shape, "upsample: {scale: 1.5}") for shape in (LINE, MAP, ROOM)),
        *((shape, "upsample: {scale: 2, mode: linear}") for shape in (LINE, MAP, ROOM)),
        *((shape, "upsample: {scale: 1.6, mode: linear}") for shape in (LINE, MAP, ROOM)),
        *((shape, "upsample: {scale: 0.6, mode: linear, align_corners: true}") for shape in (LINE, MAP, ROOM)),
        (MAP, "upsample: {scale: [2.5, 1.3], mode: cubic}"), (MAP, "upsample: {size: [7, 40], mode: cubic}"),
        (MAP, "upsample: {size: [30, 5], mode: cubic, align_corners: true}"), (MAP, "upsample: {size: [13, 29]}"),
        (MAP, "upsample: {size: 1, mode: linear}"), (MAP, "upsample: {scale: 1.05, mode: linear}"),
        (LINE, "upsample: {size: 31, mode: linear}"), (ROOM, "upsample: {size: [9, 6, 3], mode: linear}"),
        (LINE, "upsample: 3"), (MAP, "upsample: {size: [26, 33]}"), (LINE, "upsample: {scale: 0.5}"),
        (MAP, "upsample: {size: [5, 7], mode: linear, align_corners: true}"), (ROOM, "upsample: {size: [3, 12, 7]}"),
    ],
    "pixel_shuffle": [("[8, 3, 5]", "pixel_shuffle: 2"), ("[6, 4]", "pixel_shuffle: 3"), ("[16, 2, 3, 2]", "pixel_shuffle: 2")],
    "pixel_unshuffle": [("[3, 6, 4]", "pixel_unshuffle: 2"), ("[2, 9]", "pixel_unshuffle: 3"), ("[2, 4, 2, 6]", "pixel_unshuffle: 2")],
    "channel_shuffle": [(FLAT, "channel_shuffle: 3"), (MAP, "channel_shuffle: 2"), (ROOM, "channel_shuffle: 2")],
    "split": [(MAP, "split: {parts: 3, take: 1}"), (FLAT, "split: {parts: [1, 7, 4], take: 2}")],
    "slice": [(MAP, "slice: {start: 1, stop: 4}"), (FLAT, "slice: 5")],
    "pad_channels": [(MAP, "pad_channels: {before: 1, after: 3}"), (FLAT, "pad_channels: 2")],
    "lstm": [
        (LINE, "lstm: 5"), (LINE, "lstm: {out: 4, layers: 3, bidirectional: true}"), (LINE, "lstm: {out: 4, biases: 0}"),
    ],
    "gru": [
        (LINE, "gru: 5"), (LINE, "gru: {out: 4, layers: 2, bidirectional: true}"), (LINE, "gru: {out: 4, biases: 0}"),
    ],
}  # fmt: skip
_PLAIN = (
    "relu", "relu6", "selu", "gelu", "silu", "mish", "sigmoid", "hard_sigmoid", "hard_swish", "tanh", "softplus",
    "softsign", "abs", "square", "identity",
)  # fmt: skip
NETS = {
    "max_unpool": """
input: [4, 8, 12]
layers:
  - {max_pool: {kernel: 2}, name: pool}
  - conv: {out: 4, kernel: 3, padding: 1}
  - max_unpool: {kernel: 2, pool: pool}
""",
    "max_unpool of odd sizes": """
input: [4, 9, 7]
layers:
  - {max_pool: {kernel: 3, stride: 2, padding: 1}, name: pool}
  - max_unpool: {kernel: 3, stride: 2, padding: 1, size: [9, 7], pool: pool}
""",
    "max_unpool of fewer cells than its windows cover": """
input: [4, 9, 7]
layers:
  - {max_pool: {kernel: 2, ceil: true}, name: pool}
  - conv: {out: 4, kernel: 1}
  - max_unpool: {kernel: 2, size: [9, 7], pool: pool}
""",
    "attention": """
input: {q: [8, 5, 3], k: [8, 4, 6], v: [6, 4, 6]}
layers:
  - attention: {query: q, key: k, value: v, heads: 2}
""",
    "attention on a line": """
input: {q: [4, 7], k: [4, 9]}
layers:
  - attention: {query: q, key: k, value: k}
""",
    "like": """
input: {x: [3, 5, 7], y: [2, 12, 9]}
layers:
  - {upsample: {like: y}, from: x, name: near}
  - {upsample: {like: y, mode: linear}, from: x, name: smooth}
outputs: [near, smooth]
""",
    "regions": """
input: {image: [3, 20, 24], rois: {boxes: 5}}
layers:
  - {roi_align: {size: [3, 2], boxes: rois, scale: 0.5, samples: 2}, from: image, name: aligned}
  - {roi_align: {size: 2, boxes: rois, scale: 0.5}, from: image, name: by_size}
  - {roi_align: {size: [3, 2], boxes: rois, scale: 0.5, samples: 2, aligned: true}, from: image, name: half_a_cell}
  - {roi_pool: {size: [3, 2], boxes: rois, scale: 0.5}, from: image, name: pooled}
outputs: [aligned, by_size, half_a_cell, pooled]
""",
    "shared": """
input: [4, 9, 9]
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: first}
  - relu
  - {conv: {out: 4, kernel: 3, padding: 1}, share: first}
""",
}


def cases() -> dict[str, str]:
    """The designs by a name that says which kind they are for."""
    layers = _PER_KIND | {kind: [(MAP, kind)] for kind in _PLAIN}
    made = {
        f"{layer} on {shape}": f"input: {shape}\nlayers:\n  - {layer}\n"
        for kind in layers
        for shape, layer in layers[kind]
    }
    for kind in ("add", "multiply", "subtract", "average", "maximum", "concat"):
        made[f"{kind} of two"] = _joined(kind, "[a, b]")
        made[f"{kind} of three"] = _joined(kind, "[a, b, c]")
    for kind in ("add", "multiply", "maximum", "average", "subtract"):
        made[f"{kind} over channels"] = _joined(kind, "[a, thin]", "channels")
    for kind in ("add", "average", "subtract"):
        made[f"{kind} over space"] = _joined(kind, "[gate, a, b]", "space")
    made["multiply by a gate"] = _joined("multiply", "[gate, a]")
    return {name: f"cnnshape: 1\n{text}" for name, text in {**made, **NETS}.items()}


def _joined(kind: str, names: str, broadcast: str = "") -> str:
    inputs = "{a: [3, 4, 5], b: [3, 4, 5], c: [3, 4, 5], thin: [1, 4, 5], gate: [3, 1, 1]}"
    uses = "\n".join(f"  - {{square: {{}}, from: {name}, name: {name}2}}" for name in ("a", "b", "c", "thin", "gate"))
    repeated = f", broadcast: {broadcast}" if broadcast else ""
    outputs = "outputs: [joined, a2, b2, c2, thin2, gate2]"
    return f"input: {inputs}\nlayers:\n{uses}\n  - {{{kind}: {names}, name: joined{repeated}}}\n{outputs}\n"
