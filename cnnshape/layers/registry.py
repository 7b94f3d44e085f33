"""All kinds, listed by hand: a test holds the list against the classes that exist."""

import re

from cnnshape.layers.activation import (
    Dropout,
    DropPath,
    Elu,
    Gelu,
    HardSigmoid,
    HardSwish,
    Identity,
    LeakyRelu,
    Mish,
    Prelu,
    Relu,
    Relu6,
    Selu,
    Sigmoid,
    Silu,
    Softmax,
    Softplus,
    Tanh,
)
from cnnshape.layers.channels import ChannelShuffle, PadChannels, Slice, Split
from cnnshape.layers.contract import Layer
from cnnshape.layers.convolution import Conv, ConvTranspose, Linear
from cnnshape.layers.cropping import Crop, Pad, Subsample
from cnnshape.layers.merge import Add, Concat, Multiply
from cnnshape.layers.normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, LayerScale, LocalResponseNorm
from cnnshape.layers.pooling import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool
from cnnshape.layers.region import RoiAlign, RoiPool
from cnnshape.layers.reshaping import Flatten, Reshape
from cnnshape.layers.resizing import PixelShuffle, PixelUnshuffle, Upsample

KINDS: tuple[type[Layer], ...] = (
    Conv, ConvTranspose, Linear,
    MaxPool, AvgPool, AdaptiveAvgPool, AdaptiveMaxPool, GlobalAvgPool, GlobalMaxPool,
    BatchNorm, LayerNorm, GroupNorm, InstanceNorm, LocalResponseNorm, LayerScale,
    Relu, Relu6, LeakyRelu, Prelu, Elu, Selu, Gelu, Silu, Mish, Sigmoid, HardSigmoid, HardSwish, Tanh, Softplus,
    Softmax,
    Dropout, DropPath, Identity,
    Flatten, Reshape,
    Pad, Crop, Subsample,
    Upsample, PixelShuffle, PixelUnshuffle,
    ChannelShuffle, Split, Slice, PadChannels,
    RoiPool, RoiAlign,
    Add, Concat, Multiply,
)  # fmt: skip

BY_NAME: dict[str, type[Layer]] = {kind.name: kind for kind in KINDS}
_DIMENSION = re.compile(r"[123][dD]")
_WORD = re.compile(r"[\w. -]+", re.ASCII)
_LETTERS = re.compile(r"[^a-z0-9]")


def bare(word: str) -> str:
    """A word without its module, case, underscores and `2d`: frameworks differ in these for one and the same layer."""
    if not _WORD.fullmatch(word):
        return word
    return _LETTERS.sub("", _DIMENSION.sub("", word.rpartition(".")[2]).lower())


BY_FOREIGN_NAME: dict[str, type[Layer]] = {word: kind for kind in KINDS for word in kind.foreign}
_BY_BARE_NAME = {bare(word): kind for kind in KINDS for word in (*kind.foreign, kind.name)}


def foreign_kind(word: str) -> type[Layer] | None:
    """The kind that another framework calls so; None for a word that is a kind's own, or that nobody uses."""
    if word in BY_NAME:
        return None
    return BY_FOREIGN_NAME.get(word) or _BY_BARE_NAME.get(bare(word))


def foreign_argument(kind: type[Layer], word: str) -> str | None:
    """The argument of a kind that another framework calls so."""
    wanted = bare(word)
    return next((own for own, each in kind.arguments.items() if wanted in map(bare, (own, *each.foreign))), None)
