"""How ONNX says each kind of layer, and which ones it can't say."""

from cnnshape.export.onnx.kinds import activations, joins, moves, norms, regions, resizing, sequences, windows
from cnnshape.export.onnx.layer import Lowering, Say, Unsayable

SAID: dict[str, Say] = {
    "conv": windows.conv,
    "conv_transpose": windows.conv_transpose,
    "linear": windows.linear,
    "max_pool": windows.max_pool,
    "avg_pool": windows.avg_pool,
    "adaptive_avg_pool": windows.adaptive_avg_pool,
    "adaptive_max_pool": windows.adaptive_max_pool,
    "global_avg_pool": windows.global_pool("GlobalAveragePool"),
    "global_max_pool": windows.global_pool("GlobalMaxPool"),
    "channel_avg_pool": windows.channel_pool("ReduceMean"),
    "channel_max_pool": windows.channel_pool("ReduceMax"),
    "blur_pool": moves.blur_pool,
    "batch_norm": norms.batch_norm,
    "layer_norm": norms.layer_norm,
    "group_norm": norms.group_norm,
    "instance_norm": norms.instance_norm,
    "local_response_norm": norms.local_response_norm,
    "layer_scale": norms.layer_scale,
    "rms_norm": norms.rms_norm,
    "global_response_norm": norms.global_response_norm,
    "evo_norm": norms.evo_norm,
    "rescale": norms.rescale,
    "relu": activations.plain("Relu"),
    "relu6": activations.relu6,
    "leaky_relu": activations.plain("LeakyRelu", alpha="slope"),
    "prelu": activations.prelu,
    "elu": activations.plain("Elu", alpha="alpha"),
    "celu": activations.plain("Celu", alpha="alpha"),
    "selu": activations.plain("Selu"),
    "gelu": activations.gelu,
    "silu": activations.silu,
    "mish": activations.mish,
    "sigmoid": activations.plain("Sigmoid"),
    "hard_sigmoid": activations.hard_sigmoid,
    "hard_swish": activations.plain("HardSwish"),
    "hard_tanh": activations.hard_tanh,
    "tanh": activations.plain("Tanh"),
    "softplus": activations.plain("Softplus"),
    "softsign": activations.plain("Softsign"),
    "abs": activations.plain("Abs"),
    "square": activations.square,
    "softmax": activations.exponentials("Softmax"),
    "log_softmax": activations.exponentials("LogSoftmax"),
    "glu": activations.glu,
    "dropout": activations.dropout,
    "drop_path": activations.identity,
    "identity": activations.identity,
    "flatten": moves.flatten,
    "reshape": moves.reshape,
    "pad": moves.pad,
    "crop": moves.crop,
    "subsample": moves.subsample,
    "upsample": resizing.upsample,
    "pixel_shuffle": moves.pixel_shuffle,
    "pixel_unshuffle": moves.pixel_unshuffle,
    "channel_shuffle": moves.channel_shuffle,
    "split": moves.split,
    "slice": moves.slice_,
    "pad_channels": moves.pad_channels,
    "max_unpool": moves.max_unpool,
    "add": joins.add,
    "subtract": joins.chain("Sub"),
    "multiply": joins.chain("Mul"),
    "average": joins.many("Mean"),
    "maximum": joins.many("Max"),
    "concat": joins.concat,
    "attention": sequences.attention,
    "lstm": sequences.recurrent("LSTM", 4),
    "gru": sequences.recurrent("GRU", 3),
    "roi_align": regions.roi_align,
    "roi_pool": regions.roi_pool,
}
REFUSED = {"opaque": "the spec states only its figures, not what it computes"}
"""Kinds that have no nodes, with the reason."""


def say(low: Lowering) -> str:
    """Adds the nodes of a layer, and gives the name of its output. Raises Unsayable."""
    name = low.layer.name
    if name in REFUSED:
        raise Unsayable(REFUSED[name])
    if name not in SAID:
        raise Unsayable("its kind is not one of this package")
    return SAID[name](low)
