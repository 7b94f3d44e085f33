"""All kinds, listed by hand: a test holds the list against the classes that exist."""

import re
from functools import cache

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

KINDS: list[type[Layer]] = []
BY_NAME: dict[str, type[Layer]] = {}
BY_FOREIGN_NAME: dict[str, type[Layer]] = {}
_DIMENSION = re.compile(r"[123][dD]")
_WORD = re.compile(r"[\w. -]+", re.ASCII)
_LETTERS = re.compile(r"[^a-z0-9]")


def register(*kinds: type[Layer]) -> None:
    """Adds kinds to the vocabulary; raises ValueError where a kind has a word that another one has.

    Other rooms make tables of the kinds when they are imported: a program registers its own before it imports them.
    """
    for kind in kinds:
        known = [word for word in (kind.name, *kind.foreign) if word in BY_NAME or word in BY_FOREIGN_NAME]
        if known:
            raise ValueError(f"{', '.join(known)}: the name of a kind already")
        KINDS.append(kind)
        BY_NAME[kind.name] = kind
        BY_FOREIGN_NAME.update(dict.fromkeys(kind.foreign, kind))
    _by_bare_name.cache_clear()


@cache
def _by_bare_name() -> dict[str, type[Layer]]:
    return {bare(word): kind for kind in KINDS for word in (*kind.foreign, kind.name)}


def bare(word: str) -> str:
    """A word without its module, case, underscores and `2d`: frameworks differ in these for one and the same layer."""
    if not _WORD.fullmatch(word):
        return word
    return _LETTERS.sub("", _DIMENSION.sub("", word.rpartition(".")[2]).lower())


def foreign_kind(word: str) -> type[Layer] | None:
    """The kind that another framework calls so; None for a word that is a kind's own, or that nobody uses."""
    if word in BY_NAME:
        return None
    return BY_FOREIGN_NAME.get(word) or _by_bare_name().get(bare(word))


def foreign_argument(kind: type[Layer], word: str) -> str | None:
    """The argument of a kind that another framework calls so."""
    wanted = bare(word)
    words = ((name, (name, *argument.foreign)) for name, argument in kind.arguments.items())
    return next((name for name, own in words if wanted in map(bare, own)), None)


register(
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
