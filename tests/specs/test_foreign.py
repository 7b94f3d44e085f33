"""Words of PyTorch, Keras, ONNX, Caffe, Darknet, MXNet and MMDetection: each is refused with what to write instead."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape import Diagnostic

KINDS = {
    "conv": "Conv Conv1d Conv2d Conv3d Conv1D Conv2D Conv3D conv2d Convolution Convolution2D convolutional nn.Conv2d "
    "torch.nn.Conv2d layers.Conv2D tf.keras.layers.Conv2D SpatialConvolution ConvLayer",
    "conv_transpose": "ConvTranspose ConvTranspose2d Conv2DTranspose Conv3DTranspose Deconvolution deconv upconv",
    "linear": "Linear Dense Gemm InnerProduct FullyConnected fully_connected connected fc FC dense nn.Linear classifier",
    "max_pool": "MaxPool MaxPool1d MaxPool2d MaxPool3d MaxPooling1D MaxPooling2D MaxPooling3D maxpool Pooling F.max_pool2d",
    "avg_pool": "AveragePool AvgPool2d AvgPool3d AveragePooling2D AveragePooling3D avgpool avg_pooling",
    "adaptive_avg_pool": "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d",
    "adaptive_max_pool": "AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d",
    "global_avg_pool": "GlobalAveragePool GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D gap "
    "ReduceMean global_average_pooling2d",
    "global_max_pool": "GlobalMaxPool GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D",
    "batch_norm": "BatchNorm1d BatchNorm2d BatchNorm3d BatchNormalization bn BN batchnorm "
    "batch_normalize SyncBatchNorm FrozenBatchNorm2d nn.BatchNorm2d",
    "layer_norm": "LayerNorm LayerNormalization layernorm ln",
    "group_norm": "GroupNorm GroupNormalization gn",
    "instance_norm": "InstanceNorm1d InstanceNorm2d InstanceNorm3d InstanceNormalization",
    "local_response_norm": "LocalResponseNorm LRN lrn",
    "relu": "ReLU Relu RELU nn.ReLU F.relu",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU LeakyRelu leaky lrelu",
    "prelu": "PReLU PRelu",
    "elu": "ELU Elu",
    "selu": "SELU Selu",
    "gelu": "GELU Gelu",
    "silu": "SiLU Swish swish",
    "mish": "Mish",
    "sigmoid": "Sigmoid",
    "hard_sigmoid": "Hardsigmoid HardSigmoid hsigmoid",
    "hard_swish": "Hardswish HardSwish hswish",
    "tanh": "Tanh",
    "softplus": "Softplus",
    "softmax": "Softmax",
    "dropout": "Dropout Dropout1d Dropout2d Dropout3d SpatialDropout2D AlphaDropout",
    "drop_path": "StochasticDepth DropPath",
    "identity": "Identity",
    "flatten": "Flatten flat view squeeze",
    "reshape": "Reshape Unflatten unsqueeze",
    "pad": "Pad ZeroPad2d ZeroPadding1D ZeroPadding2D ZeroPadding3D ReflectionPad2d ConstantPad2d",
    "crop": "Cropping1D Cropping2D Cropping3D CenterCrop",
    "upsample": "Upsample Resize UpSampling1D UpSampling2D UpSampling3D UpsamplingNearest2d UpsamplingBilinear2d interpolate",
    "pixel_shuffle": "PixelShuffle DepthToSpace depth_to_space",
    "pixel_unshuffle": "PixelUnshuffle SpaceToDepth space_to_depth reorg",
    "channel_shuffle": "ChannelShuffle",
    "split": "Split chunk",
    "slice": "Slice",
    "lstm": "LSTM nn.LSTM CuDNNLSTM keras.layers.LSTM",
    "gru": "GRU nn.GRU CuDNNGRU",
    "opaque": "Opaque CustomLayer custom",
    "roi_pool": "RoIPool MaxRoiPool",
    "roi_align": "RoIAlign RoiAlign",
    "add": "Add Sum Eltwise elementwise_add",
    "concat": "Concat Concatenate cat torch.cat route",
    "multiply": "Multiply Mul scale_channels",
}
JOINS = ("add", "concat", "multiply")
ROWS = [(word, kind) for kind, words in KINDS.items() for word in words.split()]


@pytest.mark.parametrize(("word", "kind"), ROWS)
def test_a_foreign_kind_is_refused_with_the_right_word(word: str, kind: str) -> None:
    problems = cnnshape.check(cnnshape.load(f"input: [3, 8, 8]\nlayers:\n  - {word}\n"))
    (diagnostic,) = [problem for problem in problems if problem.name == "foreign-spelling"]
    assert diagnostic.message == f"`{word}` is called `{kind}` here"
    assert diagnostic.help == f"write `{kind}`"
    # The word is read as the kind, so that the rest is what the kind itself is refused for.
    own = cnnshape.check(cnnshape.load(f"input: [3, 8, 8]\nlayers:\n  - {kind}\n"))
    others = [problem.message for problem in problems if problem is not diagnostic]
    assert others == [problem.message for problem in own if kind not in JOINS]


FOLLOWERS = {"batch_norm": "norm", "layer_norm": "norm", "relu": "act", "silu": "act"}


@pytest.mark.parametrize(
    ("place", "word", "kind"),
    [(FOLLOWERS[kind], word, kind) for word, kind in ROWS if kind in FOLLOWERS and "." not in word],
)
def test_a_foreign_follower_is_refused_with_the_right_word(place: str, word: str, kind: str) -> None:
    text = f"input: [3, 8, 8]\nlayers:\n  - conv: {{out: 8, kernel: 3, {place}: {word}}}\n"
    (diagnostic,) = cnnshape.check(cnnshape.load(text))
    assert (diagnostic.name, diagnostic.message) == ("foreign-spelling", f"`{word}` is called `{kind}` here")


ARGUMENTS = {
    "conv": {
        "out": "filters out_channels channels num_output num_outputs num_filter num_filters nb_filter features planes "
        "out_planes c_out c2 outChannels",
        "kernel": "kernel_size kernelSize kernel_shape ksize k ks filter_size size Kernel",
        "stride": "strides subsample s step",
        "padding": "pad pads p border_mode auto_pad",
        "dilation": "dilation_rate dilations atrous_rate d",
        "groups": "group num_group g cardinality feature_group_count",
        "bias": "use_bias bias_term with_bias",
        "act": "activation nonlinearity activation_fn act_layer act_cfg",
        "norm": "normalization norm_layer norm_cfg normalizer_fn",
    },
    "conv_transpose": {"output_padding": "output_pad adj", "out": "filters", "kernel": "kernel_size"},
    "linear": {"out": "units out_features num_hidden num_output output_size num_classes hidden", "act": "activation"},
    "max_pool": {
        "kernel": "kernel_size pool_size size ksize",
        "stride": "strides",
        "padding": "pad",
        "ceil": "ceil_mode",
    },
    "avg_pool": {"kernel": "kernel_size pool_size", "count_include_pad": "count_include_padding"},
    "adaptive_avg_pool": {"size": "output_size output_shape"},
    "batch_norm": {
        "eps": "epsilon",
        "momentum": "decay",
        "track": "track_running_stats",
        "affine": "elementwise_affine",
    },
    "group_norm": {"groups": "num_groups", "eps": "epsilon"},
    "local_response_norm": {"size": "local_size n depth_radius", "k": "bias"},
    "leaky_relu": {"slope": "negative_slope alpha"},
    "dropout": {"p": "rate prob drop_rate dropout_ratio drop_prob"},
    "drop_path": {"p": "drop_prob drop_path_rate"},
    "reshape": {"shape": "target_shape size"},
    "pad": {"padding": "pads paddings size"},
    "upsample": {"scale": "scale_factor scales stride", "size": "output_size sizes", "mode": "interpolation method"},
    "pixel_shuffle": {"factor": "upscale_factor block_size blocksize"},
    "channel_shuffle": {"groups": "group g"},
    "split": {"parts": "chunks num_split", "take": "index"},
    "roi_align": {
        "size": "output_size pooled_size",
        "scale": "spatial_scale",
        "samples": "sampling_ratio",
        "boxes": "rois",
    },
}
ARGUMENT_ROWS = [
    (kind, word, argument)
    for kind, arguments in ARGUMENTS.items()
    for argument, words in arguments.items()
    for word in words.split()
]


def only(text: str) -> Diagnostic:
    (diagnostic,) = cnnshape.check(
        cnnshape.load(f"input: {{input: [3, 8, 8], boxes: {{boxes: 2}}}}\nlayers:\n  - {text}\n")
    )
    return diagnostic


@pytest.mark.parametrize(("kind", "word", "argument"), ARGUMENT_ROWS)
def test_a_foreign_argument_is_refused_with_the_right_word(kind: str, word: str, argument: str) -> None:
    problems = cnnshape.check(
        cnnshape.load(f"input: {{input: [3, 8, 8], boxes: {{boxes: 2}}}}\nlayers:\n  - {kind}: {{{word}: 1}}\n")
    )
    (diagnostic,) = [problem for problem in problems if problem.name == "foreign-spelling"]
    assert diagnostic.message == f"`{word}` is called `{argument}` here"
    assert diagnostic.help == f"write `{argument}`"


@pytest.mark.parametrize("word", ["batch_normalize", "use_bn", "batch_norm", "with_bn", "use_batchnorm"])
def test_a_switch_for_a_norm_is_refused_with_the_norm(word: str) -> None:
    diagnostic = only(f"conv: {{out: 8, kernel: 3, {word}: true}}")
    assert (diagnostic.message, diagnostic.help) == (f"`{word}` is called `norm` here", "write `norm: batch_norm`")


@pytest.mark.parametrize(
    "word",
    [
        "in_channels",
        "in_features",
        "inplanes",
        "in_planes",
        "num_features",
        "num_channels",
        "nin",
        "c1",
        "input_dim",
        "c_in",
        "in_ch",
    ],
)
def test_what_comes_in_is_inferred(word: str) -> None:
    diagnostic = only(f"conv: {{{word}: 3, out: 8, kernel: 3}}")
    assert (diagnostic.name, diagnostic.help) == ("foreign-spelling", "remove it")
    assert "channels are inferred from the input" in diagnostic.message


VALUES = {
    ("conv: {out: 8, kernel: 3, padding: %s}", "0"): "valid VALID Valid none",
    ("conv: {out: 8, kernel: 3, padding: %s}", "same"): "SAME Same SAME_UPPER",
    ("max_pool: {kernel: 2, padding: %s}", "same"): "SAME",
    ("upsample: {scale: 2, mode: %s}", "linear"): "bilinear trilinear BILINEAR Linear",
    ("upsample: {scale: 2, mode: %s}", "cubic"): "bicubic",
    ("upsample: {scale: 2, mode: %s}", "nearest"): "NEAREST nearest_neighbor",
    ("pad: {padding: 1, mode: %s}", "zeros"): "constant zero",
    ("pad: {padding: 1, mode: %s}", "reflect"): "REFLECT reflection",
    ("pad: {padding: 1, mode: %s}", "replicate"): "edge replication nearest",
    ("pad: {padding: 1, mode: %s}", "circular"): "wrap",
    ("conv: {out: 8, kernel: 3, act: %s}", "none"): "None",
    ("conv: {out: 8, kernel: 3, bias: %s}", "false"): "None none",
}
VALUE_ROWS = [(step, word, right) for (step, right), words in VALUES.items() for word in words.split()]


@pytest.mark.parametrize(("step", "word", "right"), VALUE_ROWS)
def test_a_foreign_value_is_refused_with_the_right_word(step: str, word: str, right: str) -> None:
    diagnostic = only(step % word)
    assert (diagnostic.name, diagnostic.message) == ("foreign-spelling", f"`{word}` is written `{right}` here")
    assert diagnostic.help == f"write `{right}`"


def test_a_foreign_value_of_a_param_is_refused_where_it_is_used() -> None:
    text = "input: [3, 8, 8]\nparams: {how: valid}\nlayers:\n  - conv: {out: 8, kernel: 3, padding: how}\n"
    (diagnostic,) = cnnshape.check(cnnshape.load(text))
    assert (diagnostic.message, diagnostic.at and diagnostic.at.span.line) == ("`valid` is written `0` here", 4)


# Words without a single counterpart: the step, a part of the message, a part of the help.
ADVICE = [
    ("conv: {out: 8, kernel: 3, act: linear}", "`act` is an activation, got linear", "write `none` for no activation"),
    ("DepthwiseConv2D: {kernel_size: 3}", "no block is called `DepthwiseConv2D`", "groups: in_channels"),
    ("depthwise_conv: 3", "no layer kind is called `depthwise_conv`", "groups: in_channels"),
    ("SeparableConv2D: 64", "no block is called", "groups: in_channels}`, then `- conv: {out: 64, kernel: 1}`"),
    ("conv1x1: 64", "no layer kind is called", "`- conv: {out: 64, kernel: 1}`"),
    ("conv3x3: 64", "no layer kind is called", "padding: 1"),
    ("ConvModule: 64", "no block is called", "norm: batch_norm, act: relu"),
    ("ConvBNReLU: 64", "no block is called", "norm: batch_norm, act: relu"),
    ("Activation: relu", "no block is called", "`- relu`"),
    ("Sequential: [relu]", "no block is called", "follow each other already"),
    ("InputLayer: 3", "no block is called", "the input is declared at the top"),
    ("Maxout: 64", "no block is called", "`cnnshape layers` lists them"),
    ("MultiHeadAttention: 8", "no block is called", "`- attention: {query: q, key: k, value: v}`"),
    ("Minimum: [a, b]", "no block is called", "`add`, `multiply` and `concat`"),
    ("SqueezeExcitation: 16", "no block is called", "`cnnshape show se_resnet50`"),
    ("Bottleneck: 64", "no block is called", "`cnnshape show resnet50`"),
    ("BasicBlock: 64", "no block is called", "`cnnshape show resnet18`"),
    ("InvertedResidual: 64", "no block is called", "`cnnshape show mobilenet_v2`"),
    ("MBConv: 64", "no block is called", "`cnnshape show efficientnet_b0`"),
    ("DenseBlock: 64", "no block is called", "`cnnshape show densenet121`"),
    ("Inception: 64", "no block is called", "`cnnshape show googlenet`"),
    ("Fire: 64", "no block is called", "`cnnshape show squeezenet1_0`"),
    ("conv: {out: 8, kernel: 3, data_format: channels_first}", "no argument `data_format`", "channels first"),
    (
        "conv: {out: 8, kernel: 3, kernel_initializer: he}",
        "no argument `kernel_initializer`",
        "neither shapes nor counts",
    ),
    ("conv: {out: 8, kernel: 3, weight_filler: xavier}", "no argument `weight_filler`", "neither shapes nor counts"),
    ("conv: {out: 8, kernel: 3, padding_mode: reflect}", "no argument `padding_mode`", "`- pad: "),
    ("conv: {out: 8, kernel_h: 3, kernel_w: 1}", "no argument `kernel_h`", "`kernel: [height, width]`"),
    ("conv: {out: 8, kernel: 3, no_bias: true}", "no argument `no_bias`", "`bias: false`"),
    ("conv: {out: 8, kernel: 3, depth_multiplier: 1}", "no argument `depth_multiplier`", "`groups: in_channels`"),
    ("conv: {out: 8, kernel: 3, input_shape: [3, 8, 8]}", "no argument `input_shape`", "at the top"),
    ("conv: {out: 8, kernel: 3, dtype: float16}", "no argument `dtype`", "goes next to the kind"),
    ("conv: {out: 8, kernel: 3, trainable: false}", "no argument `trainable`", "`frozen: true` next to the kind"),
    ("conv: {out: 8, kernel: 3, name: stem}", "no argument `name`", "`name:` goes next to the kind"),
    ("conv: {out: 8, kernel: 3, repeat: 2}", "no argument `repeat`", "`repeat:` goes next to the kind"),
    ("relu: {inplace: true}", "no argument `inplace`", "neither shapes nor counts"),
    ("batch_norm: {scale: false}", "batch_norm has no argument `scale`", "`affine: shift` learns a shift and no scale"),
    ("instance_norm: {center: false}", "instance_norm has no argument `center`", "`affine: scale` learns a scale"),
    ("layer_norm: {bias: false}", "layer_norm has no argument `bias`", "`affine: scale` learns a scale and no shift"),
    ("conv: {out: 4, kernel: 1, num_layers: 2}", "no argument `num_layers`", "`repeat: 2`"),
    ("conv: {out: 4, kernel: 1, layers: 2}", "no argument `layers`", "`repeat: 2`"),
    ("lstm: {out: 4, proj_size: 2}", "no argument `proj_size`", "`opaque`"),
    ("gru: {out: 4, return_sequences: false}", "no argument `return_sequences`", "`- crop: [[in_length - 1, 0]]`"),
    ("gru: {out: 4, reset_after: false}", "no argument `reset_after`", "`biases: 1`"),
    ("lstm: {out: 4, batch_first: true}", "no argument `batch_first`", "no batch"),
    ("BiLSTM: 64", "no block is called `BiLSTM`", "`- lstm: {out: 64, bidirectional: true}`"),
    ("DCN: 64", "no block is called `DCN`", "opaque: {output: ..."),
    ("flatten: {start_dim: 1}", "no argument `start_dim`", "all axes become one"),
    ("softmax: {dim: 1}", "no argument `dim`", "channels"),
    ("max_pool: {kernel: 2, pool: MAX}", "no argument `pool`", "`- max_pool: 2`"),
    ("layer_norm: {normalized_shape: [8, 8]}", "takes no `normalized_shape`", "`axes: all`"),
    ("dropout: {keep_prob: 0.9}", "no argument `keep_prob`", "1 - keep_prob"),
]


@pytest.mark.parametrize(("step", "message", "help"), ADVICE, ids=[step for step, *_ in ADVICE])
def test_what_has_no_word_here_is_refused_with_what_says_the_same(step: str, message: str, help: str) -> None:
    text = f"input: [3, 8, 8]\nlayers:\n  - {step}\n"
    diagnostic, *_ = cnnshape.check(cnnshape.load(text))
    assert message in diagnostic.message
    assert help in (diagnostic.help or "")


KEYS = {
    "input": "inputs input_shape input_size input_dim image_size",
    "layers": "layer network model architecture backbone steps",
    "params": "parameters variables config hyperparameters",
    "blocks": "block definitions functions",
    "outputs": "output",
    "source": "description paper reference",
    "expect": "expected tests",
    "extends": "base inherits include",
}


@pytest.mark.parametrize(("word", "key"), [(word, key) for key, words in KEYS.items() for word in words.split()])
def test_a_foreign_key_is_refused_with_the_right_word(word: str, key: str) -> None:
    diagnostic, *_ = cnnshape.check(cnnshape.load(f"input: [3, 8, 8]\nlayers: [relu]\n{word}: 3\n"))
    assert (diagnostic.name, diagnostic.help) == ("unknown-key", f"did you mean `{key}`?")


BESIDE = {
    "when": "if condition",
    "repeat": "repeats times n number",
    "from": "input inputs bottom",
    "name": "id label top as",
    "share": "reuse share_weights",
    "dtype": "precision quantize data_type",
    "frozen": "freeze trainable",
}


@pytest.mark.parametrize(
    ("word", "right"), [(word, right) for right, words in BESIDE.items() for word in words.split()]
)
def test_a_foreign_modifier_is_refused_with_the_right_word(word: str, right: str) -> None:
    diagnostic = only(f"{{conv: {{out: 8, kernel: 3}}, {word}: x}}")
    assert (diagnostic.name, diagnostic.message) == ("foreign-spelling", f"`{word}` is called `{right}` here")


def test_a_block_may_have_the_name_of_a_foreign_kind() -> None:
    text = "input: [3, 8, 8]\nblocks: {Conv2d: {do: [relu]}}\nlayers: [Conv2d]\n"
    assert cnnshape.check(cnnshape.load(text)) == []


def found_in(step: str) -> list[tuple[str, str]]:
    text = f"input: [3, 8, 8]\nlayers:\n  - {step}\n"
    return [(problem.name, problem.message) for problem in cnnshape.check(cnnshape.load(text))]


def test_a_step_in_the_words_of_another_framework_is_read_as_its_own() -> None:
    """What is wrong with its sizes is reported with its words, at the values that the file states."""
    words = ["Conv2d", "filters", "kernel_size", "activation"]
    reported = found_in("Conv2d: {filters: 8, kernel_size: 99, activation: relu}")
    assert [message for name, message in reported if name != "foreign-spelling"] == [
        "a window of 99 doesn't fit height 8"
    ]
    assert [message.split("`")[1] for name, message in reported if name == "foreign-spelling"] == words


@pytest.mark.parametrize("given", ["out: 6, filters: 8", "filters: 8, num_output: 6", "filters: 8, out: 6"])
def test_an_argument_that_is_given_twice_is_not_read(given: str) -> None:
    assert {name for name, _ in found_in(f"conv: {{{given}, kernel: 99}}")} == {"foreign-spelling"}


def test_two_wrong_followers_are_both_reported_and_the_layer_is_checked() -> None:
    names = [name for name, _ in found_in("conv: {out: 8, kernel: 99, norm: bach_norm, act: rellu}")]
    assert sorted(names) == ["unknown-name", "unknown-name", "window-too-large"]


def test_a_wrong_follower_of_a_block_that_runs_often_is_one_problem() -> None:
    block = "blocks: {Unit: {params: {act: relu}, do: [{conv: {out: 3, kernel: 3, act: act}}]}}\n"
    text = f"input: [3, 64, 64]\n{block}layers:\n  - {{Unit: {{act: rellu}}, repeat: 9}}\n  - linear: 3\n"
    names = [problem.name for problem in cnnshape.check(cnnshape.load(text))]
    assert sorted(names) == ["unknown-name", "wrong-rank"]
