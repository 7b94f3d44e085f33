"""Small models: nodes after the input `x`, weights, and the layers of the flat spec."""

from collections.abc import Sequence
from typing import NamedTuple

from tests.bridge.onnx_files import Attribute, node, scalar, tensor, value, wholes

MAP = (1, 4, 8, 8)


class Case(NamedTuple):
    nodes: list[bytes]
    layers: list[str]
    stored: Sequence[bytes] = ()
    shape: tuple[int | str, ...] = MAP
    opset: int = 17
    opaque: bool = False
    values: Sequence[bytes] = ()


def single(
    op: str,
    layer: str,
    *,
    stored: Sequence[bytes] = (),
    inputs: str = "x",
    shape: tuple[int | str, ...] = MAP,
    opset: int = 17,
    opaque: bool = False,
    **attributes: Attribute,
) -> Case:
    """A case of one node."""
    return Case([node(op, inputs, "y", **attributes)], [layer], stored, shape, opset, opaque)


def scaled_norm(source: str, axes_input: str = "", **axes: Attribute) -> list[bytes]:
    """A layer norm in single nodes without its shift: `ns` from a source, with a scale `s`. The axes are an input or an attribute."""
    return [
        node("ReduceMean", f"{source} {axes_input}", "mean", **axes),
        node("Sub", f"{source} mean", "d"),
        node("Pow", "d two", "sq"),
        node("ReduceMean", f"sq {axes_input}", "var", **axes),
        node("Add", "var eps", "ve"),
        node("Sqrt", "ve", "sd"),
        node("Div", "d sd", "n"),
        node("Mul", "n s", "ns"),
    ]


MEAN_SQUARE_ROOT = [
    node("Pow", "x two", "sq"),
    node("ReduceMean", "sq k", "mean"),
    node("Add", "mean eps", "me"),
    node("Sqrt", "me", "root"),
]
W33 = tensor("w", [6, 4, 3, 3])
W11 = tensor("w", [6, 4, 1, 1])
CONV = {
    "conv": single("Conv", "conv: {out: 6, kernel: 3, bias: false}", inputs="x w", stored=[W33]),
    "conv_bias": single("Conv", "conv: {out: 6, kernel: 3}", inputs="x w b", stored=[W33, tensor("b", [6])]),
    "conv_kernel_stated": single(
        "Conv", "conv: {out: 6, kernel: 3, bias: false}", inputs="x w", stored=[W33], kernel_shape=[3, 3]
    ),
    "conv_strides": single(
        "Conv",
        "conv: {out: 6, kernel: 3, stride: [2, 1], padding: 1, bias: false}",
        inputs="x w",
        stored=[W33],
        strides=[2, 1],
        pads=[1, 1, 1, 1],
    ),
    "conv_pads_per_axis": single(
        "Conv",
        "conv: {out: 6, kernel: 3, padding: [2, 1], bias: false}",
        inputs="x w",
        stored=[W33],
        pads=[2, 1, 2, 1],
    ),
    "conv_uneven_pads": single(
        "Conv",
        "conv: {out: 6, kernel: 3, padding: [[1, 0], [0, 0]], bias: false}",
        inputs="x w",
        stored=[W33],
        pads=[1, 0, 0, 0],
    ),
    "conv_uneven_as_same": single(
        "Conv",
        "conv: {out: 6, kernel: 3, stride: 2, padding: same, bias: false}",
        inputs="x w",
        stored=[W33],
        strides=[2, 2],
        pads=[0, 0, 1, 1],
    ),
    "conv_uneven_before": single(
        "Conv",
        "conv: {out: 6, kernel: 3, stride: 2, padding: [[1, 0], [1, 0]], bias: false}",
        inputs="x w",
        stored=[W33],
        strides=[2, 2],
        pads=[1, 1, 0, 0],
    ),
    "conv_dilations": single(
        "Conv",
        "conv: {out: 6, kernel: 3, dilation: 2, bias: false}",
        inputs="x w",
        stored=[W33],
        dilations=[2, 2],
    ),
    "conv_groups": single(
        "Conv",
        "conv: {out: 6, kernel: 3, groups: 2, bias: false}",
        inputs="x w",
        stored=[tensor("w", [6, 2, 3, 3])],
        group=2,
    ),
    "conv_same_upper": single(
        "Conv",
        "conv: {out: 6, kernel: 3, stride: 2, padding: same, bias: false}",
        inputs="x w",
        stored=[W33],
        auto_pad="SAME_UPPER",
        strides=[2, 2],
    ),
    "conv_same_lower": single(
        "Conv",
        "conv: {out: 6, kernel: 3, stride: 2, padding: same_lower, bias: false}",
        inputs="x w",
        stored=[W33],
        auto_pad="SAME_LOWER",
        strides=[2, 2],
    ),
    "conv_valid": single(
        "Conv", "conv: {out: 6, kernel: 3, bias: false}", inputs="x w", stored=[W33], auto_pad="VALID"
    ),
    "conv_1d": single(
        "Conv",
        "conv: {out: 6, kernel: 3, bias: false}",
        inputs="x w",
        stored=[tensor("w", [6, 4, 3])],
        shape=(1, 4, 9),
    ),
    "conv_3d": single(
        "Conv",
        "conv: {out: 2, kernel: [1, 3, 3], padding: [0, 1, 1], bias: false}",
        inputs="x w",
        stored=[tensor("w", [2, 4, 1, 3, 3])],
        shape=(1, 4, 5, 6, 7),
        pads=[0, 1, 1, 0, 1, 1],
    ),
    "bias_added": Case(
        [node("Conv", "x w", "a"), node("Add", "a b", "y")],
        ["conv: {out: 6, kernel: 3}"],
        [W33, tensor("b", [1, 6, 1, 1])],
    ),
    "padded_before": Case(
        [node("Pad", "x p", "a"), node("Conv", "a w", "y", pads=[0, 1, 0, 1])],
        ["conv: {out: 6, kernel: 3, padding: 1, bias: false}"],
        [W33, wholes("p", 0, 0, 1, 0, 0, 0, 1, 0)],
    ),
    "transposed": single(
        "ConvTranspose",
        "conv_transpose: {out: 6, kernel: 2, stride: 2, bias: false}",
        inputs="x w",
        stored=[tensor("w", [4, 6, 2, 2])],
        strides=[2, 2],
    ),
    "transposed_pads": single(
        "ConvTranspose",
        "conv_transpose: {out: 6, kernel: 3, stride: 2, padding: 1, output_padding: 1}",
        inputs="x w b",
        stored=[tensor("w", [4, 6, 3, 3]), tensor("b", [6])],
        strides=[2, 2],
        pads=[1, 1, 1, 1],
        output_padding=[1, 1],
    ),
    "transposed_groups": single(
        "ConvTranspose",
        "conv_transpose: {out: 6, kernel: 2, stride: 2, groups: 2, bias: false}",
        inputs="x w",
        stored=[tensor("w", [4, 3, 2, 2])],
        strides=[2, 2],
        group=2,
    ),
    "transposed_shape": single(
        "ConvTranspose",
        "conv_transpose: {out: 6, kernel: 3, stride: 2, padding: [[0, 1], [0, 1]], bias: false}",
        inputs="x w",
        stored=[tensor("w", [4, 6, 3, 3])],
        strides=[2, 2],
        output_shape=[16, 16],
    ),
    "transposed_shape_wide": single(
        "ConvTranspose",
        "conv_transpose: {out: 6, kernel: 2, stride: 3, bias: false, output_padding: 1}",
        inputs="x w",
        stored=[tensor("w", [4, 6, 2, 2])],
        strides=[3, 3],
        output_shape=[1, 6, 24, 24],
    ),
    "transposed_same": single(
        "ConvTranspose",
        "conv_transpose: {out: 6, kernel: 3, stride: 2, padding: same, bias: false}",
        inputs="x w",
        stored=[tensor("w", [4, 6, 3, 3])],
        strides=[2, 2],
        auto_pad="SAME_UPPER",
    ),
    "transposed_same_lower": single(
        "ConvTranspose",
        "conv_transpose: {out: 6, kernel: 3, stride: 2, padding: [[1, 0], [1, 0]], bias: false}",
        inputs="x w",
        stored=[tensor("w", [4, 6, 3, 3])],
        strides=[2, 2],
        auto_pad="SAME_LOWER",
    ),
}
POOL = {
    "max_pool": single("MaxPool", "max_pool: 2", kernel_shape=[2, 2], strides=[2, 2]),
    "max_pool_stride_1": single("MaxPool", "max_pool: {kernel: 3, stride: 1}", kernel_shape=[3, 3]),
    "max_pool_all": single(
        "MaxPool",
        "max_pool: {kernel: 3, stride: 2, padding: 1, ceil: true}",
        kernel_shape=[3, 3],
        strides=[2, 2],
        pads=[1, 1, 1, 1],
        ceil_mode=1,
    ),
    "max_pool_dilated": single(
        "MaxPool", "max_pool: {kernel: 2, stride: 1, dilation: 3}", kernel_shape=[2, 2], dilations=[3, 3]
    ),
    "max_pool_same": single(
        "MaxPool",
        "max_pool: {kernel: 2, padding: same}",
        kernel_shape=[2, 2],
        strides=[2, 2],
        auto_pad="SAME_UPPER",
        shape=(1, 4, 7, 7),
    ),
    "max_pool_uneven": single(
        "MaxPool",
        "max_pool: {kernel: 3, stride: 2, padding: [[1, 0], [1, 0]]}",
        kernel_shape=[3, 3],
        strides=[2, 2],
        pads=[1, 1, 0, 0],
    ),
    "avg_pool": single("AveragePool", "avg_pool: 2", kernel_shape=[2, 2], strides=[2, 2]),
    "avg_pool_without_pad": single(
        "AveragePool",
        "avg_pool: {kernel: 3, stride: 1, padding: 1, count_include_pad: false}",
        kernel_shape=[3, 3],
        pads=[1, 1, 1, 1],
    ),
    "avg_pool_with_pad": single(
        "AveragePool",
        "avg_pool: {kernel: 3, stride: 1, padding: 1}",
        kernel_shape=[3, 3],
        pads=[1, 1, 1, 1],
        count_include_pad=1,
    ),
    "global_average": single("GlobalAveragePool", "global_avg_pool"),
    "global_max": single("GlobalMaxPool", "global_max_pool"),
    "mean_of_space": single("ReduceMean", "global_avg_pool", axes=[2, 3]),
    "mean_of_space_counted_back": single("ReduceMean", "global_avg_pool", axes=[-2, -1]),
    "mean_of_space_flat": Case([node("ReduceMean", "x", "y", axes=[2, 3], keepdims=0)], ["global_avg_pool", "flatten"]),
    "mean_axes_as_input": single(
        "ReduceMean", "global_avg_pool", inputs="x axes", stored=[wholes("axes", 2, 3)], opset=18
    ),
    "max_of_space": single("ReduceMax", "global_max_pool", axes=[2, 3]),
    "mean_of_channels": single("ReduceMean", "channel_avg_pool", axes=[1]),
    "max_of_channels": single("ReduceMax", "channel_max_pool", axes=[1]),
    "mean_of_channels_dropped": Case(
        [node("ReduceMean", "x", "y", axes=[1], keepdims=0)], ["channel_avg_pool", "reshape: [8, 8]"]
    ),
    "mean_of_one_axis": single("ReduceMean", "adaptive_avg_pool: [1, 8]", axes=[2]),
    "max_of_one_axis_dropped": Case(
        [node("ReduceMax", "x", "y", axes=[-1], keepdims=0)], ["adaptive_max_pool: [8, 1]", "reshape: [4, 8]"]
    ),
    "sum_of_an_axis_named_twice": Case(
        [node("ReduceSum", "x", "y", axes=[3, -1])], ["adaptive_avg_pool: [8, 1]", "rescale: 8"], opset=11
    ),
    "rms_norm_with_another_scale": Case(
        [
            *MEAN_SQUARE_ROOT,
            node("Div", "x root", "n"),
            node("Mul", "n s", "y"),
        ],
        ["opaque: {output: [4, 8, 8], params: 8, what: rms_norm}"],
        [scalar("two", 2), scalar("eps", 1e-5), tensor("s", [8]), wholes("k", 1)],
        opset=18,
        opaque=True,
        values=[value("y", *MAP)],
    ),
    "sum_of_space": Case([node("ReduceSum", "x", "y", axes=[2, 3])], ["global_avg_pool", "rescale: 64"], opset=11),
    "sum_of_channels": Case(
        [node("ReduceSum", "x axes", "y")], ["channel_avg_pool", "rescale: 4"], [wholes("axes", 1)]
    ),
    "pad": single("Pad", "pad: [[1, 2], [0, 3]]", inputs="x p", stored=[wholes("p", 0, 0, 1, 0, 0, 0, 2, 3)]),
    "pad_reflect": single(
        "Pad",
        "pad: {padding: 2, mode: reflect}",
        inputs="x p",
        stored=[wholes("p", 0, 0, 2, 2, 0, 0, 2, 2)],
        mode="reflect",
    ),
    "pad_edge": single(
        "Pad",
        "pad: {padding: [1, 0], mode: replicate}",
        inputs="x p",
        stored=[wholes("p", 0, 0, 1, 0, 0, 0, 1, 0)],
        mode="edge",
    ),
    "pad_attribute": single("Pad", "pad: 1", pads=[0, 0, 1, 1, 0, 0, 1, 1], opset=10),
    "pad_channels": single(
        "Pad", "pad_channels: {before: 1, after: 3}", inputs="x p", stored=[wholes("p", 0, 1, 0, 0, 0, 3, 0, 0)]
    ),
    "pad_some_axes": single(
        "Pad",
        "pad: [0, 2]",
        inputs="x p _ axes",
        stored=[wholes("p", 2, 2), wholes("axes", -1)],
        opset=18,
    ),
}
ACTIVATIONS = {
    "relu": single("Relu", "relu"),
    "sigmoid": single("Sigmoid", "sigmoid"),
    "tanh": single("Tanh", "tanh"),
    "leaky_relu": single("LeakyRelu", "leaky_relu"),
    "leaky_relu_slope": single("LeakyRelu", "leaky_relu: 0.1", alpha=0.1),
    "elu": single("Elu", "elu"),
    "elu_alpha": single("Elu", "elu: 0.5", alpha=0.5),
    "selu": single("Selu", "selu"),
    "celu": single("Celu", "celu: 0.3", alpha=0.3),
    "gelu": single("Gelu", "gelu", opset=20),
    "mish": single("Mish", "mish", opset=18),
    "swish": single("Swish", "silu", opset=24),
    "hard_swish": single("HardSwish", "hard_swish"),
    "softplus": single("Softplus", "softplus"),
    "softsign": single("Softsign", "softsign"),
    "abs": single("Abs", "abs"),
    "hard_sigmoid": single("HardSigmoid", "hard_sigmoid", alpha=1 / 6),
    "relu6": single("Clip", "relu6", inputs="x low high", stored=[scalar("low", 0), scalar("high", 6)]),
    "relu6_attributes": single("Clip", "relu6", min=0.0, max=6.0, opset=10),
    "clip_as_relu": single("Clip", "relu", inputs="x low", stored=[scalar("low", 0)]),
    "clip": single(
        "Clip", "hard_tanh: {min: -2, max: 3}", inputs="x low high", stored=[scalar("low", -2), scalar("high", 3)]
    ),
    "prelu": single("PRelu", "prelu: true", inputs="x s", stored=[tensor("s", [4, 1, 1])]),
    "prelu_single": single("PRelu", "prelu", inputs="x s", stored=[tensor("s", [1])]),
    "softmax": single("Softmax", "softmax", shape=(1, 7)),
    "softmax_channels": single("Softmax", "softmax", axis=1),
    "log_softmax": single("LogSoftmax", "log_softmax", axis=1),
    "dropout": single("Dropout", "dropout"),
    "dropout_ratio": single("Dropout", "dropout: 0.3", ratio=0.3, opset=10),
    "dropout_ratio_input": single("Dropout", "dropout: 0.3", inputs="x r", stored=[scalar("r", 0.3)]),
    "square": single("Mul", "square", inputs="x x"),
    "power": single("Pow", "square", inputs="x two", stored=[scalar("two", 2)]),
}
NUMBERS = {
    "times": single("Mul", "rescale: 0.5", inputs="x c", stored=[scalar("c", 0.5)]),
    "plus": single("Add", "rescale: {shift: 3}", inputs="c x", stored=[scalar("c", 3)]),
    "minus": single("Sub", "rescale: {shift: -3}", inputs="x c", stored=[scalar("c", 3)]),
    "minus_from": single("Sub", "rescale: {scale: -1, shift: 1}", inputs="c x", stored=[scalar("c", 1)]),
    "divided": single("Div", "rescale: 0.25", inputs="x c", stored=[scalar("c", 4)]),
    "scale_per_channel": single("Mul", "layer_scale", inputs="x g", stored=[tensor("g", [4, 1, 1])]),
    "scale_and_shift": Case(
        [node("Mul", "g x", "a"), node("Add", "a b", "y")],
        ["layer_scale: {shift: true}"],
        [tensor("g", [1, 4, 1, 1]), tensor("b", [1, 4, 1, 1])],
    ),
}
NORMS = {
    "batch_norm": single(
        "BatchNormalization",
        "batch_norm",
        inputs="x s b m v",
        stored=[tensor(name, [4]) for name in "sbmv"],
    ),
    "batch_norm_arguments": single(
        "BatchNormalization",
        "batch_norm: {eps: 0.001, momentum: 0.03}",
        inputs="x s b m v",
        stored=[tensor(name, [4]) for name in "sbmv"],
        epsilon=0.001,
        momentum=0.97,
    ),
    "instance_norm": single(
        "InstanceNormalization",
        "instance_norm: {affine: true}",
        inputs="x s b",
        stored=[tensor("s", [4]), tensor("b", [4])],
    ),
    "layer_norm_all": single(
        "LayerNormalization",
        "layer_norm: {axes: all, affine: scale}",
        inputs="x s",
        stored=[tensor("s", [4, 8, 8])],
        axis=1,
    ),
    "layer_norm_space": single(
        "LayerNormalization",
        "layer_norm: space",
        inputs="x s b",
        stored=[tensor("s", [8, 8]), tensor("b", [8, 8])],
        axis=2,
    ),
    "layer_norm_last": single(
        "LayerNormalization", "layer_norm: last", inputs="x s b", stored=[tensor("s", [8]), tensor("b", [8])]
    ),
    "layer_norm_flat": single(
        "LayerNormalization",
        "layer_norm: {eps: 1e-06}",
        inputs="x s b",
        stored=[tensor("s", [7]), tensor("b", [7])],
        shape=(1, 7),
        epsilon=1e-6,
    ),
    "layer_norm_channels_last": Case(
        [
            node("Transpose", "x", "a", perm=[0, 2, 3, 1]),
            node("LayerNormalization", "a s b", "c"),
            node("Transpose", "c", "y", perm=[0, 3, 1, 2]),
        ],
        ["layer_norm"],
        [tensor("s", [4]), tensor("b", [4])],
    ),
    "group_norm": single(
        "GroupNormalization",
        "group_norm: 2",
        inputs="x s b",
        stored=[tensor("s", [4]), tensor("b", [4])],
        num_groups=2,
        opset=21,
    ),
    "lrn": single("LRN", "local_response_norm: {size: 3, k: 2}", size=3, bias=2.0),
    "lrn_all": single("LRN", "local_response_norm: {alpha: 0.1, beta: 0.5}", size=5, alpha=0.1, beta=0.5),
}
PRODUCTS = {
    "gemm": single(
        "Gemm", "linear: 5", inputs="x w b", stored=[tensor("w", [5, 7]), tensor("b", [5])], shape=(1, 7), transB=1
    ),
    "gemm_plain": single(
        "Gemm", "linear: {out: 5, bias: false}", inputs="x w", stored=[tensor("w", [7, 5])], shape=(1, 7)
    ),
    "matmul": single(
        "MatMul", "linear: {out: 5, bias: false}", inputs="x w", stored=[tensor("w", [7, 5])], shape=(1, 7)
    ),
    "matmul_bias": Case(
        [node("MatMul", "x w", "a"), node("Add", "b a", "y")],
        ["linear: 5"],
        [tensor("w", [7, 5]), tensor("b", [5])],
        (1, 7),
    ),
    "matmul_channels_last": Case(
        [
            node("Transpose", "x", "a", perm=[0, 2, 3, 1]),
            node("MatMul", "a w", "c"),
            node("Add", "c b", "d"),
            node("Transpose", "d", "y", perm=[0, 3, 1, 2]),
        ],
        ["conv: {out: 5, kernel: 1}"],
        [tensor("w", [4, 5]), tensor("b", [5])],
    ),
    "matmul_transposed_weight": Case(
        [node("Transpose", "w", "wt", perm=[1, 0]), node("MatMul", "x wt", "y")],
        ["linear: {out: 5, bias: false}"],
        [tensor("w", [5, 7])],
        (1, 7),
    ),
}
PATTERNS = {
    "silu": Case([node("Sigmoid", "x", "a"), node("Mul", "x a", "y")], ["silu"]),
    "silu_swapped": Case([node("Sigmoid", "x", "a"), node("Mul", "a x", "y")], ["silu"]),
    "silu_read_elsewhere": Case(
        [node("Sigmoid", "x", "a"), node("Mul", "x a", "b"), node("Add", "a b", "y")],
        [
            "{sigmoid, name: sigmoid_2}",
            "{multiply: [input, sigmoid_2], name: multiply_2}",
            "add: [sigmoid_2, multiply_2]",
        ],
    ),
    "mish": Case([node("Softplus", "x", "a"), node("Tanh", "a", "b"), node("Mul", "x b", "y")], ["mish"]),
    "hard_swish_clip": Case(
        [
            node("Add", "x three", "a"),
            node("Clip", "a zero six", "b"),
            node("Mul", "x b", "c"),
            node("Div", "c six", "y"),
        ],
        ["hard_swish"],
        [scalar("three", 3), scalar("zero", 0), scalar("six", 6)],
    ),
    "hard_swish_clip_attributes": Case(
        [
            node("Add", "x three", "a"),
            node("Clip", "a", "b", min=0.0, max=6.0),
            node("Div", "b six", "c"),
            node("Mul", "x c", "y"),
        ],
        ["hard_swish"],
        [scalar("three", 3), scalar("six", 6)],
        opset=10,
    ),
    "hard_swish_of_hard_sigmoid": Case(
        [node("HardSigmoid", "x", "a", alpha=1 / 6), node("Mul", "x a", "y")], ["hard_swish"]
    ),
    "hard_sigmoid_clip": Case(
        [node("Add", "x three", "a"), node("Clip", "a zero six", "b"), node("Div", "b six", "y")],
        ["hard_sigmoid"],
        [scalar("three", 3), scalar("zero", 0), scalar("six", 6)],
    ),
    "gelu": Case(
        [
            node("Div", "x root", "a"),
            node("Erf", "a", "b"),
            node("Add", "b one", "c"),
            node("Mul", "x c", "d"),
            node("Mul", "d half", "y"),
        ],
        ["gelu"],
        [scalar("root", 2**0.5), scalar("one", 1), scalar("half", 0.5)],
    ),
    "gelu_of_constants": Case(
        [
            node("Constant", "", "half", value=scalar("v", 0.5)),
            node("Constant", "", "root", value_float=2**-0.5),
            node("Constant", "", "one", value=tensor("v", [1], [1])),
            node("Mul", "half x", "a"),
            node("Mul", "x root", "b"),
            node("Erf", "b", "c"),
            node("Add", "one c", "d"),
            node("Mul", "a d", "y"),
        ],
        ["gelu"],
    ),
    "layer_norm_taken_apart": Case(
        [
            node("Transpose", "x", "t", perm=[0, 2, 3, 1]),
            *scaled_norm("t", axes=[-1]),
            node("Add", "ns b", "u"),
            node("Transpose", "u", "y", perm=[0, 3, 1, 2]),
        ],
        ["layer_norm: {eps: 1e-06}"],
        [scalar("two", 2), scalar("eps", 1e-6), tensor("s", [4]), tensor("b", [4])],
    ),
    "layer_norm_whose_axes_are_an_input": Case(
        [
            *scaled_norm("x", "k"),
            node("Add", "ns b", "y"),
        ],
        ["layer_norm"],
        [scalar("two", 2), scalar("eps", 1e-5), tensor("s", [4, 1, 1]), tensor("b", [4, 1, 1]), wholes("k", 1)],
        opset=18,
    ),
    **{
        f"rms_norm_{name}": Case(
            [
                *MEAN_SQUARE_ROOT,
                *last,
                node("Mul", "n s", "y"),
            ],
            ["rms_norm: {eps: 1e-05}"],
            [scalar("two", 2), scalar("one", 1), scalar("eps", 1e-5), tensor("s", [4, 1, 1]), wholes("k", 1)],
            opset=18,
        )
        for name, last in {
            "by_a_reciprocal": [node("Reciprocal", "root", "r"), node("Mul", "x r", "n")],
            "by_one_over_the_root": [node("Div", "one root", "r"), node("Mul", "x r", "n")],
            "by_a_quotient": [node("Div", "x root", "n")],
        }.items()
    },
    "group_norm_taken_apart": Case(
        [
            node("Reshape", "x grouped", "g"),
            node("InstanceNormalization", "g ones zeros", "n"),
            node("Reshape", "n back", "r"),
            node("Mul", "r s", "rs"),
            node("Add", "rs b", "y"),
        ],
        ["group_norm: 2"],
        [
            wholes("grouped", 0, 2, -1),
            tensor("ones", [2], [1, 1]),
            tensor("zeros", [2]),
            wholes("back", 1, 4, 8, 8),
            tensor("s", [4, 1, 1]),
            tensor("b", [4, 1, 1]),
        ],
    ),
    "global_response_norm_taken_apart": Case(
        [
            node("ReduceL2", "x", "norm", axes=[2, 3]),
            node("ReduceMean", "norm", "mean", axes=[1]),
            node("Add", "mean eps", "m"),
            node("Div", "norm m", "n"),
            node("Mul", "x n", "xn"),
            node("Mul", "w xn", "wxn"),
            node("Add", "b wxn", "shifted"),
            node("Add", "x shifted", "y"),
        ],
        ["global_response_norm"],
        [scalar("eps", 1e-6), tensor("w", [1, 4, 1, 1]), tensor("b", [1, 4, 1, 1])],
    ),
    "gate_that_is_expanded": Case(
        [
            node("GlobalAveragePool", "x", "g"),
            node("Shape", "x", "s"),
            node("Expand", "g s", "e"),
            node("Mul", "x e", "y"),
        ],
        ["{global_avg_pool, name: global_avg_pool_2}", "multiply: [input, global_avg_pool_2]"],
    ),
    "gate_whose_shape_is_stated": Case(
        [node("GlobalAveragePool", "x", "g"), node("Expand", "g s", "e"), node("Mul", "e x", "y")],
        ["{global_avg_pool, name: global_avg_pool_2}", "multiply: [global_avg_pool_2, input]"],
        [wholes("s", 1, 4, 8, 8)],
        values=[value("e", *MAP)],
    ),
    "space_to_depth_taken_apart": Case(
        [
            node("Reshape", "x six", "a"),
            node("Transpose", "a", "b", perm=[0, 3, 5, 1, 2, 4]),
            node("Reshape", "b four", "y"),
        ],
        ["pixel_unshuffle: 2"],
        [wholes("six", 1, 4, 4, 2, 4, 2), wholes("four", 1, 16, 4, 4)],
    ),
    "channel_shuffle": Case(
        [
            node("Reshape", "x five", "a"),
            node("Transpose", "a", "b", perm=[0, 2, 1, 3, 4]),
            node("Reshape", "b four", "y"),
        ],
        ["channel_shuffle: 2"],
        [wholes("five", 1, 2, 2, 8, 8), wholes("four", 1, -1, 8, 8)],
    ),
    "pixel_shuffle_taken_apart": Case(
        [
            node("Reshape", "x six", "a"),
            node("Transpose", "a", "b", perm=[0, 1, 4, 2, 5, 3]),
            node("Reshape", "b four", "y"),
        ],
        ["pixel_shuffle: 2"],
        [wholes("six", 1, 1, 2, 2, 8, 8), wholes("four", 1, 1, 16, 16)],
    ),
    "pixel_unshuffle_taken_apart": Case(
        [
            node("Reshape", "x six", "a"),
            node("Transpose", "a", "b", perm=[0, 1, 3, 5, 2, 4]),
            node("Reshape", "b four", "y"),
        ],
        ["pixel_unshuffle: 2"],
        [wholes("six", 1, 4, 4, 2, 4, 2), wholes("four", 1, 16, 4, 4)],
    ),
}
SHAPES = {
    "flatten": single("Flatten", "flatten"),
    "reshape_flat": single("Reshape", "flatten", inputs="x s", stored=[wholes("s", 1, -1)]),
    "reshape_zero": single("Reshape", "reshape: [4, 64]", inputs="x s", stored=[wholes("s", 0, 0, -1)]),
    "reshape_of_sizes": Case(
        [
            node("Shape", "x", "shape"),
            node("Gather", "shape zero", "batch", axis=0),
            node("Unsqueeze", "batch", "first", axes=[0]),
            node("Concat", "first rest", "whole", axis=0),
            node("Reshape", "x whole", "y"),
        ],
        ["flatten"],
        [tensor("zero", [], [0], kind=7), wholes("rest", -1)],
        opset=11,
    ),
    "squeeze": Case(
        [node("GlobalAveragePool", "x", "a"), node("Squeeze", "a", "y", axes=[2, 3])],
        ["global_avg_pool", "flatten"],
        opset=11,
    ),
    "unsqueeze": single("Unsqueeze", "reshape: [7, 1, 1]", inputs="x a", stored=[wholes("a", 2, 3)], shape=(1, 7)),
    "identity": Case([node("Identity", "x", "a"), node("Relu", "a", "y")], ["relu"]),
    "cast": Case([node("Cast", "x", "a", to=1), node("Relu", "a", "y")], ["relu"]),
    "transpose_twice": Case(
        [
            node("Transpose", "x", "a", perm=[0, 2, 3, 1]),
            node("Relu", "a", "b"),
            node("Transpose", "b", "y", perm=[0, 3, 1, 2]),
        ],
        ["relu"],
    ),
    "depth_to_space": single("DepthToSpace", "pixel_shuffle: 2", blocksize=2, mode="CRD"),
    "space_to_depth": single("SpaceToDepth", "pixel_unshuffle: 4", blocksize=4),
    "slice_channels": single(
        "Slice",
        "slice: {start: 1, stop: 4}",
        inputs="x s e a",
        stored=[wholes("s", 1), wholes("e", 2**31), wholes("a", 1)],
    ),
    "slice_half": single(
        "Slice", "split: {parts: 2, take: 1}", inputs="x s e a", stored=[wholes("s", 2), wholes("e", 4), wholes("a", 1)]
    ),
    "slice_attributes": single("Slice", "slice: 3", starts=[0], ends=[3], axes=[1], opset=9),
    "slice_space": single(
        "Slice", "crop: [[1, 2], [0, 0]]", inputs="x s e a", stored=[wholes("s", 1), wholes("e", -2), wholes("a", 2)]
    ),
    "slice_steps": Case(
        [node("Slice", "x s e a st", "y")],
        ["crop: [[1, 0], [0, 0]]", "subsample: [2, 1]"],
        [wholes("s", 1), wholes("e", 2**62), wholes("a", 2), wholes("st", 2)],
    ),
    "gather_channel": Case(
        [node("Gather", "x i", "a", axis=1), node("Unsqueeze", "a one", "y")],
        ["slice: {start: 2, stop: 3}", "reshape: [8, 8]", "reshape: [1, 8, 8]"],
        [tensor("i", [], [2], kind=7), wholes("one", 1)],
    ),
    "expand_cells": Case(
        [node("GlobalMaxPool", "x", "g"), node("Expand", "g s", "e"), node("Concat", "x e", "y", axis=1)],
        ["global_max_pool", "{upsample: {size: 8}, name: upsample_2}", "concat: [input, upsample_2]"],
        [wholes("s", 1, 4, 8, 8)],
    ),
    "expand_nothing": Case([node("Expand", "x s", "a"), node("Relu", "a", "y")], ["relu"], [wholes("s", 1, 4, 1, 8)]),
    "split": Case(
        [node("Split", "x", "a b", axis=1), node("Concat", "b a", "y", axis=1)],
        [
            "{split: {parts: 2, take: 0}, name: split_2}",
            "{split: {parts: 2, take: 1}, from: input, name: split_3}",
            "concat: [split_3, split_2]",
        ],
        opset=12,
    ),
    "split_sizes": Case(
        [node("Split", "x n", "a b", axis=1), node("Relu", "b", "y")],
        ["split: {parts: [1, 3], take: 1}", "relu"],
        [wholes("n", 1, 3)],
    ),
    "split_attribute": Case(
        [node("Split", "x", "a b", axis=1, split=[3, 1]), node("Relu", "a", "y")],
        ["split: {parts: [3, 1], take: 0}", "relu"],
        opset=11,
    ),
    "split_space": Case(
        [node("Split", "x n", "a b", axis=3), node("Relu", "b", "y")],
        ["crop: [[0, 0], [3, 0]]", "relu"],
        [wholes("n", 3, 5)],
    ),
}
RESIZED = {
    "upsample_scales": single(
        "Upsample", "upsample: 2", inputs="x s", stored=[tensor("s", [4], [1, 1, 2, 2])], opset=9
    ),
    "upsample_attribute": single("Upsample", "upsample: [2, 3]", scales=[1.0, 1.0, 2.0, 3.0], mode="nearest", opset=7),
    "resize_10": single(
        "Resize",
        "upsample: {scale: 2, mode: linear}",
        inputs="x s",
        stored=[tensor("s", [4], [1, 1, 2, 2])],
        mode="linear",
        opset=10,
    ),
    "resize_scales": single(
        "Resize",
        "upsample: {scale: 1.5, mode: cubic}",
        inputs="x _ s",
        stored=[tensor("s", [4], [1, 1, 1.5, 1.5])],
        mode="cubic",
    ),
    "resize_corners": single(
        "Resize",
        "upsample: {scale: 2, mode: linear, align_corners: true}",
        inputs="x _ s",
        stored=[tensor("s", [4], [1, 1, 2, 2])],
        mode="linear",
        coordinate_transformation_mode="align_corners",
    ),
    "resize_sizes": single("Resize", "upsample: {size: [5, 20]}", inputs="x _ _ n", stored=[wholes("n", 1, 4, 5, 20)]),
    "resize_axes": single(
        "Resize", "upsample: {size: [12, 16]}", inputs="x _ _ n", stored=[wholes("n", 12, 16)], axes=[2, 3], opset=18
    ),
    "resize_to_input": Case(
        [node("MaxPool", "x", "a", kernel_shape=[2, 2], strides=[2, 2]), node("Resize", "a _ _ n", "y")],
        ["max_pool: 2", "upsample: {like: input}"],
        [wholes("n", 1, 4, 8, 8)],
    ),
    "resize_to_other": Case(
        [
            node("MaxPool", "x", "a", kernel_shape=[2, 2], strides=[2, 2]),
            node("MaxPool", "a", "b", kernel_shape=[2, 2], strides=[2, 2]),
            node("Resize", "b _ _ n", "c"),
            node("Add", "c a", "y"),
        ],
        [
            "{max_pool: 2, name: max_pool_2}",
            "max_pool: 2",
            "{upsample: {like: max_pool_2}, name: upsample_2}",
            "add: [upsample_2, max_pool_2]",
        ],
        [wholes("n", 1, 4, 4, 4)],
    ),
}
GATE = [node("GlobalAveragePool", "x", "g")]
JOINS = {
    "add": Case([node("Relu", "x", "a"), node("Add", "x a", "y")], ["{relu, name: relu_2}", "add: [input, relu_2]"]),
    "sum": Case(
        [node("Relu", "x", "a"), node("Abs", "a", "b"), node("Sum", "x a b", "y")],
        ["{relu, name: relu_2}", "{abs, name: abs_2}", "add: [input, relu_2, abs_2]"],
    ),
    "subtract": Case(
        [node("Relu", "x", "a"), node("Sub", "a x", "y")], ["{relu, name: relu_2}", "subtract: [relu_2, input]"]
    ),
    "maximum": Case(
        [node("Abs", "x", "a"), node("Max", "x a", "y")], ["{abs, name: abs_2}", "maximum: [input, abs_2]"]
    ),
    "average": Case(
        [node("Abs", "x", "a"), node("Mean", "x a", "y")], ["{abs, name: abs_2}", "average: [input, abs_2]"]
    ),
    "gate": Case(
        [*GATE, node("Mul", "x g", "y")],
        ["{global_avg_pool, name: global_avg_pool_2}", "multiply: [input, global_avg_pool_2]"],
    ),
    "add_of_cells": Case(
        [*GATE, node("Add", "g x", "y")],
        ["{global_avg_pool, name: global_avg_pool_2}", "add: [global_avg_pool_2, input]", "broadcast: space"],
    ),
    "multiply_of_channel": Case(
        [node("ReduceMean", "x", "g", axes=[1]), node("Mul", "x g", "y")],
        [
            "{channel_avg_pool, name: channel_avg_pool_2}",
            "multiply: [input, channel_avg_pool_2]",
            "broadcast: channels",
        ],
    ),
    "concat": Case(
        [node("Relu", "x", "a"), node("Concat", "x a", "y", axis=1)],
        ["{relu, name: relu_2}", "concat: [input, relu_2]"],
    ),
    **{
        f"{name}_over_a_stack": Case(
            [
                node("Relu", "x", "a"),
                node("Unsqueeze", "x k", "u"),
                node("Unsqueeze", "a k", "v"),
                node("Concat", "u v", "s", axis=axis),
                node(op, "s", "y", axes=[axis], keepdims=0) if op != "ReduceSum" else node(op, "s k", "y", keepdims=0),
            ],
            ["{relu, name: relu_2}", f"{kind}: [input, relu_2]"],
            [wholes("k", axis)],
        )
        for name, op, kind, axis in (
            ("sum", "ReduceSum", "add", 0),
            ("mean", "ReduceMean", "average", 1),
            ("max", "ReduceMax", "maximum", -1),
        )
    },
    "concat_counted_back": Case(
        [node("Relu", "x", "a"), node("Concat", "a x", "y", axis=-3)],
        ["{relu, name: relu_2}", "concat: [relu_2, input]"],
    ),
}
OPAQUE = {
    "unknown": Case(
        [node("NonZeroish", "x", "a", domain="com.example"), node("Relu", "a", "y")],
        ["opaque: {output: [2, 3], what: NonZeroish}", "relu"],
        values=[value("a", 1, 2, 3)],
        opaque=True,
    ),
    "elementwise": single("Erf", "opaque: {output: [4, 8, 8], what: Erf}", opaque=True),
    "other_slope": single("HardSigmoid", "opaque: {output: [4, 8, 8], what: HardSigmoid}", alpha=0.2, opaque=True),
    "with_weights": Case(
        [node("Custom", "x w", "y", domain="com.example")],
        ["opaque: {output: [9], params: 12, what: Custom}"],
        [tensor("w", [3, 4])],
        values=[value("y", 1, 9)],
        opaque=True,
    ),
    "softmax_of_space": single("Softmax", "opaque: {output: [4, 8, 8], what: Softmax}", opaque=True),
}
QUANTIZED = {
    "pair": Case(
        [node("QuantizeLinear", "x s z", "q"), node("DequantizeLinear", "q s z", "d"), node("Relu", "d", "y")],
        ["relu"],
        [scalar("s", 0.1), tensor("z", [], [0], kind=7)],
    ),
    "weight": Case(
        [node("DequantizeLinear", "w s", "wd"), node("Conv", "x wd", "y")],
        ["conv: {out: 6, kernel: 1, bias: false}"],
        [W11, scalar("s", 0.1)],
    ),
}
CASES = {
    **CONV, **POOL, **ACTIVATIONS, **NUMBERS, **NORMS, **PRODUCTS, **PATTERNS, **SHAPES, **RESIZED, **JOINS, **OPAQUE, **QUANTIZED,
}  # fmt: skip
