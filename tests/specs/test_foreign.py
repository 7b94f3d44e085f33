"""Words of PyTorch, Keras, ONNX and Caffe: each is refused with the one right word of the language."""

from __future__ import annotations

import pytest

import cnnshape

KINDS = {
    "conv": "Conv Conv1d Conv2d Conv3d Conv1D Conv2D Conv3D conv2d Convolution",
    "conv_transpose": "ConvTranspose ConvTranspose2d Conv2DTranspose Conv3DTranspose Deconvolution deconv",
    "linear": "Linear Dense Gemm InnerProduct fc dense",
    "max_pool": "MaxPool MaxPool1d MaxPool2d MaxPool3d MaxPooling1D MaxPooling2D MaxPooling3D maxpool",
    "avg_pool": "AveragePool AvgPool2d AvgPool3d AveragePooling2D AveragePooling3D avgpool",
    "adaptive_avg_pool": "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d",
    "adaptive_max_pool": "AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d",
    "global_avg_pool": "GlobalAveragePool GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D gap",
    "global_max_pool": "GlobalMaxPool GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D",
    "batch_norm": "BatchNorm1d BatchNorm2d BatchNorm3d BatchNormalization bn batchnorm",
    "layer_norm": "LayerNorm LayerNormalization layernorm ln",
    "group_norm": "GroupNorm GroupNormalization gn",
    "instance_norm": "InstanceNorm1d InstanceNorm2d InstanceNorm3d InstanceNormalization",
    "local_response_norm": "LocalResponseNorm LRN lrn",
    "relu": "ReLU Relu",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU LeakyRelu",
    "prelu": "PReLU PRelu",
    "elu": "ELU Elu",
    "selu": "SELU Selu",
    "gelu": "GELU Gelu",
    "silu": "SiLU Swish swish",
    "mish": "Mish",
    "sigmoid": "Sigmoid",
    "hard_sigmoid": "Hardsigmoid HardSigmoid",
    "hard_swish": "Hardswish HardSwish",
    "tanh": "Tanh",
    "softplus": "Softplus",
    "softmax": "Softmax",
    "dropout": "Dropout Dropout1d Dropout2d Dropout3d SpatialDropout2D",
    "drop_path": "StochasticDepth DropPath",
    "identity": "Identity",
    "flatten": "Flatten",
    "reshape": "Reshape Unflatten",
    "pad": "Pad ZeroPad2d ZeroPadding1D ZeroPadding2D ZeroPadding3D",
    "crop": "Cropping1D Cropping2D Cropping3D CenterCrop",
    "upsample": "Upsample Resize UpSampling1D UpSampling2D UpSampling3D",
    "pixel_shuffle": "PixelShuffle DepthToSpace depth_to_space",
    "pixel_unshuffle": "PixelUnshuffle SpaceToDepth space_to_depth",
    "channel_shuffle": "ChannelShuffle",
    "split": "Split",
    "slice": "Slice",
    "roi_pool": "RoIPool MaxRoiPool",
    "roi_align": "RoIAlign RoiAlign",
    "add": "Add Sum",
    "concat": "Concat Concatenate cat",
    "multiply": "Multiply Mul",
}
ROWS = [(word, kind) for kind, words in KINDS.items() for word in words.split()]


@pytest.mark.parametrize(("word", "kind"), ROWS)
def test_a_foreign_kind_is_refused_with_the_right_word(word: str, kind: str) -> None:
    (found,) = cnnshape.check(cnnshape.load(f"input: [3, 8, 8]\nlayers:\n  - {word}\n"))
    assert (found.name, found.message) == ("foreign-spelling", f"`{word}` is called `{kind}` here")
    assert found.help == f"write `{kind}`"


FOLLOWERS = {"batch_norm": "norm", "layer_norm": "norm", "relu": "act", "silu": "act"}


@pytest.mark.parametrize(
    ("place", "word", "kind"), [(FOLLOWERS[kind], word, kind) for word, kind in ROWS if kind in FOLLOWERS]
)
def test_a_foreign_follower_is_refused_with_the_right_word(place: str, word: str, kind: str) -> None:
    text = f"input: [3, 8, 8]\nlayers:\n  - conv: {{out: 8, kernel: 3, {place}: {word}}}\n"
    (found,) = cnnshape.check(cnnshape.load(text))
    assert (found.name, found.message) == ("foreign-spelling", f"`{word}` is called `{kind}` here")


def test_a_block_may_have_the_name_of_a_foreign_kind() -> None:
    text = "input: [3, 8, 8]\nblocks: {Conv2d: {do: [relu]}}\nlayers: [Conv2d]\n"
    assert cnnshape.check(cnnshape.load(text)) == []
